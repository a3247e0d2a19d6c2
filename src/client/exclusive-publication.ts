import { AeronError, type AtomicBuffer, releaseFence } from '../agrona/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight, LogBufferDescriptor } from '../protocol/mod.ts';
import type { ReservedValueSupplier } from './fragment-handler.ts';
import { publish } from './frame-writer.ts';
import { checkRange } from './message-parts.ts';
import { positionVolatile } from './position-word.ts';
import { Publication, type PublicationParameters } from './publication.ts';

const HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;
const { alignFrameLength, FRAME_ALIGNMENT } = FrameDescriptor;
const { PARTITION_COUNT } = LogBufferDescriptor;
/** Of words of 4 bytes in the meta data. */
const TAILS_INDEX = LogBufferDescriptor.TERM_TAIL_COUNTERS_OFFSET / 4;
const { ADMIN_ACTION, CLOSED, MAX_POSITION_EXCEEDED } = Publication;

/** A publication with a session and a log of its own, which nobody else writes to. One thread offers to it. */
export class ExclusivePublication extends Publication {
  private currentTermId: number;
  private currentTermOffset: number;
  private termBeginPosition: number;
  private partition: number;
  /** Of the partition. */
  private termBuffer: AtomicBuffer;
  /** Where the partition's tail lies in the meta data, in words of 4 bytes. */
  private tailIndex: number;

  constructor(parameters: PublicationParameters) {
    super(parameters);
    const termCount = LogBufferDescriptor.activeTermCount(this.metaData);
    this.partition = LogBufferDescriptor.indexByTermCount(termCount);
    this.termBuffer = this.termBuffers[this.partition]!;
    this.tailIndex = TAILS_INDEX + 2 * this.partition;
    this.currentTermOffset = LogBufferDescriptor.rawTailVolatile(this.metaData, this.partition);
    this.currentTermId = LogBufferDescriptor.rawTailTermId();
    this.termBeginPosition = LogBufferDescriptor.computeTermBeginPosition(
      this.currentTermId,
      this.positionBitsToShift,
      this.initialTermId,
    );
  }

  /** The term that the next message goes to. */
  get termId(): number {
    return this.currentTermId;
  }

  /** Where in its term the next message goes to. */
  get termOffset(): number {
    return this.currentTermOffset;
  }

  override get position(): number {
    return this.isClosed ? CLOSED : this.termBeginPosition + this.currentTermOffset;
  }

  /** Closes, and tells subscribers to drop at once what they have not read, instead of draining it. */
  revoke(): void {
    this.isRevokedOnClose = true;
    this.close();
  }

  /** Makes the coming `close()` a `revoke()`. */
  revokeOnClose(): void {
    this.isRevokedOnClose = true;
  }

  /**
   * Adds padding as long as a message of `length` bytes, which subscribers skip. Returns the new position or
   * one of the constants.
   *
   * @throws AeronError MESSAGE_TOO_LONG beyond `maxFramedLength`.
   */
  appendPadding(length: number): number {
    if (!(length >= 0 && length <= this.maxFramedLength)) {
      throw new AeronError(
        'MESSAGE_TOO_LONG',
        `padding takes 0 to ${this.maxFramedLength} bytes (a message of the maximum length), not ${length}`,
      );
    }
    const frameLength = length + HEADER_LENGTH;
    const termOffset = this.claimFrames(alignFrameLength(frameLength), length);
    if (termOffset < 0) {
      return termOffset;
    }
    this.frames.pad(this.claimedTermBuffer, termOffset, frameLength, this.claimedTermId);
    return this.claimedEndPosition;
  }

  /**
   * Copies a block of whole frames, headers among them, that were made for exactly this place of this
   * stream, as when a recording is extended. Returns the new position or one of the constants.
   *
   * @throws AeronError OUT_OF_BOUNDS when it does not fit the term, BLOCK_MISPLACED when its first frame
   * belongs elsewhere.
   */
  offerBlock(buffer: AtomicBuffer, offset: number, length: number): number {
    if (this.isClosed) {
      return CLOSED;
    }
    if (this.currentTermOffset >= this.termBufferLength) {
      this.rotateTerm();
    }
    const position = this.termBeginPosition + this.currentTermOffset;
    if (position >= positionVolatile(this.countersValues, this.positionLimitIndex)) {
      return this.backPressureStatus(position, length);
    }
    this.checkBlock(buffer, offset, length);

    const termOffset = this.currentTermOffset;
    const termBuffer = this.termBuffer;
    this.moveTail(termOffset + length);
    termBuffer.putBytes(termOffset + 4, buffer, offset + 4, length - 4);
    publish(termBuffer, termOffset, buffer.getInt32(offset));
    this.currentTermOffset = termOffset + length;
    return position + length;
  }

  /** As in `Publication`; a shorter path for what nearly all offers are, as every nanosecond here counts. */
  override offer(
    buffer: AtomicBuffer,
    offset = 0,
    length = buffer.capacity - offset,
    reservedValueSupplier?: ReservedValueSupplier,
  ): number {
    const termOffset = this.currentTermOffset;
    const frameLength = length + HEADER_LENGTH;
    const endOffset = termOffset + ((frameLength + (FRAME_ALIGNMENT - 1)) & -FRAME_ALIGNMENT);
    if (
      this.isClosed ||
      reservedValueSupplier !== undefined ||
      length > this.maxPayloadLength ||
      endOffset > this.termBufferLength ||
      this.termBeginPosition + termOffset >= positionVolatile(this.countersValues, this.positionLimitIndex)
    ) {
      return super.offer(buffer, offset, length, reservedValueSupplier);
    }
    checkRange(buffer, offset, length);
    this.moveTail(endOffset);
    const termBuffer = this.termBuffer;
    this.frames.begin(termBuffer, termOffset, frameLength, this.currentTermId);
    termBuffer.putBytesUnchecked(termOffset + HEADER_LENGTH, buffer, offset, length);
    publish(termBuffer, termOffset, frameLength);
    this.currentTermOffset = endOffset;
    return this.termBeginPosition + endOffset;
  }

  protected override claimFrames(alignedLength: number, length: number): number {
    if (this.isClosed) {
      return CLOSED;
    }
    const termOffset = this.currentTermOffset;
    const position = this.termBeginPosition + termOffset;
    if (position >= positionVolatile(this.countersValues, this.positionLimitIndex)) {
      return this.backPressureStatus(position, length);
    }
    const endOffset = termOffset + alignedLength;
    this.moveTail(endOffset);
    if (endOffset > this.termBufferLength) {
      return this.endOfTerm();
    }
    this.claimedTermBuffer = this.termBuffer;
    this.claimedTermId = this.currentTermId;
    this.claimedEndPosition = position + alignedLength;
    this.currentTermOffset = endOffset;
    return termOffset;
  }

  /** The term id in the tail's high word stays, so a store of the low word is enough. */
  private moveTail(termOffset: number): void {
    releaseFence();
    this.metaData.i32[this.tailIndex] = termOffset;
  }

  private endOfTerm(): number {
    const { termBufferLength } = this;
    if (this.currentTermOffset < termBufferLength) {
      const rest = termBufferLength - this.currentTermOffset;
      this.frames.pad(this.termBuffer, this.currentTermOffset, rest, this.currentTermId);
      this.currentTermOffset = termBufferLength;
    }
    if (this.termBeginPosition + termBufferLength >= this.maxPossiblePosition) {
      return MAX_POSITION_EXCEEDED;
    }
    this.rotateTerm();
    return ADMIN_ACTION;
  }

  private rotateTerm(): void {
    const nextPartition = (this.partition + 1) % PARTITION_COUNT;
    const nextTermId = (this.currentTermId + 1) | 0;
    this.partition = nextPartition;
    this.termBuffer = this.termBuffers[nextPartition]!;
    this.tailIndex = TAILS_INDEX + 2 * nextPartition;
    this.currentTermOffset = 0;
    this.currentTermId = nextTermId;
    this.termBeginPosition += this.termBufferLength;
    LogBufferDescriptor.initialiseTailWithTermId(this.metaData, nextPartition, nextTermId);
    LogBufferDescriptor.putActiveTermCountRelease(
      this.metaData,
      LogBufferDescriptor.computeTermCount(nextTermId, this.initialTermId),
    );
  }

  private checkBlock(buffer: AtomicBuffer, offset: number, length: number): void {
    const remaining = this.termBufferLength - this.currentTermOffset;
    if (!(length >= HEADER_LENGTH && length <= remaining && offset >= 0 && offset + length <= buffer.capacity)) {
      throw new AeronError(
        'OUT_OF_BOUNDS',
        `block of ${length} bytes at ${offset} must lie within its buffer of ${buffer.capacity} bytes, have a header ` +
          `and fit the ${remaining} bytes left in the term`,
      );
    }
    const { currentTermId, currentTermOffset, sessionId, streamId } = this;
    const termOffset = DataHeaderFlyweight.termOffset(buffer, offset);
    const termId = DataHeaderFlyweight.termId(buffer, offset);
    const blockSessionId = DataHeaderFlyweight.sessionId(buffer, offset);
    const blockStreamId = DataHeaderFlyweight.streamId(buffer, offset);
    const type = HeaderFlyweight.headerType(buffer, offset);
    if (
      termOffset !== currentTermOffset ||
      termId !== currentTermId ||
      blockSessionId !== sessionId ||
      blockStreamId !== streamId ||
      type !== HeaderFlyweight.HDR_TYPE_DATA
    ) {
      throw new AeronError(
        'BLOCK_MISPLACED',
        "the block's [termOffset, termId, sessionId, streamId, type] are " +
          `[${termOffset},${termId},${blockSessionId},${blockStreamId},${type}], the stream needs ` +
          `[${currentTermOffset},${currentTermId},${sessionId},${streamId},${HeaderFlyweight.HDR_TYPE_DATA}]`,
      );
    }
  }
}
