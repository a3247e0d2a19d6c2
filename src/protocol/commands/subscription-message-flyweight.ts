import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { CorrelatedMessage } from './correlated-message-flyweight.ts';
import { readLong, readString, requireLength } from './message-reader.ts';

/*
 * ADD_SUBSCRIPTION.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                    registration correlation id, -1                    |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |             stream id             |           channel length          |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |                              channel ...                              |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const MINIMUM_LENGTH = 32;

export interface SubscriptionMessage extends CorrelatedMessage {
  readonly registrationCorrelationId: number;
  readonly streamId: number;
  readonly channel: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: SubscriptionMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  buffer.putInt64(offset + 16, message.registrationCorrelationId);
  buffer.putInt32(offset + 24, message.streamId);
  return 28 + buffer.putString(offset + 28, message.channel);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): SubscriptionMessage {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
    registrationCorrelationId: readLong(msgTypeId, buffer, offset + 16),
    streamId: buffer.getInt32(offset + 24),
    channel: readString(msgTypeId, buffer, offset + 28, offset + length, 'channel'),
  };
}
