import { PlatformError } from '../mod.ts';
import type { Prng } from './prng.ts';

/** What the page cache, the device and the accounting of space deal in. */
export const BLOCK_LENGTH = 4096;
/** What a device writes as a whole, if the power holds. */
const SECTOR_LENGTH = 512;
/** Chance that a sector that was being written is new at its front and old behind. */
const CUT_SECTOR_CHANCE = 0.1;
const ZEROS = new Uint8Array(BLOCK_LENGTH);

/** What becomes of what was not synced when the power fails. */
export interface CrashOptions {
  /**
   * 'torn' (the default): each sector that was not synced is, by the seed, lost or kept, and some are cut in
   * the middle; of the changes to directories the first so many are kept. 'lost': all of it is gone.
   * 'kept': all of it had just reached the device.
   */
  readonly unsynced?: 'torn' | 'lost' | 'kept';
}

/** A stretch of a file that is, or was, mapped: it lives in one ArrayBuffer that all its mappings share. */
export interface Region {
  readonly start: number;
  readonly length: number;
  bytes: Uint8Array<ArrayBuffer>;
  mappings: number;
  /** Somebody may have stored to it unseen. */
  isWritable: boolean;
}

/** What the device holds of a file. Blocks that are missing are zeros. */
interface DurableImage {
  length: number;
  readonly blocks: Map<number, Uint8Array>;
}

/**
 * A file: its content as the host sees it (the page cache) and, on a disk that keeps anything, as the device
 * has it.
 *
 *     cache    blocks, made at the first write     regions, where it is mapped: these win over blocks
 *              | 0 |   | 2 | 3 |                       [ 4 ......... 9 ]
 *     device   durable blocks, as of the last sync; what differs is what a crash puts at stake
 */
export class FileNode {
  readonly kind = 'file';
  modifiedMs: number;
  /** Names, open files and mappings; without any, its space is free. */
  references = 0;
  #length = 0;
  readonly #blocks = new Map<number, Uint8Array>();
  readonly #regions: Region[] = [];
  readonly #durable: DurableImage | undefined;
  /** Blocks that `write` or `truncate` changed since they were synced. */
  readonly #dirty = new Set<number>();
  #allocated = new Uint8Array(0);
  #allocatedCount = 0;

  constructor(isDurable: boolean, modifiedMs: number) {
    this.#durable = isDurable ? { length: 0, blocks: new Map() } : undefined;
    this.modifiedMs = modifiedMs;
  }

  get length(): number {
    return this.#length;
  }

  /** Blocks of the disk that it takes. */
  get allocatedBlocks(): number {
    return this.#allocatedCount;
  }

  isAllocated(block: number): boolean {
    return this.#allocated[block] === 1;
  }

  /** Notes that a block takes space of the disk. */
  setAllocated(block: number): void {
    if (block >= this.#allocated.length) {
      const grown = new Uint8Array(Math.max(block + 1, 2 * this.#allocated.length));
      grown.set(this.#allocated);
      this.#allocated = grown;
    }
    if (this.#allocated[block] === 0) {
      this.#allocated[block] = 1;
      this.#allocatedCount++;
    }
  }

  /** Fills `target`; what lies behind the end or was never written is zeros. */
  read(target: Uint8Array, position: number): void {
    let done = 0;
    while (done < target.length) {
      const { bytes, at, length } = this.#pieceAt(position + done, target.length - done);
      if (bytes === undefined) {
        target.fill(0, done, done + length);
      } else {
        target.set(bytes.subarray(at, at + length), done);
      }
      done += length;
    }
  }

  write(source: Uint8Array, position: number): void {
    this.#growTo(position + source.length);
    let done = 0;
    while (done < source.length) {
      const { bytes, block, at, length } = this.#pieceAt(position + done, source.length - done);
      const into = bytes ?? new Uint8Array(BLOCK_LENGTH);
      if (bytes === undefined) {
        this.#blocks.set(block, into);
      }
      into.set(source.subarray(done, done + length), at);
      done += length;
    }
    this.#markDirty(position, position + source.length);
  }

  /** What is cut off reads as zeros if the file grows again. */
  truncate(length: number): void {
    if (length < this.#length) {
      this.#cut(length);
    } else {
      this.#growTo(length);
    }
  }

  /**
   * The region that starts here and has at least this length, made of what the file holds.
   * @throws PlatformError ENOTSUP when part of it is mapped in another way: two ArrayBuffers cannot share memory.
   */
  map(path: string, start: number, length: number, isWritable: boolean): Region {
    const region =
      this.#regions.find((other) => canShare(other, start, length)) ?? this.#createRegion(path, start, length);
    region.mappings++;
    region.isWritable ||= isWritable;
    return region;
  }

  /**
   * When the last mapping of a region goes, its ArrayBuffer is detached: a typed array over it that is used
   * after `unmap` is empty, where on a real machine it would end the process.
   */
  unmap(region: Region): void {
    region.mappings--;
    if (region.mappings === 0) {
      region.bytes = new Uint8Array(structuredClone(region.bytes.buffer, { transfer: [region.bytes.buffer] }));
    }
  }

  /** To the device: the blocks that touch the range, and the length. */
  sync(from = 0, to = Number.POSITIVE_INFINITY): void {
    const durable = this.#durable;
    if (durable === undefined) {
      return;
    }
    for (const block of this.#unsyncedBlocks(durable, from, to)) {
      durable.blocks.set(block, this.#copyBlock(block));
      this.#dirty.delete(block);
    }
    durable.length = this.#length;
  }

  /** What a failed sync does on Linux: what was written counts as clean from then on, though it never got there. */
  forgetDirty(): void {
    this.#dirty.clear();
  }

  /** The power fails: the content becomes what the device has, which may have got some of what was not synced. */
  crash(options: CrashOptions, random: Prng): void {
    const durable = this.#durable;
    if (durable === undefined) {
      throw new Error('a file in memory does not outlive a crash');
    }
    if (options.unsynced === 'kept') {
      this.sync();
    } else if (options.unsynced !== 'lost') {
      this.#tear(durable, random);
    }
    this.#regions.length = 0;
    this.#dirty.clear();
    this.#blocks.clear();
    this.references = 0;
    this.#length = durable.length;
    this.#freeFrom(blocksOf(durable.length));
    for (const [block, bytes] of durable.blocks) {
      const held = durable.length - block * BLOCK_LENGTH;
      if (held <= 0) {
        durable.blocks.delete(block);
      } else {
        bytes.fill(0, Math.min(held, BLOCK_LENGTH));
        this.#blocks.set(block, bytes.slice());
        this.setAllocated(block);
      }
    }
  }

  #tear(durable: DurableImage, random: Prng): void {
    const keepChance = random.nextDouble();
    for (const block of this.#unsyncedBlocks(durable, 0, Number.POSITIVE_INFINITY)) {
      const merged = durable.blocks.get(block)?.slice() ?? new Uint8Array(BLOCK_LENGTH);
      const current = this.#copyBlock(block);
      for (let at = 0; at < BLOCK_LENGTH; at += SECTOR_LENGTH) {
        if (isEqual(merged, current, at, at + SECTOR_LENGTH)) {
          continue;
        }
        if (random.chance(CUT_SECTOR_CHANCE)) {
          merged.set(current.subarray(at, at + 1 + random.below(SECTOR_LENGTH - 1)), at);
        } else if (random.chance(keepChance)) {
          merged.set(current.subarray(at, at + SECTOR_LENGTH), at);
        }
      }
      durable.blocks.set(block, merged);
    }
    durable.length = random.chance(0.5) ? this.#length : durable.length;
  }

  #unsyncedBlocks(durable: DurableImage, from: number, to: number): Set<number> {
    const blocks = new Set<number>();
    for (const block of this.#dirty) {
      if (block * BLOCK_LENGTH < to && (block + 1) * BLOCK_LENGTH > from) {
        blocks.add(block);
      }
    }
    const scratch = new Uint8Array(BLOCK_LENGTH);
    for (const region of this.#regions) {
      const end = Math.min(to, region.start + region.length);
      if (!region.isWritable) {
        continue;
      }
      for (let block = blockOf(Math.max(from, region.start)); block * BLOCK_LENGTH < end; block++) {
        this.read(scratch, block * BLOCK_LENGTH);
        if (!isEqual(scratch, durable.blocks.get(block) ?? ZEROS, 0, BLOCK_LENGTH)) {
          blocks.add(block);
        }
      }
    }
    return blocks;
  }

  #createRegion(path: string, start: number, length: number): Region {
    for (const other of this.#regions.slice()) {
      if (other.start < start + length && start < other.start + other.length) {
        this.#evict(other, path);
      }
    }
    const bytes = new Uint8Array(length);
    const end = start + length;
    for (let block = blockOf(start); block * BLOCK_LENGTH < end; block++) {
      const cached = this.#blocks.get(block);
      if (cached !== undefined) {
        const at = block * BLOCK_LENGTH - start;
        bytes.set(cached.subarray(0, Math.min(BLOCK_LENGTH, length - at)), at);
      }
      // The block at the end may reach beyond the region: there it still counts.
      if ((block + 1) * BLOCK_LENGTH <= end) {
        this.#blocks.delete(block);
      }
    }
    const region: Region = { start, length, bytes, mappings: 0, isWritable: false };
    this.#regions.push(region);
    return region;
  }

  /** Back into blocks, from where another region can be made. */
  #evict(region: Region, path: string): void {
    const { start, length, bytes } = region;
    if (region.mappings > 0) {
      const mapped = `${length} bytes at ${start} of ${path} are mapped`;
      throw new PlatformError('ENOTSUP', 'map', `${mapped}; the simulation cannot map a part of them in another way`);
    }
    this.#regions.splice(this.#regions.indexOf(region), 1);
    for (let at = 0; at < length; at += BLOCK_LENGTH) {
      const piece = bytes.subarray(at, Math.min(length, at + BLOCK_LENGTH));
      const block = blockOf(start + at);
      const cached = this.#blocks.get(block);
      if (cached !== undefined) {
        cached.set(piece);
      } else if (!isEqual(piece, ZEROS, 0, piece.length)) {
        const copy = new Uint8Array(BLOCK_LENGTH);
        copy.set(piece);
        this.#blocks.set(block, copy);
      }
    }
    if (region.isWritable) {
      this.#markDirty(start, start + length);
    }
  }

  #growTo(length: number): void {
    if (length <= this.#length) {
      return;
    }
    // A mapping from before the file was cut may have stored behind its end: that never becomes content.
    for (const region of this.#regions) {
      region.bytes.fill(0, Math.max(0, this.#length - region.start));
    }
    this.#length = length;
  }

  #cut(length: number): void {
    const kept = blocksOf(length);
    const boundary = this.#blocks.get(kept - 1);
    boundary?.fill(0, length - (kept - 1) * BLOCK_LENGTH);
    for (const block of this.#blocks.keys()) {
      if (block >= kept) {
        this.#blocks.delete(block);
      }
    }
    for (const region of this.#regions) {
      region.bytes.fill(0, Math.max(0, length - region.start));
    }
    this.#markDirty(length, this.#length);
    for (const block of this.#durable?.blocks.keys() ?? []) {
      if (block >= kept) {
        this.#dirty.add(block);
      }
    }
    this.#freeFrom(kept);
    this.#length = length;
  }

  #freeFrom(block: number): void {
    for (let i = block; i < this.#allocated.length; i++) {
      this.#allocatedCount -= this.#allocated[i]!;
      this.#allocated[i] = 0;
    }
  }

  #markDirty(from: number, to: number): void {
    if (this.#durable === undefined) {
      return;
    }
    for (let block = blockOf(from); block * BLOCK_LENGTH < to; block++) {
      this.#dirty.add(block);
    }
  }

  #copyBlock(block: number): Uint8Array {
    const copy = new Uint8Array(BLOCK_LENGTH);
    this.read(copy, block * BLOCK_LENGTH);
    return copy;
  }

  /** Where the bytes from a position on are cached, as far as they lie together, for at most `limit` bytes. */
  #pieceAt(position: number, limit: number): Piece {
    const block = blockOf(position);
    for (const { start, length, bytes } of this.#regions) {
      if (position >= start && position < start + length) {
        return { bytes, block, at: position - start, length: Math.min(limit, start + length - position) };
      }
    }
    // Regions start at a block, so none can begin inside of this one.
    const at = position - block * BLOCK_LENGTH;
    return { bytes: this.#blocks.get(block), block, at, length: Math.min(limit, BLOCK_LENGTH - at) };
  }
}

/** Its ArrayBuffer should be as long as the mapping; a longer one is shared only because it has to be. */
function canShare(region: Region, start: number, length: number): boolean {
  return region.start === start && (region.length === length || (region.length > length && region.mappings > 0));
}

interface Piece {
  readonly bytes: Uint8Array | undefined;
  readonly block: number;
  /** Index of the first byte in `bytes`. */
  readonly at: number;
  readonly length: number;
}

export function blockOf(position: number): number {
  return Math.floor(position / BLOCK_LENGTH);
}

/** How many blocks hold so many bytes. */
export function blocksOf(length: number): number {
  return Math.ceil(length / BLOCK_LENGTH);
}

function isEqual(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (a[i] !== b[i]) {
      return false;
    }
  }
  return true;
}
