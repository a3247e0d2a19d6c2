import { type AtomicBuffer, releaseFence } from '../agrona/mod.ts';
import { DataHeaderFlyweight, HeaderFlyweight, LogBufferDescriptor } from '../protocol/mod.ts';

const { LOG_DEFAULT_FRAME_HEADER_OFFSET } = LogBufferDescriptor;

/**
 * Writes the headers of a publication's frames. The order is what the driver and other publishers rely on:
 * first the negated frame length, which claims the place, then the rest of the header, then (by the caller)
 * the payload, and last the frame length, which publishes.
 */
export class FrameWriter {
  /** The second word of a data header: version, flags for an unfragmented message, type. */
  private readonly versionFlagsType: number;
  private readonly sessionId: number;
  private readonly streamId: number;

  constructor(logMetaData: AtomicBuffer) {
    this.versionFlagsType = logMetaData.getInt32(
      LOG_DEFAULT_FRAME_HEADER_OFFSET + HeaderFlyweight.VERSION_FIELD_OFFSET,
    );
    this.sessionId = logMetaData.getInt32(
      LOG_DEFAULT_FRAME_HEADER_OFFSET + DataHeaderFlyweight.SESSION_ID_FIELD_OFFSET,
    );
    this.streamId = logMetaData.getInt32(LOG_DEFAULT_FRAME_HEADER_OFFSET + DataHeaderFlyweight.STREAM_ID_FIELD_OFFSET);
  }

  /** The header of an unfragmented data frame; the frame must lie within the term. */
  begin(termBuffer: AtomicBuffer, termOffset: number, frameLength: number, termId: number): void {
    const words = termBuffer.i32;
    const index = termOffset >>> 2;
    words[index] = -frameLength;
    releaseFence();
    words[index + 1] = this.versionFlagsType;
    words[index + 2] = termOffset;
    words[index + 3] = this.sessionId;
    words[index + 4] = this.streamId;
    words[index + 5] = termId;
  }

  /** A whole padding frame. */
  pad(termBuffer: AtomicBuffer, termOffset: number, frameLength: number, termId: number): void {
    this.begin(termBuffer, termOffset, frameLength, termId);
    termBuffer.putInt16(termOffset + HeaderFlyweight.TYPE_FIELD_OFFSET, HeaderFlyweight.HDR_TYPE_PAD);
    publish(termBuffer, termOffset, frameLength);
  }
}

/** Lets the frame out: everything stored before is seen by whoever sees its length. */
export function publish(termBuffer: AtomicBuffer, termOffset: number, frameLength: number): void {
  releaseFence();
  termBuffer.i32[termOffset >>> 2] = frameLength;
}
