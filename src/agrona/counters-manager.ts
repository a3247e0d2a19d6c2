import { AeronError } from '../platform/mod.ts';
import type { AtomicBuffer } from './atomic-buffer.ts';
import { AtomicCounter } from './atomic-counter.ts';
import type { EpochClock } from './clocks.ts';
import {
  COUNTER_LENGTH,
  counterOffset,
  DEFAULT_OWNER_ID,
  DEFAULT_REFERENCE_ID,
  DEFAULT_REGISTRATION_ID,
  DEFAULT_TYPE_ID,
  FREE_FOR_REUSE_DEADLINE_OFFSET,
  KEY_OFFSET,
  LABEL_OFFSET,
  MAX_KEY_LENGTH,
  MAX_LABEL_LENGTH,
  METADATA_LENGTH,
  metaDataOffset,
  NOT_FREE_TO_REUSE,
  OWNER_ID_OFFSET,
  RECORD_ALLOCATED,
  RECORD_RECLAIMED,
  REFERENCE_ID_OFFSET,
  REGISTRATION_ID_OFFSET,
  TYPE_ID_OFFSET,
} from './counters-descriptor.ts';
import { CountersReader } from './counters-reader.ts';

/** A counter's key: its bytes, or a function that writes them into the zeroed key of 112 bytes. */
export type CounterKey = Uint8Array | ((keyBuffer: AtomicBuffer) => void);

const utf8Encoder = new TextEncoder();

/**
 * Allocates, labels and frees counters in memory shared with readers. Byte-compatible with Agrona's
 * `CountersManager`. One manager a pair of buffers, used by one thread.
 *
 * A freed id is not used again before `freeToReuseTimeoutMs`, so that readers in other processes have time to
 * see that it went.
 */
export class CountersManager extends CountersReader {
  private readonly clock: EpochClock;
  private readonly freeToReuseTimeoutMs: number;
  private readonly freeList: number[] = [];
  private highWaterMarkId = -1;

  /** @throws AeronError INVALID_CAPACITY when the metadata buffer is too small for the values buffer. */
  constructor(
    metaDataBuffer: AtomicBuffer,
    valuesBuffer: AtomicBuffer,
    clock: EpochClock,
    freeToReuseTimeoutMs: number = 0,
  ) {
    super(metaDataBuffer, valuesBuffer);
    this.clock = clock;
    this.freeToReuseTimeoutMs = freeToReuseTimeoutMs;
    const metaDataNeeded = valuesBuffer.capacity * (METADATA_LENGTH / COUNTER_LENGTH);
    if (metaDataBuffer.capacity < metaDataNeeded) {
      throw new AeronError(
        'INVALID_CAPACITY',
        `${valuesBuffer.capacity} bytes of counter values need ${metaDataNeeded} bytes of metadata, ` +
          `not ${metaDataBuffer.capacity}`,
      );
    }
  }

  /** Counters that could be allocated now. */
  available(): number {
    const nowMs = BigInt(this.clock.epochTimeMs());
    const reusable = this.freeList.filter((counterId) => nowMs >= this.getFreeForReuseDeadline(counterId)).length;
    return this.maxCounterId - this.highWaterMarkId + reusable;
  }

  /**
   * The id of a new counter, of value, registration, owner and reference id 0. Labels beyond 380 bytes of
   * UTF-8 and keys beyond 112 bytes are cut.
   * @throws AeronError COUNTERS_EXHAUSTED
   */
  allocate(label: string, typeId: number = DEFAULT_TYPE_ID, key?: CounterKey): number {
    const counterId = this.nextCounterId();
    const offset = metaDataOffset(counterId);
    try {
      this.metaDataBuffer.putInt32(offset + TYPE_ID_OFFSET, typeId);
      if (key !== undefined) {
        this.putKey(counterId, key);
      }
      this.metaDataBuffer.putBigInt64(offset + FREE_FOR_REUSE_DEADLINE_OFFSET, NOT_FREE_TO_REUSE);
      this.putLabel(counterId, 0, label);
      this.metaDataBuffer.putInt32Release(offset, RECORD_ALLOCATED);
    } catch (error) {
      this.reclaim(counterId, 0);
      throw error;
    }
    return counterId;
  }

  /** `allocate`, and a handle to the counter that frees it when closed. */
  newCounter(label: string, typeId: number = DEFAULT_TYPE_ID, key?: CounterKey): AtomicCounter {
    return new AtomicCounter(this.valuesBuffer, this.allocate(label, typeId, key), this);
  }

  /** @throws AeronError UNKNOWN_COUNTER when the id is not of an allocated counter. */
  free(counterId: number): void {
    if (this.getCounterState(counterId) !== RECORD_ALLOCATED) {
      throw new AeronError('UNKNOWN_COUNTER', `counter ${counterId} is not allocated`);
    }
    this.reclaim(counterId, this.freeToReuseTimeoutMs);
  }

  setCounterValue(counterId: number, value: number): void {
    this.validateCounterId(counterId);
    this.valuesBuffer.putInt64Release(counterOffset(counterId), value);
  }

  setCounterRegistrationId(counterId: number, registrationId: number | bigint): void {
    this.validateCounterId(counterId);
    this.valuesBuffer.putBigInt64Release(counterOffset(counterId) + REGISTRATION_ID_OFFSET, BigInt(registrationId));
  }

  setCounterOwnerId(counterId: number, ownerId: number): void {
    this.validateCounterId(counterId);
    this.valuesBuffer.putInt64Release(counterOffset(counterId) + OWNER_ID_OFFSET, ownerId);
  }

  setCounterReferenceId(counterId: number, referenceId: number): void {
    this.validateCounterId(counterId);
    this.valuesBuffer.putInt64Release(counterOffset(counterId) + REFERENCE_ID_OFFSET, referenceId);
  }

  setCounterLabel(counterId: number, label: string): void {
    this.validateCounterId(counterId);
    this.putLabel(counterId, 0, label);
  }

  setCounterKey(counterId: number, key: CounterKey): void {
    this.validateCounterId(counterId);
    this.putKey(counterId, key);
  }

  /** What does not fit 380 bytes any more is cut. */
  appendToLabel(counterId: number, suffix: string): void {
    this.validateCounterId(counterId);
    const length = this.metaDataBuffer.getInt32Volatile(metaDataOffset(counterId) + LABEL_OFFSET);
    this.putLabel(counterId, length, suffix);
  }

  private nextCounterId(): number {
    const reused = this.takeReusableId();
    if (reused !== NULL_INDEX) {
      return reused;
    }
    if (this.highWaterMarkId >= this.maxCounterId) {
      throw new AeronError(
        'COUNTERS_EXHAUSTED',
        `all ${this.maxCounterId + 1} counters are in use, or freed less than ${this.freeToReuseTimeoutMs} ms ago; ` +
          'raise aeron.counters.buffer.length (AERON_COUNTERS_BUFFER_LENGTH) or ' +
          'lower aeron.counters.free.to.reuse.timeout (AERON_COUNTERS_FREE_TO_REUSE_TIMEOUT)',
      );
    }
    return ++this.highWaterMarkId;
  }

  private takeReusableId(): number {
    if (this.freeList.length === 0) {
      return NULL_INDEX;
    }
    const nowMs = BigInt(this.clock.epochTimeMs());
    const index = this.freeList.findIndex((counterId) => nowMs >= this.getFreeForReuseDeadline(counterId));
    if (index < 0) {
      return NULL_INDEX;
    }
    const counterId = this.freeList[index]!;
    this.freeList.splice(index, 1);
    const offset = counterOffset(counterId);
    this.valuesBuffer.putInt64Release(offset + REGISTRATION_ID_OFFSET, DEFAULT_REGISTRATION_ID);
    this.valuesBuffer.putInt64Release(offset + OWNER_ID_OFFSET, DEFAULT_OWNER_ID);
    this.valuesBuffer.putInt64Release(offset + REFERENCE_ID_OFFSET, DEFAULT_REFERENCE_ID);
    this.valuesBuffer.putInt64Release(offset, 0);
    return counterId;
  }

  private reclaim(counterId: number, reuseTimeoutMs: number): void {
    const offset = metaDataOffset(counterId);
    this.metaDataBuffer.putInt32Release(offset, RECORD_RECLAIMED);
    this.metaDataBuffer.setMemory(offset + KEY_OFFSET, MAX_KEY_LENGTH, 0);
    this.metaDataBuffer.putInt64(offset + FREE_FOR_REUSE_DEADLINE_OFFSET, this.clock.epochTimeMs() + reuseTimeoutMs);
    this.freeList.push(counterId);
  }

  private putKey(counterId: number, key: CounterKey): void {
    if (typeof key === 'function') {
      key(this.metaDataBuffer.slice(metaDataOffset(counterId) + KEY_OFFSET, MAX_KEY_LENGTH));
      return;
    }
    const length = Math.min(key.length, MAX_KEY_LENGTH);
    this.metaDataBuffer.putBytes(metaDataOffset(counterId) + KEY_OFFSET, key, 0, length);
  }

  /** Writes `text` behind the first `keep` bytes of the label, as much of it as fits. */
  private putLabel(counterId: number, keep: number, text: string): void {
    const offset = metaDataOffset(counterId) + LABEL_OFFSET;
    const start = offset + 4 + keep;
    const room = this.metaDataBuffer.u8.subarray(start, offset + 4 + MAX_LABEL_LENGTH);
    const { written } = utf8Encoder.encodeInto(text, room);
    this.metaDataBuffer.putInt32Release(offset, keep + written);
  }
}

const NULL_INDEX = -1;
