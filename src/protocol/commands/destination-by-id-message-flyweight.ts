import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { CorrelatedMessage } from './correlated-message-flyweight.ts';
import { readLong, requireLength } from './message-reader.ts';

/*
 * REMOVE_DESTINATION_BY_ID. Since Aeron 1.47.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                   registration id of the publication                  |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |                   registration id of the destination                  |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
export const LENGTH = 32;

export interface DestinationByIdMessage extends CorrelatedMessage {
  readonly resourceRegistrationId: number;
  readonly destinationRegistrationId: number;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: DestinationByIdMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  buffer.putInt64(offset + 16, message.resourceRegistrationId);
  buffer.putInt64(offset + 24, message.destinationRegistrationId);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(
  msgTypeId: number,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
): DestinationByIdMessage {
  requireLength(msgTypeId, length, LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
    resourceRegistrationId: readLong(msgTypeId, buffer, offset + 16),
    destinationRegistrationId: readLong(msgTypeId, buffer, offset + 24),
  };
}
