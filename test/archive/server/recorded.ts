import { AtomicBuffer } from '../../../src/agrona/mod.ts';
import { RecordingWriter, type RecordingWriterOptions } from '../../../src/archive/server/mod.ts';
import type { Platform } from '../../../src/platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight } from '../../../src/protocol/mod.ts';

const TERM_LENGTH = 64 * 1024;
export const SEGMENT_LENGTH = 128 * 1024;
const INITIAL_TERM_ID = 7;
const STREAM_ID = 33;
const SESSION_ID = -5;
const { HEADER_LENGTH } = DataHeaderFlyweight;

/** A recording as a catalog test enters it. */
export const newRecording = (startPosition = 0, originalChannel = 'aeron:udp?endpoint=localhost:3333') => ({
  startPosition,
  startTimestamp: 1_000,
  initialTermId: INITIAL_TERM_ID,
  segmentFileLength: SEGMENT_LENGTH,
  termBufferLength: TERM_LENGTH,
  mtuLength: 1408,
  sessionId: SESSION_ID,
  streamId: STREAM_ID,
  strippedChannel: 'aeron:udp?endpoint=localhost:3333',
  originalChannel,
  sourceIdentity: '127.0.0.1:40123',
});

/** A stream that is written as it is recorded: frames in one term after the other, in blocks. */
export class Stream {
  readonly term = AtomicBuffer.allocate(TERM_LENGTH);
  position: number;
  private blockStart: number;

  constructor(position = 0) {
    this.position = position;
    this.blockStart = position;
  }

  /** Bytes of the block that was begun. */
  get blockLength(): number {
    return this.position - this.blockStart;
  }

  /** The block cannot go on. */
  get isTermFull(): boolean {
    return this.position % TERM_LENGTH === 0;
  }

  /** Adds a frame to the block; false when there is no room for it in the term. */
  add(payload: Uint8Array): boolean {
    const aligned = FrameDescriptor.alignFrameLength(HEADER_LENGTH + payload.length);
    if ((this.position % TERM_LENGTH) + aligned > TERM_LENGTH) {
      return false;
    }
    const offset = this.header(HEADER_LENGTH + payload.length, HeaderFlyweight.HDR_TYPE_DATA);
    this.term.setMemory(offset + HEADER_LENGTH, aligned - HEADER_LENGTH, 0);
    this.term.putBytes(offset + HEADER_LENGTH, payload, 0, payload.length);
    this.position += aligned;
    return true;
  }

  /** Fills the term; a block of its own. */
  pad(): void {
    const length = TERM_LENGTH - (this.position % TERM_LENGTH);
    this.header(length, HeaderFlyweight.HDR_TYPE_PAD);
    this.position += length;
  }

  /** Gives the block to a writer. */
  writeTo(writer: RecordingWriter): void {
    const { blockStart, blockLength } = this;
    this.blockStart = this.position;
    if (blockLength > 0) {
      writer.onBlock(this.term, blockStart % TERM_LENGTH, blockLength);
    }
  }

  private header(frameLength: number, type: number): number {
    const offset = this.position % TERM_LENGTH;
    const termId = INITIAL_TERM_ID + Math.floor(this.position / TERM_LENGTH);
    DataHeaderFlyweight.encode(this.term, offset, frameLength, 0xc0, type, offset, SESSION_ID, STREAM_ID, termId);
    return offset;
  }
}

/** A payload that tells which message it is, of no zeros unless told so. */
export function payloadOf(length: number, seed: number, isZeros = false): Uint8Array {
  const bytes = new Uint8Array(length);
  if (!isZeros) {
    for (let i = 0; i < length; i++) {
      bytes[i] = 1 + ((seed * 31 + i * 7) % 255);
    }
  }
  return bytes;
}

/** Writes messages of the given lengths, each a block, padding terms where they do not fit. */
export function record(stream: Stream, writer: RecordingWriter, lengths: readonly number[], isZeros = false): void {
  for (const length of lengths) {
    const payload = payloadOf(length, stream.position / 32, isZeros);
    if (!stream.add(payload)) {
      stream.pad();
      stream.writeTo(writer);
      stream.add(payload);
    }
    stream.writeTo(writer);
  }
}

export function writerOf(
  platform: Platform,
  archiveDir: string,
  recordingId: number,
  options: Partial<RecordingWriterOptions> = {},
): RecordingWriter {
  const writer = new RecordingWriter({
    platform,
    archiveDir,
    recordingId,
    startPosition: 0,
    joinPosition: 0,
    termBufferLength: TERM_LENGTH,
    segmentFileLength: SEGMENT_LENGTH,
    fileSyncLevel: 0,
    errorHandler: (error) => {
      throw error;
    },
    ...options,
  });
  writer.init();
  return writer;
}
