import { AeronError } from '../platform/mod.ts';

const SIZE_UNITS: readonly (readonly [suffix: string, bytes: number])[] = [
  ['g', 1024 ** 3],
  ['m', 1024 ** 2],
  ['k', 1024],
  ['', 1],
];

const DURATION_UNITS: readonly (readonly [suffix: string, ns: number])[] = [
  ['s', 1_000_000_000],
  ['ms', 1_000_000],
  ['us', 1_000],
  ['ns', 1],
];

/** Bytes of '65536', '64k', '16m', '1g'. @throws AeronError CONFIGURATION */
export function parseSize(text: string): number {
  const [digits, suffix] = split(text);
  const unit = SIZE_UNITS.find(([name]) => name === suffix);
  if (digits === '' || unit === undefined) {
    throw new AeronError('CONFIGURATION', `'${text}' is no size; write bytes or a number with k, m or g, as in 64k`);
  }
  return scaled(text, digits, unit[1]);
}

/** Nanoseconds of '5000', '5000ns', '5us', '10ms', '10s'. @throws AeronError CONFIGURATION */
export function parseDuration(text: string): number {
  const [digits, suffix] = split(text);
  const unit = suffix === '' ? DURATION_UNITS.at(-1) : DURATION_UNITS.find(([name]) => name === suffix);
  if (digits === '' || unit === undefined) {
    throw new AeronError(
      'CONFIGURATION',
      `'${text}' is no duration; write nanoseconds or a number with s, ms, us or ns, as in 100ms`,
    );
  }
  return scaled(text, digits, unit[1]);
}

/** The shortest exact form that `parseSize` reads. */
export function formatSize(bytes: number): string {
  return format(bytes, SIZE_UNITS);
}

/** The shortest exact form that `parseDuration` reads, with a unit. */
export function formatDuration(durationNs: number): string {
  return format(durationNs, DURATION_UNITS);
}

function split(text: string): [digits: string, suffix: string] {
  const digits = /^\d*/.exec(text)![0];
  return [digits, text.slice(digits.length).toLowerCase()];
}

function scaled(text: string, digits: string, unit: number): number {
  const value = Number(digits) * unit;
  if (!Number.isSafeInteger(value)) {
    throw new AeronError('CONFIGURATION', `${text} is beyond 2^53 - 1`);
  }
  return value;
}

function format(value: number, units: readonly (readonly [string, number])[]): string {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new AeronError('OUT_OF_RANGE', `${value} is no size or duration`);
  }
  const [suffix, unit] = units.find(([, unit]) => value >= unit && value % unit === 0) ?? units.at(-1)!;
  return `${value / unit}${suffix}`;
}
