import type { AtomicBuffer } from '../../agrona/mod.ts';
import { Prng } from '../../platform/simulated/mod.ts';

/** Longest message that content can be made for, in bytes. */
const MAX_MESSAGE_LENGTH = 256 * 1024;

/**
 * What messages are made of: a stretch of one random block, at an offset that publisher and sequence number
 * decide. Whoever knows the two can tell whether a message is whole, unaltered, and not another one.
 */
export class Content {
  readonly #words: Int32Array;
  readonly #offsets: number;

  constructor(seed: number) {
    const bytes = new Uint8Array(2 * MAX_MESSAGE_LENGTH);
    this.#words = new Int32Array(bytes.buffer);
    this.#offsets = MAX_MESSAGE_LENGTH / 4;
    const random = Prng.seeded(seed).fork('content');
    for (let i = 0; i < this.#words.length; i++) {
      this.#words[i] = random.nextInt32();
    }
  }

  write(buffer: AtomicBuffer, offset: number, length: number, publisher: number, sequence: number): void {
    const start = this.#start(publisher, sequence);
    buffer.putBytes(offset, new Uint8Array(this.#words.buffer, start * 4, length), 0, length);
  }

  /**
   * Holds `length` bytes to what the message has from its byte `from` on, a multiple of 4. Returns the position of
   * the first byte that is not as it should be; -1 when there is none.
   */
  findDifference(
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    { publisher, sequence }: { readonly publisher: number; readonly sequence: number },
    from = 0,
  ): number {
    const start = this.#start(publisher, sequence) + from / 4;
    const found = buffer.i32;
    const base = offset >>> 2;
    const words = length >>> 2;
    for (let i = 0; i < words; i++) {
      if (found[base + i] !== this.#words[start + i]) {
        return 4 * i;
      }
    }
    const expected = new Uint8Array(this.#words.buffer, start * 4, length);
    for (let i = 4 * words; i < length; i++) {
      if (buffer.getUint8(offset + i) !== expected[i]) {
        return i;
      }
    }
    return -1;
  }

  /** In words. */
  #start(publisher: number, sequence: number): number {
    const mixed = Math.imul(Math.imul(sequence + 1, 0x9e3779b1) ^ Math.imul(publisher + 1, 0x85ebca6b), 0xc2b2ae35);
    return (mixed >>> 8) % this.#offsets;
  }
}
