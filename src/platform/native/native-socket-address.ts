import { PlatformError, SocketAddress } from '../mod.ts';
import { system } from './system.ts';

/**
 * Addresses as the system's sockets take them. Ports and addresses are in network order, the scope is in the
 * machine's; on macOS the first byte is the length of the structure and the second the family.
 *
 *     sockaddr_in        0       2      4         8            16
 *                        +-------+------+---------+------------+
 *                        |family | port | address |     0      |
 *                        +-------+------+---------+------------+
 *
 *     sockaddr_in6       0       2      4       8                       24      28
 *                        +-------+------+-------+-----------------------+-------+
 *                        |family | port | flow  |        address        | scope |
 *                        +-------+------+-------+-----------------------+-------+
 */
export const MAX_ADDRESS_LENGTH = 32;

export const FAMILY_IPV4 = 2;
const IPV4_LENGTH = 16;
const IPV6_LENGTH = 28;
const PORT_OFFSET = 2;
const IPV4_ADDRESS_OFFSET = 4;
const IPV6_ADDRESS_OFFSET = 8;
const IPV6_SCOPE_OFFSET = 24;

/** How an IPv6 socket names an IPv4 peer: the last four of these bytes' sixteen are its address. */
const MAPPED_PREFIX_LENGTH = 12;

/**
 * Writes the address as a socket of `family` wants it and returns its length. A socket of IPv6 can also talk
 * to an IPv4 address.
 * @throws PlatformError EAFNOSUPPORT for an IPv6 address and a socket of IPv4.
 */
export function encodeAddress(bytes: Uint8Array, offset: number, address: SocketAddress, family: 4 | 6): number {
  if (address.family > family) {
    throw new PlatformError(
      'EAFNOSUPPORT',
      'send',
      `cannot send to ${address.key}: the socket is an IPv4 one; bind it to an IPv6 address (EAFNOSUPPORT)`,
    );
  }
  const length = family === 4 ? IPV4_LENGTH : IPV6_LENGTH;
  bytes.fill(0, offset, offset + length);
  const number = family === 4 ? FAMILY_IPV4 : system.familyIpv6;
  if (system.addressHasLength) {
    bytes[offset] = length;
    bytes[offset + 1] = number;
  } else {
    bytes[offset] = number;
  }
  bytes[offset + PORT_OFFSET] = address.port >> 8;
  bytes[offset + PORT_OFFSET + 1] = address.port;
  let start = offset + (family === 4 ? IPV4_ADDRESS_OFFSET : IPV6_ADDRESS_OFFSET);
  if (family === 6 && address.family === 4) {
    start += MAPPED_PREFIX_LENGTH;
    bytes[start - 2] = 0xff;
    bytes[start - 1] = 0xff;
  }
  const source = address.bytes;
  for (let i = 0; i < source.length; i++) {
    bytes[start + i] = source[i]!;
  }
  for (let i = 0, scope = address.scopeId; scope !== 0; i++, scope >>>= 8) {
    bytes[offset + IPV6_SCOPE_OFFSET + i] = scope;
  }
  return length;
}

/** Undefined when it is neither an IPv4 nor an IPv6 address. */
export function decodeAddress(bytes: Uint8Array, offset: number): SocketAddress | undefined {
  const family = system.addressHasLength ? bytes[offset + 1]! : bytes[offset]! | (bytes[offset + 1]! << 8);
  const port = (bytes[offset + PORT_OFFSET]! << 8) | bytes[offset + PORT_OFFSET + 1]!;
  if (family === FAMILY_IPV4) {
    const start = offset + IPV4_ADDRESS_OFFSET;
    return SocketAddress.fromBytes(bytes.subarray(start, start + 4), port);
  }
  if (family !== system.familyIpv6) {
    return undefined;
  }
  const start = offset + IPV6_ADDRESS_OFFSET;
  const address = bytes.slice(start, start + 16);
  if (isMappedIpv4(address)) {
    return SocketAddress.fromBytes(address.subarray(MAPPED_PREFIX_LENGTH), port);
  }
  let scope = 0;
  for (let i = 3; i >= 0; i--) {
    scope = (scope << 8) | bytes[offset + IPV6_SCOPE_OFFSET + i]!;
  }
  if (system.scopeInsideAddress && isLinkLocal(address)) {
    scope ||= (address[2]! << 8) | address[3]!;
    address.fill(0, 2, 4);
  }
  return SocketAddress.fromBytes(address, port, scope >>> 0);
}

function isMappedIpv4(address: Uint8Array): boolean {
  return address.every((byte, i) => i >= MAPPED_PREFIX_LENGTH || byte === (i < MAPPED_PREFIX_LENGTH - 2 ? 0 : 0xff));
}

function isLinkLocal(address: Uint8Array): boolean {
  return address[0] === 0xfe && (address[1]! & 0xc0) === 0x80;
}
