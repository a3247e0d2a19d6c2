import type { AtomicBuffer } from '../../agrona/mod.ts';
import { SocketAddress } from '../../platform/mod.ts';
import { ControlProtocolError } from '../errors.ts';
import { ErrorCode } from './error-code.ts';
import { readLong, readString, requireLength } from './message-reader.ts';

/*
 * ON_PUBLICATION_ERROR: a receiver sent an error frame to a publication. Since Aeron 1.47.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |                   registration id of the publication                  |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |                   registration id of the destination                  |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   16 |             session id            |             stream id             |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   24 |                              receiver id                              |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   32 |                               group tag                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   40 |  address family |     udp port    |           address: 4 or           |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   48 |                                16 bytes                               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   56 |                                   |             error code            |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *   64 |        error message length       |         error message ...         |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 */
const ADDRESS_TYPE_OFFSET = 40;
const ADDRESS_PORT_OFFSET = 42;
const ADDRESS_OFFSET = 44;
const ADDRESS_FIELD_LENGTH = 16;
const ERROR_CODE_OFFSET = 60;
const ERROR_MESSAGE_OFFSET = 64;
const MINIMUM_LENGTH = 68;
const ADDRESS_TYPE_IPV4 = 1;
const ADDRESS_TYPE_IPV6 = 2;

export interface PublicationErrorFrame {
  readonly registrationId: number;
  /** -1 when the publication has no destinations of its own. */
  readonly destinationRegistrationId: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly receiverId: bigint;
  /** -1n when the receiver has none. */
  readonly groupTag: bigint;
  readonly sourceAddress: SocketAddress;
  /** One of `ErrorCode`, or a later version's. */
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** Returns the length of the message. */
export function encode(buffer: AtomicBuffer, offset: number, message: PublicationErrorFrame): number {
  const address = message.sourceAddress;
  buffer.putInt64(offset, message.registrationId);
  buffer.putInt64(offset + 8, message.destinationRegistrationId);
  buffer.putInt32(offset + 16, message.sessionId);
  buffer.putInt32(offset + 20, message.streamId);
  buffer.putBigInt64(offset + 24, message.receiverId);
  buffer.putBigInt64(offset + 32, message.groupTag);
  buffer.putInt16(offset + ADDRESS_TYPE_OFFSET, address.family === 4 ? ADDRESS_TYPE_IPV4 : ADDRESS_TYPE_IPV6);
  buffer.putInt16(offset + ADDRESS_PORT_OFFSET, address.port);
  buffer.setMemory(offset + ADDRESS_OFFSET, ADDRESS_FIELD_LENGTH, 0);
  buffer.putBytes(offset + ADDRESS_OFFSET, address.bytes, 0, address.bytes.length);
  buffer.putInt32(offset + ERROR_CODE_OFFSET, message.errorCode);
  return ERROR_MESSAGE_OFFSET + buffer.putString(offset + ERROR_MESSAGE_OFFSET, message.errorMessage);
}

/** @throws ControlProtocolError MALFORMED_COMMAND */
export function decode(msgTypeId: number, buffer: AtomicBuffer, offset: number, length: number): PublicationErrorFrame {
  requireLength(msgTypeId, length, MINIMUM_LENGTH);
  return {
    registrationId: readLong(msgTypeId, buffer, offset),
    destinationRegistrationId: readLong(msgTypeId, buffer, offset + 8),
    sessionId: buffer.getInt32(offset + 16),
    streamId: buffer.getInt32(offset + 20),
    receiverId: buffer.getBigInt64(offset + 24),
    groupTag: buffer.getBigInt64(offset + 32),
    sourceAddress: readAddress(msgTypeId, buffer, offset),
    errorCode: buffer.getInt32(offset + ERROR_CODE_OFFSET),
    errorMessage: readString(msgTypeId, buffer, offset + ERROR_MESSAGE_OFFSET, offset + length, 'error message'),
  };
}

function readAddress(msgTypeId: number, buffer: AtomicBuffer, offset: number): SocketAddress {
  const type = buffer.getInt16(offset + ADDRESS_TYPE_OFFSET);
  if (type !== ADDRESS_TYPE_IPV4 && type !== ADDRESS_TYPE_IPV6) {
    throw new ControlProtocolError(
      ErrorCode.MALFORMED_COMMAND,
      `command=${msgTypeId} with unknown address type: ${type}`,
    );
  }
  const bytes = buffer.copyBytes(offset + ADDRESS_OFFSET, type === ADDRESS_TYPE_IPV4 ? 4 : 16);
  return SocketAddress.fromBytes(bytes, buffer.getUint16(offset + ADDRESS_PORT_OFFSET));
}
