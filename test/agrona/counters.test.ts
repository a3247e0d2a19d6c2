import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  AeronError,
  AtomicBuffer,
  AtomicCounter,
  CachedEpochClock,
  CountersDescriptor,
  CountersManager,
  CountersReader,
} from '../../src/agrona/mod.ts';

const { NULL_COUNTER_ID, RECORD_ALLOCATED, RECORD_RECLAIMED, RECORD_UNUSED } = CountersDescriptor;

const REUSE_TIMEOUT_MS = 500;

const counters = (count = 4, reuseTimeoutMs = REUSE_TIMEOUT_MS) => {
  const metaData = AtomicBuffer.allocate(count * CountersDescriptor.METADATA_LENGTH);
  const values = AtomicBuffer.allocate(count * CountersDescriptor.COUNTER_LENGTH);
  const clock = new CachedEpochClock();
  clock.update(10_000);
  const manager = new CountersManager(metaData, values, clock, reuseTimeoutMs);
  return { manager, reader: new CountersReader(metaData, values), clock, metaData, values };
};

const throwsCode = (action: () => unknown, code: string) =>
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);

describe('CountersManager', () => {
  it('shows readers what it allocates', () => {
    const { manager, reader } = counters();
    const id = manager.allocate('sender position: é', 9, (key) => key.putInt64(0, 77));
    manager.setCounterRegistrationId(id, 5);
    manager.setCounterOwnerId(id, 6);
    manager.setCounterReferenceId(id, 7);
    manager.setCounterValue(id, -1);
    assert.equal(reader.getCounterState(id), RECORD_ALLOCATED);
    assert.equal(reader.getCounterTypeId(id), 9);
    assert.equal(reader.getCounterLabel(id), 'sender position: é');
    assert.equal(reader.keyBuffer(id).getInt64(0), 77);
    assert.equal(reader.getCounterRegistrationId(id), 5);
    assert.equal(reader.getCounterOwnerId(id), 6);
    assert.equal(reader.getCounterReferenceId(id), 7);
    assert.equal(reader.getCounterValue(id), -1);
    assert.equal(reader.getFreeForReuseDeadline(id), CountersDescriptor.NOT_FREE_TO_REUSE);
    assert.equal(reader.getCounterState(id + 1), RECORD_UNUSED);
  });

  it('does not use a freed id again before its time-out, and then as new', () => {
    const { manager, reader, clock } = counters(2);
    const first = manager.allocate('first', 1, Uint8Array.of(1, 2, 3));
    manager.setCounterValue(first, 42);
    manager.setCounterRegistrationId(first, 43);
    manager.free(first);
    assert.equal(reader.getCounterState(first), RECORD_RECLAIMED);
    assert.equal(reader.keyBuffer(first).getInt32(0), 0);
    assert.equal(manager.available(), 1);

    clock.advance(REUSE_TIMEOUT_MS - 1);
    assert.equal(manager.allocate('second'), first + 1);
    throwsCode(() => manager.allocate('too early'), 'COUNTERS_EXHAUSTED');

    clock.advance(1);
    assert.equal(manager.available(), 1);
    assert.equal(manager.allocate('third'), first);
    assert.equal(reader.getCounterValue(first), 0);
    assert.equal(reader.getCounterRegistrationId(first), 0);
    assert.equal(reader.getCounterLabel(first), 'third');
    assert.equal(reader.getCounterTypeId(first), 0);
  });

  it('names the knobs when all counters are in use', () => {
    const { manager } = counters(1);
    manager.allocate('only');
    assert.throws(() => manager.allocate('one more'), /all 1 counters.*AERON_COUNTERS_BUFFER_LENGTH/);
  });

  it('gives no id away when a key cannot be written', () => {
    const { manager, reader } = counters(1);
    const failing = () => {
      throw new Error('key');
    };
    assert.throws(() => manager.allocate('broken', 1, failing), /key/);
    assert.notEqual(reader.getCounterState(0), RECORD_ALLOCATED);
    assert.equal(manager.allocate('fine'), 0);
  });

  it('cuts labels and keys that are too long, between characters', () => {
    const { manager, reader, metaData } = counters(2);
    const id = manager.allocate('é'.repeat(300), 1, new Uint8Array(200).fill(1));
    assert.equal(reader.getCounterLabel(id), 'é'.repeat(190));
    assert.equal(metaData.getUint8(CountersDescriptor.KEY_OFFSET + 111), 1);
    assert.equal(metaData.getInt32(CountersDescriptor.LABEL_OFFSET), 380);
    manager.setCounterLabel(id, 'x'.repeat(379));
    manager.appendToLabel(id, 'é');
    assert.equal(reader.getCounterLabel(id), 'x'.repeat(379));
    manager.appendToLabel(id, 'yz');
    assert.equal(reader.getCounterLabel(id), `${'x'.repeat(379)}y`);
    assert.equal(metaData.getInt32(CountersDescriptor.METADATA_LENGTH), RECORD_UNUSED, 'the next record is untouched');
  });

  it('refuses ids that are not of an allocated counter', () => {
    const { manager } = counters(2);
    const id = manager.allocate('one');
    manager.free(id);
    for (const wrong of [id, 1, 2, -1, Number.NaN]) {
      throwsCode(() => manager.free(wrong), 'UNKNOWN_COUNTER');
    }
    throwsCode(() => manager.getCounterValue(2), 'UNKNOWN_COUNTER');
    throwsCode(() => manager.setCounterValue(-1, 0), 'UNKNOWN_COUNTER');
  });

  it('refuses a metadata buffer that is too small', () => {
    const values = AtomicBuffer.allocate(256);
    throwsCode(
      () => new CountersManager(AtomicBuffer.allocate(1023), values, new CachedEpochClock()),
      'INVALID_CAPACITY',
    );
  });

  it('never gives one id to two, under any order of allocating, freeing and waiting', () => {
    const step = fc.oneof(
      fc.constant({ kind: 'allocate' as const, n: 0 }),
      fc.nat(7).map((n) => ({ kind: 'free' as const, n })),
      fc.nat(REUSE_TIMEOUT_MS).map((n) => ({ kind: 'wait' as const, n })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { manager, reader, clock } = counters(8);
        const live = new Map<number, string>();
        let serial = 0;
        for (const { kind, n } of steps) {
          if (kind === 'wait') {
            clock.advance(n);
          } else if (kind === 'allocate') {
            if (manager.available() === 0) {
              throwsCode(() => manager.allocate('full'), 'COUNTERS_EXHAUSTED');
              continue;
            }
            const label = `counter ${serial++}`;
            const id = manager.allocate(label);
            assert.equal(live.has(id), false);
            live.set(id, label);
          } else if (live.size > 0) {
            const id = [...live.keys()][n % live.size]!;
            manager.free(id);
            live.delete(id);
          }
        }
        const seen = new Map<number, string>();
        reader.forEach((_value, id, label) => void seen.set(id, label));
        assert.deepEqual([...seen].sort(), [...live].sort());
      }),
    );
  });
});

describe('CountersReader', () => {
  it('visits and finds allocated counters alone', () => {
    const { manager, reader } = counters();
    const ids = ['a', 'b', 'c'].map((label, i) => manager.allocate(label, 10 + i));
    ids.forEach((id, i) => {
      manager.setCounterRegistrationId(id, 100 + i);
      manager.setCounterValue(id, i);
    });
    manager.free(ids[0]!);
    const seen: [bigint, number, string][] = [];
    reader.forEach((value, id, label) => void seen.push([value, id, label]));
    assert.deepEqual(seen, [
      [1n, 1, 'b'],
      [2n, 2, 'c'],
    ]);
    const metaData: [number, number, string][] = [];
    reader.forEachMetaData((id, typeId, _key, label) => metaData.push([id, typeId, label]));
    assert.deepEqual(metaData, [
      [1, 11, 'b'],
      [2, 12, 'c'],
    ]);
    assert.equal(reader.findByRegistrationId(102), 2);
    assert.equal(reader.findByRegistrationId(100), NULL_COUNTER_ID);
    assert.equal(reader.findByTypeIdAndRegistrationId(11, 101), 1);
    assert.equal(reader.findByTypeIdAndRegistrationId(12, 101), NULL_COUNTER_ID);
  });

  it('passes over values and ids that are no safe integers', () => {
    const { manager, reader, values } = counters();
    const id = manager.allocate('max');
    values.putBigInt64(0, 2n ** 63n - 1n);
    manager.setCounterRegistrationId(id, -(2n ** 62n));
    throwsCode(() => reader.getCounterValue(id), 'UNSAFE_INTEGER');
    assert.equal(reader.getCounterValueBigInt(id), 2n ** 63n - 1n);
    assert.equal(reader.findByRegistrationId(-(2n ** 62n)), id);
    assert.equal(reader.findByRegistrationId(5), NULL_COUNTER_ID);
    const seen: bigint[] = [];
    reader.forEach((value) => void seen.push(value));
    assert.deepEqual(seen, [2n ** 63n - 1n]);
  });

  it('survives whatever the buffers contain', () => {
    const anyBytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(anyBytes(1024), anyBytes(256), fc.nat(1), (metaDataBytes, valueBytes, state) => {
        const metaData = AtomicBuffer.copyOf(metaDataBytes);
        metaData.putInt32(0, RECORD_ALLOCATED);
        metaData.putInt32(512, state);
        const reader = new CountersReader(metaData, AtomicBuffer.copyOf(valueBytes));
        reader.forEach((_value, id, label) => {
          assert.ok(id <= 1 && label.length <= 380);
        });
        reader.forEachMetaData((id) => assert.ok(id <= 1));
      }),
    );
  });
});

describe('AtomicCounter', () => {
  it('counts, also below zero and beyond 2^32', () => {
    const { manager } = counters();
    const counter = manager.newCounter('counter');
    assert.equal(counter.decrement(), 0);
    assert.equal(counter.get(), -1);
    assert.equal(counter.increment(), -1);
    assert.equal(counter.getAndAdd(2 ** 40), 0);
    assert.equal(counter.getAndAddRelease(-(2 ** 41)), 2 ** 40);
    assert.equal(counter.get(), -(2 ** 40));
    assert.equal(counter.getPlain(), -(2 ** 40));
    assert.equal(counter.incrementRelease(), -(2 ** 40));
    assert.equal(counter.decrementRelease(), -(2 ** 40) + 1);
    assert.equal(counter.compareAndSet(1, 2), false);
    assert.equal(counter.compareAndSet(-(2 ** 40), 2), true);
    counter.set(-7);
    assert.equal(counter.proposeMaxRelease(-8), false);
    assert.equal(counter.proposeMaxRelease(9), true);
    assert.equal(counter.get(), 9);
  });

  it('does not touch its neighbours', () => {
    const { manager, values } = counters(3);
    const [, middle] = ['a', 'b', 'c'].map((label) => manager.newCounter(label));
    middle!.set(-1);
    middle!.setRelease(-2);
    const others = [...values.u8].filter((_, i) => i < 128 || i >= 136);
    assert.ok(others.every((byte) => byte === 0));
  });

  it('frees its counter once when closed', () => {
    const { manager, reader } = counters();
    const counter = manager.newCounter('mine');
    assert.equal(counter.label(), 'mine');
    counter.appendToLabel(' and yours');
    assert.equal(reader.getCounterLabel(counter.id), 'mine and yours');
    counter.close();
    counter.close();
    assert.equal(counter.isClosed, true);
    assert.equal(reader.getCounterState(counter.id), RECORD_RECLAIMED);
  });

  it('leaves its counter alone when closed after the manager was disconnected', () => {
    const { manager, reader } = counters();
    const counter = manager.newCounter('mine');
    counter.disconnectCountersManager();
    counter.close();
    assert.equal(reader.getCounterState(counter.id), RECORD_ALLOCATED);
  });

  it('refuses an id without room, and memory that was released', () => {
    const { values } = counters(2);
    throwsCode(() => new AtomicCounter(values, 2), 'OUT_OF_BOUNDS');
    throwsCode(() => new AtomicCounter(values, NULL_COUNTER_ID), 'OUT_OF_BOUNDS');
    const counter = new AtomicCounter(values, 1);
    values.release();
    throwsCode(() => counter.get(), 'OUT_OF_BOUNDS');
    throwsCode(() => counter.setRelease(1), 'OUT_OF_BOUNDS');
  });
});
