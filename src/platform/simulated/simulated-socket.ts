import {
  type Memory,
  type NetworkInterface,
  PlatformError,
  type ReceiveBatch,
  type SocketAddress,
  type UdpSocket,
  type UdpSocketOptions,
} from '../mod.ts';
import type { HostNetwork } from './host-network.ts';
import type { Datagram, NetworkFabric } from './network-fabric.ts';

/** The most that an IPv4 datagram can carry behind its headers. */
const MAX_DATAGRAM_LENGTH = 65507;
const MAX_SLOTS = 1024;
const MAX_SLOT_LENGTH = 65536;
const DEFAULT_BUFFER_LENGTH = 212992;
/** How many received datagrams may stay in front of the queue before it is moved up. */
const COMPACT_AT = 1024;

/** Called before every operation of a socket; throws when the owning process does not live any more. */
export type Gate = (operation: string) => void;

export class SimulatedSocket implements UdpSocket {
  readonly localAddress: SocketAddress;
  readonly receiveBufferLength: number;
  readonly sendBufferLength: number;
  readonly reusesAddress: boolean;
  readonly #gate: Gate;
  readonly #onClose: (socket: SimulatedSocket) => void;
  readonly #fabric: NetworkFabric;
  readonly #host: HostNetwork;
  readonly #multicastInterface: NetworkInterface;
  readonly #multicastLoopback: boolean;
  /** Bound to one address of the host, which is where its datagrams come from. */
  readonly #isBoundToOwn: boolean;
  readonly #groups = new Set<string>();
  readonly #sources = new Map<string, SocketAddress>();
  #received: Datagram[] = [];
  #head = 0;
  #receivedBytes = 0;
  #isOpen = true;

  /** @throws PlatformError EADDRINUSE, EADDRNOTAVAIL, EINVAL */
  constructor(
    gate: Gate,
    fabric: NetworkFabric,
    host: HostNetwork,
    options: UdpSocketOptions,
    onClose: (socket: SimulatedSocket) => void,
  ) {
    this.#gate = gate;
    this.#onClose = onClose;
    this.#fabric = fabric;
    this.#host = host;
    this.reusesAddress = options.reuseAddress ?? false;
    this.#multicastLoopback = options.multicastLoopback ?? true;
    this.#multicastInterface =
      options.multicastInterface ?? host.interfaceOf(options.bind) ?? host.defaultInterface(options.bind.family);
    this.receiveBufferLength = this.#bufferLength(options.receiveBufferLength);
    this.sendBufferLength = this.#bufferLength(options.sendBufferLength);
    if (options.multicastGroup !== undefined) {
      this.#groups.add(this.#membership(options.multicastGroup, this.#multicastInterface));
    }
    this.localAddress = host.bind(this, options.bind, this.reusesAddress);
    this.#isBoundToOwn = !options.bind.isAny && !options.bind.isMulticast;
  }

  get isReadable(): boolean {
    return this.#head < this.#received.length;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(memory: Memory, offset: number, length: number, to: SocketAddress): boolean {
    this.#enter('send');
    checkRange(memory, offset, length);
    return this.#send(memory, offset, length, to);
  }

  sendBatch(memory: Memory, offsets: Float64Array, lengths: Int32Array, count: number, to: SocketAddress): number {
    this.#enter('sendBatch');
    for (let i = 0; i < count; i++) {
      checkRange(memory, offsets[i]!, lengths[i]!);
    }
    let sent = 0;
    while (sent < count && this.#send(memory, offsets[sent]!, lengths[sent]!, to)) {
      sent++;
    }
    return sent;
  }

  receive(batch: ReceiveBatch): number {
    this.#enter('receive');
    const into = batch as SimulatedReceiveBatch;
    let count = 0;
    while (count < into.slots && this.#head < this.#received.length) {
      const datagram = this.#received[this.#head++]!;
      this.#receivedBytes -= accountedLength(datagram);
      into.put(count++, datagram);
    }
    if (this.#head === this.#received.length || this.#head >= COMPACT_AT) {
      this.#received = this.#received.slice(this.#head);
      this.#head = 0;
    }
    return count;
  }

  joinGroup(group: SocketAddress, on: NetworkInterface): void {
    this.#enter('joinGroup');
    const membership = this.#membership(group, on);
    if (this.#groups.has(membership)) {
      throw new PlatformError('EADDRINUSE', 'joinGroup', `${this.localAddress.key} has joined ${membership} before`);
    }
    this.#groups.add(membership);
  }

  leaveGroup(group: SocketAddress, on: NetworkInterface): void {
    this.#enter('leaveGroup');
    const membership = this.#membership(group, on);
    if (!this.#groups.delete(membership)) {
      throw new PlatformError('EADDRNOTAVAIL', 'leaveGroup', `${this.localAddress.key} has not joined ${membership}`);
    }
  }

  close(): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#received = [];
      this.#head = 0;
      this.#host.release(this);
      this.#onClose(this);
    }
  }

  isMember(group: SocketAddress, interfaceIndex: number): boolean {
    return this.#groups.has(membershipKey(group, interfaceIndex));
  }

  /** False when the receive buffer has no room for it. */
  enqueue(datagram: Datagram): boolean {
    const length = accountedLength(datagram);
    if (this.#receivedBytes + length > this.receiveBufferLength) {
      return false;
    }
    this.#receivedBytes += length;
    this.#received.push(datagram);
    return true;
  }

  #send(memory: Memory, offset: number, length: number, to: SocketAddress): boolean {
    if (length > MAX_DATAGRAM_LENGTH) {
      const limit = `a datagram carries at most ${MAX_DATAGRAM_LENGTH} bytes`;
      throw new PlatformError('EMSGSIZE', 'send', `${limit}, not ${length}, to ${to.key}`);
    }
    if (to.family !== this.localAddress.family && !isDual(this.localAddress)) {
      const from = `from ${this.localAddress.key}`;
      throw new PlatformError('EAFNOSUPPORT', 'send', `cannot send to the IPv${to.family} address ${to.key} ${from}`);
    }
    const source = this.#sourceTowards(to);
    const bytes = this.#fabric.payloads.copy(memory, offset, length);
    const datagram = { bytes, source, to };
    return to.isMulticast
      ? this.#fabric.sendMulticast(this.#host, this.#multicastInterface, this.#multicastLoopback, datagram)
      : this.#fabric.sendUnicast(this.#host, datagram);
  }

  #sourceTowards(to: SocketAddress): SocketAddress {
    const { localAddress } = this;
    if (this.#isBoundToOwn) {
      if (localAddress.isLoopback && !to.isMulticast && !this.#host.owns(to) && !to.isAny) {
        throw new PlatformError('EINVAL', 'send', `${to.key} cannot be reached from ${localAddress.key}`);
      }
      return localAddress;
    }
    let source = this.#sources.get(to.host);
    if (source === undefined) {
      const { port } = localAddress;
      source = to.isMulticast ? this.#multicastInterface.address.withPort(port) : this.#host.sourceTowards(to, port);
      this.#sources.set(to.host, source);
    }
    return source;
  }

  #membership(group: SocketAddress, on: NetworkInterface): string {
    if (!group.isMulticast) {
      throw new PlatformError('EINVAL', 'joinGroup', `${group.host} is no multicast address`);
    }
    return membershipKey(group, on.index);
  }

  #bufferLength(wanted: number | undefined): number {
    return wanted === undefined || wanted === 0
      ? Math.min(DEFAULT_BUFFER_LENGTH, this.#host.maxSocketBufferLength)
      : Math.min(wanted, this.#host.maxSocketBufferLength);
  }

  #enter(operation: string): void {
    this.#gate(operation);
    if (!this.#isOpen) {
      throw new PlatformError('EBADF', operation, `socket ${this.localAddress.key} is closed`);
    }
  }
}

/** A ring of datagram buffers; see `ReceiveBatch`. A datagram that is longer than a slot is cut to it. */
export class SimulatedReceiveBatch implements ReceiveBatch {
  readonly memory: Memory;
  readonly slots: number;
  readonly slotLength: number;
  readonly lengths: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #sources: SocketAddress[] = [];

  constructor(allocate: (length: number) => Memory, slots: number, slotLength: number) {
    checkWithin('slots', slots, MAX_SLOTS);
    checkWithin('slotLength', slotLength, MAX_SLOT_LENGTH);
    this.memory = allocate(slots * slotLength);
    this.slots = slots;
    this.slotLength = slotLength;
    this.lengths = new Int32Array(slots);
    this.#bytes = new Uint8Array(this.memory.arrayBuffer);
  }

  source(index: number): SocketAddress {
    const source = this.#sources[index];
    if (source === undefined) {
      throw new PlatformError('EINVAL', 'source', `slot ${index} of ${this.slots} has received nothing yet`);
    }
    return source;
  }

  put(index: number, datagram: Datagram): void {
    const { bytes, source } = datagram;
    const length = Math.min(bytes.length, this.slotLength);
    this.#bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), index * this.slotLength);
    this.lengths[index] = length;
    this.#sources[index] = source;
  }
}

/** An IPv6 socket that is bound to no particular address serves IPv4 too. */
export function isDual(bound: SocketAddress): boolean {
  return bound.family === 6 && bound.isAny;
}

function checkRange(memory: Memory, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= memory.length)) {
    const range = `${length} bytes at ${offset} of a memory of ${memory.length} bytes`;
    throw new PlatformError('EINVAL', 'send', `cannot send ${range}`);
  }
}

/** As the native platform limits it. */
function checkWithin(name: string, value: number, limit: number): void {
  if (!Number.isInteger(value) || value < 1 || value > limit) {
    throw new PlatformError('EINVAL', 'createReceiveBatch', `${name} must be 1 to ${limit}, not ${value}`);
  }
}

/** An empty datagram takes room in the receive buffer too. */
function accountedLength(datagram: Datagram): number {
  return Math.max(1, datagram.bytes.length);
}

function membershipKey(group: SocketAddress, interfaceIndex: number): string {
  return `${group.host} on interface ${interfaceIndex}`;
}
