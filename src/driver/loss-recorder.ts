import type { LossReport, LossReportEntry } from './loss-report.ts';

/** The stream whose losses are recorded, as the report has it. */
export interface LossyStream {
  readonly sessionId: number;
  readonly streamId: number;
  readonly channel: string;
  readonly sourceIdentity: string;
}

/**
 * Records the losses of one stream in the loss report, from the first on: each lost byte once, though its gap
 * is found again and again and may grow. Stops when the report is full.
 *
 * Upstream: `reportLoss` of `io.aeron.driver.PublicationImage`.
 */
export class LossRecorder {
  readonly #stream: LossyStream;
  #report: LossReport | undefined;
  #entry: LossReportEntry | undefined;
  #termId = 0;
  #endOffset = 0;

  constructor(report: LossReport, stream: LossyStream) {
    this.#report = report;
    this.#stream = stream;
  }

  /** `length` bytes from `termOffset` of the term are missing. */
  onGap(termId: number, termOffset: number, length: number, timestampMs: number): void {
    const isKnown = termId === this.#termId && termOffset < this.#endOffset;
    const bytesLost = termOffset + length - (isKnown ? this.#endOffset : termOffset);
    if (bytesLost <= 0) {
      return;
    }
    this.#termId = termId;
    this.#endOffset = termOffset + length;
    if (this.#entry !== undefined) {
      this.#entry.recordObservation(bytesLost, timestampMs);
    } else if (this.#report !== undefined) {
      const { sessionId, streamId, channel, sourceIdentity } = this.#stream;
      this.#entry = this.#report.createEntry(bytesLost, timestampMs, sessionId, streamId, channel, sourceIdentity);
      this.#report = undefined;
    }
  }
}
