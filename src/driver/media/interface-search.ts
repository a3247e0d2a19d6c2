import { AeronError } from '../../agrona/mod.ts';
import { type Network, type NetworkInterface, SocketAddress } from '../../platform/mod.ts';

/** Where a channel binds and, if it matters, the interface that multicast goes through. */
export interface ResolvedInterface {
  /** Absent where the system may choose: unicast without a particular interface. */
  readonly localInterface: NetworkInterface | undefined;
  readonly address: SocketAddress;
}

/**
 * Finds the interface that an `interface=` parameter asks for, the one way or the other:
 *
 *     {eth0}            the first address of the right family on the interface of this name
 *     {eth0}:40456      with a port to bind to
 *     192.168.0.0/24    an address within the subnet; loopback comes last, the longest prefix first
 *     192.168.0.7:40456/24, [fe80::]/10, localhost
 *     (nothing)         any address of the family; for multicast the first interface that can do it
 *
 * @throws AeronError INVALID_CHANNEL, with the candidates where there were some.
 */
export function resolveInterface(
  value: string | undefined,
  isMulticast: boolean,
  family: 4 | 6,
  network: Network,
): ResolvedInterface {
  if (value === undefined) {
    return resolveSubnet({ address: anyAddress(family), prefixLength: 0 }, isMulticast, network);
  }
  return value.startsWith('{')
    ? resolveNamed(value, family, network)
    : resolveSubnet(parseSearchAddress(value, network), isMulticast, network);
}

/** 0.0.0.0:0 or [::]:0. */
export function anyAddress(family: 4 | 6): SocketAddress {
  return SocketAddress.of(family === 4 ? '0.0.0.0' : '::', 0);
}

/** Whether two addresses of one family agree in their first `prefixLength` bits. */
function isMatchWithPrefix(candidate: Uint8Array, expected: Uint8Array, prefixLength: number): boolean {
  if (candidate.length !== expected.length) {
    return false;
  }
  const wholeBytes = prefixLength >> 3;
  for (let i = 0; i < wholeBytes; i++) {
    if (candidate[i] !== expected[i]) {
      return false;
    }
  }
  const mask = (0xff00 >> (prefixLength & 7)) & 0xff;
  return mask === 0 || (candidate[wholeBytes]! & mask) === (expected[wholeBytes]! & mask);
}

interface SearchAddress {
  readonly address: SocketAddress;
  readonly prefixLength: number;
}

const NAMED_FORM = /^\{([^{}]+)\}(?::(\d{1,5}))?$/;
const SEARCH_FORM = /^(\[[^\]]*\]|[^:/[\]]+)(?::(\d{1,5}))?(?:\/(\d{1,3}))?$/;

function resolveNamed(value: string, family: 4 | 6, network: Network): ResolvedInterface {
  const match = NAMED_FORM.exec(value);
  if (match === null) {
    throw invalid(`expected format is '{interface_name}' or '{interface_name}:port': interface=${value}`);
  }
  const name = match[1]!;
  const port = parsePort(match[2], value);
  const addresses = network.interfaces().filter((candidate) => candidate.name === name);
  if (addresses.length === 0) {
    throw invalid(`unknown interface ${name}: interface=${value}`);
  }
  const localInterface = addresses.find((candidate) => candidate.address.family === family);
  if (localInterface === undefined) {
    throw invalid(`no IPv${family} addresses found on interface ${name}: interface=${value}`);
  }
  return { localInterface, address: localInterface.address.withPort(port) };
}

function parseSearchAddress(value: string, network: Network): SearchAddress {
  const match = SEARCH_FORM.exec(value);
  if (match === null) {
    throw invalid(`expected format is 'address[:port][/prefix]' or '{interface_name}[:port]': interface=${value}`);
  }
  const host = match[1]!.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const [first, ...others] = network.resolve(host);
  if (first === undefined) {
    throw new AeronError('UNKNOWN_HOST', `could not resolve the host ${host}: interface=${value}`);
  }
  const address = first.family === 4 ? first : (others.find((other) => other.family === 4) ?? first);
  const bits = address.bytes.length * 8;
  const prefixLength = match[3] === undefined ? bits : Number(match[3]);
  if (prefixLength > bits) {
    throw invalid(`invalid subnet, the prefix is at most ${bits} bits: interface=${value}`);
  }
  return { address: address.withPort(parsePort(match[2], value)), prefixLength };
}

function resolveSubnet(search: SearchAddress, isMulticast: boolean, network: Network): ResolvedInterface {
  const { address, prefixLength } = search;
  if (!isMulticast && address.isAny) {
    return { localInterface: undefined, address };
  }
  const matching = filterBySubnet(search, network);
  const localInterface = matching.find(
    (candidate) => candidate.isUp && (candidate.supportsMulticast || candidate.isLoopback),
  );
  if (localInterface === undefined) {
    throw invalid(noMatchingInterfaces(address, prefixLength, matching));
  }
  return { localInterface, address: localInterface.address.withPort(address.port) };
}

/** One candidate an interface, at its first address within the subnet; the most specific first, loopback last. */
function filterBySubnet({ address, prefixLength }: SearchAddress, network: Network): NetworkInterface[] {
  const byName = new Map<string, NetworkInterface>();
  for (const candidate of network.interfaces()) {
    if (!byName.has(candidate.name) && isMatchWithPrefix(candidate.address.bytes, address.bytes, prefixLength)) {
      byName.set(candidate.name, candidate);
    }
  }
  return [...byName.values()].sort(
    (a, b) => Number(a.isLoopback) - Number(b.isLoopback) || b.prefixLength - a.prefixLength,
  );
}

function noMatchingInterfaces(address: SocketAddress, prefixLength: number, matching: NetworkInterface[]): string {
  const criteria = `Unable to find multicast or loopback interface matching criteria: ${address.host}/${prefixLength}`;
  if (matching.length === 0) {
    return criteria;
  }
  const candidates = matching.map(
    (candidate) =>
      `\n  - Name: ${candidate.name}, address: ${candidate.address.host}/${candidate.prefixLength}` +
      `, multicast: ${candidate.supportsMulticast}, loopback: ${candidate.isLoopback}` +
      `, state: ${candidate.isUp ? 'UP' : 'DOWN'}`,
  );
  return `${criteria}\n  Candidates:${candidates.join('')}`;
}

function parsePort(text: string | undefined, value: string): number {
  const port = text === undefined ? 0 : Number(text);
  if (port > 65535) {
    throw invalid(`invalid port, it must be 0 to 65535: interface=${value}`);
  }
  return port;
}

function invalid(message: string): AeronError {
  return new AeronError('INVALID_CHANNEL', message);
}
