import { AeronError } from './errors.ts';

/**
 * An IPv4 or IPv6 address with a port. Immutable. `host` is numeric and in canonical form ('127.0.0.1',
 * '::1', without brackets or scope), so that two addresses are equal exactly when their keys are.
 */
export class SocketAddress {
  readonly family: 4 | 6;
  readonly host: string;
  /** 0 to 65535; 0 asks the system to choose when binding. */
  readonly port: number;
  /** Address bytes in network order: 4 of them or 16. Not to be changed. */
  readonly bytes: Uint8Array;
  /** IPv6 scope (interface index) of a link-local address, else 0. */
  readonly scopeId: number;
  /** 'host:port' or '[host]:port', as upstream prints it. */
  readonly key: string;

  private constructor(bytes: Uint8Array, port: number, scopeId: number) {
    this.family = bytes.length === 4 ? 4 : 6;
    this.bytes = bytes;
    this.port = port;
    this.scopeId = scopeId;
    this.host = this.family === 4 ? bytes.join('.') : formatIpv6(bytes);
    this.key = this.family === 4 ? `${this.host}:${port}` : `[${this.host}]:${port}`;
  }

  /** @throws AeronError INVALID_ADDRESS when the bytes are not 4 or 16, or the port is not 0 to 65535. */
  static fromBytes(bytes: Uint8Array, port: number, scopeId = 0): SocketAddress {
    if (bytes.length !== 4 && bytes.length !== 16) {
      throw new AeronError('INVALID_ADDRESS', `an IP address has 4 or 16 bytes, not ${bytes.length}`);
    }
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw new AeronError('INVALID_ADDRESS', `port must be 0 to 65535, not ${port}`);
    }
    return new SocketAddress(Uint8Array.from(bytes), port, scopeId);
  }

  /**
   * Of a numeric host ('10.0.0.1', 'fe80::1', 'fe80::1%3'); names are `Network.resolve`'s business.
   * @throws AeronError INVALID_ADDRESS when the host is not numeric.
   */
  static of(host: string, port: number): SocketAddress {
    const [address = '', scope] = host.split('%');
    const bytes = parseIp(address);
    if (bytes === undefined) {
      throw new AeronError('INVALID_ADDRESS', `'${host}' is not a numeric IPv4 or IPv6 address`);
    }
    const scopeId = scope === undefined ? 0 : Number(scope);
    return SocketAddress.fromBytes(bytes, port, Number.isInteger(scopeId) ? scopeId : 0);
  }

  withPort(port: number): SocketAddress {
    return SocketAddress.fromBytes(this.bytes, port, this.scopeId);
  }

  get isMulticast(): boolean {
    const first = this.bytes[0]!;
    return this.family === 4 ? first >= 224 && first <= 239 : first === 0xff;
  }

  /** 0.0.0.0 or ::. */
  get isAny(): boolean {
    return this.bytes.every((byte) => byte === 0);
  }

  get isLoopback(): boolean {
    return this.family === 4
      ? this.bytes[0] === 127
      : this.bytes.every((byte, i) => (i === 15 ? byte === 1 : byte === 0));
  }

  equals(other: SocketAddress): boolean {
    return this === other || (this.key === other.key && this.scopeId === other.scopeId);
  }

  toString(): string {
    return this.key;
  }
}

/** The bytes of a numeric IPv4 or IPv6 address without scope or brackets; undefined when it is neither. */
export function parseIp(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const parts = match.slice(1).map(Number);
  return parts.some((part) => part > 255) ? undefined : Uint8Array.from(parts);
}

function parseIpv6(text: string): Uint8Array | undefined {
  let head = text;
  const tail: number[] = [];
  const dotted = text.lastIndexOf(':') + 1;
  if (text.includes('.', dotted)) {
    const embedded = parseIpv4(text.slice(dotted));
    if (embedded === undefined) {
      return undefined;
    }
    tail.push((embedded[0]! << 8) | embedded[1]!, (embedded[2]! << 8) | embedded[3]!);
    head = text.slice(0, dotted);
    head = head.endsWith('::') ? head : head.slice(0, -1);
  }
  const halves = head.split('::');
  if (halves.length > 2) {
    return undefined;
  }
  const left = parseGroups(halves[0]!);
  const right = halves.length === 2 ? parseGroups(halves[1]!) : [];
  if (left === undefined || right === undefined) {
    return undefined;
  }
  const given = left.length + right.length + tail.length;
  if (halves.length === 2 ? given > 7 : given !== 8) {
    return undefined;
  }
  const groups = [...left, ...new Array<number>(8 - given).fill(0), ...right, ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') {
    return [];
  }
  const groups = text.split(':');
  return groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))
    ? groups.map((g) => Number.parseInt(g, 16))
    : undefined;
}

function formatIpv6(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) {
    groups.push((bytes[i]! << 8) | bytes[i + 1]!);
  }
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) {
      length++;
    }
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  return bestStart < 0
    ? hex(groups)
    : `${hex(groups.slice(0, bestStart))}::${hex(groups.slice(bestStart + bestLength))}`;
}
