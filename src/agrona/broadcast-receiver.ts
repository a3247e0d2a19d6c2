import { AeronError } from '../platform/mod.ts';
import { AtomicBuffer } from './atomic-buffer.ts';
import { align } from './bit-util.ts';
import {
  checkCapacity,
  LATEST_COUNTER_OFFSET,
  TAIL_COUNTER_OFFSET,
  TAIL_INTENT_COUNTER_OFFSET,
} from './broadcast-buffer-descriptor.ts';
import type { MessageHandler } from './many-to-one-ring-buffer.ts';
import { acquireFence } from './memory-order.ts';
import { ALIGNMENT, HEADER_LENGTH, PADDING_MSG_TYPE_ID, TYPE_OFFSET } from './record-descriptor.ts';

/**
 * Receives what a `BroadcastTransmitter` sends from now on. A message is read in place and may be overwritten
 * meanwhile, so `validate()` has to be asked after it was used; `CopyBroadcastReceiver` does that for you.
 * Byte-compatible with Agrona's `BroadcastReceiver`. Used by one thread.
 */
export class BroadcastReceiver {
  readonly buffer: AtomicBuffer;
  /** Bytes for records, headers included. */
  readonly capacity: number;
  private readonly tailIntentCounterIndex: number;
  private readonly tailCounterIndex: number;
  private readonly latestCounterIndex: number;
  private cursor: number;
  private nextRecord: number;
  private recordOffset: number;
  private recordLength = HEADER_LENGTH;
  private lapped = 0;

  /** @throws AeronError INVALID_CAPACITY unless the buffer is a power of two plus the trailer. */
  constructor(buffer: AtomicBuffer) {
    this.capacity = checkCapacity(buffer.capacity);
    this.buffer = buffer;
    this.tailIntentCounterIndex = this.capacity + TAIL_INTENT_COUNTER_OFFSET;
    this.tailCounterIndex = this.capacity + TAIL_COUNTER_OFFSET;
    this.latestCounterIndex = this.capacity + LATEST_COUNTER_OFFSET;
    this.cursor = this.nextRecord = buffer.getInt64Volatile(this.latestCounterIndex);
    this.recordOffset = this.cursor & (this.capacity - 1);
  }

  /** How often the transmitter has overtaken this receiver; messages were lost each time. */
  lappedCount(): number {
    return this.lapped;
  }

  /** Type of the current message. */
  typeId(): number {
    return this.buffer.getInt32(this.recordOffset + TYPE_OFFSET);
  }

  /** Where in `buffer` the current message starts. */
  offset(): number {
    return this.recordOffset + HEADER_LENGTH;
  }

  /** Bytes of the current message. */
  length(): number {
    return this.recordLength - HEADER_LENGTH;
  }

  /** Moves to the next message: false when there is none. After being overtaken, the next is the latest. */
  receiveNext(): boolean {
    const buffer = this.buffer;
    const tail = buffer.getInt64Volatile(this.tailCounterIndex);
    let cursor = this.nextRecord;
    if (tail <= cursor) {
      return false;
    }
    while (!this.tryMoveTo(cursor)) {
      this.lapped++;
      cursor = buffer.getInt64Volatile(this.latestCounterIndex);
    }
    return true;
  }

  /** True when the current message had not been overwritten up to now: all that was read of it is good. */
  validate(): boolean {
    acquireFence();
    return this.isIntact(this.cursor);
  }

  /** False when the transmitter was there first, at the latest while the header was read. */
  private tryMoveTo(position: number): boolean {
    if (!this.isIntact(position)) {
      return false;
    }
    const words = this.buffer.i32;
    let cursor = position;
    let offset = cursor & (this.capacity - 1);
    let recordLength = words[offset >> 2]!;
    if (words[(offset + TYPE_OFFSET) >> 2] === PADDING_MSG_TYPE_ID) {
      cursor += this.capacity - offset;
      offset = 0;
      recordLength = words[0]!;
    }
    acquireFence();
    if (!this.isIntact(position)) {
      return false;
    }
    if (recordLength < HEADER_LENGTH || recordLength > this.capacity - offset) {
      throw new AeronError('MALFORMED_RECORD', `broadcast record of impossible length ${recordLength} at ${offset}`);
    }
    this.cursor = cursor;
    this.recordOffset = offset;
    this.recordLength = recordLength;
    this.nextRecord = cursor + align(recordLength, ALIGNMENT);
    return true;
  }

  private isIntact(cursor: number): boolean {
    return cursor + this.capacity > this.buffer.getInt64Volatile(this.tailIntentCounterIndex);
  }
}

const SCRATCH_BUFFER_LENGTH = 4096;

/** Gives each message to a handler as a private copy, and throws as soon as one was missed. */
export class CopyBroadcastReceiver {
  readonly broadcastReceiver: BroadcastReceiver;
  private readonly scratch: AtomicBuffer;

  /** `scratchLength` is the longest message that can be received, in bytes. */
  constructor(receiver: BroadcastReceiver, scratchLength: number = SCRATCH_BUFFER_LENGTH) {
    this.broadcastReceiver = receiver;
    this.scratch = AtomicBuffer.allocate(scratchLength);
  }

  /**
   * Gives at most one message to the handler and returns how many that was.
   * @throws AeronError BROADCAST_LAPPED when messages were missed: the next call goes on after the latest;
   *   MESSAGE_TOO_LONG when the message does not fit the scratch buffer.
   */
  receive(handler: MessageHandler): number {
    const receiver = this.broadcastReceiver;
    const lappedBefore = receiver.lappedCount();
    if (!receiver.receiveNext()) {
      return 0;
    }
    if (receiver.lappedCount() !== lappedBefore) {
      throw lapped();
    }
    const length = receiver.length();
    if (length > this.scratch.capacity) {
      throw new AeronError(
        'MESSAGE_TOO_LONG',
        `broadcast message of ${length} bytes does not fit the scratch buffer of ${this.scratch.capacity}`,
      );
    }
    const msgTypeId = receiver.typeId();
    this.scratch.putBytes(0, receiver.buffer, receiver.offset(), length);
    if (!receiver.validate()) {
      throw lapped();
    }
    handler(msgTypeId, this.scratch, 0, length);
    return 1;
  }
}

function lapped(): AeronError {
  return new AeronError(
    'BROADCAST_LAPPED',
    'unable to keep up with broadcast: messages were overwritten before they were read; poll more often',
  );
}
