import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, readString, requireLength } from './message-reader.ts';

/*
 * ON_UNAVAILABLE_IMAGE.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                      correlation id of the image                      |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                      subscription registration id                     |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |             stream id             |           channel length          |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |                              channel ...                              |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const MINIMUM_LENGTH = 24;

export interface ImageMessage {
  readonly correlationId: number;
  readonly subscriptionRegistrationId: number;
  readonly streamId: number;
  readonly channel: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: ImageMessage): number {
  buffer.putInt64(offset, message.correlationId);
  buffer.putInt64(offset + 8, message.subscriptionRegistrationId);
  buffer.putInt32(offset + 16, message.streamId);
  return 20 + buffer.putString(offset + 20, message.channel);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): ImageMessage {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  return {
    correlationId: readLong(msgTypeId, buffer, offset),
    subscriptionRegistrationId: readLong(msgTypeId, buffer, offset + 8),
    streamId: buffer.getInt32(offset + 16),
    channel: readString(msgTypeId, buffer, offset + 20, offset + length, 'channel'),
  };
}
