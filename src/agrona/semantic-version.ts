import { AeronError } from '../platform/mod.ts';

/** A version as one int32: major, minor and patch, a byte each, from the third byte down. */
export function compose(major: number, minor: number, patch: number): number {
  for (const part of [major, minor, patch]) {
    if (!Number.isInteger(part) || part < 0 || part > 255) {
      throw new AeronError('OUT_OF_RANGE', `each part of version ${major}.${minor}.${patch} must be 0 to 255`);
    }
  }
  if (major + minor + patch === 0) {
    throw new AeronError('OUT_OF_RANGE', 'a version cannot be 0.0.0');
  }
  return (major << 16) | (minor << 8) | patch;
}

export function major(version: number): number {
  return (version >> 16) & 0xff;
}

export function minor(version: number): number {
  return (version >> 8) & 0xff;
}

export function patch(version: number): number {
  return version & 0xff;
}

/** 'major.minor.patch'. */
export function format(version: number): string {
  return `${major(version)}.${minor(version)}.${patch(version)}`;
}
