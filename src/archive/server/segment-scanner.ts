import { AtomicBuffer } from '../../agrona/mod.ts';
import type { OpenFile } from '../../platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight, LogBufferDescriptor } from '../../protocol/mod.ts';
import type { RecordingSummary } from './recording-summary.ts';

const { HEADER_LENGTH } = DataHeaderFlyweight;
const CHUNK_LENGTH = 1024 * 1024;

/** What tells whether bytes at a position of a recording are a frame of it. */
export type FrameIdentity = Pick<RecordingSummary, 'termBufferLength' | 'initialTermId' | 'streamId'>;

/**
 * Walks over the frames of one segment file by what their headers say, reading ahead in large pieces.
 *
 *     scanner.seek(offset)
 *     while (scanner.next()) { scanner.offset, scanner.alignedLength, scanner.buffer at scanner.bufferOffset }
 *
 * `next` is false where no whole frame is; `hasGarbage` then tells whether there is something else than zeros.
 */
export class SegmentScanner {
  /** Of the frame in the file. */
  offset = 0;
  /** Of the frame, rounded up to 32. Of padding, `storedLength` bytes are in the file. */
  alignedLength = 0;
  storedLength = 0;
  isPadding = false;
  /** Where the walk ended on a header that is none of this recording, or on a frame that the file ends in. */
  hasGarbage = false;
  readonly buffer: AtomicBuffer;
  private readonly file: OpenFile;
  private readonly basePosition: number;
  private readonly limit: number;
  private readonly identity: FrameIdentity;
  private readonly positionBitsToShift: number;
  private bufferStart = 0;
  private bufferLength = 0;

  /**
   * @param basePosition of the segment
   * @param limit where the segment, or the file if it is shorter, ends
   */
  constructor(file: OpenFile, basePosition: number, limit: number, identity: FrameIdentity, buffer?: AtomicBuffer) {
    this.file = file;
    this.basePosition = basePosition;
    this.limit = limit;
    this.identity = identity;
    this.positionBitsToShift = LogBufferDescriptor.positionBitsToShift(identity.termBufferLength);
    this.buffer = buffer ?? AtomicBuffer.allocate(CHUNK_LENGTH);
  }

  /** Of the frame in `buffer`. */
  get bufferOffset(): number {
    return this.offset - this.bufferStart;
  }

  /** Goes to where a frame starts. */
  seek(offset: number): void {
    this.offset = offset;
    this.alignedLength = 0;
    this.hasGarbage = false;
  }

  /** Moves to the frame behind this one. @throws PlatformError EIO */
  next(): boolean {
    this.offset += this.alignedLength;
    this.alignedLength = 0;
    if (!this.load(HEADER_LENGTH)) {
      this.hasGarbage = this.offset < this.limit;
      return false;
    }
    const { buffer, bufferOffset } = this;
    const frameLength = FrameDescriptor.frameLength(buffer, bufferOffset);
    if (frameLength === 0) {
      return false;
    }
    this.isPadding = FrameDescriptor.isPaddingFrame(buffer, bufferOffset);
    const aligned = FrameDescriptor.alignFrameLength(frameLength);
    const stored = this.isPadding ? HEADER_LENGTH : aligned;
    if (!this.isFrame(bufferOffset, frameLength, aligned) || !this.load(stored)) {
      this.hasGarbage = true;
      return false;
    }
    this.alignedLength = aligned;
    this.storedLength = stored;
    return true;
  }

  /** Whether a header of this recording is anywhere from `offset` on. @throws PlatformError EIO */
  findFrameAfter(offset: number): boolean {
    for (this.seek(offset); this.load(HEADER_LENGTH); this.offset += FrameDescriptor.FRAME_ALIGNMENT) {
      const frameLength = FrameDescriptor.frameLength(this.buffer, this.bufferOffset);
      if (
        frameLength !== 0 &&
        this.isFrame(this.bufferOffset, frameLength, FrameDescriptor.alignFrameLength(frameLength))
      ) {
        return true;
      }
    }
    return false;
  }

  private isFrame(bufferOffset: number, frameLength: number, aligned: number): boolean {
    const { buffer, identity } = this;
    const { termBufferLength } = identity;
    const position = this.basePosition + this.offset;
    const termOffset = position % termBufferLength;
    const type = FrameDescriptor.frameType(buffer, bufferOffset);
    return (
      frameLength >= HEADER_LENGTH &&
      termOffset + aligned <= termBufferLength &&
      this.offset + aligned <= this.limit &&
      (type === HeaderFlyweight.HDR_TYPE_DATA || type === HeaderFlyweight.HDR_TYPE_PAD) &&
      DataHeaderFlyweight.termOffset(buffer, bufferOffset) === termOffset &&
      DataHeaderFlyweight.termId(buffer, bufferOffset) === this.termIdAt(position) &&
      DataHeaderFlyweight.streamId(buffer, bufferOffset) === identity.streamId
    );
  }

  private termIdAt(position: number): number {
    return LogBufferDescriptor.computeTermIdFromPosition(
      position,
      this.positionBitsToShift,
      this.identity.initialTermId,
    );
  }

  /** So many bytes of the file from `offset` on into the buffer; false where it has not as many. */
  private load(length: number): boolean {
    if (this.offset + length > this.limit) {
      return false;
    }
    if (this.offset < this.bufferStart || this.offset + length > this.bufferStart + this.bufferLength) {
      const wanted = Math.min(this.buffer.capacity, this.limit - this.offset);
      this.bufferStart = this.offset;
      this.bufferLength = this.file.read(this.buffer.u8, 0, wanted, this.offset);
    }
    return this.offset + length <= this.bufferStart + this.bufferLength;
  }
}
