import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { CorrelatedMessage } from './correlated-message-flyweight.ts';
import { readLong, readString, requireLength } from './message-reader.ts';

/*
 * ADD_DESTINATION, REMOVE_DESTINATION, ADD_RCV_DESTINATION and REMOVE_RCV_DESTINATION.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |           registration id of the publication or subscription          |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |           channel length          |            channel ...            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const MINIMUM_LENGTH = 28;

export interface DestinationMessage extends CorrelatedMessage {
  /** Of the publication or subscription that the destination is for. */
  readonly registrationCorrelationId: number;
  readonly channel: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: DestinationMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  buffer.putInt64(offset + 16, message.registrationCorrelationId);
  return 24 + buffer.putString(offset + 24, message.channel);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): DestinationMessage {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
    registrationCorrelationId: readLong(msgTypeId, buffer, offset + 16),
    channel: readString(msgTypeId, buffer, offset + 24, offset + length, 'channel'),
  };
}
