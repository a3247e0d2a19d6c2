import { type OpenFile, PlatformError } from '../mod.ts';
import type { FileNode } from './file-node.ts';
import type { SimulatedDisk } from './simulated-disk.ts';
import type { Gate } from './simulated-socket.ts';

/** What an open file asks of its process. */
interface OpenFileSystem {
  readonly gate: Gate;
  nowMs(): number;
  record(kind: string, detail: string, bytes?: Uint8Array): void;
  sync(): void;
  forget(): void;
}

export class SimulatedOpenFile implements OpenFile {
  readonly path: string;
  readonly #system: OpenFileSystem;
  readonly #disk: SimulatedDisk;
  readonly #node: FileNode;
  readonly #isWritable: boolean;
  #isOpen = true;

  constructor(system: OpenFileSystem, disk: SimulatedDisk, node: FileNode, path: string, isWritable: boolean) {
    this.#system = system;
    this.#disk = disk;
    this.#node = node;
    this.path = path;
    this.#isWritable = isWritable;
  }

  read(target: Uint8Array, offset: number, length: number, position: number): number {
    this.#enter('read');
    this.#checkRange('read', target, offset, length, position);
    if (this.#disk.failsToRead()) {
      throw new PlatformError('EIO', 'read', `the device failed to read ${this.path} at ${position}`);
    }
    const available = Math.max(0, Math.min(length, this.#node.length - position));
    this.#node.read(target.subarray(offset, offset + available), position);
    return available;
  }

  write(source: Uint8Array, offset: number, length: number, position: number): void {
    this.#enterToWrite('write');
    this.#checkRange('write', source, offset, length, position);
    const space = this.#disk.reserve(this.#node, position, length);
    const done = this.#disk.failsToWriteAfter(space);
    this.#writePart(source.subarray(offset, offset + (done ?? space)), position);
    if (done !== undefined) {
      throw new PlatformError('EIO', 'write', `the device failed to write ${this.path} at ${position + done}`);
    }
    if (space < length) {
      this.#disk.throwNoSpace('write', this.path, length - space);
    }
  }

  length(): number {
    this.#enter('length');
    return this.#node.length;
  }

  truncate(length: number): void {
    this.#enterToWrite('truncate');
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new PlatformError('EINVAL', 'truncate', `${this.path} cannot have ${length} bytes`);
    }
    this.#disk.truncate(this.#node, length);
    this.#node.modifiedMs = this.#system.nowMs();
    this.#system.record('truncate', `${this.path} length ${length}`);
  }

  allocate(position: number, length: number): void {
    this.#enterToWrite('allocate');
    if (this.#disk.reserve(this.#node, position, length) < length) {
      this.#disk.throwNoSpace('allocate', this.path, length);
    }
    if (position + length > this.#node.length) {
      this.#disk.truncate(this.#node, position + length);
    }
    this.#system.record('allocate', `${this.path} at ${position} length ${length}`);
  }

  sync(_metadata: boolean): void {
    this.#enter('sync');
    this.#system.sync();
  }

  close(): void {
    this.abandon();
  }

  abandon(): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#system.forget();
      this.#disk.release(this.#node);
    }
  }

  #writePart(bytes: Uint8Array, position: number): void {
    if (bytes.length > 0) {
      this.#node.write(bytes, position);
      this.#node.modifiedMs = this.#system.nowMs();
      this.#system.record('write', `${this.path} at ${position} length ${bytes.length}`, bytes);
    }
  }

  #enter(operation: string): void {
    this.#system.gate(operation);
    if (!this.#isOpen) {
      throw new PlatformError('EBADF', operation, `${this.path} is closed`);
    }
  }

  #enterToWrite(operation: string): void {
    this.#enter(operation);
    if (!this.#isWritable) {
      throw new PlatformError('EBADF', operation, `${this.path} is open for reading only`);
    }
  }

  #checkRange(operation: string, bytes: Uint8Array, offset: number, length: number, position: number): void {
    if (!(offset >= 0 && length >= 0 && position >= 0 && offset + length <= bytes.length)) {
      const range = `${length} bytes at ${offset} of ${bytes.length}, position ${position} of ${this.path}`;
      throw new PlatformError('EINVAL', operation, `cannot ${operation} ${range}`);
    }
  }
}
