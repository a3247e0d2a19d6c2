import type { ErrorHandler } from '../../agrona/mod.ts';
import type { ArchiveCounters } from './archive-counters.ts';
import type { RecordingSession } from './recording-session.ts';
import { SessionWorker } from './session-worker.ts';

/**
 * Writes recordings: an agent of its own, although it shares the conductor's duty cycle. What it has to say to
 * the conductor is `onSessionEnd`. Upstream: `ArchiveConductor.Recorder`.
 */
export class Recorder extends SessionWorker<RecordingSession> {
  override readonly roleName = 'archive-recorder';
  private readonly counters: ArchiveCounters;
  private readonly onSessionEnd: (session: RecordingSession) => void;
  private totalWriteBytes = 0;
  private totalWriteTimeNs = 0;
  private maxWriteTimeNs = 0;

  constructor(
    errorHandler: ErrorHandler,
    counters: ArchiveCounters,
    onSessionEnd: (session: RecordingSession) => void,
  ) {
    super(errorHandler);
    this.counters = counters;
    this.onSessionEnd = onSessionEnd;
  }

  override doWork(): number {
    const workCount = super.doWork();
    if (workCount > 0) {
      const { counters } = this;
      counters.totalWriteBytes.setRelease(this.totalWriteBytes);
      counters.totalWriteTimeNs.setRelease(this.totalWriteTimeNs);
      counters.maxWriteTimeNs.setRelease(this.maxWriteTimeNs);
    }
    return workCount;
  }

  /** Called by the writers. */
  readonly onWritten = (bytes: number, timeNs: number): void => {
    this.totalWriteBytes += bytes;
    this.totalWriteTimeNs += timeNs;
    if (timeNs > this.maxWriteTimeNs) {
      this.maxWriteTimeNs = timeNs;
    }
  };

  protected override closeSession(session: RecordingSession): void {
    this.onSessionEnd(session);
    super.closeSession(session);
  }
}
