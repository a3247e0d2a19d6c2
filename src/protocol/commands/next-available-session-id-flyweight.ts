import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, requireLength } from './message-reader.ts';

/*
 * ON_NEXT_AVAILABLE_SESSION_ID. Since Aeron 1.49.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |          next session id          |
 *      +--------+--------+--------+--------+
 */
export const LENGTH = 12;

export interface NextAvailableSessionId {
  readonly correlationId: number;
  readonly nextSessionId: number;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: NextAvailableSessionId): number {
  buffer.putInt64(offset, message.correlationId);
  buffer.putInt32(offset + 8, message.nextSessionId);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(
  msgTypeId: number,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
): NextAvailableSessionId {
  requireLength(msgTypeId, length, LENGTH);
  return {
    correlationId: readLong(msgTypeId, buffer, offset),
    nextSessionId: buffer.getInt32(offset + 8),
  };
}
