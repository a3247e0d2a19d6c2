import { AeronError } from '../platform/mod.ts';
import { CACHE_LINE_LENGTH, isPowerOfTwo } from './bit-util.ts';

/**
 * The trailer behind the data of a ring buffer, as Agrona's `RingBufferDescriptor` lays it out. Each long has
 * two cache lines before the next, so that producers and the consumer do not share one.
 *
 *     capacity +   0   (128 bytes of padding)
 *     capacity + 128   tail position            int64   bytes claimed by producers so far
 *     capacity + 256   head cache position      int64   what producers last knew of the head
 *     capacity + 384   head position            int64   bytes consumed so far
 *     capacity + 512   correlation counter      int64   the next correlation id
 *     capacity + 640   consumer heartbeat       int64   epoch ms of the consumer's last sign of life
 *     capacity + 768   (end)
 */
export const TAIL_POSITION_OFFSET = CACHE_LINE_LENGTH * 2;
export const HEAD_CACHE_POSITION_OFFSET = CACHE_LINE_LENGTH * 4;
export const HEAD_POSITION_OFFSET = CACHE_LINE_LENGTH * 6;
export const CORRELATION_COUNTER_OFFSET = CACHE_LINE_LENGTH * 8;
export const CONSUMER_HEARTBEAT_OFFSET = CACHE_LINE_LENGTH * 10;
export const TRAILER_LENGTH = CACHE_LINE_LENGTH * 12;

/**
 * The bytes for records in a buffer of `length` bytes.
 * @throws AeronError INVALID_CAPACITY when that is no power of two, or less than `minimum`.
 */
export function checkCapacity(length: number, minimum: number): number {
  const capacity = length - TRAILER_LENGTH;
  if (!isPowerOfTwo(capacity) || capacity < minimum || capacity > 2 ** 30) {
    throw new AeronError(
      'INVALID_CAPACITY',
      `a ring buffer is a power of two from ${minimum} to 2^30 plus a trailer of ${TRAILER_LENGTH} bytes; ` +
        `${length} bytes are not`,
    );
  }
  return capacity;
}
