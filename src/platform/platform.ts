import type { SocketAddress } from './socket-address.ts';

/**
 * The one window to the world (design 4.1): everything the stack asks of the machine it runs on. All calls
 * are synchronous and, except `park`, `SocketPoller.wait` and name look-up, do not block.
 */
export interface Platform {
  /** 'linux-x64', 'darwin-arm64', 'simulated', ... */
  readonly name: string;
  readonly clock: Clock;
  readonly files: FileSystem;
  readonly network: Network;
  readonly processes: Processes;
  readonly random: RandomSource;
  readonly environment: Environment;
  readonly scheduler: Scheduler;
  /** Zeroed memory that sockets can send from and receive into without a copy. 64-byte aligned. */
  allocate(length: number): Memory;
  /** Gives the thread back to the system for about `durationNs`, or (0) lets others that wait for it run; the simulated platform lets time pass. */
  park(durationNs: number): void;
}

export interface Clock {
  /** Nanoseconds that only grow, from an origin of this process; a safe integer. Not comparable between processes. */
  nanoTime(): number;
  /** Milliseconds since 1970-01-01T00:00Z. */
  epochTimeMs(): number;
  /** Nanoseconds since 1970-01-01T00:00Z. */
  epochTimeNs(): bigint;
}

/** A stretch of memory at a fixed address: a mapped file or a block from `Platform.allocate`. */
export interface Memory {
  /** The bytes. Shared with other processes and threads when it is a mapped file. */
  readonly arrayBuffer: ArrayBuffer;
  readonly length: number;
  /** Machine address of the first byte (the simulated platform gives a made-up one). */
  readonly address: number;
}

/**
 * A file mapped into memory. `unmap` is final: a typed array over `arrayBuffer` that is touched afterwards
 * ends the process, so whoever unmaps has dropped them all before.
 */
export interface MappedFile extends Memory {
  readonly path: string;
  /** Writes the range to the device (msync); the whole file by default. */
  sync(offset?: number, length?: number): void;
  unmap(): void;
}

export interface FileSystem {
  /** Maps an existing file, from `offset` (page-aligned) for `length` bytes (to its end by default). @throws PlatformError */
  map(path: string, options?: { readOnly?: boolean; offset?: number; length?: number }): MappedFile;
  /**
   * Creates a new file of `length` zero bytes and maps it. `sparse: false` (the default) reserves the space,
   * so that a full file system is an ENOSPC here and not a bus error later; `preTouch` faults every page in.
   * @throws PlatformError EEXIST, ENOSPC, ...
   */
  createMapped(path: string, length: number, options?: { sparse?: boolean; preTouch?: boolean }): MappedFile;
  /** 'r' existing, read only; 'r+' existing, read and write; 'w+' created or emptied; 'wx+' created, EEXIST if there. */
  open(path: string, mode: 'r' | 'r+' | 'w+' | 'wx+'): OpenFile;
  exists(path: string): boolean;
  /** undefined when there is nothing at the path. */
  stat(path: string): FileStat | undefined;
  /** Names in a directory, sorted. @throws PlatformError ENOENT, ENOTDIR */
  list(directory: string): string[];
  makeDirectories(path: string): void;
  /** Removes one file; no error when it is not there. */
  remove(path: string): void;
  /** Removes a directory and all below it; no error when it is not there. */
  removeTree(path: string): void;
  rename(from: string, to: string): void;
  readWhole(path: string): Uint8Array;
  writeWhole(path: string, content: Uint8Array): void;
  /** Makes creations, renames and removals inside the directory durable. */
  syncDirectory(path: string): void;
  /** Bytes that an ordinary process can still use on the file system of an existing path. */
  usableSpace(path: string): number;
  /** Bytes of the file system of an existing path. */
  totalSpace(path: string): number;
}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'other';
  readonly length: number;
  readonly modifiedMs: number;
}

/** Positioned I/O on one file; positions and lengths in bytes. */
export interface OpenFile {
  readonly path: string;
  /** Bytes read into `target` at `offset`: fewer than `length` only at the end of the file. */
  read(target: Uint8Array, offset: number, length: number, position: number): number;
  /** Writes all `length` bytes. @throws PlatformError ENOSPC, EIO, ... */
  write(source: Uint8Array, offset: number, length: number, position: number): void;
  length(): number;
  truncate(length: number): void;
  /** Reserves the range on the device. @throws PlatformError ENOSPC */
  allocate(position: number, length: number): void;
  /** To the device: the data (`metadata` false, fdatasync) or all there is to know of the file (fsync). */
  sync(metadata: boolean): void;
  close(): void;
}

export interface Network {
  /** Addresses of a name or of a numeric host, in the system's order of preference; [] when it is not known. Blocks. */
  resolve(host: string, family?: 4 | 6): SocketAddress[];
  interfaces(): NetworkInterface[];
  /** @throws PlatformError EADDRINUSE, EADDRNOTAVAIL, EACCES, ... naming the address. */
  openUdp(options: UdpSocketOptions): UdpSocket;
  createPoller(): SocketPoller;
  /** A ring of `slots` datagram buffers of `slotLength` bytes each to receive into. */
  createReceiveBatch(slots: number, slotLength: number): ReceiveBatch;
}

/** One address of one interface. */
export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
  /** Port 0. */
  readonly address: SocketAddress;
  readonly prefixLength: number;
  readonly isUp: boolean;
  readonly isLoopback: boolean;
  readonly supportsMulticast: boolean;
}

export interface UdpSocketOptions {
  /** Port 0 lets the system choose. */
  readonly bind: SocketAddress;
  /** SO_REUSEADDR (and SO_REUSEPORT where multicast needs it); false by default. */
  readonly reuseAddress?: boolean;
  /** Join this group on `multicastInterface`. */
  readonly multicastGroup?: SocketAddress;
  /** Where multicast is sent from and joined on. */
  readonly multicastInterface?: NetworkInterface;
  /** 0 leaves the system's default. */
  readonly multicastTtl?: number;
  /** Multicast that this host sends is also delivered to its own members; true by default. */
  readonly multicastLoopback?: boolean;
  /** SO_RCVBUF and SO_SNDBUF in bytes; 0 or absent leaves the system's default. */
  readonly receiveBufferLength?: number;
  readonly sendBufferLength?: number;
}

/** A non-blocking UDP socket. */
export interface UdpSocket {
  /** With the port that was chosen. */
  readonly localAddress: SocketAddress;
  /** As the system reports them, in bytes (Linux: half of what getsockopt says). */
  readonly receiveBufferLength: number;
  readonly sendBufferLength: number;
  /** One datagram. False when the system would not take it now (no buffer, or a past ICMP refusal). @throws PlatformError */
  send(memory: Memory, offset: number, length: number, to: SocketAddress): boolean;
  /**
   * Datagrams out of one memory: the i-th has `lengths[i]` bytes at `offsets[i]`, for i below `count`.
   * Returns how many, from the first on, the system took. @throws PlatformError
   */
  sendBatch(memory: Memory, offsets: Float64Array, lengths: Int32Array, count: number, to: SocketAddress): number;
  /** Fills `batch` from its first slot and returns how many datagrams came: 0 when there is none. Never blocks. */
  receive(batch: ReceiveBatch): number;
  joinGroup(group: SocketAddress, on: NetworkInterface): void;
  leaveGroup(group: SocketAddress, on: NetworkInterface): void;
  close(): void;
}

/** The i-th datagram of the last `receive` is `lengths[i]` bytes of `memory` from `i * slotLength`. */
export interface ReceiveBatch {
  readonly memory: Memory;
  readonly slots: number;
  readonly slotLength: number;
  readonly lengths: Int32Array;
  /** Who sent the i-th; the same object again for an address seen shortly before. */
  source(index: number): SocketAddress;
}

/** Waits for any of many sockets to have a datagram. */
export interface SocketPoller {
  add(socket: UdpSocket): void;
  remove(socket: UdpSocket): void;
  /** How many sockets are readable, after at most `timeoutNs` (0: at once). `isReadable` then tells which. */
  wait(timeoutNs: number): number;
  isReadable(socket: UdpSocket): boolean;
  close(): void;
}

export interface Processes {
  readonly pid: number;
  /** Whether a process of this id runs on this machine. */
  isAlive(pid: number): boolean;
}

export interface RandomSource {
  /** Uniform over all 32-bit signed integers. */
  nextInt32(): number;
  /** Uniform in [0, 1). */
  nextDouble(): number;
  fill(target: Uint8Array): void;
}

export interface Environment {
  /** An environment variable; undefined when it is not set. */
  get(name: string): string | undefined;
  readonly userName: string;
  readonly hostName: string;
  readonly temporaryDirectory: string;
  /** A directory in memory for `aeron-<user>`: '/dev/shm' on Linux, otherwise undefined. */
  readonly sharedMemoryDirectory: string | undefined;
  readonly currentDirectory: string;
  /** Writes text, and a line end behind it, to the standard output of the process. */
  print(text: string): void;
}

/** Call-backs on the caller's event loop; for programs that do not give Aeron a thread. */
export interface Scheduler {
  /** After what is waiting already has run. */
  soon(callback: () => void): ScheduledCall;
  /** After `delayMs`. Such a call does not keep a process alive, unless told to. */
  after(delayMs: number, callback: () => void, options?: { keepAlive?: boolean }): ScheduledCall;
}

export interface ScheduledCall {
  cancel(): void;
}
