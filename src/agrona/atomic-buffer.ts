import { AeronError, type Memory } from '../platform/mod.ts';
import { acquireFence, releaseFence } from './memory-order.ts';

const TWO_32 = 4294967296;

/** One 64-bit word under three names: how a long moves as a single load or store without a BigInt. */
const scratchF64 = new Float64Array(1);
const scratchI32 = new Int32Array(scratchF64.buffer);
const scratchI64 = new BigInt64Array(scratchF64.buffer);

const utf8Decoder = new TextDecoder();
const utf8Encoder = new TextEncoder();

/**
 * A bounds-checked little-endian window over memory, shared or private, with the ordered accesses that
 * Aeron's shared structures are made of.
 *
 * - `get*`, `put*`: plain, any alignment.
 * - `*Volatile`, `*Release`, `getAndAdd*`, `compareAndSet*`: aligned to their size; the index may be any
 *   multiple of 4 (8 for 64 bits) from the start of the window, which itself starts 8-aligned.
 * - 64-bit accesses deal in `number` and throw when what they read is no safe integer; the `BigInt64` ones
 *   do not.
 *
 * The typed arrays are public for loops that have checked their bounds themselves; everything else uses the
 * methods. `release()` empties them, after which every access throws instead of touching unmapped memory:
 * always go through the buffer (`buffer.i32`), never keep an array of it across calls.
 */
export class AtomicBuffer {
  u8: Uint8Array;
  i32: Int32Array;
  i64: BigInt64Array;
  f64: Float64Array;
  view: DataView;
  /** Bytes in the window; 0 once released. */
  capacity: number;

  /** @throws AeronError OUT_OF_BOUNDS, UNALIGNED when `byteOffset` is no multiple of 8. */
  constructor(memory: ArrayBuffer | SharedArrayBuffer, byteOffset = 0, length = memory.byteLength - byteOffset) {
    if (byteOffset < 0 || length < 0 || byteOffset + length > memory.byteLength) {
      throw new AeronError(
        'OUT_OF_BOUNDS',
        `window of ${length} bytes at ${byteOffset} does not fit memory of ${memory.byteLength} bytes`,
      );
    }
    if ((byteOffset & 7) !== 0) {
      throw new AeronError('UNALIGNED', `a buffer starts at a multiple of 8, not at ${byteOffset}`);
    }
    const bytes = memory as ArrayBuffer;
    this.u8 = new Uint8Array(bytes, byteOffset, length);
    this.i32 = new Int32Array(bytes, byteOffset, length >>> 2);
    this.i64 = new BigInt64Array(bytes, byteOffset, Math.floor(length / 8));
    this.f64 = new Float64Array(bytes, byteOffset, Math.floor(length / 8));
    this.view = new DataView(bytes, byteOffset, length);
    this.capacity = length;
  }

  static allocate(length: number): AtomicBuffer {
    return new AtomicBuffer(new ArrayBuffer(length));
  }

  static over(memory: Memory, byteOffset = 0, length: number = memory.length - byteOffset): AtomicBuffer {
    return new AtomicBuffer(memory.arrayBuffer, byteOffset, length);
  }

  /** A private copy of bytes in a buffer of their own. */
  static copyOf(bytes: Uint8Array): AtomicBuffer {
    const buffer = AtomicBuffer.allocate(bytes.length);
    buffer.u8.set(bytes);
    return buffer;
  }

  static ofString(text: string): AtomicBuffer {
    return AtomicBuffer.copyOf(utf8Encoder.encode(text));
  }

  /** A window within this window; it does not follow a later `release()` of this one. */
  slice(offset: number, length: number): AtomicBuffer {
    this.boundsCheck(offset, length);
    return new AtomicBuffer(this.u8.buffer as ArrayBuffer, this.u8.byteOffset + offset, length);
  }

  /** Lets go of the memory. Every later access throws. */
  release(): void {
    const empty = new ArrayBuffer(0);
    this.u8 = new Uint8Array(empty);
    this.i32 = new Int32Array(empty);
    this.i64 = new BigInt64Array(empty);
    this.f64 = new Float64Array(empty);
    this.view = new DataView(empty);
    this.capacity = 0;
  }

  boundsCheck(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.capacity) {
      throw outOfBounds(offset, length, this.capacity);
    }
  }

  getInt8(offset: number): number {
    return this.view.getInt8(offset);
  }

  getUint8(offset: number): number {
    return this.view.getUint8(offset);
  }

  putInt8(offset: number, value: number): void {
    this.view.setInt8(offset, value);
  }

  getInt16(offset: number): number {
    return this.view.getInt16(offset, true);
  }

  getUint16(offset: number): number {
    return this.view.getUint16(offset, true);
  }

  putInt16(offset: number, value: number): void {
    this.view.setInt16(offset, value, true);
  }

  getInt32(offset: number): number {
    return this.view.getInt32(offset, true);
  }

  putInt32(offset: number, value: number): void {
    this.view.setInt32(offset, value, true);
  }

  /** @throws AeronError UNSAFE_INTEGER when the long does not fit a number exactly. */
  getInt64(offset: number): number {
    return toSafeInteger(this.view.getInt32(offset, true), this.view.getInt32(offset + 4, true));
  }

  putInt64(offset: number, value: number): void {
    this.view.setInt32(offset + 4, Math.floor(value / TWO_32), true);
    this.view.setInt32(offset, value | 0, true);
  }

  getBigInt64(offset: number): bigint {
    return this.view.getBigInt64(offset, true);
  }

  putBigInt64(offset: number, value: bigint): void {
    this.view.setBigInt64(offset, value, true);
  }

  getFloat64(offset: number): number {
    return this.view.getFloat64(offset, true);
  }

  putFloat64(offset: number, value: number): void {
    this.view.setFloat64(offset, value, true);
  }

  getInt32Volatile(offset: number): number {
    return Atomics.load(this.i32, this.index32(offset));
  }

  putInt32Release(offset: number, value: number): void {
    Atomics.store(this.i32, this.index32(offset), value);
  }

  getAndAddInt32(offset: number, delta: number): number {
    return Atomics.add(this.i32, this.index32(offset), delta);
  }

  /** True when the word was `expected` and is now `update`. */
  compareAndSetInt32(offset: number, expected: number, update: number): boolean {
    return Atomics.compareExchange(this.i32, this.index32(offset), expected, update) === expected;
  }

  /** One 64-bit load. @throws AeronError UNSAFE_INTEGER */
  getInt64Volatile(offset: number): number {
    const index = this.index64(offset);
    const value = this.f64[index]!;
    acquireFence();
    scratchF64[0] = value;
    // A bit pattern that is a NaN as a double need not survive the copy: take the slow road.
    if (Number.isNaN(value)) {
      scratchI64[0] = Atomics.load(this.i64, index);
    }
    return toSafeInteger(scratchI32[0]!, scratchI32[1]!);
  }

  getBigInt64Volatile(offset: number): bigint {
    return Atomics.load(this.i64, this.index64(offset));
  }

  /** One 64-bit store, after everything stored before it. */
  putInt64Release(offset: number, value: number): void {
    const index = this.index64(offset);
    if (value < 0) {
      Atomics.store(this.i64, index, BigInt(value));
      return;
    }
    scratchI32[1] = (value / TWO_32) | 0;
    scratchI32[0] = value | 0;
    releaseFence();
    this.f64[index] = scratchF64[0]!;
  }

  putBigInt64Release(offset: number, value: bigint): void {
    Atomics.store(this.i64, this.index64(offset), value);
  }

  /** The value before. @throws AeronError UNSAFE_INTEGER */
  getAndAddInt64(offset: number, delta: number): number {
    scratchI64[0] = Atomics.add(this.i64, this.index64(offset), BigInt(delta));
    return toSafeInteger(scratchI32[0]!, scratchI32[1]!);
  }

  /** True when the long was `expected` and is now `update`. */
  compareAndSetInt64(offset: number, expected: number, update: number): boolean {
    const wanted = BigInt(expected);
    return Atomics.compareExchange(this.i64, this.index64(offset), wanted, BigInt(update)) === wanted;
  }

  compareAndSetBigInt64(offset: number, expected: bigint, update: bigint): boolean {
    return Atomics.compareExchange(this.i64, this.index64(offset), expected, update) === expected;
  }

  /** Copies `length` bytes of `source` from `sourceOffset` to `offset` here. */
  putBytes(offset: number, source: AtomicBuffer | Uint8Array, sourceOffset: number, length: number): void {
    this.boundsCheck(offset, length);
    const available = source instanceof AtomicBuffer ? source.capacity : source.length;
    if (sourceOffset < 0 || sourceOffset + length > available) {
      throw outOfBounds(sourceOffset, length, available);
    }
    if (source instanceof AtomicBuffer) {
      this.putBytesUnchecked(offset, source, sourceOffset, length);
    } else {
      this.copyBytesFrom(source, offset, sourceOffset, length);
    }
  }

  /** `putBytes` for a hot loop that has checked both ranges itself. */
  putBytesUnchecked(offset: number, source: AtomicBuffer, sourceOffset: number, length: number): void {
    if (((offset | sourceOffset) & 7) === 0 && length <= COPY_WORDS_MAX && source !== this) {
      this.copyWords(offset, source, sourceOffset, length);
    } else {
      this.copyBytesFrom(source.u8, offset, sourceOffset, length);
    }
  }

  private copyBytesFrom(source: Uint8Array, offset: number, sourceOffset: number, length: number): void {
    if (length <= COPY_BYTES_MAX) {
      const to = this.u8;
      for (let i = 0; i < length; i++) {
        to[offset + i] = source[sourceOffset + i]!;
      }
    } else {
      this.u8.set(source.subarray(sourceOffset, sourceOffset + length), offset);
    }
  }

  /** Both offsets are multiples of 8, and the ranges were checked. */
  private copyWords(offset: number, source: AtomicBuffer, sourceOffset: number, length: number): void {
    const from = source.i64;
    const to = this.i64;
    const fromEnd = (sourceOffset >>> 3) + (length >>> 3);
    let f = sourceOffset >>> 3;
    let t = offset >>> 3;
    for (; f + 4 <= fromEnd; f += 4, t += 4) {
      to[t] = from[f]!;
      to[t + 1] = from[f + 1]!;
      to[t + 2] = from[f + 2]!;
      to[t + 3] = from[f + 3]!;
    }
    for (; f < fromEnd; f++, t++) {
      to[t] = from[f]!;
    }
    for (let i = length & ~7; i < length; i++) {
      this.u8[offset + i] = source.u8[sourceOffset + i]!;
    }
  }

  /** Copies `length` bytes from `offset` here to `targetOffset` of `target`. */
  getBytes(offset: number, target: AtomicBuffer | Uint8Array, targetOffset: number, length: number): void {
    this.boundsCheck(offset, length);
    const to = target instanceof AtomicBuffer ? target.u8 : target;
    if (targetOffset < 0 || targetOffset + length > to.length) {
      throw outOfBounds(targetOffset, length, to.length);
    }
    to.set(this.u8.subarray(offset, offset + length), targetOffset);
  }

  /** A copy of the range. */
  copyBytes(offset: number, length: number): Uint8Array {
    this.boundsCheck(offset, length);
    return this.u8.slice(offset, offset + length);
  }

  setMemory(offset: number, length: number, value: number): void {
    this.boundsCheck(offset, length);
    this.u8.fill(value, offset, offset + length);
  }

  /** UTF-8 (of which ASCII is a part) without a length in front. */
  getStringWithoutLength(offset: number, length: number): string {
    this.boundsCheck(offset, length);
    return utf8Decoder.decode(this.u8.slice(offset, offset + length));
  }

  /** Returns the bytes written. */
  putStringWithoutLength(offset: number, text: string): number {
    const bytes = utf8Encoder.encode(text);
    this.putBytes(offset, bytes, 0, bytes.length);
    return bytes.length;
  }

  /** A string behind an int32 with its length in bytes. */
  getString(offset: number): string {
    return this.getStringWithoutLength(offset + 4, this.getInt32(offset));
  }

  /** Returns the bytes written, the length in front among them. */
  putString(offset: number, text: string): number {
    const length = this.putStringWithoutLength(offset + 4, text);
    this.putInt32(offset, length);
    return length + 4;
  }

  private index32(offset: number): number {
    if (offset < 0 || offset + 4 > this.capacity || (offset & 3) !== 0) {
      throw outOfBounds(offset, 4, this.capacity);
    }
    return offset >>> 2;
  }

  private index64(offset: number): number {
    if (offset < 0 || offset + 8 > this.capacity || (offset & 7) !== 0) {
      throw outOfBounds(offset, 8, this.capacity);
    }
    return offset >>> 3;
  }
}

/** Up to here a loop over words, or over bytes, beats the subarray that `set` needs. */
const COPY_WORDS_MAX = 1536;
const COPY_BYTES_MAX = 32;

/** A long of two words as a number. @throws AeronError UNSAFE_INTEGER beyond 2^53 either way. */
export function toSafeInteger(low: number, high: number): number {
  const value = high * TWO_32 + (low >>> 0);
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) {
    const exact = (BigInt(high) << 32n) | BigInt(low >>> 0);
    throw new AeronError('UNSAFE_INTEGER', `${exact} does not fit a number exactly; read it as a bigint`);
  }
  return value;
}

function outOfBounds(offset: number, length: number, capacity: number): AeronError {
  const why = capacity === 0 ? ' (released?)' : '';
  return new AeronError(
    'OUT_OF_BOUNDS',
    `offset ${offset} with length ${length} is unaligned or outside of ${capacity} bytes${why}`,
  );
}
