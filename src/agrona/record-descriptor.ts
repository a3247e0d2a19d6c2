import { AeronError } from '../platform/mod.ts';
import type { AtomicBuffer } from './atomic-buffer.ts';

/**
 * One message in a ring buffer or a broadcast buffer (Agrona's two `RecordDescriptor`s). Records start at
 * multiples of 8.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-------------------------------------------------------------+
 *     |R|     Length, this header included; negative while written    |
 *     +-+-------------------------------------------------------------+
 *     |                  Message type id; -1 is padding               |
 *     +---------------------------------------------------------------+
 *     |                            Message                          ...
 */
export const LENGTH_OFFSET = 0;
export const TYPE_OFFSET = 4;
export const HEADER_LENGTH = 8;
export const ALIGNMENT = 8;

/** The type of a record that only fills space. */
export const PADDING_MSG_TYPE_ID = -1;

/** @throws AeronError INVALID_MESSAGE_TYPE when the id is below 1, which is kept for padding. */
export function checkTypeId(msgTypeId: number): void {
  if (msgTypeId < 1) {
    throw new AeronError('INVALID_MESSAGE_TYPE', `a message type id is at least 1, not ${msgTypeId}`);
  }
}

/** @throws AeronError MESSAGE_TOO_LONG, or OUT_OF_RANGE when the length is negative. */
export function checkMessageLength(length: number, maximum: number): void {
  if (length > maximum) {
    throw new AeronError(
      'MESSAGE_TOO_LONG',
      `a message of ${length} bytes exceeds the ${maximum} that a buffer of this capacity takes in one record`,
    );
  }
  if (length < 0) {
    throw new AeronError('OUT_OF_RANGE', `a message cannot have ${length} bytes`);
  }
}

/** Asked before a record is begun: one that cannot be filled would stop whoever reads. @throws AeronError OUT_OF_BOUNDS */
export function checkSource(source: AtomicBuffer | Uint8Array, offset: number, length: number): void {
  const available = source instanceof Uint8Array ? source.length : source.capacity;
  if (offset < 0 || offset + length > available) {
    throw new AeronError('OUT_OF_BOUNDS', `${length} bytes from ${offset} are not within ${available} bytes`);
  }
}
