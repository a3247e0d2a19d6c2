/**
 * The base of every error the stack throws. `code` is stable and meant for programs; the message names the
 * value, the limit and the knob to turn, and is meant for people.
 */
export class AeronError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }

  /** True for any AeronError, also one of another copy of this package loaded into the same process. */
  static is(value: unknown): value is AeronError {
    return value instanceof Error && BRAND in value;
  }
}

const BRAND = Symbol.for('aeron-ts.error');
Object.defineProperty(AeronError.prototype, BRAND, { value: true });

/**
 * What the operating system (or the simulated one) refused. `code` is the name of the system's error
 * (`ENOENT`, `EADDRINUSE`, `ENOSPC`, ...), `operation` what was asked of it.
 */
export class PlatformError extends AeronError {
  readonly operation: string;

  constructor(code: string, operation: string, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
    this.operation = operation;
  }
}
