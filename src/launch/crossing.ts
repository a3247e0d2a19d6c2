import { AeronError } from '../agrona/mod.ts';

/** What of an error crosses into another thread. */
export interface CrossingError {
  readonly code: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export function describeError(error: unknown): CrossingError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: AeronError.is(error) ? error.code : 'UNEXPECTED', message, stack };
}

/** The error on the other side. Its cause is the stack of the one that was thrown. */
export function errorOf({ code, message, stack }: CrossingError): AeronError {
  return new AeronError(code, message, { cause: stack });
}

/**
 * The first of the options that would not be the same in another thread, as 'archiveContext.aeron': functions, what has
 * methods, and a platform. Plain values cross, and plain objects and arrays of them.
 */
export function findStuck(options: object): string | undefined {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'function' || (name === 'platform' && value !== undefined)) {
      return name;
    }
    if (typeof value === 'object' && value !== null) {
      const stuck = isPlain(value) ? findStuck(value) : '';
      if (stuck !== undefined) {
        return stuck === '' ? name : `${name}.${stuck}`;
      }
    }
  }
  return undefined;
}

/** Whether any value, as arguments of the user's, can be cloned into another thread. */
export function canBeCloned(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

function isPlain(value: object): boolean {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
