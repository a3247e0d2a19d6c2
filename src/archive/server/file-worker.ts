import type { AtomicCounter, ErrorHandler } from '../../agrona/mod.ts';
import type { Session } from './session.ts';
import { SessionWorker } from './session-worker.ts';

/** Of what is written, or read. */
export interface FileCounters {
  readonly totalBytes: AtomicCounter;
  readonly totalTimeNs: AtomicCounter;
  readonly maxTimeNs: AtomicCounter;
}

/**
 * Writes recordings, or replays them: an agent of its own, although it shares the conductor's duty cycle. What it has
 * to say to the conductor is `onSessionEnd`. Upstream: `ArchiveConductor.Recorder`, `ArchiveConductor.Replayer`.
 */
export class FileWorker<T extends Session> extends SessionWorker<T> {
  readonly roleName: string;
  private readonly counters: FileCounters;
  private readonly onSessionEnd: (session: T) => void;
  private totalBytes = 0;
  private totalTimeNs = 0;
  private maxTimeNs = 0;

  constructor(
    roleName: string,
    errorHandler: ErrorHandler,
    counters: FileCounters,
    onSessionEnd: (session: T) => void,
  ) {
    super(errorHandler);
    this.roleName = roleName;
    this.counters = counters;
    this.onSessionEnd = onSessionEnd;
  }

  override doWork(): number {
    const workCount = super.doWork();
    if (workCount > 0) {
      const { counters } = this;
      counters.totalBytes.setRelease(this.totalBytes);
      counters.totalTimeNs.setRelease(this.totalTimeNs);
      counters.maxTimeNs.setRelease(this.maxTimeNs);
    }
    return workCount;
  }

  /** Called by the sessions, for each piece that they have written or read. */
  readonly onTransferred = (bytes: number, timeNs: number): void => {
    this.totalBytes += bytes;
    this.totalTimeNs += timeNs;
    if (timeNs > this.maxTimeNs) {
      this.maxTimeNs = timeNs;
    }
  };

  protected override closeSession(session: T): void {
    this.onSessionEnd(session);
    super.closeSession(session);
  }
}
