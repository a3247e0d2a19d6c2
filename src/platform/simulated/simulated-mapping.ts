import { type MappedFile, PlatformError } from '../mod.ts';
import type { Region } from './file-node.ts';

/** One mapping of a region of a file by one process. */
export class SimulatedMapping implements MappedFile {
  readonly path: string;
  readonly length: number;
  readonly address: number;
  readonly #arrayBuffer: ArrayBuffer;
  readonly #sync: (from: number, to: number) => void;
  readonly #close: () => void;
  #isMapped = true;

  constructor(
    region: Region,
    path: string,
    length: number,
    address: number,
    sync: (from: number, to: number) => void,
    close: () => void,
  ) {
    this.#arrayBuffer = region.bytes.buffer;
    this.path = path;
    this.length = length;
    this.address = address;
    this.#sync = sync;
    this.#close = close;
  }

  get arrayBuffer(): ArrayBuffer {
    this.#checkMapped('use');
    return this.#arrayBuffer;
  }

  sync(offset = 0, length: number = this.length - offset): void {
    this.#checkMapped('sync');
    if (!(offset >= 0 && length >= 0 && offset + length <= this.length)) {
      const range = `${length} bytes at ${offset} of ${this.path}`;
      throw new PlatformError('EINVAL', 'sync', `cannot sync ${range}: ${this.length} bytes are mapped`);
    }
    this.#sync(offset, offset + length);
  }

  unmap(): void {
    this.abandon();
  }

  abandon(): void {
    if (this.#isMapped) {
      this.#isMapped = false;
      this.#close();
    }
  }

  #checkMapped(operation: string): void {
    if (!this.#isMapped) {
      throw new PlatformError('EBADF', operation, `cannot ${operation} ${this.path}: it was unmapped`);
    }
  }
}
