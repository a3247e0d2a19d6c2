import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, requireLength } from './message-reader.ts';

/*
 * ON_SUBSCRIPTION_READY.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |     channel status counter id     |
 *      +--------+--------+--------+--------+
 */
export const LENGTH = 12;

export interface SubscriptionReady {
  readonly correlationId: number;
  /** -1 when the channel has none. */
  readonly channelStatusCounterId: number;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: SubscriptionReady): number {
  buffer.putInt64(offset, message.correlationId);
  buffer.putInt32(offset + 8, message.channelStatusCounterId);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): SubscriptionReady {
  requireLength(msgTypeId, length, LENGTH);
  return {
    correlationId: readLong(msgTypeId, buffer, offset),
    channelStatusCounterId: buffer.getInt32(offset + 8),
  };
}
