import type { AtomicCounter } from './atomic-counter.ts';
import type { DistinctErrorLog } from './distinct-error-log.ts';
import { formatError } from './format-error.ts';

/** Where errors go that have no caller to be thrown at. It must not throw. */
export type ErrorHandler = (error: unknown) => void;

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
