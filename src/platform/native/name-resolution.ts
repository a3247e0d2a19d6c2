import { parseIp, SocketAddress } from '../mod.ts';
import { libc } from './libc.ts';
import { NativeMemory } from './native-memory.ts';
import { decodeAddress, FAMILY_IPV4 } from './native-socket-address.ts';
import { copyFrom, pointerAt } from './native-structures.ts';
import { system } from './system.ts';

const SOCK_DGRAM = 2;
const HINTS_LENGTH = 48;
const NEXT_OFFSET = 40;
const NUMERIC_SCOPE = /^[^%]*(%\d+)?$/;

/**
 * Numeric hosts without asking anybody; names by getaddrinfo, which blocks.
 *
 *     struct addrinfo    0        4        8         12         16          20    24       32       40     48
 *                        +--------+--------+---------+----------+-----------+-----+--------+--------+------+
 *                        | flags  | family | type    | protocol | addr. len |     | address, name   | next |
 *                        +--------+--------+---------+----------+-----------+-----+--------+--------+------+
 */
export function resolveName(host: string, family?: 4 | 6): SocketAddress[] {
  const isNumeric = NUMERIC_SCOPE.test(host) && parseIp(host.split('%')[0]!) !== undefined;
  const found = isNumeric ? [SocketAddress.of(host, 0)] : lookUp(host, family);
  return family === undefined ? found : found.filter((address) => address.family === family);
}

function lookUp(host: string, family: 4 | 6 | undefined): SocketAddress[] {
  if (host === '' || host.includes('\0')) {
    return [];
  }
  const memory = new NativeMemory(HINTS_LENGTH + 8);
  const view = new DataView(memory.arrayBuffer);
  view.setInt32(4, family === undefined ? 0 : family === 4 ? FAMILY_IPV4 : system.familyIpv6, true);
  view.setInt32(8, SOCK_DGRAM, true);
  if (libc().getaddrinfo(host, 0, memory.address, memory.address + HINTS_LENGTH) !== 0) {
    return [];
  }
  const first = pointerAt(view, HINTS_LENGTH);
  try {
    return readAddresses(first);
  } finally {
    libc().freeaddrinfo(first);
  }
}

function readAddresses(first: number): SocketAddress[] {
  const addresses = new Map<string, SocketAddress>();
  for (let at = first; at !== 0; ) {
    const info = copyFrom(at, HINTS_LENGTH);
    const length = info.getUint32(16, true);
    const address = decodeAddress(
      new Uint8Array(copyFrom(pointerAt(info, system.addrinfoAddressOffset), length).buffer),
      0,
    );
    if (address !== undefined) {
      addresses.set(address.key, address);
    }
    at = pointerAt(info, NEXT_OFFSET);
  }
  return [...addresses.values()];
}
