import type { AtomicBuffer } from '../../agrona/mod.ts';
import { readLong, readString, requireLength } from './message-reader.ts';

/*
 * ON_ERROR.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                correlation id of the offending command                |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |             error code            |        error message length       |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                           error message ...                           |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const MINIMUM_LENGTH = 16;

export interface ErrorResponse {
  /** 0 when the command was too broken to have one. */
  readonly offendingCommandCorrelationId: number;
  /** One of `ErrorCode`, or a later version's. */
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: ErrorResponse): number {
  buffer.putInt64(offset, message.offendingCommandCorrelationId);
  buffer.putInt32(offset + 8, message.errorCode);
  return 12 + buffer.putString(offset + 12, message.errorMessage);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): ErrorResponse {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  return {
    offendingCommandCorrelationId: readLong(msgTypeId, buffer, offset),
    errorCode: buffer.getInt32(offset + 8),
    errorMessage: readString(msgTypeId, buffer, offset + 12, offset + length, 'error message'),
  };
}
