import { fstatSync, ftruncateSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { PlatformError } from '../mod.ts';
import { libc } from './libc.ts';
import { NativeMemory } from './native-memory.ts';
import { system } from './system.ts';
import { fileError, systemError } from './system-error.ts';

const EINTR = 4;
const ENOSPC = 28;

/** Bytes that an ordinary process can still use on the file system of `path`. */
export function usableSpace(path: string): number {
  const { bavail, bsize } = statfs(path);
  return bavail * bsize;
}

/** Bytes of the file system of `path`. */
export function totalSpace(path: string): number {
  const { blocks, bsize } = statfs(path);
  return blocks * bsize;
}

function statfs(path: string) {
  try {
    return statfsSync(path);
  } catch (error) {
    throw fileError('ask for the space of', path, error);
  }
}

/**
 * Gives the range of an open file its place on the device now, so that writing into it cannot fail for want
 * of space. A file that was shorter grows to the end of the range.
 * @throws PlatformError ENOSPC with the bytes needed and the bytes there are.
 */
export function reserveSpace(fd: number, path: string, position: number, length: number): void {
  const errno = system.hasFallocate ? fallocate(fd, position, length) : preallocate(fd, position, length);
  if (errno === ENOSPC) {
    const directory = dirname(path);
    throw new PlatformError(
      'ENOSPC',
      'reserve',
      `cannot reserve ${length} bytes for ${path}: only ${usableSpace(directory)} bytes are free in ${directory} (ENOSPC); ` +
        'make room there, give it more, or choose shorter or sparse files',
    );
  }
  if (errno !== 0) {
    throw systemError('reserve', `${length} bytes for ${path}`, errno);
  }
}

function fallocate(fd: number, position: number, length: number): number {
  let errno: number;
  do {
    errno = libc().posix_fallocate(fd, position, length);
  } while (errno === EINTR);
  return errno;
}

const F_PREALLOCATE = 42;
const F_ALLOCATEALL = 4;
const F_PEOFPOSMODE = 3;
const FSTORE_LENGTH = 32;

/**
 * macOS. It can only add to the physical end of a file, so this may reserve more than was asked for.
 *
 *     struct fstore { u32 flags; i32 posmode; i64 offset; i64 length; i64 bytesalloc }
 */
function preallocate(fd: number, position: number, length: number): number {
  const store = new NativeMemory(FSTORE_LENGTH);
  const view = new DataView(store.arrayBuffer);
  view.setUint32(0, F_ALLOCATEALL, true);
  view.setInt32(4, F_PEOFPOSMODE, true);
  view.setBigInt64(16, BigInt(length), true);
  if (libc().fcntl(fd, F_PREALLOCATE, 'uintptr_t', store.address) === -1) {
    return libc().errno[0]!;
  }
  if (fstatSync(fd).size < position + length) {
    ftruncateSync(fd, position + length);
  }
  return 0;
}
