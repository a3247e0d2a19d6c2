import { AeronError, AtomicBuffer } from '../agrona/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight } from '../protocol/mod.ts';

const HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;
const NOTHING = AtomicBuffer.allocate(0);

/**
 * A stretch of a publication's log that `tryClaim` gave out, to be written in place and then committed or
 * aborted: until then the stream stands still behind it, and a claim that is never ended is unblocked by the
 * driver after `publicationUnblockTimeout`. Reusable.
 */
export class BufferClaim {
  /** The term that the claim lies in; write only from `offset` for `length` bytes of it. */
  buffer: AtomicBuffer = NOTHING;
  /** Of the payload in `buffer`. */
  offset = 0;
  /** Of the payload, in bytes. */
  length = 0;
  private frameOffset = 0;
  private isOpen = false;

  /** Called by the publication. */
  wrap(termBuffer: AtomicBuffer, termOffset: number, frameLength: number): void {
    this.buffer = termBuffer;
    this.frameOffset = termOffset;
    this.offset = termOffset + HEADER_LENGTH;
    this.length = frameLength - HEADER_LENGTH;
    this.isOpen = true;
  }

  get flags(): number {
    return FrameDescriptor.frameFlags(this.buffer, this.frameOffset);
  }

  /** `FrameDescriptor.UNFRAGMENTED` unless set; the publisher that claims fragments sets them itself. */
  set flags(flags: number) {
    this.checkOpen();
    FrameDescriptor.putFrameFlags(this.buffer, this.frameOffset, flags);
  }

  get headerType(): number {
    return FrameDescriptor.frameType(this.buffer, this.frameOffset);
  }

  set headerType(type: number) {
    this.checkOpen();
    FrameDescriptor.putFrameType(this.buffer, this.frameOffset, type);
  }

  get reservedValue(): bigint {
    return DataHeaderFlyweight.reservedValue(this.buffer, this.frameOffset);
  }

  set reservedValue(value: bigint) {
    this.checkOpen();
    DataHeaderFlyweight.putReservedValue(this.buffer, this.frameOffset, value);
  }

  /** Copies into the payload, `offset` bytes from its begin. @throws AeronError OUT_OF_BOUNDS beyond the claim. */
  putBytes(offset: number, source: AtomicBuffer | Uint8Array, sourceOffset: number, length: number): void {
    this.checkOpen();
    if (offset < 0 || length < 0 || offset + length > this.length) {
      throw new AeronError(
        'OUT_OF_BOUNDS',
        `${length} bytes at ${offset} are outside of the claimed ${this.length} bytes`,
      );
    }
    this.buffer.putBytes(this.offset + offset, source, sourceOffset, length);
  }

  /** Lets the message out. @throws AeronError CLAIM_NOT_OPEN when it was ended before, or its publication is unmapped. */
  commit(): void {
    this.checkOpen();
    this.isOpen = false;
    FrameDescriptor.frameLengthRelease(this.buffer, this.frameOffset, this.length + HEADER_LENGTH);
  }

  /** Turns the claim into padding, which no subscriber sees. @throws AeronError CLAIM_NOT_OPEN */
  abort(): void {
    this.checkOpen();
    this.isOpen = false;
    FrameDescriptor.putFrameType(this.buffer, this.frameOffset, HeaderFlyweight.HDR_TYPE_PAD);
    FrameDescriptor.frameLengthRelease(this.buffer, this.frameOffset, this.length + HEADER_LENGTH);
  }

  private checkOpen(): void {
    if (!this.isOpen || this.buffer.capacity === 0) {
      throw new AeronError('CLAIM_NOT_OPEN', 'the claim was committed or aborted before, or its publication is gone');
    }
  }
}
