import type { AtomicBuffer } from './atomic-buffer.ts';
import { align } from './bit-util.ts';
import {
  ENCODED_ERROR_OFFSET,
  FIRST_OBSERVATION_TIMESTAMP_OFFSET,
  LAST_OBSERVATION_TIMESTAMP_OFFSET,
  LENGTH_OFFSET,
  OBSERVATION_COUNT_OFFSET,
  RECORD_ALIGNMENT,
} from './error-log-descriptor.ts';

/** Timestamps in epoch milliseconds. */
export type ErrorConsumer = (
  observationCount: number,
  firstObservationTimestampMs: number,
  lastObservationTimestampMs: number,
  encodedError: string,
) => void;

/** Whether a distinct error log has any error. Any thread or process may ask. */
export function hasErrors(buffer: AtomicBuffer): boolean {
  return buffer.capacity >= ENCODED_ERROR_OFFSET && buffer.getInt32Volatile(LENGTH_OFFSET) > 0;
}

/**
 * Gives the errors of a distinct error log that were last seen at or after `sinceTimestampMs` to the consumer
 * and returns how many. A damaged log is read up to the damage.
 */
export function read(buffer: AtomicBuffer, consumer: ErrorConsumer, sinceTimestampMs: number = 0): number {
  let entries = 0;
  let offset = 0;
  while (offset <= buffer.capacity - ENCODED_ERROR_OFFSET) {
    const length = Math.min(buffer.getInt32Volatile(offset + LENGTH_OFFSET), buffer.capacity - offset);
    if (length < ENCODED_ERROR_OFFSET) {
      break;
    }
    const lastMs = Number(buffer.getBigInt64Volatile(offset + LAST_OBSERVATION_TIMESTAMP_OFFSET));
    if (lastMs >= sinceTimestampMs) {
      entries++;
      consumer(
        buffer.getInt32(offset + OBSERVATION_COUNT_OFFSET),
        Number(buffer.getBigInt64(offset + FIRST_OBSERVATION_TIMESTAMP_OFFSET)),
        lastMs,
        buffer.getStringWithoutLength(offset + ENCODED_ERROR_OFFSET, length - ENCODED_ERROR_OFFSET),
      );
    }
    offset += align(length, RECORD_ALIGNMENT);
  }
  return entries;
}
