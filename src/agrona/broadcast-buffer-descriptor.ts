import { AeronError } from '../platform/mod.ts';
import { CACHE_LINE_LENGTH, isPowerOfTwo } from './bit-util.ts';

/**
 * The trailer behind the data of a broadcast buffer, as Agrona's `BroadcastBufferDescriptor` lays it out.
 *
 *     capacity +  0   tail intent counter   int64   up to here the transmitter may be overwriting
 *     capacity +  8   tail counter          int64   up to here messages can be read
 *     capacity + 16   latest counter        int64   where the latest message starts
 *     capacity + 24   (padding up to 128)
 */
export const TAIL_INTENT_COUNTER_OFFSET = 0;
export const TAIL_COUNTER_OFFSET = 8;
export const LATEST_COUNTER_OFFSET = 16;
export const TRAILER_LENGTH = CACHE_LINE_LENGTH * 2;

/** The bytes for records in a buffer of `length` bytes. @throws AeronError INVALID_CAPACITY */
export function checkCapacity(length: number): number {
  const capacity = length - TRAILER_LENGTH;
  if (!isPowerOfTwo(capacity) || capacity < 16 || capacity > 2 ** 30) {
    throw new AeronError(
      'INVALID_CAPACITY',
      `a broadcast buffer is a power of two from 16 to 2^30 plus a trailer of ${TRAILER_LENGTH} bytes; ` +
        `${length} bytes are not`,
    );
  }
  return capacity;
}

/** The longest message that a buffer for `capacity` bytes of records takes. */
export function calculateMaxMessageLength(capacity: number): number {
  return Math.floor(capacity / 8);
}
