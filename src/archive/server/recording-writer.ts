import { AeronError, AtomicBuffer, type ErrorHandler } from '../../agrona/mod.ts';
import { type OpenFile, type Platform, PlatformError } from '../../platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor } from '../../protocol/mod.ts';
import { hashBlock } from './block-hash.ts';
import type { Checksum } from './checksum.ts';
import { findEmptyPage } from './frame-pages.ts';
import { listSegments, segmentFileBasePosition, segmentFilePath } from './segment-files.ts';
import { NOTE_LENGTH, SegmentNoteWriter } from './segment-note.ts';

const { HEADER_LENGTH } = DataHeaderFlyweight;
const LENGTH_FIELD_LENGTH = 4;

export interface RecordingWriterOptions {
  readonly platform: Platform;
  readonly archiveDir: string;
  readonly recordingId: number;
  /** Where the recording started: what its files are counted from. */
  readonly startPosition: number;
  /** Where this writer goes on: the start position, or the stop position of what it extends. */
  readonly joinPosition: number;
  readonly termBufferLength: number;
  readonly segmentFileLength: number;
  /** 0: the system writes when it likes; 1: data is on the device before it counts; 2: and all metadata. */
  readonly fileSyncLevel: number;
  /** Replaces the session id of each data frame by a checksum of what follows its header. */
  readonly checksum?: Checksum | undefined;
  /** Of at least the longest block with a checksum; shared by the writers of one thread. */
  readonly checksumBuffer?: AtomicBuffer | undefined;
  /** What cannot be thrown at somebody: errors in closing. */
  readonly errorHandler: ErrorHandler;
  /** Bytes written and how long that took, for the counters of the recorder. */
  readonly onWritten?: ((bytes: number, timeNs: number) => void) | undefined;
}

/**
 * Writes blocks of frames, as they lie in a term buffer, to the segment files of one recording.
 *
 *     init() -> onBlock() again and again, each advancing `position` -> close()
 *
 * When `onBlock` has returned, the block is as durable as `fileSyncLevel` says, and `position` may be told to others. A
 * process that is killed within a block leaves no part of it: see `segment-note.ts`. An error closes the writer; its
 * `position` is the end of what was written before.
 *
 * Owned by one recording session and its thread. Upstream: `io.aeron.archive.RecordingWriter`.
 */
export class RecordingWriter {
  readonly recordingId: number;
  private readonly options: RecordingWriterOptions;
  private readonly platform: Platform;
  private readonly segmentLength: number;
  private readonly isSynced: boolean;
  private readonly syncsMetadata: boolean;
  private readonly checksum: Checksum | undefined;
  private readonly checksumBuffer: AtomicBuffer | undefined;
  private readonly note = new SegmentNoteWriter();
  private segmentBasePosition: number;
  private segmentOffset: number;
  private file: OpenFile | undefined;
  private closed = false;

  constructor(options: RecordingWriterOptions) {
    const { startPosition, joinPosition, termBufferLength, segmentFileLength, fileSyncLevel, checksum } = options;
    this.options = options;
    this.platform = options.platform;
    this.recordingId = options.recordingId;
    this.segmentLength = segmentFileLength;
    this.isSynced = fileSyncLevel > 0;
    this.syncsMetadata = fileSyncLevel > 1;
    this.checksum = checksum;
    this.checksumBuffer =
      checksum === undefined ? undefined : (options.checksumBuffer ?? AtomicBuffer.allocate(termBufferLength));
    this.segmentBasePosition = segmentFileBasePosition(
      startPosition,
      joinPosition,
      termBufferLength,
      segmentFileLength,
    );
    this.segmentOffset = joinPosition - this.segmentBasePosition;
  }

  /** End of what is written: everything before it may be acknowledged. */
  get position(): number {
    return this.segmentBasePosition + this.segmentOffset;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /**
   * Opens or creates the file to go on in. Whatever an earlier life left behind `position`, in this file or in later
   * ones, is removed, so that it cannot come back as part of the recording.
   * @throws AeronError STORAGE_SPACE when the file system is full, GENERIC for other errors of the system
   */
  init(): void {
    try {
      const { archiveDir } = this.options;
      for (const basePosition of listSegments(this.platform.files, archiveDir, this.recordingId)) {
        if (basePosition > this.segmentBasePosition) {
          this.platform.files.remove(segmentFilePath(archiveDir, this.recordingId, basePosition));
        }
      }
      this.openFile();
    } catch (error) {
      this.fail(error);
    }
  }

  /**
   * Writes frames that lie one behind the other in a term: `length` bytes from `termOffset`, all of them data, or one
   * frame of padding, of which only the header is written.
   * @throws AeronError STORAGE_SPACE when the file system is full, GENERIC for other errors of the system
   */
  onBlock(termBuffer: AtomicBuffer, termOffset: number, length: number): void {
    const startNs = this.platform.clock.nanoTime();
    try {
      const isPadding = FrameDescriptor.isPaddingFrame(termBuffer, termOffset);
      const dataLength = isPadding ? HEADER_LENGTH : length;
      let source = termBuffer;
      let sourceOffset = termOffset;
      if (this.checksumBuffer !== undefined && !isPadding) {
        source = this.checksumBuffer;
        sourceOffset = 0;
        source.putBytes(0, termBuffer, termOffset, dataLength);
        this.addChecksums(source, dataLength);
      }
      if (this.isSynced) {
        this.writeSynced(source, sourceOffset, dataLength, length);
      } else {
        this.writeVisibleAtOnce(source, sourceOffset, dataLength);
      }
      this.options.onWritten?.(dataLength, this.platform.clock.nanoTime() - startNs);
      this.segmentOffset += length;
      if (this.segmentOffset >= this.segmentLength) {
        this.rollOver();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** Cuts the note off and closes the file. What was written stays. */
  close(): void {
    if (!this.closed) {
      this.closed = true;
      this.closeFile();
    }
  }

  /** Block and note may reach the device in any order; the note tells whether the block is whole. */
  private writeSynced(source: AtomicBuffer, offset: number, dataLength: number, length: number): void {
    const { file, segmentOffset, segmentLength } = this;
    const hash = hashBlock(source, offset, dataLength);
    this.note.write(file!, segmentLength, segmentOffset, dataLength, segmentOffset + length, hash, true);
    file!.write(source.u8, offset, dataLength, segmentOffset);
    file!.sync(this.syncsMetadata);
  }

  /** The length of the first frame comes last: until then there is nothing in the file, afterwards there is all of it. */
  private writeVisibleAtOnce(source: AtomicBuffer, offset: number, dataLength: number): void {
    const { segmentOffset } = this;
    const file = this.file!;
    if (findEmptyPage(source, offset, dataLength, segmentOffset)) {
      this.noteLastFrame(source, offset, dataLength);
    }
    if (dataLength > LENGTH_FIELD_LENGTH) {
      file.write(
        source.u8,
        offset + LENGTH_FIELD_LENGTH,
        dataLength - LENGTH_FIELD_LENGTH,
        segmentOffset + LENGTH_FIELD_LENGTH,
      );
    }
    file.write(source.u8, offset, LENGTH_FIELD_LENGTH, segmentOffset);
  }

  /** A page of zeros may be what the application sent: recovery is told so. */
  private noteLastFrame(source: AtomicBuffer, offset: number, length: number): void {
    let last = 0;
    let next = 0;
    while (next < length) {
      last = next;
      next += FrameDescriptor.alignFrameLength(FrameDescriptor.frameLength(source, offset + next));
    }
    const from = this.segmentOffset + last;
    const frameLength = length - last;
    const hash = hashBlock(source, offset + last, frameLength);
    this.note.write(this.file!, this.segmentLength, from, frameLength, from + frameLength, hash, false);
  }

  private addChecksums(buffer: AtomicBuffer, length: number): void {
    let offset = 0;
    while (offset < length) {
      const aligned = FrameDescriptor.alignFrameLength(FrameDescriptor.frameLength(buffer, offset));
      const value = this.checksum!.compute(buffer, offset + HEADER_LENGTH, aligned - HEADER_LENGTH);
      buffer.putInt32(offset + FrameDescriptor.SESSION_ID_OFFSET, value);
      offset += aligned;
    }
  }

  private rollOver(): void {
    const previous = this.file!;
    this.file = undefined;
    this.segmentBasePosition += this.segmentLength;
    this.segmentOffset = 0;
    const path = this.path();
    try {
      if (this.platform.files.exists(path)) {
        throw new AeronError('GENERIC', `segment file already exists: ${path}`);
      }
      this.openFile();
      previous.truncate(this.segmentLength);
    } finally {
      previous.close();
    }
  }

  private openFile(): void {
    const { files } = this.platform;
    const path = this.path();
    const file = files.open(path, files.exists(path) ? 'r+' : 'wx+');
    this.file = file;
    if (file.length() > this.segmentOffset) {
      file.truncate(this.segmentOffset);
    }
    file.truncate(this.segmentLength + NOTE_LENGTH);
    this.note.reset();
    const from = this.segmentOffset;
    this.note.write(file, this.segmentLength, from, 0, from, 0, this.isSynced);
    if (this.isSynced) {
      file.sync(true);
      files.syncDirectory(this.options.archiveDir);
    }
  }

  private path(): string {
    return segmentFilePath(this.options.archiveDir, this.recordingId, this.segmentBasePosition);
  }

  private closeFile(): void {
    const { file } = this;
    if (file === undefined) {
      return;
    }
    this.file = undefined;
    try {
      file.truncate(this.segmentLength);
    } catch (error) {
      this.options.errorHandler(error);
    } finally {
      file.close();
    }
  }

  /** What was written of the block in vain is removed, if the system lets us; otherwise the note tells what it is. */
  private fail(error: unknown): never {
    const { file } = this;
    this.closed = true;
    this.file = undefined;
    if (file !== undefined) {
      try {
        file.truncate(this.segmentOffset);
        file.truncate(this.segmentLength);
      } catch (suppressed) {
        this.options.errorHandler(suppressed);
      } finally {
        file.close();
      }
    }
    throw this.toArchiveError(error);
  }

  private toArchiveError(error: unknown): unknown {
    if (!(error instanceof PlatformError)) {
      return error;
    }
    const { archiveDir, recordingId } = this.options;
    const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
    const what = `recording ${recordingId} was stopped at position ${this.position}: ${error.message}`;
    return isFull
      ? new AeronError('STORAGE_SPACE', `${what}; make room on the file system of ${archiveDir} and extend it`, {
          cause: error,
        })
      : new AeronError('GENERIC', what, { cause: error });
  }
}
