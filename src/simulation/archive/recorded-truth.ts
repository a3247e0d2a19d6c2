import type { AtomicBuffer } from '../../agrona/mod.ts';
import { InvariantError } from '../suite.ts';

/** One message of a recording. Its content follows from its number. */
interface RecordedMessage {
  readonly endPosition: number;
  readonly length: number;
  readonly number: number;
  readonly isZeros: boolean;
}

/**
 * What a recording must be: all that was sent, up to where it ends, which is nowhere before what was acknowledged.
 */
export class RecordedTruth {
  readonly recordingId: number;
  startPosition = 0;
  /** Everything before it was acknowledged. */
  acknowledged = 0;
  /** Where a look at the archive last saw it end. */
  stopPosition = 0;
  /** Behind the padding that was written for a message that did not fit into its term. */
  private paddedPosition = 0;
  private messages: RecordedMessage[] = [];
  private nextNumber = 0;

  constructor(recordingId: number) {
    this.recordingId = recordingId;
  }

  /** Behind the last message that was sent. */
  get sentPosition(): number {
    return this.messages.at(-1)?.endPosition ?? this.startPosition;
  }

  get count(): number {
    return this.messages.length;
  }

  /** Makes the next message in a buffer. */
  fill(buffer: AtomicBuffer, length: number, isZeros: boolean): void {
    for (let i = 0; i < length; i++) {
      buffer.putInt8(i, isZeros ? 0 : byteOf(this.nextNumber, i));
    }
  }

  /** It was sent. */
  add(endPosition: number, length: number, isZeros: boolean): void {
    this.messages.push({ endPosition, length, number: this.nextNumber++, isZeros });
  }

  /** The publication stands here, and no message was sent. */
  padTo(position: number): void {
    this.paddedPosition = Math.max(this.paddedPosition, position);
  }

  acknowledge(position: number): void {
    this.acknowledged = Math.max(this.acknowledged, position);
  }

  /** The archive says that it ends here; what was sent behind it is lost, and need not be there. */
  endAt(position: number): void {
    if (position < this.acknowledged) {
      this.fail(`ends at ${position}, though ${this.acknowledged} was acknowledged`);
    }
    if (position > Math.max(this.sentPosition, this.paddedPosition, this.stopPosition)) {
      this.fail(`ends at ${position}, though only ${this.sentPosition} was sent`);
    }
    this.stopPosition = position;
    this.paddedPosition = position;
    this.messages = this.messages.filter(({ endPosition }) => endPosition <= position);
  }

  /** What stood before is gone. */
  startAt(position: number): void {
    this.startPosition = position;
    this.messages = this.messages.filter(({ endPosition }) => endPosition > position);
  }

  /** Whether the n-th message is this one. */
  check(n: number, buffer: AtomicBuffer, offset: number, length: number, endPosition: number): void {
    const message = this.messages[n];
    if (message === undefined) {
      this.fail(`replays a message to ${endPosition} that is not in it`);
    }
    if (message.endPosition !== endPosition || message.length !== length) {
      this.fail(`replays ${length} bytes to ${endPosition} instead of ${message.length} to ${message.endPosition}`);
    }
    for (let i = 0; i < length; i++) {
      if (buffer.getInt8(offset + i) !== (message.isZeros ? 0 : byteOf(message.number, i))) {
        this.fail(`replays a message to ${endPosition} that is altered at its byte ${i}`);
      }
    }
  }

  fail(what: string): never {
    throw new InvariantError(`recording ${this.recordingId} ${what}`);
  }
}

/** Never 0: a lost sector shows. */
function byteOf(number: number, index: number): number {
  return ((number * 31 + index * 7) % 255) - 128 || 127;
}
