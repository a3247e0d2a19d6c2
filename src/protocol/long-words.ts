import { type AtomicBuffer, acquireFence, releaseFence } from '../agrona/mod.ts';

/*
 * A 64-bit word read and written in one access as two 32-bit ones, without a BigInt in between. It travels as
 * a double; a bit pattern that is a NaN need not survive that and takes another road.
 */
const scratchF64 = new Float64Array(1);
const scratchI32 = new Int32Array(scratchF64.buffer);
const scratchI64 = new BigInt64Array(scratchF64.buffer);

const EXPONENT_MASK = 0x7ff00000;

/** The low half, as a signed int, of the 64-bit word last loaded or exchanged. */
export function lowWord(): number {
  return scratchI32[0]!;
}

/** The high half of the 64-bit word last loaded or exchanged. */
export function highWord(): number {
  return scratchI32[1]!;
}

/** Loads the 64-bit word at an 8-aligned offset; `lowWord` and `highWord` then have it. */
export function loadWordsVolatile(buffer: AtomicBuffer, offset: number): void {
  const value = buffer.f64[offset >>> 3];
  acquireFence();
  if (value === undefined || Number.isNaN(value)) {
    loadWordByWord(buffer, offset);
  } else {
    scratchF64[0] = value;
  }
}

/** Right for words whose high half changes only together with the low one, as tails and positions do. */
function loadWordByWord(buffer: AtomicBuffer, offset: number): void {
  let high = buffer.getInt32Volatile(offset + 4);
  for (;;) {
    const low = buffer.getInt32Volatile(offset);
    const highAfter = buffer.getInt32Volatile(offset + 4);
    if (high === highAfter) {
      scratchI32[0] = low;
      scratchI32[1] = high;
      return;
    }
    high = highAfter;
  }
}

/** Stores the 64-bit word at an 8-aligned offset in one access, after everything stored before. */
export function storeWordsRelease(buffer: AtomicBuffer, offset: number, low: number, high: number): void {
  buffer.boundsCheck(offset, 8);
  scratchI32[0] = low;
  scratchI32[1] = high;
  if ((high & EXPONENT_MASK) === EXPONENT_MASK) {
    Atomics.store(buffer.i64, offset >>> 3, scratchI64[0]!);
  } else {
    releaseFence();
    buffer.f64[offset >>> 3] = scratchF64[0]!;
  }
}

/** Adds to the 64-bit word at an 8-aligned offset; `lowWord` and `highWord` then have what was there before. */
export function getAndAddWords(buffer: AtomicBuffer, offset: number, delta: number): void {
  scratchI64[0] = Atomics.add(buffer.i64, offset >>> 3, BigInt(delta));
}

/** True when the word was the expected one and is now the other. */
export function compareAndSetWords(
  buffer: AtomicBuffer,
  offset: number,
  expectedLow: number,
  expectedHigh: number,
  low: number,
  high: number,
): boolean {
  const expected = toBigInt(expectedLow, expectedHigh);
  return Atomics.compareExchange(buffer.i64, offset >>> 3, expected, toBigInt(low, high)) === expected;
}

function toBigInt(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}
