import { AeronError, type ErrorHandler } from '../../agrona/mod.ts';

/** What they leave out is missing for good. */
const MUST_BE_COMPLETE: ReadonlySet<string> = new Set(['onStart', 'onTakeSnapshot']);

/**
 * Complains of callbacks that return a promise. TypeScript lets an `async` method stand for one that returns nothing;
 * but the log does not wait for it, so that what follows its first `await` happens at another position on each member,
 * and never in a thread whose event loop has no turn.
 */
export class PromisedCallbacks {
  private readonly errorHandler: ErrorHandler;
  private readonly reported = new Set<string>();

  constructor(errorHandler: ErrorHandler) {
    this.errorHandler = errorHandler;
  }

  /** Reports it once for each callback. @throws AeronError ASYNC_CALLBACK for `onStart` and `onTakeSnapshot` */
  check(callback: string, result: unknown): void {
    if (result instanceof Promise) {
      this.complain(callback, result);
    }
  }

  private complain(callback: string, promise: Promise<unknown>): void {
    promise.catch(this.errorHandler);
    const error = new AeronError(
      'ASYNC_CALLBACK',
      `${callback} of the service returned a promise, which nothing waits for: no callback may be async`,
    );
    if (MUST_BE_COMPLETE.has(callback)) {
      throw error;
    }
    if (!this.reported.has(callback)) {
      this.reported.add(callback);
      this.errorHandler(error);
    }
  }
}
