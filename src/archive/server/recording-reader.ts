import { AeronError, AtomicBuffer } from '../../agrona/mod.ts';
import type { FileSystem } from '../../platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor } from '../../protocol/mod.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { isHeaderOf, SegmentReader } from './segment-reader.ts';

const { HEADER_LENGTH } = DataHeaderFlyweight;
const NULL_POSITION = -1;
const NULL_LENGTH = -1;
const CHUNK_LENGTH = 1024 * 1024;

/** One frame: `length` bytes of payload at `offset` of `buffer`; of padding, there may be no bytes to look at. */
export type RecordedFrameHandler = (
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  frameType: number,
  flags: number,
  reservedValue: bigint,
) => void;

/**
 * Reads the frames of a recording one by one, for tools. Upstream: `io.aeron.archive.RecordingReader`.
 */
export class RecordingReader {
  private readonly segments: SegmentReader;
  private readonly limit: number;
  private readonly termLength: number;
  private readonly buffer = AtomicBuffer.allocate(CHUNK_LENGTH);
  private bufferPosition = 0;
  private bufferLength = 0;
  private done = false;

  /**
   * @param position -1: from the start
   * @param length -1: up to where the recording ends; while it is being written, where nothing more is
   * @throws AeronError INVALID_POSITION when no frame starts there, SEGMENT_MISSING; PlatformError
   */
  constructor(
    files: FileSystem,
    archiveDir: string,
    recording: RecordingSummary,
    position: number = NULL_POSITION,
    length: number = NULL_LENGTH,
  ) {
    const { startPosition, stopPosition } = recording;
    const from = position === NULL_POSITION ? startPosition : position;
    const end = stopPosition === NULL_POSITION ? Number.MAX_SAFE_INTEGER : stopPosition;
    this.limit = length === NULL_LENGTH ? end : Math.min(end, from + length);
    if (from < startPosition || this.limit < from) {
      throw new AeronError(
        'INVALID_POSITION',
        `position ${from} is not from ${startPosition} to ${end} of recording ${recording.recordingId}`,
      );
    }
    this.termLength = recording.termBufferLength;
    this.segments = new SegmentReader(files, archiveDir, recording, from);
    this.done = from === this.limit;
    if (!this.done && !this.segments.open()) {
      throw new AeronError('SEGMENT_MISSING', `failed to open recording segment file ${this.segments.segmentName}`);
    }
    if (!this.done && from > startPosition && !(this.load(HEADER_LENGTH) && isHeaderOf(recording, this.buffer, from))) {
      this.close();
      throw new AeronError('INVALID_POSITION', `${from} position not aligned to valid fragment`);
    }
  }

  /** Of the next frame. */
  get replayPosition(): number {
    return this.segments.position;
  }

  /** There is nothing more to read. */
  get isDone(): boolean {
    return this.done;
  }

  /** Gives up to `fragmentLimit` frames to the handler and returns how many. @throws AeronError SEGMENT_MISSING; PlatformError */
  poll(handler: RecordedFrameHandler, fragmentLimit: number): number {
    let fragments = 0;
    while (!this.done && fragments < fragmentLimit) {
      const frameLength = this.load(HEADER_LENGTH) ? FrameDescriptor.frameLength(this.buffer, this.frameOffset) : 0;
      if (frameLength < HEADER_LENGTH) {
        this.finish();
        break;
      }
      const aligned = FrameDescriptor.alignFrameLength(frameLength);
      if (!FrameDescriptor.isPaddingFrame(this.buffer, this.frameOffset) && !this.load(aligned)) {
        this.finish();
        break;
      }
      const { buffer, frameOffset } = this;
      handler(
        buffer,
        frameOffset + HEADER_LENGTH,
        frameLength - HEADER_LENGTH,
        FrameDescriptor.frameType(buffer, frameOffset),
        FrameDescriptor.frameFlags(buffer, frameOffset),
        DataHeaderFlyweight.reservedValue(buffer, frameOffset),
      );
      this.segments.advance(aligned);
      fragments++;
      if (this.segments.position >= this.limit) {
        this.finish();
      }
    }
    return fragments;
  }

  /** Of the next frame in its term: what upstream's tool calls its offset. */
  get termOffset(): number {
    return this.segments.position % this.termLength;
  }

  close(): void {
    this.segments.close();
  }

  private get frameOffset(): number {
    return this.segments.position - this.bufferPosition;
  }

  private finish(): void {
    this.done = true;
    this.close();
  }

  /** So many bytes from the position on into the buffer; false where there are not as many. */
  private load(length: number): boolean {
    const { position } = this.segments;
    const loadedEnd = this.bufferPosition + this.bufferLength;
    if (position < this.bufferPosition || position + length > loadedEnd) {
      this.bufferPosition = position;
      this.bufferLength = this.segments.read(this.buffer, this.buffer.capacity);
    }
    return position + length <= this.bufferPosition + this.bufferLength;
  }
}
