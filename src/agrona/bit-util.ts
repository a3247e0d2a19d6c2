import { AeronError } from '../platform/mod.ts';

/** Bytes of a cache line, as every shared layout assumes it. */
export const CACHE_LINE_LENGTH = 64;

/** The next multiple of `alignment` (a power of two) that is not below `value`; both below 2^31. */
export function align(value: number, alignment: number): number {
  return (value + (alignment - 1)) & -alignment;
}

/** `align` for values up to 2^53. */
export function alignLong(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** True for 1, 2, 4, ... up to 2^53. */
export function isPowerOfTwo(value: number): boolean {
  return value >= 1 && 2 ** Math.round(Math.log2(value)) === value;
}

/** The smallest power of two that is not below `value`, which is at most 2^30. @throws AeronError OUT_OF_RANGE */
export function findNextPositivePowerOfTwo(value: number): number {
  if (value > 2 ** 30) {
    throw new AeronError('OUT_OF_RANGE', `no 32-bit power of two is at least ${value}; the greatest is 2^30`);
  }
  return value <= 1 ? 1 : 1 << (32 - Math.clz32(value - 1));
}
