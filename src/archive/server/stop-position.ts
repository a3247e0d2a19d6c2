import { AeronError, AtomicBuffer } from '../../agrona/mod.ts';
import type { FileSystem, OpenFile } from '../../platform/mod.ts';
import { FrameDescriptor } from '../../protocol/mod.ts';
import { hashBlock } from './block-hash.ts';
import type { Checksum } from './checksum.ts';
import { hasEmptyPage } from './frame-pages.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { segmentFileName, segmentFilePath } from './segment-files.ts';
import { readSegmentNotes, type SegmentNote } from './segment-note.ts';
import { hasValidChecksum } from './segment-reader.ts';
import { SegmentScanner } from './segment-scanner.ts';

/** No block is longer by default: nothing further from the end was in flight when a process was killed. */
const MAX_BLOCK_LENGTH = 1024 * 1024;

/** What recovery is about. */
export type RecoverableRecording = Omit<RecordingSummary, 'stopPosition' | 'mtuLength' | 'sessionId'>;

export interface StopPositionOptions {
  readonly files: FileSystem;
  readonly archiveDir: string;
  readonly checksum?: Checksum | undefined;
  /** Scratch of at least 64 KiB. */
  readonly buffer?: AtomicBuffer | undefined;
  /**
   * Asked about the last frame of a file that nobody left a note in, when a whole page of it is zeros: true takes it
   * for torn, false for whole. It may throw instead.
   */
  readonly isTornStraddle: (path: string) => boolean;
  /**
   * 'recover', the default: the recording was never ended, and all that may have been in flight counts as torn when it
   * is not whole. 'verify': somebody looks whether it is sound, and nothing is cut but what a note or `isTornStraddle`
   * says is torn. 'look': nothing is cut.
   */
  readonly purpose?: 'recover' | 'verify' | 'look';
}

export interface RecoveredEnd {
  readonly stopPosition: number;
  /** Why something behind that was cut off; undefined when the recording simply ended there. */
  readonly torn: string | undefined;
}

/**
 * Where a recording ends whose archive did not live to say so: behind the last whole frame of its last segment file.
 * What follows there is cut off the file, so that nothing of it can come back.
 *
 *     last frame by its headers -> what the note promises -> checksums of what was in flight -> pages of zeros
 *
 * Upstream: `Catalog.computeStopPosition`.
 * @throws AeronError RECORDING_DAMAGED when frames follow that cannot be reached; PlatformError; what `isTornStraddle` throws
 */
export function recoverStopPosition(
  recording: RecoverableRecording,
  segments: readonly number[],
  options: StopPositionOptions,
): RecoveredEnd {
  const { startPosition, termBufferLength } = recording;
  const { purpose = 'recover' } = options;
  const basePosition = segments.at(-1);
  if (basePosition === undefined) {
    return { stopPosition: startPosition, torn: undefined };
  }
  const startTermOffset = startPosition % termBufferLength;
  const isFirst = basePosition === startPosition - startTermOffset;
  const path = segmentFilePath(options.archiveDir, recording.recordingId, basePosition);
  const file = options.files.open(path, purpose === 'look' ? 'r' : 'r+');
  try {
    const search = new EndSearch(recording, basePosition, isFirst ? startTermOffset : 0, file, options);
    const end = search.run();
    if (purpose === 'recover' || (purpose === 'verify' && search.isSurelyTorn)) {
      cutBehind(file, end, recording.segmentFileLength);
    }
    if (purpose === 'recover') {
      cutNoteOfPrevious(recording, segments, options);
    }
    return { stopPosition: Math.max(basePosition + end, startPosition), torn: search.torn };
  } finally {
    file.close();
  }
}

/** The archive may have been killed between the beginning of the last file and the end of the one before. */
function cutNoteOfPrevious(
  { recordingId, segmentFileLength }: RecoverableRecording,
  segments: readonly number[],
  { files, archiveDir }: StopPositionOptions,
): void {
  const basePosition = segments.at(-2);
  const path = basePosition === undefined ? undefined : segmentFilePath(archiveDir, recordingId, basePosition);
  if (path === undefined || files.stat(path)!.length <= segmentFileLength) {
    return;
  }
  const file = files.open(path, 'r+');
  try {
    file.truncate(segmentFileLength);
  } finally {
    file.close();
  }
}

/**
 * Removes what stands behind an offset of a segment file and makes it as long as a segment; a file that is so already
 * is left alone. @throws PlatformError
 */
function cutBehind(file: OpenFile, offset: number, segmentLength: number): void {
  const length = file.length();
  if (length === segmentLength && isZeroFrom(file, offset, length)) {
    return;
  }
  if (length > offset) {
    file.truncate(offset);
  }
  file.truncate(segmentLength);
  file.sync(true);
}

class EndSearch {
  torn: string | undefined;
  /** By a note, or by the word of somebody who was asked. */
  isSurelyTorn = false;
  private readonly recording: RecoverableRecording;
  private readonly basePosition: number;
  private readonly start: number;
  private readonly file: OpenFile;
  private readonly options: StopPositionOptions;
  private readonly scanner: SegmentScanner;
  private readonly notes: readonly SegmentNote[];
  /** The newest. */
  private readonly note: SegmentNote | undefined;

  constructor(
    recording: RecoverableRecording,
    basePosition: number,
    start: number,
    file: OpenFile,
    options: StopPositionOptions,
  ) {
    const { segmentFileLength } = recording;
    this.recording = recording;
    this.basePosition = basePosition;
    this.start = start;
    this.file = file;
    this.options = options;
    const limit = Math.min(file.length(), segmentFileLength);
    this.scanner = new SegmentScanner(file, basePosition, limit, recording, options.buffer);
    this.notes = readSegmentNotes(file, segmentFileLength);
    this.note = this.notes[0];
  }

  /** Offset in the file where the recording ends. */
  run(): number {
    const { note } = this;
    const walked = this.walk();
    if (note?.isSynced === true) {
      return this.endByNote(walked.end, note);
    }
    const { checksum, purpose } = this.options;
    if (checksum !== undefined && purpose !== 'verify' && purpose !== 'look') {
      return this.endByChecksums(walked.end, checksum);
    }
    return walked.lastLength === 0
      ? walked.end
      : this.endByPages(walked.end, walked.end - walked.lastLength, walked.lastStored);
  }

  private walk(): { end: number; lastLength: number; lastStored: number } {
    const { scanner } = this;
    let lastLength = 0;
    let lastStored = 0;
    scanner.seek(this.start);
    while (scanner.next()) {
      lastLength = scanner.alignedLength;
      lastStored = scanner.storedLength;
    }
    const end = scanner.offset;
    if (scanner.hasGarbage) {
      const isCovered = this.note?.isSynced === true && end >= this.note.from;
      if (!isCovered && scanner.findFrameAfter(end + FrameDescriptor.FRAME_ALIGNMENT)) {
        this.throwDamaged(end, 'there is no valid frame, though others follow');
      }
      this.torn = 'a frame was cut short';
    }
    return { end, lastLength, lastStored };
  }

  /** All before the last block is on the device; the block counts when it is whole. */
  private endByNote(walkedEnd: number, note: SegmentNote): number {
    if (walkedEnd < note.from) {
      this.throwDamaged(walkedEnd, `the recording was on the device up to ${this.basePosition + note.from}`);
    }
    if (this.isWhole(note)) {
      if (walkedEnd > note.end) {
        this.torn = 'a block was not written as a whole';
        this.isSurelyTorn = true;
      }
      return note.end;
    }
    this.torn = 'the last block was not written as a whole';
    this.isSurelyTorn = true;
    return note.from;
  }

  /** The first frame whose checksum is wrong, among those that may have been in flight. */
  private endByChecksums(walkedEnd: number, checksum: Checksum): number {
    const { scanner } = this;
    scanner.seek(this.start);
    while (scanner.offset + scanner.alignedLength < walkedEnd && scanner.next()) {
      if (scanner.isPadding || scanner.offset < walkedEnd - MAX_BLOCK_LENGTH) {
        continue;
      }
      const { buffer, bufferOffset, alignedLength } = scanner;
      if (!hasValidChecksum(checksum, buffer, bufferOffset, alignedLength)) {
        this.torn = 'the checksum of a frame is wrong';
        return scanner.offset;
      }
    }
    return walkedEnd;
  }

  private endByPages(end: number, lastOffset: number, storedLength: number): number {
    const { scanner, note, notes } = this;
    scanner.seek(lastOffset);
    scanner.next();
    if (
      !hasEmptyPage(scanner.buffer, scanner.bufferOffset, storedLength, lastOffset) ||
      this.isLastFrameSound(storedLength)
    ) {
      return end;
    }
    // A note on what was to follow was written when this frame was there; one on this frame says what it is.
    const isKnown = notes.some((each) => each.from >= end || (each.from === lastOffset && this.isWhole(each)));
    if (isKnown || (note === undefined && !this.options.isTornStraddle(this.file.path))) {
      return end;
    }
    this.torn = 'a page of the last frame was not written';
    this.isSurelyTorn = true;
    return lastOffset;
  }

  private isLastFrameSound(storedLength: number): boolean {
    const { checksum } = this.options;
    const { buffer, bufferOffset, isPadding } = this.scanner;
    return checksum !== undefined && !isPadding && hasValidChecksum(checksum, buffer, bufferOffset, storedLength);
  }

  private isWhole(note: SegmentNote): boolean {
    const { from, length, hash } = note;
    const bytes = AtomicBuffer.allocate(length);
    return this.file.read(bytes.u8, 0, length, from) === length && hashBlock(bytes, 0, length) === hash;
  }

  private throwDamaged(offset: number, what: string): never {
    const { recordingId } = this.recording;
    const name = segmentFileName(recordingId, this.basePosition);
    throw new AeronError(
      'RECORDING_DAMAGED',
      `recording ${recordingId} is damaged at offset ${offset} of ${name}: ${what}; restore the file, or run ` +
        `'aeron archive-tool ${this.options.archiveDir} verify ${recordingId}' to see what is left`,
    );
  }
}

function isZeroFrom(file: OpenFile, offset: number, end: number): boolean {
  const words = new Int32Array(16 * 1024);
  const bytes = new Uint8Array(words.buffer);
  for (let at = offset; at < end; at += bytes.length) {
    const length = file.read(bytes, 0, Math.min(bytes.length, end - at), at);
    // Frames, and so what is behind them, begin and end at whole words.
    for (let i = 0; i < length >>> 2; i++) {
      if (words[i] !== 0) {
        return false;
      }
    }
  }
  return true;
}
