import type { AtomicBuffer } from '../agrona/mod.ts';
import { type GapHandler, TermGapScanner } from '../protocol/mod.ts';
import type { FeedbackDelayGenerator } from './feedback-delay-generator.ts';

/**
 * Called for a gap that has been there for as long as the delay generator says, and again after each retry
 * delay. The gap is `length` bytes from `termOffset` of the term, both multiples of 32.
 */
export type LossHandler = (termId: number, termOffset: number, length: number) => void;

/**
 * Looks for the first gap behind what has been rebuilt of a stream, and reports it in its time. It knows one
 * gap at a time: what lies behind it is looked at when it is closed.
 *
 * Upstream: `io.aeron.driver.LossDetector`.
 */
export class LossDetector implements GapHandler {
  /** Whether the last scan came upon a gap that the one before had not seen. */
  lossFound = false;

  readonly #delayGenerator: FeedbackDelayGenerator;
  readonly #lossHandler: LossHandler;
  #deadlineNs = 0;
  #scannedTermId = 0;
  #scannedTermOffset = -1;
  #scannedLength = 0;
  #activeTermId = 0;
  #activeTermOffset = -1;
  #activeLength = 0;

  constructor(delayGenerator: FeedbackDelayGenerator, lossHandler: LossHandler) {
    this.#delayGenerator = delayGenerator;
    this.#lossHandler = lossHandler;
  }

  /**
   * Scans the term of `rebuildPosition` up to `hwmPosition` or the end of the term, and returns the term offset
   * up to which there is no gap.
   */
  scan(
    termBuffer: AtomicBuffer,
    rebuildPosition: number,
    hwmPosition: number,
    nowNs: number,
    termLength: number,
    initialTermId: number,
  ): number {
    this.lossFound = false;
    const rebuildOffset = rebuildPosition & (termLength - 1);
    if (rebuildPosition >= hwmPosition) {
      return rebuildOffset;
    }
    const termBeginPosition = rebuildPosition - rebuildOffset;
    const termId = (initialTermId + termBeginPosition / termLength) | 0;
    const limitOffset = Math.min(hwmPosition - termBeginPosition, termLength);
    const gapOffset = TermGapScanner.scanForGap(termBuffer, termId, rebuildOffset, limitOffset, this);
    if (gapOffset < limitOffset) {
      this.#onGapFound(nowNs);
    }
    return gapOffset;
  }

  /** For the scanner. */
  onGap(termId: number, termOffset: number, length: number): void {
    this.#scannedTermId = termId;
    this.#scannedTermOffset = termOffset;
    this.#scannedLength = length;
  }

  #onGapFound(nowNs: number): void {
    const isNew =
      this.#scannedTermOffset !== this.#activeTermOffset ||
      this.#scannedTermId !== this.#activeTermId ||
      this.#scannedLength !== this.#activeLength;
    if (isNew) {
      this.#activeTermId = this.#scannedTermId;
      this.#activeTermOffset = this.#scannedTermOffset;
      this.#activeLength = this.#scannedLength;
      this.#deadlineNs = nowNs + this.#delayGenerator.generateDelayNs();
      this.lossFound = true;
    }
    if (nowNs >= this.#deadlineNs) {
      this.#lossHandler(this.#activeTermId, this.#activeTermOffset, this.#activeLength);
      this.#deadlineNs = nowNs + this.#delayGenerator.retryDelayNs();
    }
  }
}
