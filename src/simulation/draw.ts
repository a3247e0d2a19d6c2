import { Prng } from '../platform/simulated/mod.ts';

/** Draws what a scenario is made of from one seed. */
export class Draw {
  readonly #random: Prng;

  constructor(random: Prng) {
    this.#random = random;
  }

  static seeded(seed: number, label: string): Draw {
    return new Draw(Prng.seeded(seed).fork(label));
  }

  /** A stream of its own, which does not shift what this one draws. */
  fork(label: string): Draw {
    return new Draw(this.#random.fork(label));
  }

  chance(probability: number): boolean {
    return this.#random.chance(probability);
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.#random.below(high - low + 1);
  }

  /** An integer between the two, small ones as likely as large ones: for lengths and times of many magnitudes. */
  magnitude(low: number, high: number): number {
    return Math.round(this.realMagnitude(low, high));
  }

  realMagnitude(low: number, high: number): number {
    return low * (high / low) ** this.#random.nextDouble();
  }

  /** From 0 up to, not including, `limit`. */
  real(limit: number): number {
    return this.#random.nextDouble() * limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)]!;
  }

  /** `count` of the items, in an order of their own; all when there are not so many. */
  some<T>(items: readonly T[], count: number): T[] {
    const shuffled = [...items];
    this.#random.shuffle(shuffled);
    return shuffled.slice(0, count);
  }
}
