import { AeronError } from '../platform/mod.ts';
import { AtomicBuffer } from './atomic-buffer.ts';
import {
  COUNTER_LENGTH,
  counterOffset,
  FREE_FOR_REUSE_DEADLINE_OFFSET,
  KEY_OFFSET,
  LABEL_OFFSET,
  MAX_KEY_LENGTH,
  MAX_LABEL_LENGTH,
  METADATA_LENGTH,
  metaDataOffset,
  NULL_COUNTER_ID,
  OWNER_ID_OFFSET,
  RECORD_ALLOCATED,
  RECORD_UNUSED,
  REFERENCE_ID_OFFSET,
  REGISTRATION_ID_OFFSET,
  TYPE_ID_OFFSET,
} from './counters-descriptor.ts';

/**
 * Looks at the counters that somebody else, often another process, allocates. Any thread may use one.
 * Values are longs: those that do not fit a number throw UNSAFE_INTEGER, except where a `bigint` is returned.
 */
export class CountersReader {
  readonly metaDataBuffer: AtomicBuffer;
  readonly valuesBuffer: AtomicBuffer;
  /** The greatest counter id for which both buffers have room; -1 when there is room for none. */
  readonly maxCounterId: number;

  constructor(metaDataBuffer: AtomicBuffer, valuesBuffer: AtomicBuffer) {
    this.metaDataBuffer = metaDataBuffer;
    this.valuesBuffer = valuesBuffer;
    this.maxCounterId =
      Math.min(
        Math.floor(valuesBuffer.capacity / COUNTER_LENGTH),
        Math.floor(metaDataBuffer.capacity / METADATA_LENGTH),
      ) - 1;
  }

  /** Every allocated counter with its value. */
  forEach(consumer: (value: bigint, counterId: number, label: string) => void): void {
    this.forEachAllocated((counterId) => {
      consumer(this.getCounterValueBigInt(counterId), counterId, this.getCounterLabel(counterId));
    });
  }

  /** Every allocated counter with its metadata; the key as for `keyBuffer`. */
  forEachMetaData(consumer: (counterId: number, typeId: number, keyBuffer: AtomicBuffer, label: string) => void): void {
    this.forEachAllocated((counterId) => {
      const key = this.keyBuffer(counterId);
      consumer(counterId, this.getCounterTypeId(counterId), key, this.getCounterLabel(counterId));
    });
  }

  /** The first allocated counter with this registration id, or NULL_COUNTER_ID. */
  findByRegistrationId(registrationId: number | bigint): number {
    const wanted = BigInt(registrationId);
    return this.findAllocated((counterId) => this.registrationIdIs(counterId, wanted));
  }

  /** The first allocated counter with this type and registration id, or NULL_COUNTER_ID. */
  findByTypeIdAndRegistrationId(typeId: number, registrationId: number | bigint): number {
    const wanted = BigInt(registrationId);
    return this.findAllocated(
      (counterId) => this.getCounterTypeId(counterId) === typeId && this.registrationIdIs(counterId, wanted),
    );
  }

  /** The first allocated counter for which `matches` says yes, or NULL_COUNTER_ID. */
  findAllocated(matches: (counterId: number) => boolean): number {
    for (let counterId = 0; counterId <= this.maxCounterId; counterId++) {
      const state = this.metaDataBuffer.getInt32Volatile(metaDataOffset(counterId));
      if (state === RECORD_UNUSED) {
        break;
      }
      if (state === RECORD_ALLOCATED && matches(counterId)) {
        return counterId;
      }
    }
    return NULL_COUNTER_ID;
  }

  /** @throws AeronError UNKNOWN_COUNTER, UNSAFE_INTEGER */
  getCounterValue(counterId: number): number {
    this.validateCounterId(counterId);
    return this.valuesBuffer.getInt64Volatile(counterOffset(counterId));
  }

  getCounterValueBigInt(counterId: number): bigint {
    this.validateCounterId(counterId);
    return this.valuesBuffer.getBigInt64Volatile(counterOffset(counterId));
  }

  /** @throws AeronError UNKNOWN_COUNTER, UNSAFE_INTEGER (a static counter's is chosen by a client) */
  getCounterRegistrationId(counterId: number): number {
    this.validateCounterId(counterId);
    return this.valuesBuffer.getInt64Volatile(counterOffset(counterId) + REGISTRATION_ID_OFFSET);
  }

  getCounterRegistrationIdBigInt(counterId: number): bigint {
    this.validateCounterId(counterId);
    return this.valuesBuffer.getBigInt64Volatile(counterOffset(counterId) + REGISTRATION_ID_OFFSET);
  }

  /** Usually the id of the client that has the counter. */
  getCounterOwnerId(counterId: number): number {
    this.validateCounterId(counterId);
    return this.valuesBuffer.getInt64Volatile(counterOffset(counterId) + OWNER_ID_OFFSET);
  }

  /** Usually the registration id of what the counter is about. */
  getCounterReferenceId(counterId: number): number {
    this.validateCounterId(counterId);
    return this.valuesBuffer.getInt64Volatile(counterOffset(counterId) + REFERENCE_ID_OFFSET);
  }

  /** RECORD_UNUSED, RECORD_ALLOCATED or RECORD_RECLAIMED. */
  getCounterState(counterId: number): number {
    this.validateCounterId(counterId);
    return this.metaDataBuffer.getInt32Volatile(metaDataOffset(counterId));
  }

  getCounterTypeId(counterId: number): number {
    this.validateCounterId(counterId);
    return this.metaDataBuffer.getInt32(metaDataOffset(counterId) + TYPE_ID_OFFSET);
  }

  /** Epoch ms from which a freed id may be used again; NOT_FREE_TO_REUSE while it is in use. */
  getFreeForReuseDeadline(counterId: number): bigint {
    this.validateCounterId(counterId);
    return this.metaDataBuffer.getBigInt64(metaDataOffset(counterId) + FREE_FOR_REUSE_DEADLINE_OFFSET);
  }

  getCounterLabel(counterId: number): string {
    this.validateCounterId(counterId);
    const offset = metaDataOffset(counterId) + LABEL_OFFSET;
    const length = this.metaDataBuffer.getInt32Volatile(offset);
    return this.metaDataBuffer.getStringWithoutLength(offset + 4, Math.min(Math.max(length, 0), MAX_LABEL_LENGTH));
  }

  /** A copy of a counter's key: it may be kept longer than the memory that the counter is in. */
  keyBuffer(counterId: number): AtomicBuffer {
    this.validateCounterId(counterId);
    const key = AtomicBuffer.allocate(MAX_KEY_LENGTH);
    key.putBytes(0, this.metaDataBuffer, metaDataOffset(counterId) + KEY_OFFSET, MAX_KEY_LENGTH);
    return key;
  }

  protected validateCounterId(counterId: number): void {
    if (!(counterId >= 0 && counterId <= this.maxCounterId)) {
      throw new AeronError('UNKNOWN_COUNTER', `counter id ${counterId} is not within 0 to ${this.maxCounterId}`);
    }
  }

  private registrationIdIs(counterId: number, wanted: bigint): boolean {
    return this.valuesBuffer.getBigInt64Volatile(counterOffset(counterId) + REGISTRATION_ID_OFFSET) === wanted;
  }

  private forEachAllocated(consumer: (counterId: number) => void): void {
    this.findAllocated((counterId) => {
      consumer(counterId);
      return false;
    });
  }
}
