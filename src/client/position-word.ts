import { type AtomicBuffer, acquireFence } from '../agrona/mod.ts';

const TWO_32 = 4294967296;
const scratchF64 = new Float64Array(1);
const scratchI32 = new Int32Array(scratchF64.buffer);

/**
 * The position in the 64-bit word at an index of 8 bytes: one load, and none of the checks of
 * `AtomicBuffer.getInt64Volatile`, which an offer has no time for. The driver writes nothing but positions there.
 */
export function positionVolatile(buffer: AtomicBuffer, index: number): number {
  scratchF64[0] = buffer.f64[index]!;
  acquireFence();
  return scratchI32[1]! * TWO_32 + (scratchI32[0]! >>> 0);
}
