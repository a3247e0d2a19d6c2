import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { CorrelatedMessage } from './correlated-message-flyweight.ts';
import { readLong, requireLength } from './message-reader.ts';

/*
 * GET_NEXT_AVAILABLE_SESSION_ID. Since Aeron 1.49.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |             stream id             |
 *      +--------+--------+--------+--------+
 */
export const LENGTH = 20;

export interface GetNextAvailableSessionIdMessage extends CorrelatedMessage {
  readonly streamId: number;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: GetNextAvailableSessionIdMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  buffer.putInt32(offset + 16, message.streamId);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(
  msgTypeId: number,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
): GetNextAvailableSessionIdMessage {
  requireLength(msgTypeId, length, LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
    streamId: buffer.getInt32(offset + 16),
  };
}
