import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  AeronError,
  AtomicBuffer,
  BroadcastBufferDescriptor,
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
} from '../../src/agrona/mod.ts';

const CAPACITY = 1024;

const bufferOf = (capacity: number = CAPACITY) =>
  AtomicBuffer.allocate(capacity + BroadcastBufferDescriptor.TRAILER_LENGTH);

const unexpected = () => assert.fail('no message was expected');

const throwsCode = (action: () => unknown, code: string) =>
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);

const transmit = (transmitter: BroadcastTransmitter, type: number, bytes: readonly number[]) =>
  transmitter.transmit(type, Uint8Array.from(bytes), 0, bytes.length);

describe('broadcast', () => {
  it('gives a receiver that keeps up every message, whatever their lengths', () => {
    const message = fc.record({
      type: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      bytes: fc.array(fc.nat(255), { maxLength: CAPACITY / 8 }),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
        const buffer = bufferOf();
        const transmitter = new BroadcastTransmitter(buffer);
        const receiver = new CopyBroadcastReceiver(new BroadcastReceiver(buffer));
        for (const { type, bytes } of messages) {
          transmit(transmitter, type, bytes);
          const received = receiver.receive((gotType, source, index, length) => {
            assert.equal(gotType, type);
            assert.deepEqual([...source.copyBytes(index, length)], bytes);
          });
          assert.equal(received, 1);
          assert.equal(receiver.receive(unexpected), 0);
        }
        assert.equal(receiver.broadcastReceiver.lappedCount(), 0);
      }),
    );
  });

  it('gives a receiver that joins late only what comes afterwards and the latest message', () => {
    const buffer = bufferOf();
    const transmitter = new BroadcastTransmitter(buffer);
    transmit(transmitter, 1, [1]);
    transmit(transmitter, 2, [2]);
    const receiver = new BroadcastReceiver(buffer);
    assert.equal(receiver.receiveNext(), true);
    assert.equal(receiver.typeId(), 2);
    transmit(transmitter, 3, [3]);
    assert.equal(receiver.receiveNext(), true);
    assert.equal(receiver.typeId(), 3);
    assert.equal(receiver.receiveNext(), false);
  });

  it('tells a receiver that was overtaken, and goes on with the latest message', () => {
    const buffer = bufferOf();
    const transmitter = new BroadcastTransmitter(buffer);
    const receiver = new BroadcastReceiver(buffer);
    for (let i = 1; i <= 100; i++) {
      transmit(transmitter, i, [i, i, i]);
    }
    assert.equal(receiver.receiveNext(), true);
    assert.equal(receiver.lappedCount(), 1);
    assert.equal(receiver.typeId(), 100);
    assert.equal(receiver.validate(), true);
  });

  it('tells that a message was overwritten while it was used', () => {
    const buffer = bufferOf();
    const transmitter = new BroadcastTransmitter(buffer);
    const receiver = new BroadcastReceiver(buffer);
    transmit(transmitter, 1, [1]);
    assert.equal(receiver.receiveNext(), true);
    assert.equal(receiver.validate(), true);
    for (let i = 0; i < CAPACITY / 16; i++) {
      transmit(transmitter, 2, [2]);
    }
    assert.equal(receiver.validate(), false);
  });

  it('throws once for messages a copying receiver missed, and then goes on', () => {
    const buffer = bufferOf();
    const transmitter = new BroadcastTransmitter(buffer);
    const receiver = new CopyBroadcastReceiver(new BroadcastReceiver(buffer));
    for (let i = 1; i <= 200; i++) {
      transmit(transmitter, i, []);
    }
    throwsCode(() => receiver.receive(unexpected), 'BROADCAST_LAPPED');
    transmit(transmitter, 201, []);
    const types: number[] = [];
    assert.equal(
      receiver.receive((type) => {
        types.push(type);
      }),
      1,
    );
    assert.deepEqual(types, [201]);
  });

  it('refuses what does not fit', () => {
    const buffer = bufferOf();
    const transmitter = new BroadcastTransmitter(buffer);
    assert.equal(transmitter.maxMsgLength, 128);
    throwsCode(() => transmitter.transmit(1, new Uint8Array(129), 0, 129), 'MESSAGE_TOO_LONG');
    throwsCode(() => transmitter.transmit(0, new Uint8Array(1), 0, 1), 'INVALID_MESSAGE_TYPE');
    const receiver = new CopyBroadcastReceiver(new BroadcastReceiver(buffer), 64);
    transmit(transmitter, 1, new Array(65).fill(1));
    throwsCode(() => receiver.receive(unexpected), 'MESSAGE_TOO_LONG');
    for (const length of [0, 1024, 1000 + BroadcastBufferDescriptor.TRAILER_LENGTH]) {
      throwsCode(() => new BroadcastTransmitter(AtomicBuffer.allocate(length)), 'INVALID_CAPACITY');
      throwsCode(() => new BroadcastReceiver(AtomicBuffer.allocate(length)), 'INVALID_CAPACITY');
    }
  });

  it('leaves nothing behind of a message whose source is too short', () => {
    const buffer = bufferOf();
    const transmitter = new BroadcastTransmitter(buffer);
    const receiver = new BroadcastReceiver(buffer);
    throwsCode(() => transmitter.transmit(1, new Uint8Array(4), 2, 3), 'OUT_OF_BOUNDS');
    assert.equal(receiver.receiveNext(), false);
    transmit(transmitter, 2, [7]);
    assert.equal(receiver.receiveNext(), true);
    assert.equal(receiver.typeId(), 2);
  });

  it('works on at positions beyond 2^32', () => {
    const buffer = bufferOf();
    for (const offset of [0, 8, 16]) {
      buffer.putInt64(CAPACITY + offset, 2 ** 40 + 1016);
    }
    const transmitter = new BroadcastTransmitter(buffer);
    const receiver = new BroadcastReceiver(buffer);
    for (let i = 1; i < 200; i++) {
      transmit(transmitter, i, [i]);
      assert.equal(receiver.receiveNext(), true);
      assert.equal(receiver.typeId(), i);
      assert.equal(receiver.length(), 1);
      assert.equal(buffer.getUint8(receiver.offset()), i);
    }
  });

  it('never makes a receiver leave the buffer, whatever it contains', () => {
    const words = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
      minLength: CAPACITY / 4,
      maxLength: CAPACITY / 4,
    });
    fc.assert(
      fc.property(words, (content) => {
        const buffer = bufferOf();
        const receiver = new BroadcastReceiver(buffer);
        buffer.i32.set(content);
        buffer.putInt64(CAPACITY + BroadcastBufferDescriptor.TAIL_COUNTER_OFFSET, CAPACITY);
        try {
          receiver.receiveNext();
          assert.ok(receiver.length() >= 0 && receiver.offset() + receiver.length() <= CAPACITY);
        } catch (error) {
          assert.ok(AeronError.is(error) && error.code === 'MALFORMED_RECORD');
        }
      }),
    );
  });
});
