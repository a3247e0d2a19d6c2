import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, requireLength } from './message-reader.ts';

/*
 * What every command begins with, and all there is to CLIENT_KEEPALIVE and CLIENT_CLOSE.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                            correlation id                             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
export const LENGTH = 16;

export interface CorrelatedMessage {
  readonly clientId: number;
  readonly correlationId: number;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: CorrelatedMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): CorrelatedMessage {
  requireLength(msgTypeId, length, LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
  };
}
