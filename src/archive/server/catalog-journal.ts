import { AtomicBuffer } from '../../agrona/mod.ts';
import type { FileSystem, OpenFile } from '../../platform/mod.ts';
import { crc32c } from './checksum.ts';

/*
 * The one change to the catalog that may be under way. It is written here, and at a catalog sync level above 0 is on the
 * device, before the catalog itself is touched; after a crash it is done again. The file has fixed space, so that a
 * recording can be stopped on a full disk.
 *
 *      0   int32   magic
 *      4   int32   bytes of the ranges
 *      8   int32   CRC-32C of the ranges
 *     12   int32   0
 *     16   ranges: int32 offset, int32 length, bytes before, bytes after, filled up to 8; ...
 *
 * Another archive may have used the directory in the meantime, which knows nothing of this file. Hence a change is done
 * again only if every byte of the catalog that it concerns is still as before or as after. Changes that could not be made
 * stand here with the next one, and may be of the same bytes: then one range after the other has said what those were.
 */
const MAGIC = 0x6c6a_7263;
const HEADER_LENGTH = 16;
const RANGE_HEADER_LENGTH = 8;
const RESERVED_LENGTH = 64 * 1024;
export const CATALOG_JOURNAL_NAME = 'archive.catalog.journal';

/** Bytes at an offset of the catalog, as they were and as they shall be. */
export interface CatalogChange {
  readonly offset: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

export class CatalogJournal {
  private readonly file: OpenFile;

  private constructor(file: OpenFile) {
    this.file = file;
  }

  /** Opens or makes the file, whose space is then taken. @throws PlatformError ENOSPC */
  static open(files: FileSystem, archiveDir: string): CatalogJournal {
    const path = `${archiveDir}/${CATALOG_JOURNAL_NAME}`;
    const file = files.open(path, files.exists(path) ? 'r+' : 'wx+');
    try {
      if (file.length() < RESERVED_LENGTH) {
        file.allocate(0, RESERVED_LENGTH);
        file.sync(true);
        files.syncDirectory(archiveDir);
      }
    } catch (error) {
      file.close();
      throw error;
    }
    return new CatalogJournal(file);
  }

  /** Says what is about to be done. @throws PlatformError */
  write(changes: readonly CatalogChange[], isSynced: boolean): void {
    const rangesLength = changes.reduce((length, change) => length + rangeLength(change), 0);
    const record = AtomicBuffer.allocate(HEADER_LENGTH + rangesLength);
    let offset = HEADER_LENGTH;
    for (const change of changes) {
      const { length } = change.after;
      record.putInt32(offset, change.offset);
      record.putInt32(offset + 4, length);
      record.putBytes(offset + RANGE_HEADER_LENGTH, change.before, 0, length);
      record.putBytes(offset + RANGE_HEADER_LENGTH + length, change.after, 0, length);
      offset += rangeLength(change);
    }
    record.putInt32(0, MAGIC);
    record.putInt32(4, rangesLength);
    record.putInt32(8, crc32c().compute(record, HEADER_LENGTH, rangesLength));
    this.file.write(record.u8, 0, record.capacity, 0);
    if (isSynced) {
      this.file.sync(true);
    }
  }

  /** The change that was under way; [] when there is none that can be read. @throws PlatformError */
  read(): CatalogChange[] {
    const record = AtomicBuffer.allocate(this.file.length());
    this.file.read(record.u8, 0, record.capacity, 0);
    if (record.capacity < HEADER_LENGTH || record.getInt32(0) !== MAGIC) {
      return [];
    }
    const rangesLength = record.getInt32(4);
    const isWhole =
      rangesLength > 0 &&
      HEADER_LENGTH + rangesLength <= record.capacity &&
      crc32c().compute(record, HEADER_LENGTH, rangesLength) === record.getInt32(8);
    return isWhole ? parseRanges(record, HEADER_LENGTH + rangesLength) : [];
  }

  /** There is nothing to do again: the catalog is on the device. @throws PlatformError */
  clear(): void {
    this.file.write(new Uint8Array(HEADER_LENGTH), 0, HEADER_LENGTH, 0);
  }

  close(): void {
    this.file.close();
  }
}

/** Whether a crash in the middle of these changes could have left a byte at an offset of the catalog. */
export function couldBe(changes: readonly CatalogChange[], offset: number, byte: number): boolean {
  return changes.some(
    ({ offset: start, before, after }) => byte === before[offset - start] || byte === after[offset - start],
  );
}

function parseRanges(record: AtomicBuffer, end: number): CatalogChange[] {
  const changes: CatalogChange[] = [];
  let offset = HEADER_LENGTH;
  while (offset < end) {
    const length = record.getInt32(offset + 4);
    const from = offset + RANGE_HEADER_LENGTH;
    const change = {
      offset: record.getInt32(offset),
      before: record.copyBytes(from, length),
      after: record.copyBytes(from + length, length),
    };
    changes.push(change);
    offset += rangeLength(change);
  }
  return changes;
}

function rangeLength({ after }: CatalogChange): number {
  return (RANGE_HEADER_LENGTH + 2 * after.length + 7) & -8;
}
