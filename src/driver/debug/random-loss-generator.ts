import type { LossGenerator } from './loss-generator.ts';

/**
 * Drops any frame with the same probability.
 *
 * Upstream: `io.aeron.driver.ext.RandomLossGenerator`.
 */
export class RandomLossGenerator implements LossGenerator {
  private readonly lossRate: number;
  private readonly nextDouble: () => number;

  /** `lossRate` is 0 to 1; `nextDouble` is uniform in [0, 1). */
  constructor(lossRate: number, nextDouble: () => number) {
    this.lossRate = lossRate;
    this.nextDouble = nextDouble;
  }

  shouldDropFrame(): boolean {
    return this.nextDouble() < this.lossRate;
  }
}

/** The same numbers in [0, 1) each time for one seed (mulberry32). */
export function seededDoubles(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
