import { constants } from 'node:buffer';
import { createRequire } from 'node:module';
import { system } from './system.ts';

/** Bytes that one array buffer can show: 4 GiB in Node 20, more later. A longer view would end the process. */
export const MAX_VIEW_LENGTH = constants.MAX_LENGTH;

/**
 * The C library through FFI. Addresses and lengths are numbers; what returns an int returns -1 for an error
 * and leaves its number in `errno[0]`. A call costs about 180 ns (design, section 5).
 */
export interface Libc {
  /** The calling thread's errno: a plain load, five times cheaper than asking the FFI library. */
  readonly errno: Int32Array;
  /** At most `MAX_VIEW_LENGTH` bytes at an address, without a copy; not freed when the view is collected. */
  view(address: number, length: number): ArrayBuffer;

  mmap(address: number, length: number, protection: number, flags: number, fd: number, offset: number): number;
  munmap(address: number, length: number): number;
  msync(address: number, length: number, flags: number): number;
  sysconf(name: number): number;
  aligned_alloc(alignment: number, length: number): number;
  free(address: number): void;
  memcpy(to: number, from: number, length: number): number;
  strlen(text: number): number;
  /** Returns the error instead of setting errno. */
  posix_fallocate(fd: number, offset: number, length: number): number;
  /** The third argument's type, then its value: it is variadic. */
  fcntl(fd: number, command: number, type: string, argument: number): number;

  clock_gettime(clock: number, time: number): number;
  nanosleep(duration: number, remaining: number): number;
  sched_yield(): number;
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  poll(fds: number, count: number, timeoutMs: number): number;
  ppoll(fds: number, count: number, timeout: number, signals: number): number;

  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: number, length: number): number;
  getsockname(fd: number, address: number, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  close(fd: number): number;
  sendmsg(fd: number, message: number, flags: number): number;
  recvmsg(fd: number, message: number, flags: number): number;
  sendmmsg(fd: number, messages: number, count: number, flags: number): number;
  recvmmsg(fd: number, messages: number, count: number, flags: number, timeout: number): number;

  getaddrinfo(host: string, service: number, hints: number, result: number): number;
  freeaddrinfo(result: number): void;
  getifaddrs(result: number): number;
  freeifaddrs(result: number): void;
  if_nametoindex(name: number): number;
}

const PORTABLE = [
  'intptr_t mmap(uintptr_t, size_t, int, int, int, int64_t)',
  'int munmap(uintptr_t, size_t)',
  'int msync(uintptr_t, size_t, int)',
  'long sysconf(int)',
  'uintptr_t aligned_alloc(size_t, size_t)',
  'void free(uintptr_t)',
  'uintptr_t memcpy(uintptr_t, uintptr_t, size_t)',
  'size_t strlen(uintptr_t)',
  'int clock_gettime(int, uintptr_t)',
  'int nanosleep(uintptr_t, uintptr_t)',
  'int sched_yield()',
  'int fcntl(int, int, ...)',
  'int poll(uintptr_t, unsigned long, int)',
  'int socket(int, int, int)',
  'int bind(int, uintptr_t, uint32_t)',
  'int getsockname(int, uintptr_t, uintptr_t)',
  'int setsockopt(int, int, int, uintptr_t, uint32_t)',
  'int getsockopt(int, int, int, uintptr_t, uintptr_t)',
  'int close(int)',
  'intptr_t sendmsg(int, uintptr_t, int)',
  'intptr_t recvmsg(int, uintptr_t, int)',
  'int getaddrinfo(str, uintptr_t, uintptr_t, uintptr_t)',
  'void freeaddrinfo(uintptr_t)',
  'int getifaddrs(uintptr_t)',
  'void freeifaddrs(uintptr_t)',
  'uint32_t if_nametoindex(uintptr_t)',
];

const WITH_BATCH_CALLS = [
  'int ppoll(uintptr_t, unsigned long, uintptr_t, uintptr_t)',
  'int sendmmsg(int, uintptr_t, uint32_t, int)',
  'int recvmmsg(int, uintptr_t, uint32_t, int, uintptr_t)',
];

/** How late the system may wake this thread from a sleep, to wake others with it: 50 us if not told, as long as the sleep itself. */
const TIMER_SLACK_NS = 1_000;

let loaded: Libc | undefined;

/** Loaded at the first call, once for each thread. */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  // The process itself has the C library, under whichever name this system knows it.
  const library = koffi.load(null);
  const definitions = [
    ...PORTABLE,
    ...(system.hasBatchCalls ? WITH_BATCH_CALLS : []),
    ...(system.setTimerSlackOption === 0
      ? []
      : ['int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)']),
    ...(system.hasFallocate ? ['int posix_fallocate(int, int64_t, int64_t)'] : []),
  ];
  const functions: Record<string, unknown> = {};
  for (const definition of definitions) {
    const name = /(\w+)\(/.exec(definition)![1]!;
    functions[name] = library.func(definition);
  }
  const errnoAddress = library.func(`uintptr_t ${system.errnoLocation}()`)() as number;
  const calls = functions as unknown as Libc;
  if (system.setTimerSlackOption !== 0) {
    calls.prctl(system.setTimerSlackOption, TIMER_SLACK_NS, 0, 0, 0);
  }
  return {
    errno: new Int32Array(koffi.view(errnoAddress, 4)),
    view: koffi.view,
    ...functions,
  } as unknown as Libc;
}
