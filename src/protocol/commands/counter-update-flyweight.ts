import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, requireLength } from './message-reader.ts';

/*
 * ON_COUNTER_READY and ON_UNAVAILABLE_COUNTER.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |             counter id            |
 *      +--------+--------+--------+--------+
 */
export const LENGTH = 12;

export interface CounterUpdate {
  readonly correlationId: number;
  readonly counterId: number;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: CounterUpdate): number {
  buffer.putInt64(offset, message.correlationId);
  buffer.putInt32(offset + 8, message.counterId);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): CounterUpdate {
  requireLength(msgTypeId, length, LENGTH);
  return {
    correlationId: readLong(msgTypeId, buffer, offset),
    counterId: buffer.getInt32(offset + 8),
  };
}
