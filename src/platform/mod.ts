/// <reference lib="esnext.disposable" preserve="true" />
/**
 * # platform
 *
 * The one window to the world. Everything the stack asks of a machine - time, sleep, sockets, mapped files,
 * plain files, random numbers, process ids - is a method of `Platform`, which has two implementations:
 *
 *     native/      system calls through FFI; the only room that touches the FFI library
 *     simulated/   virtual time, a faulty network and forgetful disks, all from one seed
 *
 * This entry has the interface and what both share; the implementations have entries of their own, so that
 * a program (or a browser tab) loads only the one it uses.
 */
export { defaultPlatform, setDefaultPlatform } from './default-platform.ts';
export { AeronError, PlatformError } from './errors.ts';
export type {
  Clock,
  Environment,
  FileStat,
  FileSystem,
  MappedFile,
  Memory,
  Network,
  NetworkInterface,
  OpenFile,
  Platform,
  Processes,
  RandomSource,
  ReceiveBatch,
  ScheduledCall,
  Scheduler,
  SocketPoller,
  UdpSocket,
  UdpSocketOptions,
} from './platform.ts';
export { parseIp, SocketAddress } from './socket-address.ts';
