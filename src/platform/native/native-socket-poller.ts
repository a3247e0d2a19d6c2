import { constants } from 'node:os';
import { PlatformError, type SocketPoller, type UdpSocket } from '../mod.ts';
import { type Libc, libc } from './libc.ts';
import { NativeMemory } from './native-memory.ts';
import type { NativeUdpSocket } from './native-udp-socket.ts';
import { systemError } from './system-error.ts';
import { Timespec } from './timespec.ts';

const POLLIN = 1;
const INITIAL_CAPACITY = 16;
const NS_PER_MS = 1_000_000;
const LONGEST_MS = 0x7fff_ffff;

/**
 *     struct pollfd      0        4         6         8
 *                        +--------+---------+---------+
 *                        |   fd   | events  | revents |
 *                        +--------+---------+---------+
 */
export class NativeSocketPoller implements SocketPoller {
  private readonly lib: Libc = libc();
  private readonly indexes = new Map<UdpSocket, number>();
  private readonly sockets: NativeUdpSocket[] = [];
  private readonly timeout = new Timespec();
  private words = new Int32Array(0);
  /** As `MessageHeaders.addresses`: of the descriptors and of the timeout. */
  private addresses: unknown[] = [0, this.timeout.address, undefined];
  private isClosed = false;
  private readonly hasBatchCalls: boolean;

  constructor(hasBatchCalls: boolean) {
    this.hasBatchCalls = hasBatchCalls;
  }

  add(socket: UdpSocket): void {
    if (this.indexes.has(socket)) {
      return;
    }
    const native = socket as NativeUdpSocket;
    if (this.isClosed || !native.isOpen) {
      const closed = this.isClosed ? 'poller' : 'socket';
      throw new PlatformError('EBADF', 'add', `cannot add a socket to a poller: the ${closed} was closed (EBADF)`);
    }
    this.ensureCapacity(this.sockets.length + 1);
    this.place(native, this.sockets.length);
    native.watchers.add(this);
  }

  remove(socket: UdpSocket): void {
    const index = this.indexes.get(socket);
    if (index === undefined) {
      return;
    }
    (socket as NativeUdpSocket).watchers.delete(this);
    this.indexes.delete(socket);
    const last = this.sockets.pop()!;
    if (last !== socket) {
      const events = this.words[this.sockets.length * 2 + 1]!;
      this.place(last, index);
      this.words[index * 2 + 1] = events;
    }
  }

  wait(timeoutNs: number): number {
    if (this.isClosed) {
      throw new PlatformError('EBADF', 'wait', 'cannot wait with a poller that was closed (EBADF)');
    }
    const count = this.poll(timeoutNs);
    if (count >= 0) {
      return count;
    }
    const errno = this.lib.errno[0]!;
    for (let i = 0; i < this.sockets.length; i++) {
      this.words[i * 2 + 1] = POLLIN;
    }
    if (errno !== constants.errno.EINTR) {
      throw systemError('wait for', `${this.sockets.length} sockets`, errno);
    }
    return 0;
  }

  isReadable(socket: UdpSocket): boolean {
    const index = this.indexes.get(socket);
    return index !== undefined && this.words[index * 2 + 1]! >>> 16 !== 0;
  }

  close(): void {
    this.isClosed = true;
    for (const socket of this.sockets) {
      socket.watchers.delete(this);
    }
    this.sockets.length = 0;
    this.indexes.clear();
  }

  private poll(timeoutNs: number): number {
    if (this.hasBatchCalls) {
      this.timeout.set(timeoutNs);
      return this.lib.ppoll(this.addresses[0] as number, this.sockets.length, this.addresses[1] as number, 0);
    }
    const timeoutMs = Math.min(Math.ceil(Math.max(0, timeoutNs) / NS_PER_MS), LONGEST_MS);
    return this.lib.poll(this.addresses[0] as number, this.sockets.length, timeoutMs);
  }

  private place(socket: NativeUdpSocket, index: number): void {
    this.sockets[index] = socket;
    this.indexes.set(socket, index);
    this.words[index * 2] = socket.fd;
    this.words[index * 2 + 1] = POLLIN;
  }

  private ensureCapacity(count: number): void {
    if (count * 2 <= this.words.length) {
      return;
    }
    const memory = new NativeMemory(Math.max(INITIAL_CAPACITY, count * 2) * 8);
    const words = new Int32Array(memory.arrayBuffer);
    words.set(this.words);
    this.words = words;
    this.addresses = [memory.address, this.timeout.address, undefined];
  }
}
