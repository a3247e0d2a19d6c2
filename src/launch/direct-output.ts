import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';

/** How long one write waits for a reader that does not keep up. */
const PATIENCE_MS = 100;
const RETRY_MS = 1;

/**
 * Writes to a descriptor at once, for threads whose event loop never has a turn. A pipe that nobody reads holds its
 * thread up for 100 ms once; from then on what it does not take is dropped, and counted in its next line.
 */
export class DirectOutput extends Writable {
  readonly #descriptor: number;
  readonly #nap = new Int32Array(new SharedArrayBuffer(4));
  #droppedBytes = 0;

  constructor(descriptor: number) {
    super({ decodeStrings: true });
    this.#descriptor = descriptor;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const notice = `\n... ${this.#droppedBytes} bytes of output were dropped\n`;
    const bytes = this.#droppedBytes === 0 ? chunk : Buffer.concat([Buffer.from(notice), chunk]);
    const written = this.#writeAll(bytes, this.#droppedBytes === 0 ? PATIENCE_MS : 0);
    if (written === bytes.length) {
      this.#droppedBytes = 0;
    } else {
      this.#droppedBytes += Math.min(chunk.length, bytes.length - written);
    }
    done();
  }

  /** How many bytes were taken. */
  #writeAll(bytes: Buffer, patienceMs: number): number {
    const deadlineMs = performance.now() + patienceMs;
    let offset = 0;
    while (offset < bytes.length) {
      try {
        offset += writeSync(this.#descriptor, bytes, offset);
      } catch (error) {
        if ((error as { code?: string }).code !== 'EAGAIN' || performance.now() >= deadlineMs) {
          return offset;
        }
        Atomics.wait(this.#nap, 0, 0, RETRY_MS);
      }
    }
    return offset;
  }
}
