import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { CorrelatedMessage } from './correlated-message-flyweight.ts';
import { readBytes, readLong, requireLength } from './message-reader.ts';

/*
 * TERMINATE_DRIVER.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |            token length           |             token ...             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const MINIMUM_LENGTH = 20;

export interface TerminateDriverMessage extends CorrelatedMessage {
  readonly token: Uint8Array;
}

export function computeLength(tokenLength: number): number {
  return MINIMUM_LENGTH + tokenLength;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: TerminateDriverMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  buffer.putInt32(offset + 16, message.token.length);
  buffer.putBytes(offset + 20, message.token, 0, message.token.length);
  return 20 + message.token.length;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(
  msgTypeId: number,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
): TerminateDriverMessage {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
    token: readBytes(msgTypeId, buffer, offset + 16, offset + length, 'token buffer'),
  };
}
