import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  AeronError,
  AtomicBuffer,
  ControlledMessageAction,
  INSUFFICIENT_CAPACITY,
  ManyToOneRingBuffer,
  RingBufferDescriptor,
} from '../../src/agrona/mod.ts';

const CAPACITY = 1024;

const ringOf = (capacity: number = CAPACITY) =>
  new ManyToOneRingBuffer(AtomicBuffer.allocate(capacity + RingBufferDescriptor.TRAILER_LENGTH));

const throwsCode = (action: () => unknown, code: string) =>
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);

interface Message {
  readonly type: number;
  readonly bytes: number[];
}

const readAll = (ring: ManyToOneRingBuffer, limit?: number): Message[] => {
  const messages: Message[] = [];
  ring.read((type, buffer, index, length) => {
    messages.push({ type, bytes: [...buffer.copyBytes(index, length)] });
  }, limit);
  return messages;
};

const put = (ring: ManyToOneRingBuffer, { type, bytes }: Message) =>
  ring.write(type, Uint8Array.from(bytes), 0, bytes.length);

describe('ManyToOneRingBuffer', () => {
  it('gives back what was written, in order, under any interleaving of writes and reads', () => {
    const message = fc
      .tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.array(fc.nat(255), { maxLength: CAPACITY / 8 }))
      .map(([type, bytes]): Message => ({ type, bytes }));
    const step = fc.oneof(message, fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.nat(CAPACITY / 8), (steps, turns) => {
        const ring = ringOf();
        for (let i = 0; i < turns; i++) {
          put(ring, { type: 1, bytes: [] });
          readAll(ring);
        }
        const expected: Message[] = [];
        for (const action of steps) {
          if (typeof action !== 'number') {
            if (put(ring, action)) {
              expected.push(action);
            } else {
              assert.ok(ring.size() > CAPACITY / 2, 'refused although there was room');
            }
          } else {
            const messages = readAll(ring, action);
            assert.ok(messages.length <= action);
            assert.deepEqual(messages, expected.splice(0, messages.length));
          }
        }
        const rest = [...readAll(ring), ...readAll(ring)];
        assert.deepEqual(rest, expected);
        assert.equal(ring.size(), 0);
        assert.ok(ring.buffer.u8.subarray(0, CAPACITY).every((byte) => byte === 0));
      }),
    );
  });

  it('takes messages up to an eighth of its capacity', () => {
    const ring = ringOf();
    assert.equal(ring.maxMsgLength, 128);
    assert.ok(ring.write(1, new Uint8Array(128), 0, 128));
    throwsCode(() => ring.write(1, new Uint8Array(129), 0, 129), 'MESSAGE_TOO_LONG');
    throwsCode(() => ring.tryClaim(1, 129), 'MESSAGE_TOO_LONG');
    assert.equal(readAll(ring).length, 1);
  });

  it('refuses messages that cannot be, and stays as it was', () => {
    const ring = ringOf();
    throwsCode(() => ring.write(0, new Uint8Array(1), 0, 1), 'INVALID_MESSAGE_TYPE');
    throwsCode(() => ring.write(-1, new Uint8Array(1), 0, 1), 'INVALID_MESSAGE_TYPE');
    throwsCode(() => ring.write(1, new Uint8Array(4), 2, 3), 'OUT_OF_BOUNDS');
    throwsCode(() => ring.write(1, new Uint8Array(4), -1, 3), 'OUT_OF_BOUNDS');
    throwsCode(() => ring.tryClaim(1, -1), 'OUT_OF_RANGE');
    assert.equal(ring.producerPosition(), 0);
  });

  it('refuses a buffer of a wrong size', () => {
    for (const length of [0, 1000, 1000 + RingBufferDescriptor.TRAILER_LENGTH, RingBufferDescriptor.TRAILER_LENGTH]) {
      throwsCode(() => new ManyToOneRingBuffer(AtomicBuffer.allocate(length)), 'INVALID_CAPACITY');
    }
  });

  it('says no when it is full, and takes messages again once read', () => {
    const ring = ringOf();
    let written = 0;
    while (put(ring, { type: 1, bytes: new Array(120).fill(written) })) {
      written++;
    }
    assert.equal(written, 8);
    assert.equal(ring.size(), CAPACITY);
    assert.equal(ring.tryClaim(1, 1), INSUFFICIENT_CAPACITY);
    assert.equal(readAll(ring, 1).length, 1);
    assert.ok(put(ring, { type: 2, bytes: [1] }));
    assert.equal(readAll(ring).length, 7);
    assert.deepEqual(readAll(ring), [{ type: 2, bytes: [1] }]);
  });

  it('gives claimed messages to the consumer when committed, and skips aborted ones', () => {
    const ring = ringOf();
    const first = ring.tryClaim(5, 4);
    const second = ring.tryClaim(6, 4);
    ring.buffer.putInt32(first, 55);
    ring.commit(second);
    assert.deepEqual(readAll(ring), [], 'the second waits behind the first');
    ring.commit(first);
    const third = ring.tryClaim(7, 4);
    ring.abort(third);
    assert.deepEqual(
      readAll(ring).map(({ type }) => type),
      [5, 6],
    );
    throwsCode(() => ring.commit(first), 'NOT_CLAIMED');
    throwsCode(() => ring.abort(third), 'NOT_CLAIMED');
    throwsCode(() => ring.commit(4), 'OUT_OF_BOUNDS');
    throwsCode(() => ring.commit(CAPACITY + 8), 'OUT_OF_BOUNDS');
  });

  it('counts a message as read when the handler throws', () => {
    const ring = ringOf();
    put(ring, { type: 1, bytes: [1] });
    put(ring, { type: 2, bytes: [2] });
    assert.throws(
      () =>
        ring.read(() => {
          throw new Error('handler');
        }),
      /handler/,
    );
    assert.deepEqual(readAll(ring), [{ type: 2, bytes: [2] }]);
  });

  it('lets a controlled reader abort, break and commit', () => {
    const ring = ringOf();
    for (const type of [1, 2, 3, 4, 5]) {
      put(ring, { type, bytes: [] });
    }
    const actions = [
      ControlledMessageAction.CONTINUE,
      ControlledMessageAction.COMMIT,
      ControlledMessageAction.CONTINUE,
      ControlledMessageAction.ABORT,
      ControlledMessageAction.BREAK,
    ];
    const seen: number[] = [];
    const positions: number[] = [];
    const handler = (type: number) => {
      seen.push(type);
      positions.push(ring.consumerPosition());
      return actions.shift() ?? ControlledMessageAction.CONTINUE;
    };
    assert.equal(ring.controlledRead(handler), 3);
    assert.deepEqual(seen, [1, 2, 3, 4]);
    assert.deepEqual(positions, [0, 0, 16, 16]);
    assert.equal(ring.controlledRead(handler), 1);
    assert.deepEqual(seen.slice(4), [4]);
    assert.equal(ring.controlledRead(handler), 1);
    assert.deepEqual(seen.slice(5), [5]);
    assert.equal(ring.size(), 0);
  });

  it('commits across the whole buffer without losing its place', () => {
    const ring = ringOf(128);
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 3; i++) {
        assert.ok(put(ring, { type: i + 1, bytes: new Array(16).fill(round) }));
      }
      const types: number[] = [];
      while (ring.size() > 0) {
        ring.controlledRead((type) => {
          types.push(type);
          return ControlledMessageAction.COMMIT;
        });
      }
      assert.deepEqual(types, [1, 2, 3]);
    }
  });

  it('hands out correlation ids and keeps the heartbeat', () => {
    const ring = ringOf();
    assert.deepEqual([ring.nextCorrelationId(), ring.nextCorrelationId()], [0, 1]);
    assert.equal(ring.consumerHeartbeatTime(), 0);
    ring.setConsumerHeartbeatTime(1_700_000_000_000);
    assert.equal(ring.consumerHeartbeatTime(), 1_700_000_000_000);
    ring.setConsumerHeartbeatTime(-1);
    assert.equal(ring.consumerHeartbeatTime(), -1);
  });

  it('works on at positions beyond 2^32', () => {
    const ring = ringOf();
    const start = 2 ** 40 + 1016;
    for (const offset of [
      RingBufferDescriptor.TAIL_POSITION_OFFSET,
      RingBufferDescriptor.HEAD_POSITION_OFFSET,
      RingBufferDescriptor.HEAD_CACHE_POSITION_OFFSET,
    ]) {
      ring.buffer.putInt64(CAPACITY + offset, start);
    }
    for (let i = 0; i < 300; i++) {
      assert.ok(put(ring, { type: 3, bytes: [i & 0xff, 1, 2] }));
      const messages = [...readAll(ring), ...readAll(ring)];
      assert.deepEqual(messages, [{ type: 3, bytes: [i & 0xff, 1, 2] }]);
    }
    assert.equal(ring.producerPosition(), ring.consumerPosition());
  });

  describe('unblock', () => {
    it('does nothing when nothing is blocked', () => {
      const ring = ringOf();
      assert.equal(ring.unblock(), false);
      put(ring, { type: 1, bytes: [1] });
      assert.equal(ring.unblock(), false);
      assert.equal(readAll(ring).length, 1);
    });

    it('skips a message whose producer died while writing', () => {
      const ring = ringOf();
      ring.tryClaim(1, 20);
      put(ring, { type: 2, bytes: [2] });
      assert.deepEqual(readAll(ring), []);
      assert.equal(ring.unblock(), true);
      assert.deepEqual(readAll(ring), [{ type: 2, bytes: [2] }]);
    });

    it('skips space whose producer died before it wrote a length', () => {
      const ring = ringOf();
      const claimed = ring.tryClaim(1, 20) - 8;
      ring.buffer.putInt64(claimed, 0);
      assert.equal(ring.unblock(), false, 'nothing after it to tell its length by');
      put(ring, { type: 2, bytes: [2] });
      assert.equal(ring.unblock(), true);
      assert.deepEqual(readAll(ring), [{ type: 2, bytes: [2] }]);
    });

    it('skips unwritten space at the end of the buffer', () => {
      const ring = ringOf(128);
      for (let i = 0; i < 4; i++) {
        put(ring, { type: 1, bytes: new Array(16).fill(1) });
      }
      readAll(ring);
      ring.buffer.putInt64(ring.tryClaim(9, 8) - 8, 0);
      put(ring, { type: 2, bytes: [2] });
      assert.equal(ring.unblock(), true);
      assert.deepEqual([...readAll(ring), ...readAll(ring)], [{ type: 2, bytes: [2] }]);
    });
  });

  describe('records that a broken producer left', () => {
    const corrupt = (length: number) => {
      const ring = ringOf();
      put(ring, { type: 1, bytes: [1] });
      const index = ring.tryClaim(2, 8);
      ring.buffer.putInt32(index - 8, length);
      return ring;
    };

    for (const length of [1, 7, CAPACITY, 2 ** 31 - 1]) {
      it(`are refused and skipped when they claim ${length} bytes`, () => {
        const ring = corrupt(length);
        throwsCode(() => readAll(ring), 'MALFORMED_RECORD');
        assert.equal(ring.consumerPosition(), CAPACITY);
        const controlled = corrupt(length);
        throwsCode(() => controlled.controlledRead(() => ControlledMessageAction.COMMIT), 'MALFORMED_RECORD');
        assert.equal(controlled.consumerPosition(), CAPACITY);
      });
    }

    it('never make a reader leave the buffer, whatever they contain', () => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: CAPACITY, maxLength: CAPACITY }), fc.boolean(), (bytes, controlled) => {
          const ring = ringOf();
          ring.buffer.u8.set(bytes);
          const check = (_type: number, _buffer: AtomicBuffer, index: number, length: number) => {
            assert.ok(index >= 8 && length >= 0 && index + length <= CAPACITY);
            return ControlledMessageAction.CONTINUE;
          };
          try {
            controlled ? ring.controlledRead(check) : ring.read(check);
          } catch (error) {
            assert.ok(AeronError.is(error) && error.code === 'MALFORMED_RECORD');
          }
          assert.ok(ring.consumerPosition() <= CAPACITY);
        }),
      );
    });
  });
});
