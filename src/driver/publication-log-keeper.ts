import type { AtomicCounter } from '../agrona/mod.ts';
import { LogBufferDescriptor, LogBufferUnblocker } from '../protocol/mod.ts';
import type { RawLog } from './raw-log.ts';

const SIZE_OF_LONG = 8;

/** What a keeper is made from. */
export interface PublicationLogKeeperOptions {
  readonly rawLog: RawLog;
  readonly initialTermId: number;
  /** Where the stream starts. */
  readonly position: number;
  readonly unblockTimeoutNs: number;
  readonly unblockedPublications: AtomicCounter;
  readonly nowNs: number;
}

/**
 * The conductor's care of the log that clients write and a sender reads: zeroes what is behind, so that the
 * term after next can be written there, and frees what a dead publisher has left half-written.
 */
export class PublicationLogKeeper {
  private readonly rawLog: RawLog;
  private readonly initialTermId: number;
  private readonly positionBitsToShift: number;
  private readonly unblockTimeoutNs: number;
  private readonly unblockedPublications: AtomicCounter;
  private cleanPosition: number;
  private lastConsumerPosition: number;
  private timeOfLastConsumptionNs: number;

  constructor(options: PublicationLogKeeperOptions) {
    this.rawLog = options.rawLog;
    this.initialTermId = options.initialTermId;
    this.positionBitsToShift = LogBufferDescriptor.positionBitsToShift(options.rawLog.termLength);
    this.unblockTimeoutNs = options.unblockTimeoutNs;
    this.unblockedPublications = options.unblockedPublications;
    this.cleanPosition = options.position;
    this.lastConsumerPosition = options.position;
    this.timeOfLastConsumptionNs = options.nowNs;
  }

  /** Where the publishers are. */
  producerPosition(): number {
    const { metaData, termLength } = this.rawLog;
    const tailOffset = LogBufferDescriptor.activeRawTailVolatile(metaData);
    return LogBufferDescriptor.computePosition(
      LogBufferDescriptor.rawTailTermId(),
      Math.min(tailOffset, termLength),
      this.positionBitsToShift,
      this.initialTermId,
    );
  }

  /** Zeroes at most to the end of a term; the first word of it last, so that a frame never seems to be there. */
  cleanTo(position: number): void {
    const { cleanPosition } = this;
    if (position <= cleanPosition) {
      return;
    }
    const { termBuffers, termLength } = this.rawLog;
    const termBuffer = termBuffers[LogBufferDescriptor.indexByPosition(cleanPosition, this.positionBitsToShift)]!;
    const termOffset = LogBufferDescriptor.computeTermOffsetFromPosition(cleanPosition, termLength);
    const length = Math.min(position - cleanPosition, termLength - termOffset);
    termBuffer.setMemory(termOffset + SIZE_OF_LONG, length - SIZE_OF_LONG, 0);
    termBuffer.putInt64Release(termOffset, 0);
    this.cleanPosition = cleanPosition + length;
  }

  /** Whether publishers may go to `limit`: a partition is written again two terms after it was. */
  isCleanUpTo(limit: number): boolean {
    const { termLength } = this.rawLog;
    const dirtyTerm = Math.floor(this.cleanPosition / termLength);
    const termGap = Math.floor(limit / termLength) - dirtyTerm;
    return termGap < 2 || (termGap === 2 && this.cleanPosition % termLength !== 0);
  }

  /** Unblocks the log where there is something to consume and nothing was consumed for the unblock timeout. */
  checkForBlockedPublisher(producerPosition: number, consumerPosition: number, nowNs: number): void {
    if (consumerPosition === this.lastConsumerPosition && this.isPossiblyBlocked(producerPosition, consumerPosition)) {
      if (this.timeOfLastConsumptionNs + this.unblockTimeoutNs < nowNs) {
        this.unblock(consumerPosition, { isAbandoned: false });
      }
    } else {
      this.timeOfLastConsumptionNs = nowNs;
      this.lastConsumerPosition = consumerPosition;
    }
  }

  /**
   * Makes padding of what is half-written at `position`, all of it when no publisher is left. Returns whether
   * there was something to do.
   */
  unblock(position: number, { isAbandoned }: { isAbandoned: boolean }): boolean {
    const { termBuffers, metaData, termLength } = this.rawLog;
    if (!LogBufferUnblocker.unblock(termBuffers, metaData, position, termLength, isAbandoned)) {
      return false;
    }
    this.unblockedPublications.incrementRelease();
    return true;
  }

  private isPossiblyBlocked(producerPosition: number, consumerPosition: number): boolean {
    const consumerTermCount = Math.floor(consumerPosition / this.rawLog.termLength);
    const producerTermCount = LogBufferDescriptor.activeTermCount(this.rawLog.metaData);
    return producerTermCount !== consumerTermCount || producerPosition > consumerPosition;
  }
}
