import { AeronError, type AtomicBuffer, releaseFence } from '../agrona/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight, LogBufferDescriptor } from '../protocol/mod.ts';
import type { ReservedValueSupplier } from './fragment-handler.ts';
import { publish } from './frame-writer.ts';
import { checkRange } from './message-parts.ts';
import { Publication, type PublicationParameters } from './publication.ts';

const HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;
const { alignFrameLength } = FrameDescriptor;
const { PARTITION_COUNT, TERM_TAIL_COUNTERS_OFFSET } = LogBufferDescriptor;
const { ADMIN_ACTION, CLOSED, MAX_POSITION_EXCEEDED } = Publication;

/** A publication with a session and a log of its own, which nobody else writes to. One thread offers to it. */
export class ExclusivePublication extends Publication {
  #termId: number;
  #termOffset: number;
  #termBeginPosition: number;
  #partition: number;

  constructor(parameters: PublicationParameters) {
    super(parameters);
    const termCount = LogBufferDescriptor.activeTermCount(this.metaData);
    this.#partition = LogBufferDescriptor.indexByTermCount(termCount);
    this.#termOffset = LogBufferDescriptor.rawTailVolatile(this.metaData, this.#partition);
    this.#termId = LogBufferDescriptor.rawTailTermId();
    this.#termBeginPosition = LogBufferDescriptor.computeTermBeginPosition(
      this.#termId,
      this.positionBitsToShift,
      this.initialTermId,
    );
  }

  /** The term that the next message goes to. */
  get termId(): number {
    return this.#termId;
  }

  /** Where in its term the next message goes to. */
  get termOffset(): number {
    return this.#termOffset;
  }

  override get position(): number {
    return this.isClosed ? CLOSED : this.#termBeginPosition + this.#termOffset;
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
    if (this.#termOffset >= this.termBufferLength) {
      this.#rotateTerm();
    }
    const position = this.#termBeginPosition + this.#termOffset;
    if (position >= this.countersValues.getInt64Volatile(this.positionLimitOffset)) {
      return this.backPressureStatus(position, length);
    }
    this.#checkBlock(buffer, offset, length);

    const termOffset = this.#termOffset;
    const termBuffer = this.termBuffers[this.#partition]!;
    this.#moveTail(termOffset + length);
    termBuffer.putBytes(termOffset + 4, buffer, offset + 4, length - 4);
    publish(termBuffer, termOffset, buffer.getInt32(offset));
    this.#termOffset = termOffset + length;
    return position + length;
  }

  /** As in `Publication`; its own copy of the shortest path, because every nanosecond here is a message rate. */
  override offer(
    buffer: AtomicBuffer,
    offset = 0,
    length = buffer.capacity - offset,
    reservedValueSupplier?: ReservedValueSupplier,
  ): number {
    const termOffset = this.#termOffset;
    const frameLength = length + HEADER_LENGTH;
    const endOffset = termOffset + ((frameLength + 31) & -32);
    const position = this.#termBeginPosition + termOffset;
    if (
      this.isClosed ||
      reservedValueSupplier !== undefined ||
      length > this.maxPayloadLength ||
      endOffset > this.termBufferLength ||
      position >= this.countersValues.getInt64Volatile(this.positionLimitOffset)
    ) {
      return super.offer(buffer, offset, length, reservedValueSupplier);
    }
    checkRange(buffer, offset, length);
    this.metaData.i32[(TERM_TAIL_COUNTERS_OFFSET >>> 2) + 2 * this.#partition] = endOffset;
    const termBuffer = this.termBuffers[this.#partition]!;
    this.frames.begin(termBuffer, termOffset, frameLength, this.#termId);
    termBuffer.putBytes(termOffset + HEADER_LENGTH, buffer, offset, length);
    publish(termBuffer, termOffset, frameLength);
    this.#termOffset = endOffset;
    return this.#termBeginPosition + endOffset;
  }

  protected override claimFrames(alignedLength: number, length: number): number {
    if (this.isClosed) {
      return CLOSED;
    }
    const termOffset = this.#termOffset;
    const position = this.#termBeginPosition + termOffset;
    if (position >= this.countersValues.getInt64Volatile(this.positionLimitOffset)) {
      return this.backPressureStatus(position, length);
    }
    const endOffset = termOffset + alignedLength;
    this.#moveTail(endOffset);
    if (endOffset > this.termBufferLength) {
      return this.#endOfTerm();
    }
    this.claimedTermBuffer = this.termBuffers[this.#partition]!;
    this.claimedTermId = this.#termId;
    this.claimedEndPosition = position + alignedLength;
    this.#termOffset = endOffset;
    return termOffset;
  }

  /** The term id in the tail's high word stays, so a store of the low word is enough. */
  #moveTail(termOffset: number): void {
    releaseFence();
    this.metaData.i32[(TERM_TAIL_COUNTERS_OFFSET >>> 2) + 2 * this.#partition] = termOffset;
  }

  #endOfTerm(): number {
    const { termBufferLength } = this;
    if (this.#termOffset < termBufferLength) {
      const rest = termBufferLength - this.#termOffset;
      this.frames.pad(this.termBuffers[this.#partition]!, this.#termOffset, rest, this.#termId);
      this.#termOffset = termBufferLength;
    }
    if (this.#termBeginPosition + termBufferLength >= this.maxPossiblePosition) {
      return MAX_POSITION_EXCEEDED;
    }
    this.#rotateTerm();
    return ADMIN_ACTION;
  }

  #rotateTerm(): void {
    const nextPartition = (this.#partition + 1) % PARTITION_COUNT;
    const nextTermId = (this.#termId + 1) | 0;
    this.#partition = nextPartition;
    this.#termOffset = 0;
    this.#termId = nextTermId;
    this.#termBeginPosition += this.termBufferLength;
    LogBufferDescriptor.initialiseTailWithTermId(this.metaData, nextPartition, nextTermId);
    LogBufferDescriptor.putActiveTermCountRelease(
      this.metaData,
      LogBufferDescriptor.computeTermCount(nextTermId, this.initialTermId),
    );
  }

  #checkBlock(buffer: AtomicBuffer, offset: number, length: number): void {
    const remaining = this.termBufferLength - this.#termOffset;
    if (!(length >= HEADER_LENGTH && length <= remaining && offset >= 0 && offset + length <= buffer.capacity)) {
      throw new AeronError(
        'OUT_OF_BOUNDS',
        `block of ${length} bytes at ${offset} must lie within its buffer of ${buffer.capacity} bytes, have a header ` +
          `and fit the ${remaining} bytes left in the term`,
      );
    }
    const found = [
      DataHeaderFlyweight.termOffset(buffer, offset),
      DataHeaderFlyweight.termId(buffer, offset),
      DataHeaderFlyweight.sessionId(buffer, offset),
      DataHeaderFlyweight.streamId(buffer, offset),
      HeaderFlyweight.headerType(buffer, offset),
    ];
    const expected = [this.#termOffset, this.#termId, this.sessionId, this.streamId, HeaderFlyweight.HDR_TYPE_DATA];
    if (found.some((value, i) => value !== expected[i])) {
      throw new AeronError(
        'BLOCK_MISPLACED',
        `the block's [termOffset, termId, sessionId, streamId, type] are [${found}], the stream needs [${expected}]`,
      );
    }
  }
}
