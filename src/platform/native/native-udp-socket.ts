import { constants } from 'node:os';
import {
  type Memory,
  type NetworkInterface,
  PlatformError,
  type ReceiveBatch,
  SocketAddress,
  type UdpSocket,
  type UdpSocketOptions,
} from '../mod.ts';
import { type Libc, libc } from './libc.ts';
import type { MessageTransfer } from './message-transfer.ts';
import { NativeMemory } from './native-memory.ts';
import type { NativeReceiveBatch } from './native-receive-batch.ts';
import { decodeAddress, encodeAddress, FAMILY_IPV4, MAX_ADDRESS_LENGTH } from './native-socket-address.ts';
import { SocketOptions } from './socket-options.ts';
import { system } from './system.ts';
import { systemError } from './system-error.ts';

const SOCK_DGRAM = 2;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const CLOSED = -1;
const { EAGAIN, ECONNREFUSED, EINTR, EINVAL, EIO, ENOBUFS } = constants.errno;
/** Nothing was sent, because the system does not cut messages here: to be prepared again. */
const WITHOUT_SEGMENTS = -1;

/** Something that has to forget a socket before its descriptor goes back to the system. */
export interface SocketWatcher {
  remove(socket: UdpSocket): void;
}

export class NativeUdpSocket implements UdpSocket {
  readonly localAddress: SocketAddress;
  readonly receiveBufferLength: number;
  readonly sendBufferLength: number;
  readonly watchers = new Set<SocketWatcher>();
  fd: number;
  /** Messages may be several datagrams, which the system cuts them into. */
  private canSegment: boolean;
  private readonly transfer: MessageTransfer;
  private readonly errno: Int32Array;
  private readonly options: SocketOptions;

  constructor(options: UdpSocketOptions, transfer: MessageTransfer) {
    const { bind } = options;
    this.transfer = transfer;
    this.canSegment = transfer.canSegment;
    this.errno = libc().errno;
    const familyNumber = bind.family === 4 ? FAMILY_IPV4 : system.familyIpv6;
    this.fd = libc().socket(familyNumber, SOCK_DGRAM | system.socketCloseOnExec, 0);
    if (this.fd < 0) {
      throw systemError('open a socket for', bind.key);
    }
    if (system.socketCloseOnExec === 0) {
      libc().fcntl(this.fd, F_SETFD, 'int', FD_CLOEXEC);
    }
    this.options = new SocketOptions(this.fd, bind.family, `the socket of ${bind.key}`);
    try {
      configure(this.options, options);
      this.localAddress = bindSocket(libc(), this.fd, withScope(bind, options.multicastInterface));
      if (options.multicastGroup !== undefined) {
        this.options.joinGroup(options.multicastGroup, options.multicastInterface);
      }
      this.receiveBufferLength = this.options.bufferLength('receive');
      this.sendBufferLength = this.options.bufferLength('send');
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.fd !== CLOSED;
  }

  send(memory: Memory, offset: number, length: number, to: SocketAddress): boolean {
    const { transfer } = this;
    checkRange(memory, offset, length);
    transfer.address(to, this.localAddress.family);
    transfer.setMessage(0, memory.address + offset, length);
    return this.sendPrepared(1, to) === 1;
  }

  sendBatch(memory: Memory, offsets: Float64Array, lengths: Int32Array, count: number, to: SocketAddress): number {
    const { transfer } = this;
    const base = memory.address;
    transfer.address(to, this.localAddress.family);
    let sent = 0;
    while (sent < count) {
      const prepared = this.prepareBatch(memory, base, offsets, lengths, sent, count);
      const taken = this.sendPrepared(prepared, to);
      if (taken === WITHOUT_SEGMENTS) {
        continue;
      }
      sent += transfer.datagramsOf(taken);
      if (taken < prepared) {
        break;
      }
    }
    return sent;
  }

  /** Fills messages with the datagrams from `first` on, and returns how many messages these are. */
  private prepareBatch(
    memory: Memory,
    base: number,
    offsets: Float64Array,
    lengths: Int32Array,
    first: number,
    count: number,
  ): number {
    const { transfer } = this;
    let prepared = 0;
    for (let next = first; next < count && prepared < transfer.capacity; prepared++) {
      const offset = offsets[next]!;
      const length = lengths[next]!;
      if (this.canSegment && length > 0) {
        next += transfer.setSegments(prepared, base, offsets, lengths, next, count);
        checkRange(memory, offset, offsets[next - 1]! + lengths[next - 1]! - offset);
      } else {
        checkRange(memory, offset, length);
        transfer.setMessage(prepared, base + offset, length);
        next++;
      }
    }
    return prepared;
  }

  receive(batch: ReceiveBatch): number {
    const target = batch as NativeReceiveBatch;
    target.prepare();
    for (;;) {
      const count = this.transfer.receive(this.fd, target.headers);
      if (count >= 0) {
        target.complete(count);
        return count;
      }
      const errno = this.errno[0]!;
      if (errno === EAGAIN) {
        return 0;
      }
      if (errno !== EINTR && errno !== ECONNREFUSED) {
        throw this.failure('receive from', errno);
      }
    }
  }

  joinGroup(group: SocketAddress, on: NetworkInterface): void {
    this.checkOpen('join a group with');
    this.options.joinGroup(group, on);
  }

  leaveGroup(group: SocketAddress, on: NetworkInterface): void {
    this.checkOpen('leave a group with');
    this.options.leaveGroup(group, on);
  }

  close(): void {
    if (this.fd !== CLOSED) {
      for (const watcher of this.watchers) {
        watcher.remove(this);
      }
      libc().close(this.fd);
      this.fd = CLOSED;
    }
  }

  /** A refusal is about an earlier datagram and is reported once: the second attempt is about this one. */
  private sendPrepared(count: number, to: SocketAddress): number {
    let wasRefused = false;
    for (;;) {
      const sent = this.transfer.send(this.fd, count);
      if (sent >= 0) {
        return sent;
      }
      const errno = this.errno[0]!;
      if (errno === EAGAIN || errno === ENOBUFS || (errno === ECONNREFUSED && wasRefused)) {
        return 0;
      }
      if ((errno === EINVAL || errno === EIO) && this.transfer.datagramsOf(1) > 1) {
        // A datagram longer than the path takes in one piece, or an interface that computes no checksums.
        this.canSegment = false;
        return WITHOUT_SEGMENTS;
      }
      if (errno === ECONNREFUSED) {
        wasRefused = true;
      } else if (errno !== EINTR) {
        throw this.failure(`send to ${to.key} from`, errno);
      }
    }
  }

  private checkOpen(operation: string): void {
    if (this.fd === CLOSED) {
      throw this.failure(operation, constants.errno.EBADF);
    }
  }

  private failure(operation: string, errno: number): PlatformError {
    const subject = `the socket of ${this.localAddress.key}`;
    return this.fd === CLOSED
      ? new PlatformError('EBADF', operation, `cannot ${operation} ${subject}: it was closed (EBADF)`)
      : systemError(operation, subject, errno);
  }
}

function configure(target: SocketOptions, options: UdpSocketOptions): void {
  if (options.bind.family === 6) {
    target.acceptBothFamilies();
  }
  if (options.reuseAddress === true) {
    target.reuseAddress(options.multicastGroup !== undefined);
  }
  target.receiveJoinedGroupsOnly();
  if (options.receiveBufferLength) {
    target.setBufferLength('receive', options.receiveBufferLength);
  }
  if (options.sendBufferLength) {
    target.setBufferLength('send', options.sendBufferLength);
  }
  if (options.multicastInterface !== undefined) {
    target.setMulticastInterface(options.multicastInterface);
  }
  if (options.multicastTtl) {
    target.setMulticastTtl(options.multicastTtl);
  }
  if (options.multicastLoopback !== undefined) {
    target.setMulticastLoopback(options.multicastLoopback);
  }
}

/** A link-local group is one group on each interface: it is bound on the one that it is joined on. */
function withScope(address: SocketAddress, on: NetworkInterface | undefined): SocketAddress {
  const isGroupWithoutScope = address.family === 6 && address.isMulticast && address.scopeId === 0;
  return isGroupWithoutScope && on !== undefined
    ? SocketAddress.fromBytes(address.bytes, address.port, on.index)
    : address;
}

/** Returns the address that the socket has then. */
function bindSocket(lib: Libc, fd: number, address: SocketAddress): SocketAddress {
  const memory = new NativeMemory(MAX_ADDRESS_LENGTH + 4);
  const bytes = new Uint8Array(memory.arrayBuffer);
  const length = encodeAddress(bytes, 0, address, address.family);
  if (lib.bind(fd, memory.address, length) !== 0) {
    throw systemError('bind', address.key);
  }
  new Int32Array(memory.arrayBuffer)[MAX_ADDRESS_LENGTH / 4] = MAX_ADDRESS_LENGTH;
  if (lib.getsockname(fd, memory.address, memory.address + MAX_ADDRESS_LENGTH) !== 0) {
    throw systemError('ask for the address of', address.key);
  }
  return decodeAddress(bytes, 0) ?? address;
}

function checkRange(memory: Memory, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= memory.length)) {
    throw new PlatformError(
      'EINVAL',
      'send',
      `cannot send ${length} bytes from ${offset} of a memory of ${memory.length} bytes (EINVAL)`,
    );
  }
}
