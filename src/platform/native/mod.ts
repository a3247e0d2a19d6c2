/**
 * # platform/native
 *
 * The `Platform` of the machine that Node runs on: Linux or macOS, x64 or arm64. What Node does well is left
 * to it (plain files, random numbers, timers); mapped files and sockets are system calls through FFI.
 *
 *     NativePlatform
 *       ├ NativeFileSystem ─ NativeMappedFile (mmap), NativeOpenFile, disk-space (posix_fallocate)
 *       ├ NativeNetwork ──── NativeUdpSocket, NativeReceiveBatch ─ MessageTransfer, MessageHeaders (sendmmsg, recvmmsg)
 *       │                    NativeSocketPoller (ppoll), name-resolution, network-interfaces
 *       └ NativeClock, NativeProcesses, NativeRandomSource, NativeEnvironment, NativeScheduler
 *
 * `libc.ts` is the only file that knows the FFI library, `system.ts` with `linux.ts` and `darwin.ts` the only
 * one that knows how the systems differ. Nothing is loaded before it is used.
 *
 *     const platform = nativePlatform();
 *     const socket = platform.network.openUdp({ bind: SocketAddress.of('127.0.0.1', 0) });
 *     const batch = platform.network.createReceiveBatch(16, 2048);
 *     for (let i = 0, count = socket.receive(batch); i < count; i++) {
 *       console.log(batch.source(i).key, batch.lengths[i]);
 *     }
 */
import type { Platform } from '../mod.ts';
import { NativePlatform } from './native-platform.ts';

let instance: NativePlatform | undefined;

/** The machine; one instance for each thread. */
export function nativePlatform(): Platform {
  instance ??= new NativePlatform();
  return instance;
}
