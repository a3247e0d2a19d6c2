import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, requireLength } from './message-reader.ts';

/*
 * ON_OPERATION_SUCCESS.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
export const LENGTH = 8;

export interface OperationSucceeded {
  readonly correlationId: number;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: OperationSucceeded): number {
  buffer.putInt64(offset, message.correlationId);
  return LENGTH;
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): OperationSucceeded {
  requireLength(msgTypeId, length, LENGTH);
  return {
    correlationId: readLong(msgTypeId, buffer, offset),
  };
}
