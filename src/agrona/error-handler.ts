import type { AtomicCounter } from './atomic-counter.ts';
import type { DistinctErrorLog } from './distinct-error-log.ts';
import { formatError } from './format-error.ts';

/** Where errors go that have no caller to be thrown at. It must not throw. */
export type ErrorHandler = (error: unknown) => void;

/**
 * Throws the error on, to whoever has called what failed. As the `subscriberErrorHandler` of a client it lets what
 * fragment handlers throw out of the poll. Upstream: `io.aeron.RethrowingErrorHandler`.
 */
export const rethrowingErrorHandler: ErrorHandler = (error) => {
  throw error;
};

/**
 * A handler that records errors in a log which other processes can read, and gives what the log has no room
 * for any more to `overflow` as text (one error, several lines).
 */
export function loggingErrorHandler(log: DistinctErrorLog, overflow?: (text: string) => void): ErrorHandler {
  return (error) => {
    if (!log.record(error)) {
      overflow?.(`error log is full\n${formatError(error)}`);
    }
  };
}

/** A handler that counts the error, while the counter is open, before `next` gets it. */
export function countedErrorHandler(next: ErrorHandler, errorCounter: AtomicCounter): ErrorHandler {
  return (error) => {
    if (!errorCounter.isClosed) {
      errorCounter.increment();
    }
    next(error);
  };
}
