import type { RandomSource } from '../mod.ts';

const TWO_32 = 4294967296;

/**
 * A small seeded generator (sfc32). Streams are forked by label and depend on nothing but the seed and the
 * labels on the way, so that a new consumer of randomness never shifts what the others draw.
 */
export class Prng implements RandomSource {
  readonly #path: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  private constructor(path: string) {
    this.#path = path;
    this.#a = hash(path, 0x9e3779b9);
    this.#b = hash(path, 0x243f6a88);
    this.#c = hash(path, 0xb7e15162);
    for (let i = 0; i < 12; i++) {
      this.nextInt32();
    }
  }

  static seeded(seed: number): Prng {
    return new Prng(String(seed));
  }

  fork(label: string): Prng {
    return new Prng(`${this.#path}/${label}`);
  }

  nextInt32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result;
  }

  nextDouble(): number {
    const high = this.nextInt32() >>> 5;
    const low = this.nextInt32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  fill(target: Uint8Array): void {
    for (let i = 0; i < target.length; i++) {
      target[i] = this.nextInt32();
    }
  }

  /** Uniform over the integers from 0 up to, not including, `limit`, which is at most 2^32. */
  below(limit: number): number {
    return Math.floor(((this.nextInt32() >>> 0) / TWO_32) * limit);
  }

  /** True with the given probability. Draws nothing when the outcome is certain. */
  chance(probability: number): boolean {
    return probability > 0 && (probability >= 1 || this.nextDouble() < probability);
  }

  shuffle(items: unknown[]): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
  }
}

/** FNV-1a with a final avalanche. */
function hash(text: string, basis: number): number {
  let h = basis;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
