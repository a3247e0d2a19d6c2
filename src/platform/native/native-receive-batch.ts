import { PlatformError, type ReceiveBatch, type SocketAddress } from '../mod.ts';
import { MessageHeaders } from './message-headers.ts';
import { NativeMemory } from './native-memory.ts';
import { MAX_ADDRESS_LENGTH } from './native-socket-address.ts';
import type { SourceCache } from './source-cache.ts';

const MAX_SLOTS = 1024;
const MAX_SLOT_LENGTH = 65_536;

export class NativeReceiveBatch implements ReceiveBatch {
  readonly memory: NativeMemory;
  readonly slots: number;
  readonly slotLength: number;
  readonly lengths: Int32Array;
  readonly headers: MessageHeaders;
  private readonly sources: SourceCache;
  private used: number;

  constructor(slots: number, slotLength: number, sources: SourceCache) {
    checkWithin('slots', slots, MAX_SLOTS);
    checkWithin('slotLength', slotLength, MAX_SLOT_LENGTH);
    this.slots = slots;
    this.slotLength = slotLength;
    this.sources = sources;
    this.lengths = new Int32Array(slots);
    this.memory = new NativeMemory(slots * slotLength);
    this.headers = new MessageHeaders(slots, slots);
    for (let i = 0; i < slots; i++) {
      this.headers.setBuffer(i, this.memory.address + i * slotLength, slotLength);
    }
    this.used = slots;
  }

  source(index: number): SocketAddress {
    return this.sources.get(this.headers.words, this.headers.bytes, this.headers.nameOffset(index));
  }

  /** The system shortens the room for addresses to what it wrote there: gives the messages used last all of it again. */
  prepare(): void {
    for (let i = 0; i < this.used; i++) {
      this.headers.setNameLength(i, MAX_ADDRESS_LENGTH);
    }
    this.used = 0;
  }

  complete(count: number): void {
    this.used = count;
    for (let i = 0; i < count; i++) {
      this.lengths[i] = this.headers.messageLength(i);
    }
  }
}

function checkWithin(name: string, value: number, limit: number): void {
  if (!Number.isInteger(value) || value < 1 || value > limit) {
    throw new PlatformError('EINVAL', 'createReceiveBatch', `${name} must be 1 to ${limit}, not ${value}`);
  }
}
