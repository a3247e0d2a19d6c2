import type { AtomicCounter } from '../agrona/mod.ts';
import type { RawLog } from './raw-log.ts';

/**
 * Unmaps and deletes logs that nobody uses any more, a few a duty cycle: it takes long enough to be noticed
 * by the streams.
 */
export class LogFreer {
  private readonly limit: number;
  private readonly freeFails: AtomicCounter;
  private readonly logs: RawLog[] = [];

  /** @param limit how many in one duty cycle: `aeron.driver.resource.free.limit`. */
  constructor(limit: number, freeFails: AtomicCounter) {
    this.limit = limit;
    this.freeFails = freeFails;
  }

  add(rawLog: RawLog): void {
    this.logs.push(rawLog);
  }

  /** Each duty cycle. Returns how many were freed; what could not be is tried again. */
  freeSome(): number {
    let freed = 0;
    for (let i = Math.min(this.limit, this.logs.length); i > 0; i--) {
      const rawLog = this.logs.shift()!;
      if (rawLog.free()) {
        freed++;
      } else {
        this.freeFails.incrementRelease();
        this.logs.push(rawLog);
      }
    }
    return freed;
  }

  close(): void {
    for (const rawLog of this.logs.splice(0)) {
      rawLog.free();
    }
  }
}
