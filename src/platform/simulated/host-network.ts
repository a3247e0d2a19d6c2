import { type NetworkInterface, PlatformError, SocketAddress } from '../mod.ts';
import { isDual, type SimulatedSocket } from './simulated-socket.ts';

const FIRST_EPHEMERAL_PORT = 32768;
const LAST_EPHEMERAL_PORT = 60999;
const NOTHING: readonly SimulatedSocket[] = [];

/** The IP stack of one host: interfaces, and which sockets are bound to what. */
export class HostNetwork {
  readonly name: string;
  readonly interfaces: readonly NetworkInterface[];
  /** The largest socket buffer that may be asked for (net.core.rmem_max); more is cut to it without a word. */
  readonly maxSocketBufferLength: number;
  readonly #socketsByPort = new Map<number, SimulatedSocket[]>();
  #nextEphemeralPort = FIRST_EPHEMERAL_PORT;

  constructor(name: string, addresses: readonly string[], maxSocketBufferLength: number) {
    this.name = name;
    this.interfaces = [...loopbackInterfaces(), ...ethernetInterfaces(addresses)];
    this.maxSocketBufferLength = maxSocketBufferLength;
  }

  /** Sockets that are open now, of all processes. */
  get socketCount(): number {
    let count = 0;
    for (const bound of this.#socketsByPort.values()) {
      count += bound.length;
    }
    return count;
  }

  owns(address: SocketAddress): boolean {
    return address.isLoopback || this.interfaces.some((candidate) => candidate.address.host === address.host);
  }

  /** Binds; returns the address with the port that was chosen. @throws PlatformError EADDRINUSE, EADDRNOTAVAIL */
  bind(socket: SimulatedSocket, wanted: SocketAddress, reuseAddress: boolean): SocketAddress {
    if (!wanted.isAny && !wanted.isMulticast && !this.owns(wanted)) {
      throw new PlatformError('EADDRNOTAVAIL', 'bind', `host ${this.name} has no address ${wanted.host}`);
    }
    const address = wanted.port === 0 ? wanted.withPort(this.#ephemeralPort()) : wanted;
    const bound = this.#socketsByPort.get(address.port) ?? [];
    const conflicts = bound.some(
      (other) => overlaps(other.localAddress, address) && !(reuseAddress && other.reusesAddress),
    );
    if (conflicts) {
      throw new PlatformError('EADDRINUSE', 'bind', `${address.key} is in use on host ${this.name}`);
    }
    bound.push(socket);
    this.#socketsByPort.set(address.port, bound);
    return address;
  }

  release(socket: SimulatedSocket): void {
    const { port } = socket.localAddress;
    const rest = this.#socketsByPort.get(port)?.filter((other) => other !== socket) ?? [];
    if (rest.length === 0) {
      this.#socketsByPort.delete(port);
    } else {
      this.#socketsByPort.set(port, rest);
    }
  }

  /**
   * Who gets a datagram: for unicast the socket bound most closely and latest, for multicast (`on` an
   * interface) every member that is bound to the port.
   */
  socketsFor(to: SocketAddress, on: NetworkInterface | undefined): readonly SimulatedSocket[] {
    const bound = this.#socketsByPort.get(to.port);
    if (bound === undefined) {
      return NOTHING;
    }
    if (on !== undefined) {
      return bound.filter((socket) => socket.isMember(to, on.index) && accepts(socket.localAddress, to));
    }
    const exact = bound.findLast((socket) => socket.localAddress.host === to.host);
    const chosen = exact ?? bound.findLast((socket) => accepts(socket.localAddress, to));
    return chosen === undefined ? NOTHING : [chosen];
  }

  hasMember(group: SocketAddress, interfaceIndex: number): boolean {
    const bound = this.#socketsByPort.get(group.port);
    return bound?.some((socket) => socket.isMember(group, interfaceIndex)) ?? false;
  }

  /** The interface of this host that shares a subnet with an interface of another host. */
  interfaceOnSegmentOf(other: HostNetwork, via: NetworkInterface): NetworkInterface | undefined {
    const theirs = other.interfaces.filter((candidate) => candidate.index === via.index);
    return this.interfaces.find((mine) => !mine.isLoopback && theirs.some((their) => sharesSubnet(mine, their)));
  }

  /** Where multicast of a family goes to and comes from when nobody says: the first interface that is no loopback. */
  defaultInterface(family: 4 | 6): NetworkInterface {
    const ofFamily = this.interfaces.filter((candidate) => candidate.address.family === family);
    return ofFamily.find((candidate) => !candidate.isLoopback) ?? ofFamily[0]!;
  }

  interfaceOf(address: SocketAddress): NetworkInterface | undefined {
    return this.interfaces.find((candidate) => candidate.address.host === address.host);
  }

  /** The address that a socket bound to no particular one sends from. @throws PlatformError ENETUNREACH */
  sourceTowards(to: SocketAddress, port: number): SocketAddress {
    if (to.isAny) {
      return this.interfaces.find((own) => own.isLoopback && own.address.family === to.family)!.address.withPort(port);
    }
    if (this.owns(to)) {
      return to.withPort(port);
    }
    const usable = this.interfaces.filter((own) => !own.isLoopback && own.address.family === to.family);
    const source = usable.find((own) => hasPrefix(to, own.address, own.prefixLength)) ?? usable[0];
    if (source === undefined) {
      throw new PlatformError('ENETUNREACH', 'send', `host ${this.name} has no IPv${to.family} way to ${to.key}`);
    }
    return source.address.withPort(port);
  }

  #ephemeralPort(): number {
    for (let tried = FIRST_EPHEMERAL_PORT; tried <= LAST_EPHEMERAL_PORT; tried++) {
      const port = this.#nextEphemeralPort;
      this.#nextEphemeralPort = port === LAST_EPHEMERAL_PORT ? FIRST_EPHEMERAL_PORT : port + 1;
      if (!this.#socketsByPort.has(port)) {
        return port;
      }
    }
    throw new PlatformError('EADDRINUSE', 'bind', `host ${this.name} has no ephemeral port left`);
  }
}

function loopbackInterfaces(): NetworkInterface[] {
  return [toInterface('lo', 1, '127.0.0.1/8'), toInterface('lo', 1, '::1/128')];
}

/** The n-th IPv4 and the n-th IPv6 address share an interface: eth0, eth1, ... */
function ethernetInterfaces(addresses: readonly string[]): NetworkInterface[] {
  const counts = { 4: 0, 6: 0 };
  return addresses.map((text) => {
    const ordinal = counts[text.includes(':') ? 6 : 4]++;
    return toInterface(`eth${ordinal}`, ordinal + 2, text);
  });
}

function toInterface(name: string, index: number, text: string): NetworkInterface {
  const [host = '', prefix] = text.split('/');
  const address = SocketAddress.of(host, 0);
  const isLoopback = address.isLoopback;
  const prefixLength = prefix === undefined ? (address.family === 4 ? 24 : 64) : Number(prefix);
  return { name, index, address, prefixLength, isUp: true, isLoopback, supportsMulticast: !isLoopback };
}

function overlaps(a: SocketAddress, b: SocketAddress): boolean {
  return isDual(a) || isDual(b) || (a.family === b.family && (a.isAny || b.isAny || a.host === b.host));
}

function accepts(bound: SocketAddress, to: SocketAddress): boolean {
  return isDual(bound) || (bound.family === to.family && (bound.isAny || bound.host === to.host));
}

function sharesSubnet(a: NetworkInterface, b: NetworkInterface): boolean {
  return hasPrefix(a.address, b.address, Math.max(a.prefixLength, b.prefixLength));
}

function hasPrefix(a: SocketAddress, b: SocketAddress, prefixLength: number): boolean {
  if (a.family !== b.family) {
    return false;
  }
  for (let bit = 0; bit < prefixLength; bit += 8) {
    const mask = prefixLength - bit >= 8 ? 0xff : (0xff << (8 - (prefixLength - bit))) & 0xff;
    if (((a.bytes[bit >> 3]! ^ b.bytes[bit >> 3]!) & mask) !== 0) {
      return false;
    }
  }
  return true;
}
