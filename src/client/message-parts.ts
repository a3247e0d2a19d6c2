import { AeronError, type AtomicBuffer } from '../agrona/mod.ts';

/** One piece of a message for `offerVector`. */
export interface DirectBufferVector {
  readonly buffer: AtomicBuffer;
  /** In bytes; 0 by default. */
  readonly offset?: number;
  /** In bytes; to the end of the buffer by default. */
  readonly length?: number;
}

/** The pieces of one message, in order, and how far they were copied into the log. Reused from offer to offer. */
export class MessageParts {
  /** Of all parts, in bytes. */
  length = 0;
  private readonly buffers: AtomicBuffer[] = [];
  private readonly offsets: number[] = [];
  private readonly lengths: number[] = [];
  private count = 0;
  private next = 0;

  reset(): void {
    this.length = 0;
    this.count = 0;
    this.next = 0;
  }

  /** @throws AeronError OUT_OF_BOUNDS when the part is outside of its buffer. */
  add(buffer: AtomicBuffer, offset: number, length: number): void {
    checkRange(buffer, offset, length);
    const i = this.count++;
    this.buffers[i] = buffer;
    this.offsets[i] = offset;
    this.lengths[i] = length;
    this.length += length;
  }

  /** Copies the next `length` bytes of the message, which must be there. */
  copyTo(target: AtomicBuffer, targetOffset: number, length: number): void {
    let remaining = length;
    let offset = targetOffset;
    while (remaining > 0) {
      const i = this.next;
      const available = this.lengths[i]!;
      const step = Math.min(remaining, available);
      target.putBytesUnchecked(offset, this.buffers[i]!, this.offsets[i]!, step);
      this.offsets[i] = this.offsets[i]! + step;
      this.lengths[i] = available - step;
      if (step === available) {
        this.next++;
      }
      offset += step;
      remaining -= step;
    }
  }
}

/** Checked before a place in the log is claimed: an error afterwards would leave a hole that stops the stream. */
export function checkRange(buffer: AtomicBuffer, offset: number, length: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= buffer.capacity)) {
    throw outOfRange(buffer, offset, length);
  }
}

function outOfRange(buffer: AtomicBuffer, offset: number, length: number): AeronError {
  return new AeronError(
    'OUT_OF_BOUNDS',
    `message of ${length} bytes at ${offset} is outside of its buffer of ${buffer.capacity} bytes`,
  );
}
