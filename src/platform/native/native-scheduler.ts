import type { ScheduledCall, Scheduler } from '../mod.ts';

export class NativeScheduler implements Scheduler {
  /** Runs before the event loop sleeps again; an immediate that did not keep the process alive would wait for others. */
  soon(callback: () => void): ScheduledCall {
    const immediate = setImmediate(callback);
    return { cancel: () => clearImmediate(immediate) };
  }

  after(delayMs: number, callback: () => void, options?: { keepAlive?: boolean }): ScheduledCall {
    const timeout = setTimeout(callback, delayMs);
    if (options?.keepAlive !== true) {
      timeout.unref();
    }
    return { cancel: () => clearTimeout(timeout) };
  }
}
