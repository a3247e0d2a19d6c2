import { acquireFence } from '../agrona/mod.ts';
import { LogBufferDescriptor } from '../protocol/mod.ts';
import { positionVolatile } from './position-word.ts';
import { Publication, type PublicationParameters } from './publication.ts';

const { PARTITION_COUNT } = LogBufferDescriptor;
/** Of words of 4 bytes in the meta data. */
const TAILS_INDEX = LogBufferDescriptor.TERM_TAIL_COUNTERS_OFFSET / 4;
const ACTIVE_TERM_COUNT_INDEX = LogBufferDescriptor.LOG_ACTIVE_TERM_COUNT_OFFSET / 4;
const { ADMIN_ACTION, CLOSED, MAX_POSITION_EXCEEDED } = Publication;

/**
 * A publication that any number of threads, processes and languages on this machine may add and offer to at
 * the same time: they share one session and one log, and claim their place in it with one atomic addition.
 */
export class ConcurrentPublication extends Publication {
  constructor(parameters: PublicationParameters) {
    super(parameters);
  }

  override get position(): number {
    if (this.isClosed) {
      return CLOSED;
    }
    const tail = LogBufferDescriptor.activeRawTailVolatile(this.metaData);
    const termId = LogBufferDescriptor.rawTailTermId();
    return this.positionOf(termId, Math.min(tail, this.termBufferLength));
  }

  /**
   * The tail is a term id above an offset, in one 64-bit word, and the addition has to happen in the term that
   * is returned. A 64-bit addition would say so, but makes a BigInt for each message; this adds to the offset
   * alone. The term ids of a partition only grow, so when the id is the same before and after, it was the same
   * in between. When it is another one, the log was turned in the meantime: a place within the term can only
   * be one of the new term, because with an unwritten place in it a term is not left behind; a place past the
   * end is none at all.
   */
  protected override claimFrames(alignedLength: number, length: number): number {
    if (this.isClosed) {
      return CLOSED;
    }
    const { termBufferLength } = this;
    const words = this.metaData.i32;
    const termCount = words[ACTIVE_TERM_COUNT_INDEX]!;
    acquireFence();
    const partition = termCount % PARTITION_COUNT;
    const tailIndex = TAILS_INDEX + 2 * partition;
    const termIdBefore = words[tailIndex + 1]!;
    acquireFence();
    const tail = words[tailIndex]! >>> 0;
    acquireFence();
    if (words[tailIndex + 1] !== termIdBefore || termCount !== ((termIdBefore - this.initialTermId) | 0)) {
      return ADMIN_ACTION;
    }
    const position = termCount * termBufferLength + Math.min(tail, termBufferLength);
    if (position >= positionVolatile(this.countersValues, this.positionLimitIndex)) {
      return this.backPressureStatus(position, length);
    }

    const termOffset = Math.min(Atomics.add(words, tailIndex, alignedLength) >>> 0, termBufferLength);
    const termId = words[tailIndex + 1]!;
    if (termId !== termIdBefore && termOffset === termBufferLength) {
      return ADMIN_ACTION;
    }
    const endPosition = this.positionOf(termId, termOffset + alignedLength);
    if (termOffset + alignedLength > termBufferLength) {
      return this.endOfTerm(partition, termId, termOffset, endPosition);
    }
    this.claimedTermBuffer = this.termBuffers[partition]!;
    this.claimedTermId = termId;
    this.claimedEndPosition = endPosition;
    return termOffset;
  }

  /** The one whose claim crossed the end fills the rest of the term; everyone who finds it full may turn the log. */
  private endOfTerm(partition: number, termId: number, termOffset: number, endPosition: number): number {
    if (termOffset < this.termBufferLength) {
      this.frames.pad(this.termBuffers[partition]!, termOffset, this.termBufferLength - termOffset, termId);
    }
    if (endPosition >= this.maxPossiblePosition) {
      return MAX_POSITION_EXCEEDED;
    }
    LogBufferDescriptor.rotateLog(
      this.metaData,
      LogBufferDescriptor.computeTermCount(termId, this.initialTermId),
      termId,
    );
    return ADMIN_ACTION;
  }

  private positionOf(termId: number, termOffset: number): number {
    return ((termId - this.initialTermId) | 0) * this.termBufferLength + termOffset;
  }
}
