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
import { errorKind, formatError } from './format-error.ts';

const utf8Encoder = new TextEncoder();

/** Messages that errors of one kind may have; those of others are counted with the last of them. */
const MAX_MESSAGES_OF_A_KIND = 100;

/** Instead of an offset: of a kind that came when the log was full. */
const FORGOTTEN = -1;

interface Kind {
  messageCount: number;
  lastOffset: number;
}

/**
 * Errors in shared memory, each distinct one once, with how often and when it was seen: the log grows with
 * the kinds of errors and not with their number, and can be read from outside when the process has died.
 * Errors are distinct by class, code, message, stack and causes. So that whoever causes errors with ever new
 * messages does not fill the log, only the first hundred messages of errors that are otherwise the same are
 * told apart. Byte-compatible with Agrona's `DistinctErrorLog`. One log a buffer, used by one thread.
 */
export class DistinctErrorLog {
  readonly buffer: AtomicBuffer;
  private readonly clock: EpochClock;
  /** Formatted error -> offset of its record. Bounded by the buffer, which holds the same texts. */
  private readonly observations = new Map<string, number>();
  private readonly kinds = new Map<string, Kind>();
  private nextOffset = 0;

  constructor(buffer: AtomicBuffer, clock: EpochClock) {
    this.buffer = buffer;
    this.clock = clock;
  }

  /** False when there is no room for an error of a new kind; said once of each kind, which is then forgotten. */
  record(error: unknown): boolean {
    const timestampMs = this.clock.epochTimeMs();
    const text = formatError(error);
    const offset = this.observations.get(text) ?? this.firstOfItsText(error, text, timestampMs);
    if (offset === undefined) {
      return false;
    }
    if (offset !== FORGOTTEN) {
      this.buffer.getAndAddInt32(offset + OBSERVATION_COUNT_OFFSET, 1);
      this.buffer.putInt64Release(offset + LAST_OBSERVATION_TIMESTAMP_OFFSET, timestampMs);
    }
    return true;
  }

  /** The offset of a new record, or of the last one of its kind; undefined for the first one without room. */
  private firstOfItsText(error: unknown, text: string, timestampMs: number): number | undefined {
    const name = errorKind(error);
    const kind = this.kinds.get(name);
    if (kind !== undefined && kind.messageCount >= MAX_MESSAGES_OF_A_KIND) {
      return kind.lastOffset;
    }
    const offset = this.newObservation(text, timestampMs);
    if (offset !== undefined) {
      this.kinds.set(name, { messageCount: (kind?.messageCount ?? 0) + 1, lastOffset: offset });
    } else if (kind === undefined) {
      this.kinds.set(name, { messageCount: 0, lastOffset: FORGOTTEN });
    }
    return offset ?? kind?.lastOffset;
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
