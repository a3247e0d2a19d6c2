import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AeronError, AtomicBuffer } from '../../src/agrona/mod.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const safeLong = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, 1, -1, 2 ** 31, 2 ** 32, -(2 ** 31), -(2 ** 32), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);
const anyLong = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

const throwsCode = (action: () => unknown, code: string) =>
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);

describe('AtomicBuffer', () => {
  it('reads back every safe long however it was written', () => {
    const buffer = AtomicBuffer.allocate(16);
    fc.assert(
      fc.property(safeLong, (value) => {
        for (const put of ['putInt64', 'putInt64Release'] as const) {
          buffer[put](8, value);
          assert.equal(buffer.getInt64(8), value);
          assert.equal(buffer.getInt64Volatile(8), value);
          assert.equal(buffer.getBigInt64(8), BigInt(value));
          assert.equal(buffer.getBigInt64Volatile(8), BigInt(value));
        }
      }),
    );
  });

  it('reads back every long as a bigint, and as a number when it is one exactly', () => {
    const buffer = AtomicBuffer.allocate(8);
    fc.assert(
      fc.property(fc.oneof(anyLong, fc.constantFrom(2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n)), (value) => {
        buffer.putBigInt64Release(0, value);
        assert.equal(buffer.getBigInt64Volatile(0), value);
        if (Number.isSafeInteger(Number(value)) && BigInt(Number(value)) === value) {
          assert.equal(buffer.getInt64Volatile(0), Number(value));
        } else {
          throwsCode(() => buffer.getInt64Volatile(0), 'UNSAFE_INTEGER');
          throwsCode(() => buffer.getInt64(0), 'UNSAFE_INTEGER');
        }
      }),
    );
  });

  it('adds to a long across every carry', () => {
    const buffer = AtomicBuffer.allocate(8);
    const half = fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 });
    fc.assert(
      fc.property(half, half, (start, delta) => {
        buffer.putInt64Release(0, start);
        assert.equal(buffer.getAndAddInt64(0, delta), start);
        assert.equal(buffer.getInt64Volatile(0), start + delta);
      }),
    );
  });

  it('swaps a long only when it is the expected one', () => {
    const buffer = AtomicBuffer.allocate(8);
    fc.assert(
      fc.property(safeLong, safeLong, safeLong, (start, expected, update) => {
        buffer.putInt64(0, start);
        assert.equal(buffer.compareAndSetInt64(0, expected, update), start === expected);
        assert.equal(buffer.getInt64(0), start === expected ? update : start);
      }),
    );
  });

  it('keeps 32-bit words, also at offsets that are no multiple of 4', () => {
    const buffer = AtomicBuffer.allocate(16);
    fc.assert(
      fc.property(int32, fc.integer({ min: 0, max: 12 }), (value, offset) => {
        buffer.putInt32(offset, value);
        assert.equal(buffer.getInt32(offset), value);
      }),
    );
    buffer.putInt32Release(4, 7);
    assert.equal(buffer.getAndAddInt32(4, -9), 7);
    assert.equal(buffer.getInt32Volatile(4), -2);
    assert.equal(buffer.compareAndSetInt32(4, 7, 1), false);
    assert.equal(buffer.compareAndSetInt32(4, -2, 1), true);
    assert.equal(buffer.getInt32(4), 1);
  });

  it('is little-endian', () => {
    const buffer = AtomicBuffer.allocate(24);
    buffer.putInt32(0, 0x01020304);
    buffer.putInt64(8, 0x01020304050607);
    buffer.putInt16(16, -2);
    buffer.putFloat64(16, 1.5);
    assert.deepEqual([...buffer.u8.subarray(0, 4)], [4, 3, 2, 1]);
    assert.deepEqual([...buffer.u8.subarray(8, 16)], [7, 6, 5, 4, 3, 2, 1, 0]);
    assert.equal(buffer.getFloat64(16), 1.5);
  });

  it('copies any range to any place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40), fc.nat(40), (bytes, before, at) => {
        const from = new Uint8Array(before + bytes.length);
        from.set(bytes, before);
        const buffer = AtomicBuffer.allocate(at + bytes.length + 8);
        buffer.putBytes(at, from, before, bytes.length);
        assert.deepEqual(buffer.copyBytes(at, bytes.length), bytes);
        const back = new Uint8Array(bytes.length + 1);
        buffer.getBytes(at, back, 1, bytes.length);
        assert.deepEqual(back.subarray(1), bytes);
        assert.ok(buffer.u8.subarray(0, at).every((byte) => byte === 0));
        assert.ok(buffer.u8.subarray(at + bytes.length).every((byte) => byte === 0));
      }),
    );
  });

  it('copies any range of another buffer, by words or by bytes', () => {
    const offset = fc.oneof(
      fc.nat(40),
      fc.nat(5).map((words) => words * 8),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), offset, offset, (bytes, before, at) => {
        const from = AtomicBuffer.allocate(before + bytes.length);
        from.u8.set(bytes, before);
        const buffer = AtomicBuffer.allocate(at + bytes.length + 8);
        buffer.putBytes(at, from, before, bytes.length);
        assert.deepEqual(buffer.copyBytes(at, bytes.length), bytes);
        assert.ok(buffer.u8.subarray(0, at).every((byte) => byte === 0));
        assert.ok(buffer.u8.subarray(at + bytes.length).every((byte) => byte === 0));
      }),
    );
  });

  it('keeps strings with their length in bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        const buffer = AtomicBuffer.allocate(256);
        const written = buffer.putString(8, text);
        assert.equal(written, 4 + new TextEncoder().encode(text).length);
        assert.equal(buffer.getString(8), text);
      }),
    );
  });

  it('refuses every access that does not lie within it', () => {
    const buffer = AtomicBuffer.allocate(16);
    const outside: (() => unknown)[] = [
      () => buffer.getInt32Volatile(16),
      () => buffer.getInt32Volatile(-4),
      () => buffer.putInt32Release(14, 1),
      () => buffer.getInt64Volatile(12),
      () => buffer.putInt64Release(16, 1),
      () => buffer.putBytes(15, new Uint8Array(2), 0, 2),
      () => buffer.putBytes(0, new Uint8Array(2), 1, 2),
      () => buffer.getBytes(15, new Uint8Array(2), 0, 2),
      () => buffer.getBytes(0, new Uint8Array(2), 1, 2),
      () => buffer.setMemory(8, 9, 0),
      () => buffer.copyBytes(8, 9),
      () => buffer.slice(8, 9),
      () => buffer.getStringWithoutLength(-1, 2),
    ];
    for (const access of outside) {
      throwsCode(access, 'OUT_OF_BOUNDS');
    }
    assert.throws(() => buffer.getInt32(13), RangeError);
    assert.throws(() => buffer.putInt64(9, 1), RangeError);
    assert.ok(buffer.u8.every((byte) => byte === 0));
  });

  it('refuses ordered access to an unaligned word', () => {
    const buffer = AtomicBuffer.allocate(32);
    throwsCode(() => buffer.getInt32Volatile(2), 'OUT_OF_BOUNDS');
    throwsCode(() => buffer.getInt64Volatile(4), 'OUT_OF_BOUNDS');
    throwsCode(() => new AtomicBuffer(new ArrayBuffer(32), 4), 'UNALIGNED');
    throwsCode(() => new AtomicBuffer(new ArrayBuffer(32), 8, 25), 'OUT_OF_BOUNDS');
  });

  it('lets nobody touch its memory once released', () => {
    const memory = new ArrayBuffer(16);
    const buffer = new AtomicBuffer(memory);
    buffer.release();
    throwsCode(() => buffer.putInt64Release(0, 1), 'OUT_OF_BOUNDS');
    throwsCode(() => buffer.getInt32Volatile(0), 'OUT_OF_BOUNDS');
    assert.throws(() => buffer.getAndAddInt64(0, 1));
    assert.throws(() => buffer.getInt32(0));
    assert.equal(buffer.capacity, 0);
    assert.deepEqual(new Uint8Array(memory), new Uint8Array(16));
  });

  it('shares memory with its slices', () => {
    const buffer = AtomicBuffer.allocate(32);
    buffer.slice(8, 16).putInt32Release(4, 5);
    assert.equal(buffer.getInt32Volatile(12), 5);
  });
});
