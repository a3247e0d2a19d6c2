import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { LogBufferDescriptor as Log } from '../../src/protocol/mod.ts';

const int32 = fc.integer();
/** Where doubles have their NaNs: a tail of these term ids takes another road. */
const nanTermId = fc.oneof(fc.integer({ min: -1048576, max: -1 }), fc.integer({ min: 0x7ff00000, max: 0x7fffffff }));
const termId = fc.oneof(int32, nanTermId);
const bits = fc.integer({ min: 16, max: 30 });
/** Terms since the first; positions stay within safe integers. */
const termCount = fc.nat(2 ** 22);

const newMetaData = () => AtomicBuffer.allocate(Log.LOG_META_DATA_LENGTH);
const wrap = (value: bigint) => Number(BigInt.asIntN(32, value));

describe('Position arithmetic', () => {
  it('agrees with 64-bit integers, through wrapping term ids and beyond 2^32', () => {
    fc.assert(
      fc.property(termId, termCount, bits, fc.nat(), (initialTermId, count, bits, random) => {
        const termLength = 2 ** bits;
        const termOffset = (random % termLength) & ~31;
        const activeTermId = wrap(BigInt(initialTermId) + BigInt(count));
        const position = (BigInt(count) << BigInt(bits)) + BigInt(termOffset);

        const computed = Log.computePosition(activeTermId, termOffset, bits, initialTermId);
        assert.equal(BigInt(computed), position);
        assert.equal(Log.computeTermCount(activeTermId, initialTermId), count);
        assert.equal(
          BigInt(Log.computeTermBeginPosition(activeTermId, bits, initialTermId)),
          BigInt(count) << BigInt(bits),
        );
        assert.equal(Log.computeTermIdFromPosition(computed, bits, initialTermId), activeTermId);
        assert.equal(Log.computeTermOffsetFromPosition(computed, termLength), termOffset);
        const partition = Number((position >> BigInt(bits)) % 3n);
        assert.equal(Log.indexByPosition(computed, bits), partition);
        assert.equal(Log.indexByTerm(initialTermId, activeTermId), partition);
        assert.equal(Log.indexByTermCount(count), partition);
        assert.equal(Log.nextPartitionIndex(partition), (partition + 1) % 3);
      }),
    );
  });

  it('knows the bits of every term length there is', () => {
    for (let bits = 16; bits <= 30; bits++) {
      assert.equal(Log.positionBitsToShift(2 ** bits), bits);
    }
  });

  it('fits a message into frames as 64-bit integers would', () => {
    const align = (n: bigint) => ((n + 31n) / 32n) * 32n;
    fc.assert(
      fc.property(fc.nat(16 * 1024 * 1024), fc.integer({ min: 1, max: 2047 }), (length, units) => {
        const maxPayload = units * 32 - 32 || 32;
        const full = BigInt(length) / BigInt(maxPayload);
        const rest = BigInt(length) % BigInt(maxPayload);
        const expected = full * (BigInt(maxPayload) + 32n) + (rest > 0n ? align(rest + 32n) : 0n);
        assert.equal(BigInt(Log.computeFragmentedFrameLength(length, maxPayload)), expected);
      }),
    );
    assert.equal(Log.computeAssembledFrameLength(3000), 3032);
  });
});

describe('Lengths of a log', () => {
  it('are three terms and a page of meta data, to whole pages', () => {
    assert.equal(Log.computeLogLength(65536, 4096), 200704);
    assert.equal(Log.computeLogLength(1024 ** 3, 4096), 3 * 1024 ** 3 + 4096);
    assert.equal(Log.computeLogLength(65536, 2 * 1024 * 1024), 2 * 1024 * 1024);
  });

  it('are refused unless powers of two within limits', () => {
    for (const length of [0, -65536, 32768, 65537, 2 ** 31, 65536 * 3, 65536.5, Number.NaN]) {
      assert.throws(() => Log.checkTermLength(length), { code: 'INVALID_TERM_LENGTH' }, `term length ${length}`);
    }
    for (const size of [0, 2048, 4097, 2 ** 31]) {
      assert.throws(() => Log.checkPageSize(size), { code: 'INVALID_PAGE_SIZE' }, `page size ${size}`);
    }
    Log.checkTermLength(1024 ** 3);
    Log.checkPageSize(4096);
  });
});

describe('A tail', () => {
  it('is read as term id and offset of one 64-bit word, whatever the term id', () => {
    const metaData = newMetaData();
    fc.assert(
      fc.property(fc.nat(2), termId, fc.nat(2 ** 31 - 1), (partition, id, offset) => {
        Log.putRawTailRelease(metaData, partition, id, offset);
        assert.equal(metaData.getBigInt64(partition * 8), (BigInt(id) << 32n) | BigInt(offset));
        assert.equal(Log.rawTailVolatile(metaData, partition), offset);
        assert.equal(Log.rawTailTermId(), id);
      }),
    );
  });

  it('grows by what is claimed and tells what it was', () => {
    const metaData = newMetaData();
    fc.assert(
      fc.property(fc.nat(2), termId, fc.nat(2 ** 30), fc.nat(2 ** 24), (partition, id, offset, length) => {
        Log.putRawTailRelease(metaData, partition, id, offset);
        assert.equal(Log.getAndAddRawTail(metaData, partition, length), offset);
        assert.equal(Log.rawTailTermId(), id);
        assert.equal(Log.rawTailVolatile(metaData, partition), offset + length);
        assert.equal(Log.rawTailTermId(), id);
      }),
    );
  });

  it('of the active partition is found by the term count', () => {
    const metaData = newMetaData();
    Log.initialiseTails(metaData, -1, 4, 96);
    assert.equal(Log.activeTermCount(metaData), 5);
    assert.equal(Log.activeRawTailVolatile(metaData), 96);
    assert.equal(Log.rawTailTermId(), 4);
  });

  it('cannot be touched once the buffer was released', () => {
    const metaData = newMetaData();
    metaData.release();
    assert.throws(() => Log.rawTailVolatile(metaData, 0));
    assert.throws(() => Log.getAndAddRawTail(metaData, 0, 32));
    assert.throws(() => Log.putRawTailRelease(metaData, 0, 1, 32));
    assert.throws(() => Log.endOfStreamPosition(metaData));
  });
});

describe('A new log', () => {
  it('has the first term in partition 0 and earlier ids in the others', () => {
    const metaData = newMetaData();
    Log.initialiseTails(metaData, 7, 7, 0);
    const termIds = [0, 1, 2].map((partition) => {
      assert.equal(Log.rawTailVolatile(metaData, partition), 0);
      return Log.rawTailTermId();
    });
    assert.deepEqual(termIds, [7, 5, 6]);
    assert.equal(Log.activeTermCount(metaData), 0);
  });
});

describe('Rotation of a log', () => {
  it('goes through the partitions, and past the greatest term id', () => {
    fc.assert(
      fc.property(termId, (initialTermId) => {
        const metaData = newMetaData();
        Log.initialiseTails(metaData, initialTermId, initialTermId, 0);
        for (let count = 0; count < 7; count++) {
          const id = wrap(BigInt(initialTermId) + BigInt(count));
          Log.getAndAddRawTail(metaData, count % 3, 65600);
          assert.equal(Log.rotateLog(metaData, count, id), true);
          assert.equal(Log.activeTermCount(metaData), count + 1);
          assert.equal(Log.activeRawTailVolatile(metaData), 0);
          assert.equal(Log.rawTailTermId(), wrap(BigInt(id) + 1n));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is done by one of those that try', () => {
    const metaData = newMetaData();
    Log.initialiseTails(metaData, 0, 0, 0);
    assert.equal(Log.rotateLog(metaData, 0, 0), true);
    Log.getAndAddRawTail(metaData, 1, 128);
    assert.equal(Log.rotateLog(metaData, 0, 0), false);
    assert.equal(Log.activeTermCount(metaData), 1);
    assert.equal(Log.rawTailVolatile(metaData, 1), 128);
  });
});

describe('The end of a stream', () => {
  it('is a position, or none, which is the largest 64-bit integer', () => {
    const metaData = newMetaData();
    fc.assert(
      fc.property(fc.maxSafeNat(), (position) => {
        Log.putEndOfStreamPosition(metaData, position);
        assert.equal(Log.endOfStreamPosition(metaData), position);
      }),
    );
    Log.putEndOfStreamPosition(metaData, Log.NO_END_OF_STREAM);
    assert.equal(metaData.getBigInt64(Log.LOG_END_OF_STREAM_POSITION_OFFSET), 2n ** 63n - 1n);
    assert.equal(Log.endOfStreamPosition(metaData), Log.NO_END_OF_STREAM);
  });
});
