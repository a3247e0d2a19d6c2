import { LogBufferDescriptor } from '../protocol/mod.ts';
import { Publication, type PublicationParameters } from './publication.ts';

const { LOG_ACTIVE_TERM_COUNT_OFFSET, PARTITION_COUNT } = LogBufferDescriptor;
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
    return this.#positionOf(termId, Math.min(tail, this.termBufferLength));
  }

  protected override claimFrames(alignedLength: number, length: number): number {
    if (this.isClosed) {
      return CLOSED;
    }
    const { metaData, termBufferLength } = this;
    const limit = this.countersValues.getInt64Volatile(this.positionLimitOffset);
    const termCount = metaData.getInt32Volatile(LOG_ACTIVE_TERM_COUNT_OFFSET);
    const partition = termCount % PARTITION_COUNT;
    const tail = LogBufferDescriptor.rawTailVolatile(metaData, partition);
    if (termCount !== ((LogBufferDescriptor.rawTailTermId() - this.initialTermId) | 0)) {
      return ADMIN_ACTION;
    }
    const position = termCount * termBufferLength + Math.min(tail, termBufferLength);
    if (position >= limit) {
      return this.backPressureStatus(position, length);
    }

    const claimed = LogBufferDescriptor.getAndAddRawTail(metaData, partition, alignedLength);
    const termId = LogBufferDescriptor.rawTailTermId();
    const termOffset = Math.min(claimed, termBufferLength);
    const endPosition = this.#positionOf(termId, termOffset + alignedLength);
    if (termOffset + alignedLength > termBufferLength) {
      return this.#endOfTerm(partition, termId, termOffset, endPosition);
    }
    this.claimedTermBuffer = this.termBuffers[partition]!;
    this.claimedTermId = termId;
    this.claimedEndPosition = endPosition;
    return termOffset;
  }

  /** The one whose claim crossed the end fills the rest of the term; everyone who finds it full may turn the log. */
  #endOfTerm(partition: number, termId: number, termOffset: number, endPosition: number): number {
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

  #positionOf(termId: number, termOffset: number): number {
    return ((termId - this.initialTermId) | 0) * this.termBufferLength + termOffset;
  }
}
