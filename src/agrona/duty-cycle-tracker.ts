import type { AtomicCounter } from './atomic-counter.ts';

/**
 * Keeps the longest duty cycle of an agent, and counts those above a threshold.
 *
 * Upstream: `io.aeron.driver.status.DutyCycleStallTracker`.
 */
export class DutyCycleTracker {
  private readonly maxCycleTime: AtomicCounter;
  private readonly cycleTimeThresholdExceededCount: AtomicCounter;
  private readonly cycleTimeThresholdNs: number;
  private timeOfLastUpdateNs = 0;
  private maxCycleTimeNs = 0;

  constructor(
    maxCycleTime: AtomicCounter,
    cycleTimeThresholdExceededCount: AtomicCounter,
    cycleTimeThresholdNs: number,
  ) {
    this.maxCycleTime = maxCycleTime;
    this.cycleTimeThresholdExceededCount = cycleTimeThresholdExceededCount;
    this.cycleTimeThresholdNs = cycleTimeThresholdNs;
  }

  /** When the agent starts. */
  update(nowNs: number): void {
    this.timeOfLastUpdateNs = nowNs;
  }

  /** At the beginning of each duty cycle. */
  measureAndUpdate(nowNs: number): void {
    const durationNs = nowNs - this.timeOfLastUpdateNs;
    this.timeOfLastUpdateNs = nowNs;
    this.reportMeasurement(durationNs);
  }

  reportMeasurement(durationNs: number): void {
    if (durationNs > this.maxCycleTimeNs) {
      this.maxCycleTimeNs = durationNs;
      this.maxCycleTime.setRelease(durationNs);
    }
    if (durationNs > this.cycleTimeThresholdNs) {
      this.cycleTimeThresholdExceededCount.incrementRelease();
    }
  }
}
