import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { CorrelatedMessage } from './correlated-message-flyweight.ts';
import { readLong, readString, requireLength } from './message-reader.ts';

/*
 * REJECT_IMAGE. Since Aeron 1.47.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                          image correlation id                         |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |                                position                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |           reason length           |             reason ...            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const MINIMUM_LENGTH = 36;

export interface RejectImageMessage extends CorrelatedMessage {
  readonly imageCorrelationId: number;
  readonly position: number;
  readonly reason: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: RejectImageMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  buffer.putInt64(offset + 16, message.imageCorrelationId);
  buffer.putInt64(offset + 24, message.position);
  return 32 + buffer.putString(offset + 32, message.reason);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): RejectImageMessage {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
    imageCorrelationId: readLong(msgTypeId, buffer, offset + 16),
    position: readLong(msgTypeId, buffer, offset + 24),
    reason: readString(msgTypeId, buffer, offset + 32, offset + length, 'reason'),
  };
}
