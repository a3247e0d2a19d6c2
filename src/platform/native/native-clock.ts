import type { Clock } from '../mod.ts';
import { libc } from './libc.ts';
import { Timespec } from './timespec.ts';

const CLOCK_REALTIME = 0;

const ORIGIN_SAMPLES = 16;

/**
 * `performance.now` is the cheapest way to the monotonic clock that Node has, but its origin may be that of a
 * worker thread: what was before it is added, so that all threads of a process agree to within microseconds.
 */
export class NativeClock implements Clock {
  private readonly originNs = originOfPerformanceNs();
  private time: Timespec | undefined;

  nanoTime(): number {
    return this.originNs + Math.round(performance.now() * 1e6);
  }

  epochTimeMs(): number {
    return Date.now();
  }

  epochTimeNs(): bigint {
    this.time ??= new Timespec();
    libc().clock_gettime(CLOCK_REALTIME, this.time.address);
    return BigInt(this.time.seconds) * 1_000_000_000n + BigInt(this.time.nanoseconds);
  }
}

/** How long the process ran when `performance.now` was 0, by the sample that was least disturbed. */
function originOfPerformanceNs(): number {
  let originNs = 0;
  let smallestGapMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ORIGIN_SAMPLES; i++) {
    const beforeMs = performance.now();
    const uptimeMs = process.uptime() * 1e3;
    const gapMs = performance.now() - beforeMs;
    if (gapMs < smallestGapMs) {
      smallestGapMs = gapMs;
      originNs = Math.round((uptimeMs - beforeMs - gapMs / 2) * 1e6);
    }
  }
  return originNs;
}
