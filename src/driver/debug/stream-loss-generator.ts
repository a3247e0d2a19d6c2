import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import { DataHeaderFlyweight, HeaderFlyweight } from '../../protocol/mod.ts';
import type { LossGenerator } from './loss-generator.ts';

/**
 * Drops data frames of one term by where they lie, each once: what was dropped comes through when it is sent
 * again. Every session of every stream is seen for itself.
 */
abstract class StreamLossGenerator implements LossGenerator {
  private readonly termId: number;
  /** End of the last frame dropped, by stream and session. */
  private readonly droppedLimits = new Map<number, Map<number, number>>();

  constructor(termId: number) {
    this.termId = termId;
  }

  shouldDropFrame(_address: SocketAddress | undefined, buffer: AtomicBuffer, offset: number, length: number): boolean {
    if (
      HeaderFlyweight.headerType(buffer, offset) !== HeaderFlyweight.HDR_TYPE_DATA ||
      DataHeaderFlyweight.termId(buffer, offset) !== this.termId
    ) {
      return false;
    }
    const limits = this.limitsOfStream(DataHeaderFlyweight.streamId(buffer, offset));
    const sessionId = DataHeaderFlyweight.sessionId(buffer, offset);
    const termOffset = DataHeaderFlyweight.termOffset(buffer, offset);
    const isRetransmission = (limits.get(sessionId) ?? 0) > termOffset;
    if (isRetransmission || !this.isLost(termOffset, termOffset + length)) {
      return false;
    }
    limits.set(sessionId, termOffset + length);
    return true;
  }

  /** Whether a frame that reaches from one term offset to another is to be dropped. */
  protected abstract isLost(begin: number, end: number): boolean;

  private limitsOfStream(streamId: number): Map<number, number> {
    let limits = this.droppedLimits.get(streamId);
    if (limits === undefined) {
      limits = new Map();
      this.droppedLimits.set(streamId, limits);
    }
    return limits;
  }
}

/**
 * One gap: drops the frames that touch `length` bytes at `termOffset`.
 *
 * Upstream: `io.aeron.driver.ext.FixedLossGenerator`.
 */
export class FixedLossGenerator extends StreamLossGenerator {
  private readonly gapBegin: number;
  private readonly gapEnd: number;

  constructor(termId: number, termOffset: number, length: number) {
    super(termId);
    this.gapBegin = termOffset;
    this.gapEnd = termOffset + length;
  }

  protected isLost(begin: number, end: number): boolean {
    return end > this.gapBegin && begin < this.gapEnd;
  }
}

/**
 * Many gaps: drops the frames that touch the first `gapLength` bytes behind each of `totalGaps` multiples of
 * `gapRadix`, of which 0 is none.
 *
 *     0            radix          2 * radix         totalGaps * radix
 *     +------------+###-----------+###------ ... ---+###-----------
 *
 * Upstream: `io.aeron.driver.ext.MultiGapLossGenerator`.
 */
export class MultiGapLossGenerator extends StreamLossGenerator {
  private readonly gapRadix: number;
  private readonly gapLength: number;
  private readonly lastGapLimit: number;

  /** `gapRadix` is a power of two above `gapLength`. */
  constructor(termId: number, gapRadix: number, gapLength: number, totalGaps: number) {
    super(termId);
    this.gapRadix = gapRadix;
    this.gapLength = gapLength;
    this.lastGapLimit = totalGaps * gapRadix + gapLength;
  }

  protected isLost(begin: number, end: number): boolean {
    if (begin > this.lastGapLimit) {
      return false;
    }
    const gap = begin - (begin % this.gapRadix);
    const isInGap = gap > 0 && begin < gap + this.gapLength;
    return isInGap || end > gap + this.gapRadix;
  }
}
