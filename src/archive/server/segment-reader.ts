import { AeronError, type AtomicBuffer } from '../../agrona/mod.ts';
import type { FileSystem, OpenFile } from '../../platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, LogBufferDescriptor } from '../../protocol/mod.ts';
import type { Checksum } from './checksum.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { segmentBaseOf, segmentFileName, segmentFilePath } from './segment-files.ts';

const { HEADER_LENGTH } = DataHeaderFlyweight;

/** What a segment reader has to know of its recording. */
export type ReadableRecording = Pick<
  RecordingSummary,
  'recordingId' | 'startPosition' | 'initialTermId' | 'segmentFileLength' | 'termBufferLength' | 'streamId'
>;

/**
 * Reads a recording piece by piece from its segment files, for a replay, which may follow a live writer.
 *
 *     const reader = new SegmentReader(files, archiveDir, summary, position);
 *     if (reader.open() && reader.isAtFrame(buffer)) {
 *       const length = reader.read(buffer, limit);   // of the term, not beyond `limit` bytes
 *       reader.advance(consumed);
 *     }
 *
 * One file is open at a time. Owned by one session and its thread.
 */
export class SegmentReader {
  private readonly files: FileSystem;
  private readonly archiveDir: string;
  private readonly recording: ReadableRecording;
  private basePosition: number;
  private currentPosition: number;
  private file: OpenFile | undefined;

  /** `position` is where a frame starts. */
  constructor(files: FileSystem, archiveDir: string, recording: ReadableRecording, position: number) {
    this.files = files;
    this.archiveDir = archiveDir;
    this.recording = recording;
    this.currentPosition = position;
    this.basePosition = segmentBaseOf(recording, position);
  }

  /** Of the next frame. */
  get position(): number {
    return this.currentPosition;
  }

  /** Of the segment that the next frame is in. */
  get segmentBasePosition(): number {
    return this.basePosition;
  }

  /** `<id>-<base position>.rec`. */
  get segmentName(): string {
    return segmentFileName(this.recording.recordingId, this.basePosition);
  }

  /** Opens the file that `position` is in; false while there is none. @throws PlatformError */
  open(): boolean {
    if (this.file !== undefined) {
      return true;
    }
    const path = segmentFilePath(this.archiveDir, this.recording.recordingId, this.basePosition);
    if (!this.files.exists(path)) {
      return false;
    }
    this.file = this.files.open(path, 'r');
    return true;
  }

  /** Whether the header of a frame of this recording is at `position`. The file is open. @throws PlatformError */
  isAtFrame(buffer: AtomicBuffer): boolean {
    const { currentPosition, recording } = this;
    const read = this.opened().read(buffer.u8, 0, HEADER_LENGTH, currentPosition - this.basePosition);
    return read === HEADER_LENGTH && isHeaderOf(recording, buffer, currentPosition);
  }

  /**
   * Reads up to `limit` bytes from `position` on, not beyond the term nor the buffer, and returns how many there were:
   * fewer only at the end of a file that was cut short. @throws PlatformError
   */
  read(buffer: AtomicBuffer, limit: number): number {
    const { termBufferLength } = this.recording;
    const toTermEnd = termBufferLength - (this.currentPosition % termBufferLength);
    const length = Math.min(limit, buffer.capacity, toTermEnd);
    return this.opened().read(buffer.u8, 0, length, this.currentPosition - this.basePosition);
  }

  /** Goes on behind `bytes`, whole frames; the next file is opened by `open`. */
  advance(bytes: number): void {
    this.currentPosition += bytes;
    if (this.currentPosition - this.basePosition >= this.recording.segmentFileLength) {
      this.close();
      this.basePosition += this.recording.segmentFileLength;
    }
  }

  close(): void {
    this.file?.close();
    this.file = undefined;
  }

  private opened(): OpenFile {
    if (this.file === undefined && !this.open()) {
      throw new AeronError('SEGMENT_MISSING', `recording segment not found: ${this.segmentName} in ${this.archiveDir}`);
    }
    return this.file!;
  }
}

/** Whether a header at offset 0 of a buffer is that of the frame at a position. Upstream: `ReplaySession.isInvalidHeader`. */
export function isHeaderOf(
  recording: Pick<RecordingSummary, 'initialTermId' | 'termBufferLength' | 'streamId'>,
  buffer: AtomicBuffer,
  position: number,
): boolean {
  const { initialTermId, termBufferLength, streamId } = recording;
  const bits = LogBufferDescriptor.positionBitsToShift(termBufferLength);
  return (
    DataHeaderFlyweight.termOffset(buffer, 0) === position % termBufferLength &&
    DataHeaderFlyweight.termId(buffer, 0) ===
      LogBufferDescriptor.computeTermIdFromPosition(position, bits, initialTermId) &&
    DataHeaderFlyweight.streamId(buffer, 0) === streamId
  );
}

/** The checksum that a data frame should have in place of its session id. `alignedLength` is that of the frame. */
function computeFrameChecksum(
  checksum: Checksum,
  buffer: AtomicBuffer,
  frameOffset: number,
  alignedLength: number,
): number {
  return checksum.compute(buffer, frameOffset + HEADER_LENGTH, alignedLength - HEADER_LENGTH);
}

/** Whether a data frame is as it was recorded. */
export function hasValidChecksum(
  checksum: Checksum,
  buffer: AtomicBuffer,
  frameOffset: number,
  alignedLength: number,
): boolean {
  return (
    computeFrameChecksum(checksum, buffer, frameOffset, alignedLength) ===
    FrameDescriptor.frameSessionId(buffer, frameOffset)
  );
}
