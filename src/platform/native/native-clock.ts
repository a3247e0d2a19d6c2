import type { Clock } from '../platform.ts';
import { libc } from './libc.ts';
import { Timespec } from './timespec.ts';

const CLOCK_REALTIME = 0;

/**
 * `performance.now` is the cheapest way to the monotonic clock that Node has, but starts anew in each worker
 * thread; what was before it is added, so that all threads of a process agree to within microseconds.
 */
export class NativeClock implements Clock {
  private readonly originNs = Math.round((process.uptime() * 1e3 - performance.now()) * 1e6);
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
