import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { CorrelatedMessage } from './correlated-message-flyweight.ts';
import { readLong, readString, requireLength } from './message-reader.ts';

/*
 * ADD_PUBLICATION and ADD_EXCLUSIVE_PUBLICATION.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |             stream id             |           channel length          |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |                              channel ...                              |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const MINIMUM_LENGTH = 24;

export interface PublicationMessage extends CorrelatedMessage {
  readonly streamId: number;
  readonly channel: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: PublicationMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  buffer.putInt32(offset + 16, message.streamId);
  return 20 + buffer.putString(offset + 20, message.channel);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): PublicationMessage {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
    streamId: buffer.getInt32(offset + 16),
    channel: readString(msgTypeId, buffer, offset + 20, offset + length, 'channel'),
  };
}
