import type { Clock } from '../platform/mod.ts';

/** Milliseconds since 1970. `Platform.clock` is one. */
export type EpochClock = Pick<Clock, 'epochTimeMs'>;

/** Nanoseconds from an origin of the process. `Platform.clock` is one. */
export type NanoClock = Pick<Clock, 'nanoTime'>;

/** Tells the epoch time it was last given: one look at the clock serves a whole duty cycle. */
export class CachedEpochClock implements EpochClock {
  private timeMs = 0;

  epochTimeMs(): number {
    return this.timeMs;
  }

  update(timeMs: number): void {
    this.timeMs = timeMs;
  }

  advance(durationMs: number): void {
    this.timeMs += durationMs;
  }
}

/** Tells the nano time it was last given: one look at the clock serves a whole duty cycle. */
export class CachedNanoClock implements NanoClock {
  private timeNs = 0;

  nanoTime(): number {
    return this.timeNs;
  }

  update(timeNs: number): void {
    this.timeNs = timeNs;
  }

  advance(durationNs: number): void {
    this.timeNs += durationNs;
  }
}
