import { AeronError, type AtomicBuffer } from '../../agrona/mod.ts';

/*
 * A driver's name and address. A resolution frame is a header of 8 bytes and then entries, each a multiple of
 * 8 long.
 *
 *      0        1        2        3        4        5        6        7        8
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    0 |  type  | flags  |    udp port     |             age, ms               |
 *      +--------+--------+--------+--------+--------+--------+--------+--------+
 *    8 |  address: 4 bytes (type 1) or 16 bytes (type 2) ...
 *      +--------+--------+
 *      |   name length   |  name ...
 *      +--------+--------+
 */
export const RES_TYPE_NAME_TO_IP4_MD = 0x01;
export const RES_TYPE_NAME_TO_IP6_MD = 0x02;
/** The entry is about the driver that sent it. */
export const SELF_FLAG = 0x80;
export const MAX_NAME_LENGTH = 512;

const RES_TYPE_FIELD_OFFSET = 0;
const RES_FLAGS_FIELD_OFFSET = 1;
const UDP_PORT_FIELD_OFFSET = 2;
const AGE_IN_MS_FIELD_OFFSET = 4;
const ADDRESS_FIELD_OFFSET = 8;
const ADDRESS_LENGTH_IP4 = 4;
const ADDRESS_LENGTH_IP6 = 16;

const utf8Encoder = new TextEncoder();

export interface ResolutionEntry {
  readonly flags: number;
  readonly udpPort: number;
  readonly ageInMs: number;
  /** 4 or 16 bytes in network order. */
  readonly address: Uint8Array;
  readonly name: string;
}

/** Returns the entry's length. @throws AeronError INVALID_RESOLUTION_ENTRY */
export function encode(buffer: AtomicBuffer, offset: number, entry: ResolutionEntry): number {
  const name = utf8Encoder.encode(entry.name);
  const addressLength = entry.address.length;
  if (addressLength !== ADDRESS_LENGTH_IP4 && addressLength !== ADDRESS_LENGTH_IP6) {
    throw new AeronError('INVALID_RESOLUTION_ENTRY', `an address has 4 or 16 bytes, not ${addressLength}`);
  }
  if (name.length === 0 || name.length > MAX_NAME_LENGTH) {
    throw new AeronError('INVALID_RESOLUTION_ENTRY', `a name has 1 to ${MAX_NAME_LENGTH} bytes, not ${name.length}`);
  }
  const nameOffset = offset + ADDRESS_FIELD_OFFSET + addressLength;
  const type = addressLength === ADDRESS_LENGTH_IP4 ? RES_TYPE_NAME_TO_IP4_MD : RES_TYPE_NAME_TO_IP6_MD;
  buffer.putInt8(offset + RES_TYPE_FIELD_OFFSET, type);
  buffer.putInt8(offset + RES_FLAGS_FIELD_OFFSET, entry.flags);
  buffer.putInt16(offset + UDP_PORT_FIELD_OFFSET, entry.udpPort);
  buffer.putInt32(offset + AGE_IN_MS_FIELD_OFFSET, entry.ageInMs);
  buffer.putBytes(offset + ADDRESS_FIELD_OFFSET, entry.address, 0, addressLength);
  buffer.putInt16(nameOffset, name.length);
  buffer.putBytes(nameOffset + 2, name, 0, name.length);
  return entryLengthRequired(addressLength, name.length);
}

/** The entry at an offset with `available` bytes from there on; undefined when they hold no whole valid one. */
export function decode(buffer: AtomicBuffer, offset: number, available: number): ResolutionEntry | undefined {
  const length = entryLength(buffer, offset, available);
  if (length === 0) {
    return undefined;
  }
  const addressLength = addressLengthOf(buffer.getUint8(offset + RES_TYPE_FIELD_OFFSET));
  const nameOffset = offset + ADDRESS_FIELD_OFFSET + addressLength;
  return {
    flags: buffer.getUint8(offset + RES_FLAGS_FIELD_OFFSET),
    udpPort: buffer.getUint16(offset + UDP_PORT_FIELD_OFFSET),
    ageInMs: buffer.getInt32(offset + AGE_IN_MS_FIELD_OFFSET),
    address: buffer.copyBytes(offset + ADDRESS_FIELD_OFFSET, addressLength),
    name: buffer.getStringWithoutLength(nameOffset + 2, buffer.getUint16(nameOffset)),
  };
}

/** Bytes to the next entry, which may be past the end of the frame; 0 when there is no whole valid entry. */
export function entryLength(buffer: AtomicBuffer, offset: number, available: number): number {
  if (available < ADDRESS_FIELD_OFFSET) {
    return 0;
  }
  const addressLength = addressLengthOf(buffer.getUint8(offset + RES_TYPE_FIELD_OFFSET));
  const fixedLength = ADDRESS_FIELD_OFFSET + addressLength + 2;
  if (addressLength === 0 || available < fixedLength) {
    return 0;
  }
  const nameLength = buffer.getUint16(offset + ADDRESS_FIELD_OFFSET + addressLength);
  const isValid = nameLength > 0 && nameLength <= MAX_NAME_LENGTH && available - fixedLength >= nameLength;
  return isValid ? entryLengthRequired(addressLength, nameLength) : 0;
}

/** Bytes that an entry takes, by the lengths of its address and of its name. */
export function entryLengthRequired(addressLength: number, nameLength: number): number {
  return (ADDRESS_FIELD_OFFSET + addressLength + 2 + nameLength + 7) & ~7;
}

function addressLengthOf(type: number): number {
  switch (type) {
    case RES_TYPE_NAME_TO_IP4_MD:
      return ADDRESS_LENGTH_IP4;
    case RES_TYPE_NAME_TO_IP6_MD:
      return ADDRESS_LENGTH_IP6;
    default:
      return 0;
  }
}
