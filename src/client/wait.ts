import type { Platform, ScheduledCall } from '../platform/mod.ts';

/** Turns of the event loop that are given up at once before a wait begins to sleep. */
const EAGER_TURNS = 50;
const SLEEP_MS = 1;
/** Steps of progress after which the rest of the program, the conductor for one, gets a turn. */
const STEPS_PER_TURN = 64;

/** How the comfort layer waits for shared memory to change: a few turns of the event loop, then a millisecond each. */
export class Wait {
  readonly signal: AbortSignal | undefined;
  readonly #platform: Platform;
  #turns = 0;
  #steps = 0;

  constructor(platform: Platform, signal: AbortSignal | undefined) {
    this.#platform = platform;
    this.signal = signal;
  }

  /** There was something: be eager again, but do not keep the event loop to yourself. */
  async afterProgress(): Promise<void> {
    this.#turns = 0;
    this.#steps++;
    if (this.#steps % STEPS_PER_TURN === 0) {
      await new Promise<void>((resolve) => {
        this.#platform.scheduler.soon(resolve);
      });
    }
  }

  /** What the promise comes to. @throws the signal's reason as soon as it is aborted: the promise is left alone then. */
  until<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this;
    if (signal === undefined) {
      return promise;
    }
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      const done = () => signal.removeEventListener('abort', abort);
      promise.then(resolve, reject).then(done);
      if (signal.aborted) {
        abort();
      }
    });
  }

  /** Resolves when it is time to look again. @throws the signal's reason as soon as it is aborted. */
  next(): Promise<void> {
    if (this.signal?.aborted === true) {
      return Promise.reject(this.signal.reason);
    }
    this.#turns++;
    const { scheduler } = this.#platform;
    const isEager = this.#turns <= EAGER_TURNS;
    return new Promise((resolve, reject) => {
      let call: ScheduledCall;
      const abort = () => {
        call.cancel();
        reject(this.signal!.reason);
      };
      const done = () => {
        this.signal?.removeEventListener('abort', abort);
        resolve();
      };
      call = isEager ? scheduler.soon(done) : scheduler.after(SLEEP_MS, done, { keepAlive: true });
      this.signal?.addEventListener('abort', abort, { once: true });
    });
  }
}
