import type { AtomicCounter } from '../../agrona/mod.ts';

/** Keeps the longest snapshot of a service, and counts those above a threshold. Upstream: `SnapshotDurationTracker`. */
export class SnapshotDurationTracker {
  private readonly maxDuration: AtomicCounter;
  private readonly thresholdExceededCount: AtomicCounter;
  private readonly durationThresholdNs: number;
  private beginNs = 0;

  constructor(maxDuration: AtomicCounter, thresholdExceededCount: AtomicCounter, durationThresholdNs: number) {
    this.maxDuration = maxDuration;
    this.thresholdExceededCount = thresholdExceededCount;
    this.durationThresholdNs = durationThresholdNs;
  }

  onSnapshotBegin(nowNs: number): void {
    this.beginNs = nowNs;
  }

  onSnapshotEnd(nowNs: number): void {
    const durationNs = nowNs - this.beginNs;
    if (durationNs > this.durationThresholdNs) {
      this.thresholdExceededCount.incrementRelease();
    }
    this.maxDuration.proposeMaxRelease(durationNs);
  }
}
