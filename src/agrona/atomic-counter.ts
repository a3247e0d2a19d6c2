import type { AtomicBuffer } from './atomic-buffer.ts';
import { counterOffset } from './counters-descriptor.ts';
import type { CountersManager } from './counters-manager.ts';

/**
 * One counter, as an owner or an observer uses it: a long in shared memory. It also stands for what upstream
 * calls a position. Values are safe integers, negative ones included; reading one that is not throws
 * UNSAFE_INTEGER.
 *
 * Methods without a suffix are atomic between threads and processes. Those with `Release` are cheaper and for
 * a counter that only one thread writes. After the memory was released every access throws OUT_OF_BOUNDS.
 */
export class AtomicCounter {
  readonly id: number;
  private readonly buffer: AtomicBuffer;
  private readonly offset: number;
  private countersManager: CountersManager | undefined;
  private closed = false;

  /** With a manager, closing the counter frees it there. @throws AeronError OUT_OF_BOUNDS */
  constructor(valuesBuffer: AtomicBuffer, counterId: number, countersManager?: CountersManager) {
    this.id = counterId;
    this.buffer = valuesBuffer;
    this.offset = counterOffset(counterId);
    this.countersManager = countersManager;
    valuesBuffer.boundsCheck(this.offset, 8);
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Frees the counter when it was made with a manager. Closing again does nothing. */
  close(): void {
    if (!this.closed) {
      this.closed = true;
      this.countersManager?.free(this.id);
    }
  }

  /** Closing no longer frees the counter: for when the counters as a whole go away first. */
  disconnectCountersManager(): void {
    this.countersManager = undefined;
  }

  /** undefined without a manager. */
  label(): string | undefined {
    return this.countersManager?.getCounterLabel(this.id);
  }

  /** Does nothing without a manager. */
  appendToLabel(suffix: string): this {
    this.countersManager?.appendToLabel(this.id, suffix);
    return this;
  }

  get(): number {
    return this.buffer.getInt64Volatile(this.offset);
  }

  /** The value that the only writer itself stored last. */
  getPlain(): number {
    return this.buffer.getInt64(this.offset);
  }

  /** Stores, before anything that is read or written after it. */
  set(value: number): void {
    this.buffer.putBigInt64Release(this.offset, BigInt(value));
  }

  setRelease(value: number): void {
    this.buffer.putInt64Release(this.offset, value);
  }

  /** The value before. */
  increment(): number {
    return this.buffer.getAndAddInt64(this.offset, 1);
  }

  /** The value before; one writer. */
  incrementRelease(): number {
    return this.getAndAddRelease(1);
  }

  /** The value before. */
  decrement(): number {
    return this.buffer.getAndAddInt64(this.offset, -1);
  }

  /** The value before; one writer. */
  decrementRelease(): number {
    return this.getAndAddRelease(-1);
  }

  /** The value before. */
  getAndAdd(delta: number): number {
    return this.buffer.getAndAddInt64(this.offset, delta);
  }

  /** The value before; one writer. */
  getAndAddRelease(delta: number): number {
    const value = this.buffer.getInt64(this.offset);
    this.buffer.putInt64Release(this.offset, value + delta);
    return value;
  }

  /** True when the value was `expected` and is now `update`. */
  compareAndSet(expected: number, update: number): boolean {
    return this.buffer.compareAndSetInt64(this.offset, expected, update);
  }

  /** Raises the value to `proposed` if it was less, and says whether it was; one writer. */
  proposeMaxRelease(proposed: number): boolean {
    if (this.buffer.getInt64(this.offset) < proposed) {
      this.buffer.putInt64Release(this.offset, proposed);
      return true;
    }
    return false;
  }

  toString(): string {
    return `AtomicCounter{id=${this.id}, isClosed=${this.closed}${this.closed ? '' : `, value=${this.get()}`}}`;
  }
}
