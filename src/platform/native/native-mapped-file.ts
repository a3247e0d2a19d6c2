import { closeSync, fstatSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { type MappedFile, PlatformError } from '../mod.ts';
import { reserveSpace } from './disk-space.ts';
import { libc, MAX_VIEW_LENGTH } from './libc.ts';
import { system } from './system.ts';
import { fileError, systemError } from './system-error.ts';

const PROT_READ = 1;
const PROT_WRITE = 2;

let pageSize = 0;

/** Bytes of a memory page: 4096 on most machines, 16384 on Apple's. */
function pageLength(): number {
  pageSize ||= libc().sysconf(system.pageSizeName);
  return pageSize;
}

/** Stays mapped until `unmap`, also when nothing refers to it any more: other code may hold views of its bytes. */
export class NativeMappedFile implements MappedFile {
  readonly path: string;
  readonly length: number;
  address: number;
  readonly #arrayBuffer: ArrayBuffer;
  #isMapped = true;

  private constructor(path: string, address: number, length: number) {
    this.path = path;
    this.address = address;
    this.length = length;
    this.#arrayBuffer = libc().view(address, length);
  }

  get arrayBuffer(): ArrayBuffer {
    this.#checkMapped('use');
    return this.#arrayBuffer;
  }

  sync(offset = 0, length = this.length - offset): void {
    this.#checkMapped('sync');
    checkRange('sync', this.path, offset, length, this.length);
    const start = offset - (offset % pageLength());
    if (libc().msync(this.address + start, length + offset - start, system.syncSynchronously) !== 0) {
      throw systemError('sync', this.path);
    }
  }

  unmap(): void {
    if (this.#isMapped) {
      this.#isMapped = false;
      libc().munmap(this.address, this.length);
      // A socket that is still told to send from here gets an error instead of whatever comes to lie there.
      this.address = 0;
    }
  }

  #checkMapped(operation: string): void {
    if (!this.#isMapped) {
      throw new PlatformError('EBADF', operation, `cannot ${operation} ${this.path}: it was unmapped (EBADF)`);
    }
  }

  static open(path: string, readOnly: boolean, offset: number, length: number | undefined): NativeMappedFile {
    const fd = openForMapping(path, readOnly ? 'r' : 'r+');
    try {
      const fileLength = fstatSync(fd).size;
      const mapLength = length ?? fileLength - offset;
      checkRange('map', path, offset, mapLength, fileLength);
      if (mapLength === 0) {
        throw new PlatformError('EINVAL', 'map', `cannot map ${path}: there are no bytes to map (EINVAL)`);
      }
      if (offset % pageLength() !== 0) {
        throw new PlatformError(
          'EINVAL',
          'map',
          `cannot map ${path} from ${offset}: that is not a multiple of the page size of ${pageLength()} bytes (EINVAL)`,
        );
      }
      return NativeMappedFile.#map(path, fd, readOnly ? PROT_READ : PROT_READ | PROT_WRITE, offset, mapLength);
    } finally {
      closeSync(fd);
    }
  }

  static create(path: string, length: number, sparse: boolean, preTouch: boolean): NativeMappedFile {
    if (!Number.isSafeInteger(length) || length <= 0) {
      throw new PlatformError(
        'EINVAL',
        'create',
        `cannot create ${path}: length must be positive, not ${length} (EINVAL)`,
      );
    }
    const fd = openForMapping(path, 'wx+');
    try {
      if (sparse) {
        ftruncateSync(fd, length);
      } else {
        reserveSpace(fd, path, 0, length);
      }
      const file = NativeMappedFile.#map(path, fd, PROT_READ | PROT_WRITE, 0, length);
      if (preTouch) {
        touchPages(file.#arrayBuffer);
      }
      return file;
    } catch (error) {
      unlinkSync(path);
      throw fileError('create', path, error);
    } finally {
      closeSync(fd);
    }
  }

  static #map(path: string, fd: number, protection: number, offset: number, length: number): NativeMappedFile {
    if (length > MAX_VIEW_LENGTH) {
      throw new PlatformError(
        'EFBIG',
        'map',
        `cannot map ${length} bytes of ${path}: Node.js sees at most ${MAX_VIEW_LENGTH} bytes in one piece (EFBIG)`,
      );
    }
    const address = libc().mmap(0, length, protection, system.mapShared, fd, offset);
    if (address === -1) {
      throw systemError('map', `${length} bytes of ${path}`);
    }
    return new NativeMappedFile(path, address, length);
  }
}

function openForMapping(path: string, mode: string): number {
  try {
    return openSync(path, mode);
  } catch (error) {
    throw fileError(mode === 'wx+' ? 'create' : 'map', path, error);
  }
}

function checkRange(operation: string, path: string, offset: number, length: number, limit: number): void {
  if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0)) {
    throw new PlatformError(
      'EINVAL',
      operation,
      `cannot ${operation} ${path}: offset ${offset} and length ${length} must be 0 or more bytes (EINVAL)`,
    );
  }
  if (offset + length > limit) {
    throw new PlatformError(
      'EINVAL',
      operation,
      `cannot ${operation} ${path}: ${length} bytes from ${offset} are beyond its end at ${limit} (EINVAL)`,
    );
  }
}

/** Makes the system find a page of memory for every page of a new file now, not at its first use. */
function touchPages(arrayBuffer: ArrayBuffer): void {
  const bytes = new Uint8Array(arrayBuffer);
  for (let i = 0; i < bytes.length; i += pageLength()) {
    bytes[i] = 0;
  }
}
