import { AtomicBuffer } from '../../agrona/mod.ts';
import type { FileSystem, OpenFile } from '../../platform/mod.ts';
import { CATALOG_JOURNAL_NAME, type CatalogChange, CatalogJournal, couldBe } from './catalog-journal.ts';

export const CATALOG_FILE_NAME = 'archive.catalog';
/** A catalog that is written anew, until it takes the place of the old one. */
const CATALOG_UPDATE_NAME = `${CATALOG_FILE_NAME}.updated`;
const MIN_IMAGE_LENGTH = 64 * 1024;

/** How a catalog's file is used. */
export interface CatalogFileOptions {
  readonly files: FileSystem;
  readonly archiveDir: string;
  /** 'own' by the archive, 'repair' by a tool, which may come while the archive lives, 'read' by anybody. */
  readonly mode: 'own' | 'repair' | 'read';
  /** 0: the system writes when it likes; 1 and 2: a change is on the device before it is done. */
  readonly syncLevel: number;
}

/**
 * The bytes of a catalog: an image in memory, which is read, and the file behind it, which follows each change. Not
 * mapped, so that a full disk is an error and not a signal, and so that what happens in which order is known.
 *
 * A change is in the file as a whole or not at all, wherever the process or the machine stops (`catalog-journal.ts`).
 */
export class CatalogFile {
  /** Of the file; at least the image is in it. */
  length: number;
  image: AtomicBuffer;
  private readonly options: CatalogFileOptions;
  private readonly path: string;
  private file: OpenFile;
  private journal: CatalogJournal | undefined;
  /** What the file may not have of the image, because writing or syncing it failed; goes with the next change. */
  private behind: CatalogChange[] = [];
  /** What was written since the file was synced. */
  private unsynced: CatalogChange[] = [];
  /** Bytes of the file that the image has. */
  private loaded = 0;

  private constructor(options: CatalogFileOptions, file: OpenFile) {
    this.options = options;
    this.path = pathOf(options, CATALOG_FILE_NAME);
    this.file = file;
    this.length = file.length();
    this.image = AtomicBuffer.allocate(MIN_IMAGE_LENGTH);
  }

  /** Makes a catalog of `length` bytes that begins with `content`, there as a whole or not at all. @throws PlatformError */
  static create(options: CatalogFileOptions, content: Uint8Array, length: number): void {
    replace(options, content, length);
  }

  /** Opens a catalog that exists and, when writable, does what a crash has interrupted. @throws PlatformError */
  static open(options: CatalogFileOptions): CatalogFile {
    const { files, archiveDir, mode } = options;
    const path = pathOf(options, CATALOG_FILE_NAME);
    const catalog = new CatalogFile(options, files.open(path, mode === 'read' ? 'r' : 'r+'));
    try {
      if (mode === 'own') {
        files.remove(pathOf(options, CATALOG_UPDATE_NAME));
      }
      if (mode === 'own' || (mode === 'repair' && files.exists(`${archiveDir}/${CATALOG_JOURNAL_NAME}`))) {
        catalog.journal = CatalogJournal.open(files, archiveDir);
        catalog.redo(catalog.journal.read());
      }
      catalog.load(MIN_IMAGE_LENGTH);
    } catch (error) {
      catalog.file.close();
      catalog.journal?.close();
      throw error;
    }
    return catalog;
  }

  /** Has at least `length` bytes of the file in the image; false where the file has fewer. @throws PlatformError */
  load(length: number): boolean {
    if (length > this.length) {
      return false;
    }
    if (length > this.image.capacity || this.loaded < length) {
      const wanted = Math.min(this.length, Math.max(length, MIN_IMAGE_LENGTH, 2 * this.loaded));
      this.extendImage(wanted);
      this.file.read(this.image.u8, this.loaded, wanted - this.loaded, this.loaded);
      this.loaded = wanted;
    }
    return true;
  }

  /**
   * Changes bytes in the image and in the file. When that fails, the image has the change all the same if `isForced`
   * (the file gets it with the next one); otherwise neither has it: what was zeros before is then cut off as the end.
   * @throws PlatformError
   */
  change(changes: readonly { readonly offset: number; readonly after: Uint8Array }[], isForced: boolean): void {
    for (const { offset, after } of changes) {
      this.load(Math.min(this.length, offset + after.length));
      this.extendImage(offset + after.length);
    }
    const ranges = changes.map(({ offset, after }) => ({
      offset,
      after,
      before: this.image.copyBytes(offset, after.length),
    }));
    this.applyToImage(ranges, 'after');
    try {
      this.writeRanges(ranges);
    } catch (error) {
      if (!isForced) {
        this.applyToImage(ranges, 'before');
        this.undo(ranges);
      }
      this.behind.push(...ranges);
      throw error;
    }
  }

  /** Makes the file longer. @throws PlatformError */
  grow(length: number): void {
    this.file.truncate(length);
    if (this.options.syncLevel > 0) {
      this.file.sync(true);
    }
    this.length = length;
  }

  /** Takes `content` in place of all there is. @throws PlatformError */
  replaceAll(content: AtomicBuffer, usedLength: number): void {
    replace(this.options, content.u8.subarray(0, usedLength), this.length);
    this.file.close();
    this.file = this.options.files.open(this.path, 'r+');
    this.journal?.clear();
    this.image = content;
    this.loaded = Math.min(this.length, content.capacity);
    this.behind = [];
    this.unsynced = [];
  }

  /** Everything is on the device, whatever the sync level, and the journal is gone. @throws PlatformError */
  close(): void {
    try {
      if (this.options.mode !== 'read') {
        for (const { offset, after } of this.missing()) {
          this.file.write(after, 0, after.length, offset);
        }
        this.file.sync(true);
        if (this.options.mode === 'own') {
          this.options.files.remove(pathOf(this.options, CATALOG_JOURNAL_NAME));
        }
      }
    } finally {
      this.file.close();
      this.journal?.close();
    }
  }

  /** Ends the use of the files as they are. */
  abandon(): void {
    this.file.close();
    this.journal?.close();
  }

  private writeRanges(ranges: readonly CatalogChange[]): void {
    this.syncAll();
    const changes = [...this.missing(), ...ranges];
    this.journal?.write(changes, this.options.syncLevel > 0);
    this.unsynced = changes;
    for (const { offset, after } of changes) {
      this.file.write(after, 0, after.length, offset);
    }
    this.behind = [];
  }

  /** What earlier changes have left to do. What they have undone was cut off. */
  private missing(): CatalogChange[] {
    return this.behind
      .map(({ offset, before }) => ({ offset, before, after: this.image.copyBytes(offset, before.length) }))
      .filter(({ before, after }) => !isZero(before) || !isZero(after));
  }

  /** As well as it can be done; the error that led here is the one to be told. */
  private undo(ranges: readonly CatalogChange[]): void {
    try {
      for (const { offset, before } of ranges) {
        if (isZero(before)) {
          this.file.truncate(offset);
          this.file.truncate(this.length);
        }
      }
      this.journal?.clear();
    } catch {
      // Then the next change, or the next opening, brings the file into order.
    }
  }

  /** After a sync has failed, a later one may say that all is well, though what there was to write is lost. */
  private syncAll(): void {
    const { unsynced } = this;
    this.unsynced = [];
    if (this.options.syncLevel === 0 || unsynced.length === 0) {
      return;
    }
    try {
      this.file.sync(true);
    } catch (error) {
      this.behind.push(...unsynced);
      throw error;
    }
  }

  private redo(changes: readonly CatalogChange[]): void {
    const isOurs = changes.every(({ offset, after }) => {
      const bytes = new Uint8Array(after.length);
      return (
        this.file.read(bytes, 0, bytes.length, offset) === bytes.length &&
        bytes.every((byte, i) => couldBe(changes, offset + i, byte))
      );
    });
    if (isOurs) {
      for (const { offset, after } of changes) {
        this.file.write(after, 0, after.length, offset);
      }
    }
    if (changes.length > 0 && this.options.mode === 'own') {
      this.file.sync(true);
      this.journal!.clear();
    }
  }

  private applyToImage(ranges: readonly CatalogChange[], which: 'before' | 'after'): void {
    for (const range of ranges) {
      this.image.putBytes(range.offset, range[which], 0, range.after.length);
    }
  }

  private extendImage(length: number): void {
    if (length > this.image.capacity) {
      const larger = AtomicBuffer.allocate(Math.max(length, Math.min(2 * this.image.capacity, this.length)));
      larger.putBytes(0, this.image, 0, this.image.capacity);
      this.image.release();
      this.image = larger;
    }
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/**
 * For the tool: puts a catalog in the place of the one of an archive that does not run, in one step. @throws PlatformError
 */
export function replaceCatalog(files: FileSystem, archiveDir: string, content: Uint8Array): void {
  replace({ files, archiveDir, mode: 'repair', syncLevel: 0 }, content, content.length);
  files.remove(`${archiveDir}/${CATALOG_JOURNAL_NAME}`);
}

/** Writes a whole catalog beside the old one and puts it in its place. */
function replace(options: CatalogFileOptions, content: Uint8Array, length: number): void {
  const { files, archiveDir } = options;
  const path = pathOf(options, CATALOG_UPDATE_NAME);
  const file = files.open(path, 'w+');
  try {
    file.write(content, 0, content.length, 0);
    file.truncate(length);
    file.sync(true);
  } finally {
    file.close();
  }
  files.rename(path, pathOf(options, CATALOG_FILE_NAME));
  files.syncDirectory(archiveDir);
}

function pathOf(options: CatalogFileOptions, name: string): string {
  return `${options.archiveDir}/${name}`;
}
