import { AeronError } from '../platform/mod.ts';
import type { AtomicBuffer } from './atomic-buffer.ts';
import { align } from './bit-util.ts';
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
import {
  CONSUMER_HEARTBEAT_OFFSET,
  CORRELATION_COUNTER_OFFSET,
  checkCapacity,
  HEAD_CACHE_POSITION_OFFSET,
  HEAD_POSITION_OFFSET,
  TAIL_POSITION_OFFSET,
} from './ring-buffer-descriptor.ts';

/** A message is `length` bytes of `buffer` from `index`, valid until the handler returns. */
export type MessageHandler = (msgTypeId: number, buffer: AtomicBuffer, index: number, length: number) => void;

/** What `controlledRead` does after a message. */
export const ControlledMessageAction = {
  /** Stop, and give the message again to the next read. */
  ABORT: 0,
  /** Stop after this message. */
  BREAK: 1,
  /** Hand the space of all messages so far back to producers, and go on. */
  COMMIT: 2,
  CONTINUE: 3,
} as const;
export type ControlledMessageAction = (typeof ControlledMessageAction)[keyof typeof ControlledMessageAction];

export type ControlledMessageHandler = (
  msgTypeId: number,
  buffer: AtomicBuffer,
  index: number,
  length: number,
) => ControlledMessageAction;

/** What `tryClaim` returns when there is no room. */
export const INSUFFICIENT_CAPACITY = -2;

const MIN_CAPACITY = HEADER_LENGTH;

/**
 * Messages of many producers - threads or processes - to one consumer, in shared memory and without a lock.
 * This is how clients send commands to a driver. Byte-compatible with Agrona's `ManyToOneRingBuffer`.
 *
 *     ┌────────────────────────────── capacity ───────────────────────────────┬─────────┐
 *     │ free (zeroed) │ head → record │ record │ record being written → tail │ free     │ trailer │
 *     └───────────────────────────────────────────────────────────────────────┴─────────┘
 *
 * A producer claims space by moving the tail with a compare-and-set, writes its record with a negative length,
 * and publishes it by storing the length positive. The consumer zeroes what it has read before it moves the
 * head, so that a length of 0 always means "not claimed, or not begun".
 *
 * Producers call `write`, `tryClaim`, `commit`, `abort`, `nextCorrelationId`; one consumer calls `read`,
 * `controlledRead`, `unblock` and sets the heartbeat; everybody may look at positions.
 */
export class ManyToOneRingBuffer {
  readonly buffer: AtomicBuffer;
  /** Bytes for records, headers included. */
  readonly capacity: number;
  /** The longest message `write` and `tryClaim` take: an eighth of the capacity. */
  readonly maxMsgLength: number;
  private readonly tailPositionIndex: number;
  private readonly headCachePositionIndex: number;
  private readonly headPositionIndex: number;
  private readonly correlationIdCounterIndex: number;
  private readonly consumerHeartbeatIndex: number;

  /** @throws AeronError INVALID_CAPACITY unless the buffer is a power of two plus the trailer. */
  constructor(buffer: AtomicBuffer) {
    const capacity = checkCapacity(buffer.capacity, MIN_CAPACITY);
    this.buffer = buffer;
    this.capacity = capacity;
    this.maxMsgLength = capacity === MIN_CAPACITY ? 0 : Math.max(HEADER_LENGTH, capacity >> 3);
    this.tailPositionIndex = capacity + TAIL_POSITION_OFFSET;
    this.headCachePositionIndex = capacity + HEAD_CACHE_POSITION_OFFSET;
    this.headPositionIndex = capacity + HEAD_POSITION_OFFSET;
    this.correlationIdCounterIndex = capacity + CORRELATION_COUNTER_OFFSET;
    this.consumerHeartbeatIndex = capacity + CONSUMER_HEARTBEAT_OFFSET;
  }

  /**
   * Copies a message in. False when there is no room for it now: try again once the consumer has read.
   * @throws AeronError INVALID_MESSAGE_TYPE, MESSAGE_TOO_LONG, OUT_OF_BOUNDS
   */
  write(msgTypeId: number, source: AtomicBuffer | Uint8Array, offset: number, length: number): boolean {
    checkSource(source, offset, length);
    const index = this.tryClaim(msgTypeId, length);
    if (index === INSUFFICIENT_CAPACITY) {
      return false;
    }
    const buffer = this.buffer;
    buffer.putBytes(index, source, offset, length);
    buffer.putInt32Release(index - HEADER_LENGTH, length + HEADER_LENGTH);
    return true;
  }

  /**
   * Claims space for a message to be written in place: the index of its first byte in `buffer`, or
   * `INSUFFICIENT_CAPACITY`. It has to be followed by `commit` or `abort`; until then the consumer waits.
   * @throws AeronError INVALID_MESSAGE_TYPE, MESSAGE_TOO_LONG
   */
  tryClaim(msgTypeId: number, length: number): number {
    checkTypeId(msgTypeId);
    checkMessageLength(length, this.maxMsgLength);
    const recordLength = length + HEADER_LENGTH;
    const recordIndex = this.claimCapacity(align(recordLength, ALIGNMENT));
    if (recordIndex === INSUFFICIENT_CAPACITY) {
      return INSUFFICIENT_CAPACITY;
    }
    const buffer = this.buffer;
    buffer.putInt32Release(recordIndex, -recordLength);
    releaseFence();
    buffer.i32[(recordIndex + TYPE_OFFSET) >> 2] = msgTypeId;
    return recordIndex + HEADER_LENGTH;
  }

  /** Publishes the message claimed at `index`. @throws AeronError NOT_CLAIMED, OUT_OF_BOUNDS */
  commit(index: number): void {
    const recordIndex = this.recordIndexOf(index);
    this.buffer.putInt32Release(recordIndex, this.claimedLength(recordIndex));
  }

  /** Gives up the message claimed at `index`: the consumer skips it. @throws AeronError NOT_CLAIMED, OUT_OF_BOUNDS */
  abort(index: number): void {
    const recordIndex = this.recordIndexOf(index);
    const recordLength = this.claimedLength(recordIndex);
    this.buffer.putInt32(recordIndex + TYPE_OFFSET, PADDING_MSG_TYPE_ID);
    this.buffer.putInt32Release(recordIndex, recordLength);
  }

  /**
   * Gives up to `limit` messages to the handler and returns how many. What the handler throws ends the read
   * and passes through; that message counts as read.
   * @throws AeronError MALFORMED_RECORD when a producer left a record of an impossible length; everything up
   *   to the end of the buffer is skipped with it.
   */
  read(handler: MessageHandler, limit: number = Number.MAX_SAFE_INTEGER): number {
    const buffer = this.buffer;
    const head = buffer.getInt64Volatile(this.headPositionIndex);
    const headIndex = this.indexOf(head);
    const blockLength = this.capacity - headIndex;
    let messagesRead = 0;
    let bytesRead = 0;
    try {
      while (bytesRead < blockLength && messagesRead < limit) {
        const recordIndex = headIndex + bytesRead;
        const recordLength = Atomics.load(buffer.i32, recordIndex >> 2);
        if (recordLength <= 0) {
          break;
        }
        if (recordLength < HEADER_LENGTH || recordLength > blockLength - bytesRead) {
          bytesRead = blockLength;
          throw malformedRecord(recordLength, recordIndex);
        }
        bytesRead += align(recordLength, ALIGNMENT);
        const msgTypeId = buffer.i32[(recordIndex + TYPE_OFFSET) >> 2]!;
        if (msgTypeId === PADDING_MSG_TYPE_ID) {
          continue;
        }
        messagesRead++;
        handler(msgTypeId, buffer, recordIndex + HEADER_LENGTH, recordLength - HEADER_LENGTH);
      }
    } finally {
      if (bytesRead > 0) {
        this.release(head, headIndex, bytesRead);
      }
    }
    return messagesRead;
  }

  /** `read` with a say after each message; see `ControlledMessageAction`. */
  controlledRead(handler: ControlledMessageHandler, limit: number = Number.MAX_SAFE_INTEGER): number {
    const buffer = this.buffer;
    let head = buffer.getInt64Volatile(this.headPositionIndex);
    let headIndex = this.indexOf(head);
    const blockLength = this.capacity - headIndex;
    const blockStart = headIndex;
    let messagesRead = 0;
    let bytesRead = 0;
    try {
      while (headIndex - blockStart + bytesRead < blockLength && messagesRead < limit) {
        const recordIndex = headIndex + bytesRead;
        const recordLength = Atomics.load(buffer.i32, recordIndex >> 2);
        if (recordLength <= 0) {
          break;
        }
        if (recordLength < HEADER_LENGTH || recordLength > this.capacity - recordIndex) {
          bytesRead = this.capacity - headIndex;
          throw malformedRecord(recordLength, recordIndex);
        }
        const alignedLength = align(recordLength, ALIGNMENT);
        bytesRead += alignedLength;
        const msgTypeId = buffer.i32[(recordIndex + TYPE_OFFSET) >> 2]!;
        if (msgTypeId === PADDING_MSG_TYPE_ID) {
          continue;
        }
        const action = handler(msgTypeId, buffer, recordIndex + HEADER_LENGTH, recordLength - HEADER_LENGTH);
        if (action === ControlledMessageAction.ABORT) {
          bytesRead -= alignedLength;
          break;
        }
        messagesRead++;
        if (action === ControlledMessageAction.BREAK) {
          break;
        }
        if (action === ControlledMessageAction.COMMIT) {
          this.release(head, headIndex, bytesRead);
          headIndex += bytesRead;
          head += bytesRead;
          bytesRead = 0;
        }
      }
    } finally {
      if (bytesRead > 0) {
        this.release(head, headIndex, bytesRead);
      }
    }
    return messagesRead;
  }

  /** A number that no other caller of this ring buffer gets: 0, 1, 2, ... */
  nextCorrelationId(): number {
    return this.buffer.getAndAddInt64(this.correlationIdCounterIndex, 1);
  }

  /** Epoch milliseconds of the consumer's last sign of life; 0 before the first. */
  consumerHeartbeatTime(): number {
    return this.buffer.getInt64Volatile(this.consumerHeartbeatIndex);
  }

  /** The consumer's sign of life. */
  setConsumerHeartbeatTime(epochMs: number): void {
    this.buffer.putInt64Release(this.consumerHeartbeatIndex, epochMs);
  }

  /** Bytes that producers have claimed since the buffer was made. */
  producerPosition(): number {
    return this.buffer.getInt64Volatile(this.tailPositionIndex);
  }

  /** Bytes that the consumer has read since the buffer was made. */
  consumerPosition(): number {
    return this.buffer.getInt64Volatile(this.headPositionIndex);
  }

  /** Bytes claimed and not yet read. */
  size(): number {
    let headBefore: number;
    let tail: number;
    let headAfter = this.consumerPosition();
    do {
      headBefore = headAfter;
      tail = this.producerPosition();
      headAfter = this.consumerPosition();
    } while (headAfter !== headBefore);
    return Math.min(Math.max(tail - headAfter, 0), this.capacity);
  }

  /**
   * For the consumer, when the head has not moved for longer than any producer takes to write: turns the
   * record of a producer that died half-way into padding. True when something was unblocked.
   */
  unblock(): boolean {
    const buffer = this.buffer;
    const headPosition = this.consumerPosition();
    const tailPosition = this.producerPosition();
    if (headPosition === tailPosition) {
      return false;
    }
    const consumerIndex = this.indexOf(headPosition);
    const producerIndex = this.indexOf(tailPosition);
    const length = buffer.getInt32Volatile(consumerIndex);
    if (length < 0) {
      buffer.putInt32(consumerIndex + TYPE_OFFSET, PADDING_MSG_TYPE_ID);
      buffer.putInt32Release(consumerIndex, -length);
      return true;
    }
    if (length > 0) {
      return false;
    }
    // Claimed, not begun: pad up to the next record that was. Looking once more from there back to the head
    // makes sure that no slow producer came to life in between.
    const limit = producerIndex > consumerIndex ? producerIndex : this.capacity;
    let index = consumerIndex + ALIGNMENT;
    while (index < limit && buffer.getInt32Volatile(index) === 0) {
      index += ALIGNMENT;
    }
    if (index >= limit || !this.isZeroedBetween(consumerIndex, index)) {
      return false;
    }
    buffer.putInt32(consumerIndex + TYPE_OFFSET, PADDING_MSG_TYPE_ID);
    buffer.putInt32Release(consumerIndex, index - consumerIndex);
    return true;
  }

  private isZeroedBetween(from: number, to: number): boolean {
    for (let index = to - ALIGNMENT; index >= from; index -= ALIGNMENT) {
      if (this.buffer.getInt32Volatile(index) !== 0) {
        return false;
      }
    }
    return true;
  }

  /** Zeroes what was read and lets producers have it. */
  private release(head: number, headIndex: number, bytesRead: number): void {
    this.buffer.u8.fill(0, headIndex, headIndex + bytesRead);
    this.buffer.putInt64Release(this.headPositionIndex, head + bytesRead);
  }

  /** The index of a record of `required` bytes (aligned), or INSUFFICIENT_CAPACITY. */
  private claimCapacity(required: number): number {
    const buffer = this.buffer;
    const capacity = this.capacity;
    let head = buffer.getInt64Volatile(this.headCachePositionIndex);
    for (;;) {
      const tail = buffer.getInt64Volatile(this.tailPositionIndex);
      if (required > capacity - (tail - head)) {
        head = buffer.getInt64Volatile(this.headPositionIndex);
        if (required > capacity - (tail - head)) {
          return INSUFFICIENT_CAPACITY;
        }
        buffer.putInt64Release(this.headCachePositionIndex, head);
      }

      let newTail = tail + required;
      let padding = 0;
      const tailIndex = this.indexOf(tail);
      let writeIndex = tailIndex;
      const toBufferEnd = capacity - tailIndex;
      if (required > toBufferEnd) {
        writeIndex = 0;
        if (required > this.indexOf(head)) {
          head = buffer.getInt64Volatile(this.headPositionIndex);
          if (required > this.indexOf(head)) {
            // Not enough room at the start either: only the padding is claimed.
            writeIndex = INSUFFICIENT_CAPACITY;
            newTail = tail;
          }
          buffer.putInt64Release(this.headCachePositionIndex, head);
        }
        padding = toBufferEnd;
        newTail += padding;
      }

      if (buffer.compareAndSetInt64(this.tailPositionIndex, tail, newTail)) {
        if (padding > 0) {
          this.writePadding(tailIndex, padding);
        }
        return writeIndex;
      }
    }
  }

  private writePadding(index: number, length: number): void {
    const buffer = this.buffer;
    buffer.putInt32Release(index, -length);
    releaseFence();
    buffer.i32[(index + TYPE_OFFSET) >> 2] = PADDING_MSG_TYPE_ID;
    buffer.putInt32Release(index, length);
  }

  /** Where in the buffer a position is. */
  private indexOf(position: number): number {
    return position & (this.capacity - 1);
  }

  private recordIndexOf(index: number): number {
    const recordIndex = index - HEADER_LENGTH;
    if (recordIndex < 0 || recordIndex > this.capacity - HEADER_LENGTH || (recordIndex & (ALIGNMENT - 1)) !== 0) {
      throw new AeronError('OUT_OF_BOUNDS', `${index} is not an index that tryClaim returned`);
    }
    return recordIndex;
  }

  private claimedLength(recordIndex: number): number {
    const recordLength = this.buffer.getInt32(recordIndex);
    if (recordLength >= 0) {
      throw new AeronError(
        'NOT_CLAIMED',
        `the message at ${recordIndex + HEADER_LENGTH} was committed or aborted before`,
      );
    }
    return -recordLength;
  }
}

function malformedRecord(recordLength: number, recordIndex: number): AeronError {
  return new AeronError(
    'MALFORMED_RECORD',
    `ring buffer record of impossible length ${recordLength} at ${recordIndex}; the rest of the buffer is skipped`,
  );
}
