import { AeronError } from './errors.ts';
import type { Platform } from './platform.ts';

let current: Platform | undefined;

/** Makes `platform` the one that contexts use when none is given. The package's main entry sets the native one. */
export function setDefaultPlatform(platform: Platform): void {
  current = platform;
}

/** @throws AeronError NO_PLATFORM when none was set. */
export function defaultPlatform(): Platform {
  if (current === undefined) {
    throw new AeronError(
      'NO_PLATFORM',
      "no platform: import 'aeron-ts' or 'aeron-ts/launch', or give the context a `platform`",
    );
  }
  return current;
}
