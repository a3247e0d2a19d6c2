import type { NetworkInterface, SocketAddress } from '../mod.ts';
import { libc } from './libc.ts';
import { NativeMemory } from './native-memory.ts';
import { decodeAddress, FAMILY_IPV4 } from './native-socket-address.ts';
import { copyFrom, pointerAt, textAt } from './native-structures.ts';
import { system } from './system.ts';
import { systemError } from './system-error.ts';

const IFADDRS_LENGTH = 40;
const ADDRESS_LENGTH = 28;
const IPV4_ADDRESS_LENGTH = 16;
const IS_UP = 0x1;
const IS_LOOPBACK = 0x8;

/**
 * By getifaddrs: what node:os lists leaves out interfaces that are down, and whether one can multicast.
 *
 *     struct ifaddrs     0        8        16       20    24        32        40
 *                        +--------+--------+--------+-----+---------+---------+--
 *                        | next   | name   | flags  |     | address | netmask | ...
 *                        +--------+--------+--------+-----+---------+---------+--
 */
export function listInterfaces(): NetworkInterface[] {
  const result = new NativeMemory(8);
  if (libc().getifaddrs(result.address) !== 0) {
    throw systemError('list', 'the network interfaces');
  }
  const first = pointerAt(new DataView(result.arrayBuffer), 0);
  try {
    return readInterfaces(first);
  } finally {
    libc().freeifaddrs(first);
  }
}

function readInterfaces(first: number): NetworkInterface[] {
  const interfaces: NetworkInterface[] = [];
  for (let at = first; at !== 0; ) {
    const entry = copyFrom(at, IFADDRS_LENGTH);
    at = pointerAt(entry, 0);
    const found = readInterface(entry);
    if (found !== undefined) {
      interfaces.push(found);
    }
  }
  return interfaces;
}

function readInterface(entry: DataView): NetworkInterface | undefined {
  const address = readAddress(pointerAt(entry, 24));
  if (address === undefined) {
    return undefined;
  }
  const flags = entry.getUint32(16, true);
  const nameAddress = pointerAt(entry, 8);
  return {
    name: textAt(nameAddress),
    index: libc().if_nametoindex(nameAddress),
    address,
    prefixLength: readPrefixLength(pointerAt(entry, 32), address),
    isUp: (flags & IS_UP) !== 0,
    isLoopback: (flags & IS_LOOPBACK) !== 0,
    supportsMulticast: (flags & system.interfaceSupportsMulticast) !== 0,
  };
}

/** Undefined for an interface without an address, and for link layer addresses. */
function readAddress(at: number): SocketAddress | undefined {
  if (at === 0) {
    return undefined;
  }
  const isIpv4 = copyFrom(at, 2).getUint8(system.addressHasLength ? 1 : 0) === FAMILY_IPV4;
  return decodeAddress(new Uint8Array(copyFrom(at, isIpv4 ? IPV4_ADDRESS_LENGTH : ADDRESS_LENGTH).buffer), 0);
}

/** macOS shortens netmasks: what is not there is zero. */
function readPrefixLength(at: number, address: SocketAddress): number {
  if (at === 0) {
    return address.bytes.length * 8;
  }
  const start = address.family === 4 ? 4 : 8;
  const full = start + address.bytes.length;
  const length = system.addressHasLength ? Math.min(full, copyFrom(at, 1).getUint8(0)) : full;
  const mask = copyFrom(at, length);
  let bits = 0;
  for (let i = start; i < length; i++) {
    for (let byte = mask.getUint8(i); byte !== 0; byte = (byte << 1) & 0xff) {
      bits++;
    }
  }
  return bits;
}
