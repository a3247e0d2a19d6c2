import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { CorrelatedMessage } from './correlated-message-flyweight.ts';
import { readLong, requireLength } from './message-reader.ts';

/*
 * REMOVE_SUBSCRIPTION and REMOVE_COUNTER.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                            registration id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
export const LENGTH = 24;

export interface RemoveMessage extends CorrelatedMessage {
  readonly registrationId: number;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: RemoveMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  buffer.putInt64(offset + 16, message.registrationId);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): RemoveMessage {
  requireLength(msgTypeId, length, LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
    registrationId: readLong(msgTypeId, buffer, offset + 16),
  };
}
