import type { Memory } from '../../platform/mod.ts';

/**
 * Datagrams in one memory to be sent in one call: the i-th, for i below `count`, has `lengths[i]` bytes at
 * `offsets[i]`. Made once and filled again and again.
 */
export class DatagramBatch {
  memory: Memory;
  count = 0;
  readonly offsets: Float64Array;
  readonly lengths: Int32Array;

  constructor(memory: Memory, capacity: number) {
    this.memory = memory;
    this.offsets = new Float64Array(capacity);
    this.lengths = new Int32Array(capacity);
  }

  get capacity(): number {
    return this.lengths.length;
  }

  clear(): void {
    this.count = 0;
  }

  add(offset: number, length: number): void {
    const index = this.count++;
    this.offsets[index] = offset;
    this.lengths[index] = length;
  }
}
