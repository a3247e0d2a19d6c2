import type { AtomicCounter } from '../../agrona/mod.ts';

/**
 * Keeps the longest snapshot, and counts those above a threshold.
 * Upstream: `io.aeron.cluster.service.SnapshotDurationTracker`.
 */
export class SnapshotDuration {
  readonly #max: AtomicCounter;
  readonly #exceededCount: AtomicCounter;
  readonly #thresholdNs: number;
  #beganNs: number | undefined;

  constructor(max: AtomicCounter, exceededCount: AtomicCounter, thresholdNs: number) {
    this.#max = max;
    this.#exceededCount = exceededCount;
    this.#thresholdNs = thresholdNs;
  }

  begin(nowNs: number): void {
    this.#beganNs = nowNs;
  }

  end(nowNs: number): void {
    if (this.#beganNs === undefined) {
      return;
    }
    const durationNs = nowNs - this.#beganNs;
    this.#beganNs = undefined;
    if (durationNs > this.#thresholdNs) {
      this.#exceededCount.incrementRelease();
    }
    this.#max.proposeMaxRelease(durationNs);
  }
}
