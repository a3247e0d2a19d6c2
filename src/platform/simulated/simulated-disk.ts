import { PlatformError } from '../mod.ts';
import { BLOCK_LENGTH, blockOf, blocksOf, type CrashOptions, type FileNode } from './file-node.ts';
import type { Prng } from './prng.ts';

/** What can be wrong with a disk. All chances are from 0 to 1 per operation. */
export interface DiskFaults {
  /** Chance of EIO. A failed write may have written its first bytes. */
  readonly readError: number;
  readonly writeError: number;
  /** Chance of EIO in sync; what it was to write is then never written, though a later sync succeeds. */
  readonly syncError: number;
  /** Time a sync takes, while the rest of the world runs. */
  readonly syncLatencyNs: number;
}

export interface DiskOptions {
  /** Bytes it holds. */
  readonly capacityLength: number;
  /** False for a file system in memory: a crash of the host empties it. */
  readonly isDurable: boolean;
}

export class DirectoryNode {
  readonly kind = 'directory';
  readonly entries = new Map<string, Node>();
  /** The entries that the device has. */
  readonly durableEntries = new Map<string, Node>();
  modifiedMs: number;

  constructor(modifiedMs: number) {
    this.modifiedMs = modifiedMs;
  }
}

export type Node = FileNode | DirectoryNode;

/** One name of one directory set to a node, or removed. */
export interface NameChange {
  readonly directory: DirectoryNode;
  readonly name: string;
  readonly node: Node | undefined;
}

const SOUND: DiskFaults = { readError: 0, writeError: 0, syncError: 0, syncLatencyNs: 0 };

/**
 * A file system of a host: a tree of names over files, space that can run out, and the changes to directories
 * that the device has not got yet, in their order.
 */
export class SimulatedDisk {
  readonly mountPoint: string;
  readonly isDurable: boolean;
  readonly root: DirectoryNode;
  readonly #random: Prng;
  #capacityBlocks: number;
  #usedBlocks = 0;
  #faults = SOUND;
  /** Each entry happens as a whole: a rename is two changes. */
  #unsyncedChanges: (readonly NameChange[])[] = [];

  constructor(mountPoint: string, options: DiskOptions, random: Prng, nowMs: number) {
    this.mountPoint = mountPoint;
    this.isDurable = options.isDurable;
    this.#capacityBlocks = blockOf(options.capacityLength);
    this.#random = random;
    this.root = new DirectoryNode(nowMs);
  }

  get faults(): DiskFaults {
    return this.#faults;
  }

  /** Changes what is given and leaves the rest. */
  set(faults: Partial<DiskFaults>): void {
    this.#faults = { ...this.#faults, ...faults };
  }

  get totalLength(): number {
    return this.#capacityBlocks * BLOCK_LENGTH;
  }

  get usableLength(): number {
    return Math.max(0, this.#capacityBlocks - this.#usedBlocks) * BLOCK_LENGTH;
  }

  /** Makes the disk larger or smaller; what it holds stays, even where it is more than that. */
  setCapacity(length: number): void {
    this.#capacityBlocks = blockOf(length);
  }

  failsToRead(): boolean {
    return this.#random.chance(this.#faults.readError);
  }

  /** How many of `length` bytes a write gets done before an error; undefined when there is none. */
  failsToWriteAfter(length: number): number | undefined {
    return this.#random.chance(this.#faults.writeError) ? this.#random.below(length) : undefined;
  }

  failsToSync(): boolean {
    return this.#random.chance(this.#faults.syncError);
  }

  /** Takes space for the range; returns how many bytes from its start on there is space for. */
  reserve(file: FileNode, position: number, length: number): number {
    const end = position + length;
    for (let block = blockOf(position); block * BLOCK_LENGTH < end; block++) {
      if (file.isAllocated(block)) {
        continue;
      }
      if (this.#usedBlocks >= this.#capacityBlocks) {
        return Math.max(0, block * BLOCK_LENGTH - position);
      }
      file.setAllocated(block);
      this.#usedBlocks++;
    }
    return length;
  }

  truncate(file: FileNode, length: number): void {
    const before = file.allocatedBlocks;
    file.truncate(length);
    this.#usedBlocks += file.allocatedBlocks - before;
  }

  retain(file: FileNode): void {
    if (file.references === 0) {
      this.#usedBlocks += file.allocatedBlocks;
    }
    file.references++;
  }

  release(file: FileNode): void {
    file.references--;
    if (file.references === 0) {
      this.#usedBlocks -= file.allocatedBlocks;
    }
  }

  /** Changes names, all at once, for everybody on the host; the device has it after `syncDirectory`. */
  change(nowMs: number, ...changes: NameChange[]): void {
    const before = changes.map(({ directory, name }) => directory.entries.get(name));
    for (const { node } of changes) {
      if (node?.kind === 'file') {
        this.retain(node);
      }
    }
    for (const { directory, name, node } of changes) {
      setEntry(directory.entries, name, node);
      directory.modifiedMs = nowMs;
    }
    for (const node of before) {
      if (node?.kind === 'file') {
        this.release(node);
      }
    }
    if (this.isDurable) {
      this.#unsyncedChanges.push(changes);
    }
  }

  /** Makes durable what has changed in the directory, and what that rests on. */
  syncDirectory(directory: DirectoryNode): void {
    const wanted = new Set([directory]);
    const synced: (readonly NameChange[])[] = [];
    const rest: (readonly NameChange[])[] = [];
    for (const changes of this.#unsyncedChanges.toReversed()) {
      if (changes.some((change) => wanted.has(change.directory))) {
        synced.push(changes);
        for (const change of changes) {
          wanted.add(change.directory);
        }
      } else {
        rest.push(changes);
      }
    }
    this.#unsyncedChanges = rest.reverse();
    applyToDevice(synced.reverse());
  }

  /** Makes all names durable; for what is there when a host is made. */
  syncNames(): void {
    applyToDevice(this.#unsyncedChanges);
    this.#unsyncedChanges = [];
  }

  /** The power fails. Nothing may be open or mapped any more. */
  crash(options: CrashOptions): void {
    const count = this.#unsyncedChanges.length;
    const kept = options.unsynced === 'lost' ? 0 : options.unsynced === 'kept' ? count : this.#random.below(count + 1);
    applyToDevice(this.#unsyncedChanges.slice(0, kept));
    this.#unsyncedChanges = [];
    this.#usedBlocks = 0;
    this.#restore(this.root, options);
  }

  #restore(directory: DirectoryNode, options: CrashOptions): void {
    directory.entries.clear();
    for (const [name, node] of directory.durableEntries) {
      directory.entries.set(name, node);
      if (node.kind === 'directory') {
        this.#restore(node, options);
      } else {
        node.crash(options, this.#random);
        this.retain(node);
      }
    }
  }

  /** @throws PlatformError ENOSPC */
  throwNoSpace(operation: string, path: string, length: number): never {
    const wanted = `${length} bytes (${blocksOf(length)} blocks) for ${path}`;
    const limit = `${this.usableLength} of ${this.totalLength} bytes are usable on ${this.mountPoint}`;
    throw new PlatformError('ENOSPC', operation, `no space: ${wanted}, ${limit}`);
  }
}

function applyToDevice(groups: readonly (readonly NameChange[])[]): void {
  for (const changes of groups) {
    for (const { directory, name, node } of changes) {
      setEntry(directory.durableEntries, name, node);
    }
  }
}

function setEntry(entries: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node === undefined) {
    entries.delete(name);
  } else {
    entries.set(name, node);
  }
}
