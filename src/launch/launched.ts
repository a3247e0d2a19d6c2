import { deferred } from './deferred.ts';

/** What runs until it ends or is closed. */
export interface Running {
  /** Settles when it has ended, told to or by itself. Rejects when it could not go on. */
  readonly ended: Promise<void>;
  /** Ends it, and resolves when it has, however that was. */
  close(): Promise<void>;
}

/** Components that this process runs. */
export class Launched {
  /**
   * Settles when they have ended: closed, or by themselves. Rejects when they could not go on, as an archive without
   * its driver, or when their thread has failed.
   */
  readonly ended: Promise<void>;
  readonly #running: Running;

  constructor(running: Running) {
    this.#running = running;
    this.ended = running.ended;
  }

  /** Ends them, what depends on others first. Resolves when they have ended, also when `ended` rejects. */
  close(): Promise<void> {
    return this.#running.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What the caller drives himself, until he closes it. */
export function runningByCaller(close: () => void): Running {
  const end = deferred<void>();
  return {
    ended: end.promise,
    close: async () => {
      close();
      end.resolve();
    },
  };
}
