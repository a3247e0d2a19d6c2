import type { AtomicBuffer } from '../agrona/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight, LogBufferDescriptor } from '../protocol/mod.ts';
import type { Image } from './image.ts';

const { alignFrameLength } = FrameDescriptor;

/**
 * The header of the fragment, or of the assembled message, that a handler is given. One object per image,
 * moved from frame to frame: take out what is needed and do not keep it.
 */
export class Header {
  /** Where the frame lies. */
  buffer: AtomicBuffer;
  /** Of the frame in `buffer`, in bytes. */
  offset = 0;
  initialTermId: number;
  positionBitsToShift: number;
  /** The image that the fragment came from; undefined for a header that was made by hand. */
  image: Image | undefined;
  /** Bytes that the fragments of an assembled message take in the log; undefined for a single fragment. */
  fragmentedFrameLength: number | undefined = undefined;

  constructor(buffer: AtomicBuffer, initialTermId: number, positionBitsToShift: number, image?: Image) {
    this.buffer = buffer;
    this.initialTermId = initialTermId;
    this.positionBitsToShift = positionBitsToShift;
    this.image = image;
  }

  /** Where the image stands once this fragment, or message, is consumed: its end, aligned. */
  get position(): number {
    return LogBufferDescriptor.computePosition(
      this.termId,
      this.nextTermOffset,
      this.positionBitsToShift,
      this.initialTermId,
    );
  }

  /** Header and payload in bytes, unaligned. */
  get frameLength(): number {
    return this.buffer.getInt32(this.offset);
  }

  get sessionId(): number {
    return this.buffer.getInt32(this.offset + DataHeaderFlyweight.SESSION_ID_FIELD_OFFSET);
  }

  get streamId(): number {
    return this.buffer.getInt32(this.offset + DataHeaderFlyweight.STREAM_ID_FIELD_OFFSET);
  }

  get termId(): number {
    return this.buffer.getInt32(this.offset + DataHeaderFlyweight.TERM_ID_FIELD_OFFSET);
  }

  /** Where the (first) frame begins in its term. */
  get termOffset(): number {
    return this.buffer.getInt32(this.offset + DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET);
  }

  /** Where the next frame begins in the term. */
  get nextTermOffset(): number {
    return alignFrameLength(this.termOffset + (this.fragmentedFrameLength ?? this.frameLength));
  }

  /** `HeaderFlyweight.HDR_TYPE_DATA`, as padding is not delivered. */
  get type(): number {
    return this.buffer.getUint16(this.offset + HeaderFlyweight.TYPE_FIELD_OFFSET);
  }

  /** `FrameDescriptor.BEGIN_FRAG_FLAG`, `END_FRAG_FLAG`, or both; the other bits are the application's. */
  get flags(): number {
    return this.buffer.getUint8(this.offset + HeaderFlyweight.FLAGS_FIELD_OFFSET);
  }

  /** What the publisher's `ReservedValueSupplier` gave; 0n without one. */
  get reservedValue(): bigint {
    return this.buffer.getBigInt64(this.offset + DataHeaderFlyweight.RESERVED_VALUE_OFFSET);
  }
}
