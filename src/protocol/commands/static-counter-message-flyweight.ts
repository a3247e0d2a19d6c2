import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { CorrelatedMessage } from './correlated-message-flyweight.ts';
import { readBytes, readLong, readString, requireLength } from './message-reader.ts';

/*
 * ADD_STATIC_COUNTER.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                               client id                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                             correlation id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |                            registration id                            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |          counter type id          |             key length            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |                      key, to a multiple of 4 ...                      |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *      |            label length           |             label ...             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const KEY_LENGTH_OFFSET = 28;
const MINIMUM_LENGTH = 36;

export interface StaticCounterMessage extends CorrelatedMessage {
  /** Chosen by the user: with the type id it tells one static counter from another. */
  readonly registrationId: bigint;
  readonly typeId: number;
  readonly key: Uint8Array;
  readonly label: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: StaticCounterMessage): number {
  buffer.putInt64(offset, message.clientId);
  buffer.putInt64(offset + 8, message.correlationId);
  buffer.putBigInt64(offset + 16, message.registrationId);
  buffer.putInt32(offset + 24, message.typeId);
  buffer.putInt32(offset + KEY_LENGTH_OFFSET, message.key.length);
  buffer.putBytes(offset + KEY_LENGTH_OFFSET + 4, message.key, 0, message.key.length);
  const labelOffset = labelLengthOffset(message.key.length);
  return labelOffset + buffer.putString(offset + labelOffset, message.label);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): StaticCounterMessage {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  const end = offset + length;
  const key = readBytes(msgTypeId, buffer, offset + KEY_LENGTH_OFFSET, end, 'key');
  return {
    clientId: readLong(msgTypeId, buffer, offset),
    correlationId: readLong(msgTypeId, buffer, offset + 8),
    registrationId: buffer.getBigInt64(offset + 16),
    typeId: buffer.getInt32(offset + 24),
    key,
    label: readString(msgTypeId, buffer, offset + labelLengthOffset(key.length), end, 'label'),
  };
}

function labelLengthOffset(keyLength: number): number {
  return KEY_LENGTH_OFFSET + 4 + ((keyLength + 3) & ~3);
}
