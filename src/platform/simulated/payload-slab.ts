import type { Memory } from '../mod.ts';

const SLAB_LENGTH = 256 * 1024;

/** Copies datagrams into large buffers, which are cheaper than a buffer each. A slab goes with its last datagram. */
export class PayloadSlab {
  #slab = new ArrayBuffer(SLAB_LENGTH);
  #used = 0;

  /** The copy is 8-aligned. */
  copy(memory: Memory, offset: number, length: number): Uint8Array {
    if (this.#used + length > SLAB_LENGTH) {
      this.#slab = new ArrayBuffer(SLAB_LENGTH);
      this.#used = 0;
    }
    const bytes = new Uint8Array(this.#slab, this.#used, length);
    bytes.set(new Uint8Array(memory.arrayBuffer, offset, length));
    this.#used = (this.#used + length + 7) & ~7;
    return bytes;
  }
}
