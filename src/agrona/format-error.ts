import { AeronError } from '../platform/mod.ts';

const MAX_CAUSES = 8;

/**
 * An error as people and logs read it: `Name [CODE]: message`, the stack, and the same for its causes.
 * Anything may be thrown, so anything is taken.
 */
export function formatError(error: unknown): string {
  let text = describe(error);
  let cause = causeOf(error);
  for (let depth = 0; cause !== undefined && depth < MAX_CAUSES; depth++) {
    text += `\nCaused by: ${describe(cause)}`;
    cause = causeOf(cause);
  }
  return text;
}

/**
 * The same for all errors of one class and code that were thrown at the same place, with causes of which that
 * holds, too: what they say of it in their messages does not matter.
 */
export function errorKind(error: unknown): string {
  let kind = kindOf(error);
  let cause = causeOf(error);
  for (let depth = 0; cause !== undefined && depth < MAX_CAUSES; depth++) {
    kind += `\nCaused by: ${kindOf(cause)}`;
    cause = causeOf(cause);
  }
  return kind;
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return typeof error;
  }
  return [`${error.name}${codeOf(error)}`, ...stackFrames(error)].join('\n');
}

function codeOf(error: Error): string {
  return AeronError.is(error) ? ` [${error.code}]` : '';
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return `thrown value: ${describeValue(error)}`;
  }
  const parts = [`${error.name}${codeOf(error)}: ${error.message}`, ...stackFrames(error)];
  if (error instanceof AggregateError) {
    parts.push(...error.errors.map((inner) => `Suppressed: ${describe(inner)}`));
  }
  return parts.join('\n');
}

function describeValue(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'an object that has no text form';
  }
}

/** The lines of the stack without the header that repeats name and message. */
function stackFrames(error: Error): string[] {
  return (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
