import type { ErrorHandler } from '../../agrona/mod.ts';
import type { ArchiveCounters } from './archive-counters.ts';
import type { ReplaySession } from './replay-session.ts';
import { SessionWorker } from './session-worker.ts';

/**
 * Replays recordings: an agent of its own, although it shares the conductor's duty cycle. What it has to say to
 * the conductor is `onSessionEnd`. Upstream: `ArchiveConductor.Replayer`.
 */
export class Replayer extends SessionWorker<ReplaySession> {
  override readonly roleName = 'archive-replayer';
  private readonly counters: ArchiveCounters;
  private readonly onSessionEnd: (session: ReplaySession) => void;
  private totalReadBytes = 0;
  private totalReadTimeNs = 0;
  private maxReadTimeNs = 0;

  constructor(errorHandler: ErrorHandler, counters: ArchiveCounters, onSessionEnd: (session: ReplaySession) => void) {
    super(errorHandler);
    this.counters = counters;
    this.onSessionEnd = onSessionEnd;
  }

  override doWork(): number {
    const workCount = super.doWork();
    if (workCount > 0) {
      const { counters } = this;
      counters.totalReadBytes.setRelease(this.totalReadBytes);
      counters.totalReadTimeNs.setRelease(this.totalReadTimeNs);
      counters.maxReadTimeNs.setRelease(this.maxReadTimeNs);
    }
    return workCount;
  }

  /** Called by the sessions. */
  readonly onRead = (bytes: number, timeNs: number): void => {
    this.totalReadBytes += bytes;
    this.totalReadTimeNs += timeNs;
    if (timeNs > this.maxReadTimeNs) {
      this.maxReadTimeNs = timeNs;
    }
  };

  protected override closeSession(session: ReplaySession): void {
    this.onSessionEnd(session);
    super.closeSession(session);
  }
}
