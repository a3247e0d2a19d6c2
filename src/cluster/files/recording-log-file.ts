import { AtomicBuffer } from '../../agrona/mod.ts';
import { AeronError, type OpenFile, type Platform } from '../../platform/mod.ts';
import {
  decodeEntry,
  ENTRY_TYPE_OFFSET,
  type Entry,
  encodeEntry,
  INVALID_FLAG,
  LOG_POSITION_OFFSET,
  MAX_ENTRY_LENGTH,
  RECORD_ALIGNMENT,
} from './recording-log-entry.ts';

/** What a device writes as a whole. */
const SECTOR_LENGTH = 512;

/** The file under a recording log: entries written one behind the other, and later two fields of them. */
export class RecordingLogFile {
  readonly path: string;
  /** How many entries the file has, removed ones among them. */
  nextEntryIndex = 0;
  private readonly file: OpenFile;
  private readonly scratch = AtomicBuffer.allocate(MAX_ENTRY_LENGTH);
  private endPosition = 0;
  /**
   * Whether a sync may have failed since this was written, here or in an earlier process: what it did not write, a
   * later one does not either.
   */
  private isInDoubt = true;

  /** @throws PlatformError ENOENT when there is no file and `createNew` is false */
  constructor(platform: Platform, directory: string, fileName: string, createNew: boolean) {
    this.path = `${directory}/${fileName}`;
    const isNew = createNew && !platform.files.exists(this.path);
    this.file = platform.files.open(this.path, isNew ? 'wx+' : 'r+');
    if (isNew) {
      platform.files.syncDirectory(directory);
    }
  }

  /**
   * All entries in the order of the file. What a crash left half-written at its end is passed over, and gone with
   * the next entry.
   * @throws AeronError RECORDING_LOG_INVALID when the file is damaged elsewhere
   */
  readAll(): Entry[] {
    const length = this.file.length();
    const content = AtomicBuffer.allocate(length);
    this.file.read(content.u8, 0, length, 0);
    const entries: Entry[] = [];
    this.nextEntryIndex = 0;
    this.endPosition = 0;
    while (this.endPosition < length) {
      const decoded = decodeEntry(content, this.endPosition, this.nextEntryIndex);
      if (decoded.kind === 'torn') {
        this.checkTorn(content, decoded.why);
        break;
      }
      if (decoded.kind === 'entry') {
        entries.push(decoded.entry);
      }
      this.endPosition += decoded.length;
      this.nextEntryIndex++;
    }
    return entries;
  }

  /** Writes the entry behind all others, or where it says it is, and returns it with its place. */
  append(fields: Omit<Entry, 'filePosition' | 'entryIndex'>): Entry {
    const entry: Entry = { ...fields, filePosition: this.endPosition, entryIndex: this.nextEntryIndex };
    const length = encodeEntry(entry, this.scratch);
    if (this.file.length() > this.endPosition) {
      this.file.truncate(this.endPosition);
    }
    this.file.write(this.scratch.u8, 0, length, this.endPosition);
    this.endPosition += length;
    this.nextEntryIndex++;
    return entry;
  }

  /** Writes the entry over what is in its place, of the same length. */
  overwrite(entry: Entry): void {
    this.file.write(this.scratch.u8, 0, encodeEntry(entry, this.scratch), entry.filePosition);
  }

  writeLogPosition({ filePosition }: Entry, logPosition: number): void {
    this.scratch.putInt64(0, logPosition);
    this.file.write(this.scratch.u8, 0, 8, filePosition + LOG_POSITION_OFFSET);
  }

  writeInvalid({ filePosition, type }: Entry): void {
    this.scratch.putInt32(0, type | INVALID_FLAG);
    this.file.write(this.scratch.u8, 0, 4, filePosition + ENTRY_TYPE_OFFSET);
  }

  /** @throws PlatformError EIO; the next one writes all of the file again */
  sync(metadata: boolean): void {
    if (this.isInDoubt) {
      const content = new Uint8Array(this.endPosition);
      this.file.read(content, 0, content.length, 0);
      this.file.write(content, 0, content.length, 0);
    }
    this.isInDoubt = true;
    this.file.sync(metadata);
    this.isInDoubt = false;
  }

  close(): void {
    this.file.close();
  }

  /**
   * After a crash, what was not yet durable is missing by sectors, or a sector ends in zeros somewhere. An entry that
   * cannot be read but has others behind it in its sector is nothing of that kind.
   */
  private checkTorn(content: AtomicBuffer, why: string): void {
    const sectorEnd = (Math.floor(this.endPosition / SECTOR_LENGTH) + 1) * SECTOR_LENGTH;
    const behind = content.u8.subarray(this.endPosition + RECORD_ALIGNMENT, sectorEnd);
    if (behind.some((byte) => byte !== 0)) {
      throw new AeronError(
        'RECORDING_LOG_INVALID',
        `entry ${this.nextEntryIndex} at ${this.endPosition} of ${this.path} is damaged: ${why}; ` +
          'restore the file, or empty the cluster directory so that the member catches up from the others',
      );
    }
  }
}

/**
 * Writes a recording log anew with the given entries, one behind the other in that order, and puts it in the place of
 * the old one; without entries there is none any more. A crash leaves the one or the other.
 */
export function rewriteRecordingLog(
  platform: Platform,
  directory: string,
  fileName: string,
  entries: readonly Omit<Entry, 'filePosition' | 'entryIndex'>[],
): void {
  const path = `${directory}/${fileName}`;
  if (entries.length === 0) {
    platform.files.remove(path);
  } else {
    const temporaryName = `${fileName}.tmp`;
    platform.files.remove(`${directory}/${temporaryName}`);
    const file = new RecordingLogFile(platform, directory, temporaryName, true);
    try {
      for (const entry of entries) {
        file.append(entry);
      }
      file.sync(true);
    } finally {
      file.close();
    }
    platform.files.rename(`${directory}/${temporaryName}`, path);
  }
  platform.files.syncDirectory(directory);
}
