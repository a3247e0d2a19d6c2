import { randomFillSync } from 'node:crypto';
import type { RandomSource } from '../mod.ts';

const POOL_WORDS = 1024;
const TWO_TO_26 = 0x400_0000;
const TWO_TO_53 = 0x20_0000_0000_0000;

/** The system's random numbers, drawn a few at a time. */
export class NativeRandomSource implements RandomSource {
  private readonly pool = new Int32Array(POOL_WORDS);
  private next = POOL_WORDS;

  nextInt32(): number {
    if (this.next === POOL_WORDS) {
      randomFillSync(this.pool);
      this.next = 0;
    }
    return this.pool[this.next++]!;
  }

  nextDouble(): number {
    const high = this.nextInt32() >>> 5;
    const low = this.nextInt32() >>> 6;
    return (high * TWO_TO_26 + low) / TWO_TO_53;
  }

  fill(target: Uint8Array): void {
    randomFillSync(target);
  }
}
