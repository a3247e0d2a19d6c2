import type { AtomicBuffer } from './atomic-buffer.ts';
import { align } from './bit-util.ts';
import type { EpochClock } from './clocks.ts';
import {
  ENCODED_ERROR_OFFSET,
  FIRST_OBSERVATION_TIMESTAMP_OFFSET,
  LAST_OBSERVATION_TIMESTAMP_OFFSET,
  OBSERVATION_COUNT_OFFSET,
  RECORD_ALIGNMENT,
} from './error-log-descriptor.ts';
import { formatError } from './format-error.ts';

const utf8Encoder = new TextEncoder();

/**
 * Errors in shared memory, each distinct one once, with how often and when it was seen: the log grows with
 * the kinds of errors and not with their number, and can be read from outside when the process has died.
 * Errors are distinct by class, code, message, stack and causes. Byte-compatible with Agrona's
 * `DistinctErrorLog`. One log a buffer, used by one thread.
 */
export class DistinctErrorLog {
  readonly buffer: AtomicBuffer;
  private readonly clock: EpochClock;
  /** Formatted error -> offset of its record. Bounded by the buffer, which holds the same texts. */
  private readonly observations = new Map<string, number>();
  private nextOffset = 0;

  constructor(buffer: AtomicBuffer, clock: EpochClock) {
    this.buffer = buffer;
    this.clock = clock;
  }

  /** False when the error is new and there is no room left for it. */
  record(error: unknown): boolean {
    const timestampMs = this.clock.epochTimeMs();
    const text = formatError(error);
    const offset = this.observations.get(text) ?? this.newObservation(text, timestampMs);
    if (offset === undefined) {
      return false;
    }
    this.buffer.getAndAddInt32(offset + OBSERVATION_COUNT_OFFSET, 1);
    this.buffer.putInt64Release(offset + LAST_OBSERVATION_TIMESTAMP_OFFSET, timestampMs);
    return true;
  }

  private newObservation(text: string, timestampMs: number): number | undefined {
    const offset = this.nextOffset;
    const encoded = utf8Encoder.encode(text);
    const length = ENCODED_ERROR_OFFSET + encoded.length;
    if (offset + length > this.buffer.capacity) {
      return undefined;
    }
    this.buffer.putBytes(offset + ENCODED_ERROR_OFFSET, encoded, 0, encoded.length);
    this.buffer.putInt64(offset + FIRST_OBSERVATION_TIMESTAMP_OFFSET, timestampMs);
    this.nextOffset = align(offset + length, RECORD_ALIGNMENT);
    this.observations.set(text, offset);
    this.buffer.putInt32Release(offset, length);
    return offset;
  }
}
