import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, requireLength } from './message-reader.ts';

/*
 * ON_CLIENT_TIMEOUT.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
export const LENGTH = 8;

export interface ClientTimeout {
  readonly clientId: number;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: ClientTimeout): number {
  buffer.putInt64(offset, message.clientId);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): ClientTimeout {
  requireLength(msgTypeId, length, LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
  };
}
