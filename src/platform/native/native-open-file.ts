import { closeSync, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { type OpenFile, PlatformError } from '../mod.ts';
import { reserveSpace } from './disk-space.ts';
import { fileError } from './system-error.ts';

const CLOSED = -1;

/** node:fs costs no more than FFI here: the system call itself is what takes the time. */
export class NativeOpenFile implements OpenFile {
  readonly path: string;
  #fd: number;

  constructor(path: string, mode: 'r' | 'r+' | 'w+' | 'wx+') {
    this.path = path;
    try {
      this.#fd = openSync(path, mode);
    } catch (error) {
      throw fileError('open', path, error);
    }
  }

  read(target: Uint8Array, offset: number, length: number, position: number): number {
    const fd = this.#openFd('read');
    try {
      let done = 0;
      while (done < length) {
        const count = readSync(fd, target, offset + done, length - done, position + done);
        if (count === 0) {
          break;
        }
        done += count;
      }
      return done;
    } catch (error) {
      throw fileError('read', this.path, error);
    }
  }

  write(source: Uint8Array, offset: number, length: number, position: number): void {
    const fd = this.#openFd('write');
    try {
      let done = 0;
      while (done < length) {
        done += writeSync(fd, source, offset + done, length - done, position + done);
      }
    } catch (error) {
      throw fileError('write', this.path, error);
    }
  }

  length(): number {
    const fd = this.#openFd('ask for the length of');
    try {
      return fstatSync(fd).size;
    } catch (error) {
      throw fileError('ask for the length of', this.path, error);
    }
  }

  truncate(length: number): void {
    const fd = this.#openFd('truncate');
    try {
      ftruncateSync(fd, length);
    } catch (error) {
      throw fileError('truncate', this.path, error);
    }
  }

  allocate(position: number, length: number): void {
    const fd = this.#openFd('reserve space for');
    reserveSpace(fd, this.path, position, length);
  }

  sync(metadata: boolean): void {
    const fd = this.#openFd('sync');
    try {
      if (metadata) {
        fsyncSync(fd);
      } else {
        fdatasyncSync(fd);
      }
    } catch (error) {
      throw fileError('sync', this.path, error);
    }
  }

  close(): void {
    if (this.#fd !== CLOSED) {
      closeSync(this.#fd);
      this.#fd = CLOSED;
    }
  }

  #openFd(operation: string): number {
    if (this.#fd === CLOSED) {
      throw new PlatformError('EBADF', operation, `cannot ${operation} ${this.path}: it was closed (EBADF)`);
    }
    return this.#fd;
  }
}
