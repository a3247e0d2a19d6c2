import { AeronError } from '../agrona/mod.ts';

/** That components have ended which nobody had told to. @param cause whose message is added, if there is one */
export function componentFailed(what: string, cause: Error | undefined): AeronError {
  const why = cause === undefined ? '' : `: ${cause.message}`;
  return new AeronError('COMPONENT_FAILED', `${what}${why}`, { cause });
}
