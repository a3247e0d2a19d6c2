import type { AtomicBuffer } from './atomic-buffer.ts';
import { align } from './bit-util.ts';
import {
  calculateMaxMessageLength,
  checkCapacity,
  LATEST_COUNTER_OFFSET,
  TAIL_COUNTER_OFFSET,
  TAIL_INTENT_COUNTER_OFFSET,
} from './broadcast-buffer-descriptor.ts';
import { releaseFence } from './memory-order.ts';
import {
  ALIGNMENT,
  checkMessageLength,
  checkSource,
  checkTypeId,
  HEADER_LENGTH,
  PADDING_MSG_TYPE_ID,
  TYPE_OFFSET,
} from './record-descriptor.ts';

/**
 * Sends messages to any number of receivers over shared memory without knowing or waiting for them: a
 * receiver that is too slow is overtaken, and notices. This is how a driver answers its clients.
 * Byte-compatible with Agrona's `BroadcastTransmitter`. One transmitter a buffer, used by one thread.
 */
export class BroadcastTransmitter {
  /** Bytes for records, headers included. */
  readonly capacity: number;
  /** The longest message: an eighth of the capacity. */
  readonly maxMsgLength: number;
  private readonly buffer: AtomicBuffer;
  private readonly tailIntentCounterIndex: number;
  private readonly tailCounterIndex: number;
  private readonly latestCounterIndex: number;

  /** @throws AeronError INVALID_CAPACITY unless the buffer is a power of two plus the trailer. */
  constructor(buffer: AtomicBuffer) {
    this.capacity = checkCapacity(buffer.capacity);
    this.maxMsgLength = calculateMaxMessageLength(this.capacity);
    this.buffer = buffer;
    this.tailIntentCounterIndex = this.capacity + TAIL_INTENT_COUNTER_OFFSET;
    this.tailCounterIndex = this.capacity + TAIL_COUNTER_OFFSET;
    this.latestCounterIndex = this.capacity + LATEST_COUNTER_OFFSET;
  }

  /** @throws AeronError INVALID_MESSAGE_TYPE, MESSAGE_TOO_LONG, OUT_OF_BOUNDS */
  transmit(msgTypeId: number, source: AtomicBuffer | Uint8Array, offset: number, length: number): void {
    checkTypeId(msgTypeId);
    checkMessageLength(length, this.maxMsgLength);
    checkSource(source, offset, length);
    const buffer = this.buffer;
    const recordLength = HEADER_LENGTH + length;
    const alignedLength = align(recordLength, ALIGNMENT);
    let tail = buffer.getInt64(this.tailCounterIndex);
    let recordOffset = tail & (this.capacity - 1);
    const toBufferEnd = this.capacity - recordOffset;
    if (toBufferEnd < alignedLength) {
      this.signalTailIntent(tail + toBufferEnd + alignedLength);
      this.putHeader(recordOffset, toBufferEnd, PADDING_MSG_TYPE_ID);
      tail += toBufferEnd;
      recordOffset = 0;
    } else {
      this.signalTailIntent(tail + alignedLength);
    }

    this.putHeader(recordOffset, recordLength, msgTypeId);
    buffer.putBytes(recordOffset + HEADER_LENGTH, source, offset, length);
    buffer.putInt64Release(this.latestCounterIndex, tail);
    buffer.putInt64Release(this.tailCounterIndex, tail + alignedLength);
  }

  private putHeader(recordOffset: number, length: number, msgTypeId: number): void {
    const words = this.buffer.i32;
    words[recordOffset >> 2] = length;
    words[(recordOffset + TYPE_OFFSET) >> 2] = msgTypeId;
  }

  /** Receivers must see the intent before any byte of what it covers changes. */
  private signalTailIntent(newTail: number): void {
    this.buffer.putInt64Release(this.tailIntentCounterIndex, newTail);
    releaseFence();
  }
}
