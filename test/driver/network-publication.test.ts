import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SubscriptionLink } from '../../src/driver/subscription-link.ts';
import {
  DataHeaderFlyweight,
  ErrorFlyweight,
  FrameDescriptor,
  HeaderFlyweight,
  LogBufferDescriptor,
  RttMeasurementFlyweight,
  SetupFlyweight,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';
import {
  INITIAL_TERM_ID,
  MS,
  MTU_LENGTH,
  SECOND,
  SESSION_ID,
  SendSide,
  type SendSideOptions,
  STREAM_ID,
  TERM_LENGTH,
  type WireReceiver,
} from './send-side.ts';

const TETHERED = { isTether: true } as SubscriptionLink;

function connected(options: SendSideOptions = {}): { side: SendSide; receiver: WireReceiver } {
  const side = new SendSide(options);
  const receiver = side.newReceiver();
  side.connect(receiver);
  return { side, receiver };
}

const sum = (frames: Array<[number, number]>) => frames.reduce((total, [, length]) => total + length, 0);

describe('network publication, to a receiver', () => {
  it('sends a setup at once and every 100 ms until somebody answers', () => {
    const side = new SendSide();
    const receiver = side.newReceiver();
    side.run(350 * MS);
    const setups = receiver.setups();
    assert.equal(setups.length, 4);
    const { buffer, length } = setups[0]!;
    assert.equal(length, SetupFlyweight.HEADER_LENGTH);
    assert.equal(SetupFlyweight.sessionId(buffer, 0), SESSION_ID);
    assert.equal(SetupFlyweight.streamId(buffer, 0), STREAM_ID);
    assert.equal(SetupFlyweight.initialTermId(buffer, 0), INITIAL_TERM_ID);
    assert.equal(SetupFlyweight.activeTermId(buffer, 0), INITIAL_TERM_ID);
    assert.equal(SetupFlyweight.termLength(buffer, 0), TERM_LENGTH);
    assert.equal(SetupFlyweight.mtuLength(buffer, 0), MTU_LENGTH);
    assert.equal(HeaderFlyweight.flags(buffer, 0), 0);

    side.connect(receiver);
    receiver.forget();
    side.run(SECOND);
    assert.equal(receiver.setups().length, 0);
  });

  it('sends no data before a status message opens the window', () => {
    const side = new SendSide();
    const receiver = side.newReceiver();
    side.publish(100);
    side.run(SECOND);
    assert.deepEqual(receiver.frames(), []);
    side.connect(receiver);
    side.until('sent', () => receiver.frames().length === 1);
    assert.deepEqual(receiver.frames(), [[0, 160]]);
  });

  it('puts small messages together up to the MTU, byte for byte as they lie in the log', () => {
    const { side, receiver } = connected();
    for (let i = 0; i < 30; i++) {
      side.publish(32);
    }
    side.until('sent', () => sum(receiver.frames()) === 30 * 64);
    assert.deepEqual(receiver.frames(), [
      [0, 1408],
      [1408, 30 * 64 - 1408],
    ]);
    const sent = receiver.received(HeaderFlyweight.HDR_TYPE_DATA)[0]!.buffer;
    assert.deepEqual(sent.u8, side.rawLog.termBuffers[0].u8.slice(0, 1408));
    assert.equal(side.senderPosition, 30 * 64);
  });

  it('sends up to the limit of the window and not a frame more', () => {
    const { side, receiver } = connected();
    for (let i = 0; i < 20; i++) {
      side.publish(1376);
    }
    side.run(50 * MS);
    assert.equal(side.senderLimit, 8192);
    assert.equal(sum(receiver.frames()), 5 * 1408);
    assert.equal(side.counters.senderBpe.get(), 1);
    receiver.statusMessage(5 * 1408);
    side.until('more', () => sum(receiver.frames()) === 10 * 1408);
    assert.equal(side.senderLimit, 5 * 1408 + 8192);
  });

  it('goes on in the next term behind padding, of which only the header is sent', () => {
    const { side, receiver } = connected();
    const positions: number[] = [];
    for (let end = 0; end < TERM_LENGTH; ) {
      end = side.publish(1000);
      side.until('sent', () => side.senderPosition === end);
      receiver.statusMessage(end);
      side.run(MS);
      positions.push(end);
    }
    const padding = receiver.received(HeaderFlyweight.HDR_TYPE_PAD);
    assert.equal(padding.length, 1);
    assert.equal(padding[0]!.length, 32);
    assert.equal(DataHeaderFlyweight.termOffset(padding[0]!.buffer, 0) + padding[0]!.buffer.getInt32(0), TERM_LENGTH);
    assert.equal(positions.at(-1), TERM_LENGTH + 1056);
    assert.deepEqual(receiver.frames().at(-1), [TERM_LENGTH, 1056]);
  });

  it('sends heartbeats with the position while there is nothing to send', () => {
    const { side, receiver } = connected();
    const position = side.publish(100);
    side.run(350 * MS);
    const heartbeats = receiver.heartbeats();
    assert.ok(heartbeats.length >= 3 && heartbeats.length <= 4, `${heartbeats.length}`);
    const { buffer, flags, length } = heartbeats.at(-1)!;
    assert.equal(length, DataHeaderFlyweight.HEADER_LENGTH);
    assert.equal(flags, DataHeaderFlyweight.BEGIN_AND_END_FLAGS);
    assert.equal(DataHeaderFlyweight.termOffset(buffer, 0), position);
    assert.equal(side.counter(SystemCounterDescriptor.HEARTBEATS_SENT), heartbeats.length);
  });

  it('sends a setup again to a receiver that asks for one', () => {
    const { side, receiver } = connected();
    side.run(200 * MS);
    receiver.forget();
    receiver.requestSetup({ receiverId: 8n });
    side.until('setup', () => receiver.setups().length === 1);
    side.run(500 * MS);
    assert.equal(receiver.setups().length, 1);
  });

  it('is connected while status messages come and not when they have stayed away for 5 s', () => {
    const { side } = connected();
    side.run(4 * SECOND);
    assert.equal(LogBufferDescriptor.isConnected(side.rawLog.metaData), true);
    side.run(1.2 * SECOND);
    side.onTimeEvent();
    assert.equal(LogBufferDescriptor.isConnected(side.rawLog.metaData), false);
    assert.equal(side.counters.publisherLimit.get(), side.senderPosition);
  });

  it('stays connected to a slow one with the largest window when padding takes it beyond its limit', () => {
    const { side, receiver } = connected();
    const windowLength = TERM_LENGTH / 2;
    const padding = 4096;
    const consumed = TERM_LENGTH - padding + 32 - windowLength;
    for (let end = 0; end < TERM_LENGTH - padding; ) {
      end = side.publish(1024 - 32);
      receiver.statusMessage(Math.min(Math.max(0, end - 8192), consumed), { windowLength });
      side.run(MS);
    }
    side.publish(8192 - 32);
    side.until('sent', () => side.senderPosition === TERM_LENGTH);
    assert.equal(side.senderLimit, consumed + windowLength);
    for (let i = 0; i < 40; i++) {
      receiver.statusMessage(consumed, { windowLength });
      side.run(200 * MS);
      side.onTimeEvent();
    }
    assert.equal(LogBufferDescriptor.isConnected(side.rawLog.metaData), true);
    assert.equal(side.counter(SystemCounterDescriptor.STATUS_MESSAGES_REJECTED), 0);
  });

  it('limits publishers to a window ahead of the sender, over terms it has cleaned', () => {
    const { side, receiver } = connected();
    side.until('limit', () => side.counters.publisherLimit.get() === TERM_LENGTH / 2);
    for (let end = 0; end < 5 * TERM_LENGTH; ) {
      end = side.publish(1000);
      side.until('sent', () => side.senderPosition === end);
      receiver.statusMessage(end);
      side.run(MS);
      assert.equal(side.counters.publisherLimit.get(), end + TERM_LENGTH / 2);
    }
    assert.equal(side.counters.publisherPos.get(), side.senderPosition);
  });

  it('answers RTT measurements with the time it was sent', () => {
    const { side, receiver } = connected();
    const { REPLY_FLAG, HEADER_LENGTH } = RttMeasurementFlyweight;
    RttMeasurementFlyweight.encode(receiver.buffer, 0, REPLY_FLAG, SESSION_ID, STREAM_ID, 123456789012345n, 0n, 7n);
    receiver.sendRaw(HEADER_LENGTH);
    side.until('answer', () => receiver.received(HeaderFlyweight.HDR_TYPE_RTTM).length === 1);
    const { buffer, flags } = receiver.received(HeaderFlyweight.HDR_TYPE_RTTM)[0]!;
    assert.equal(flags, 0);
    assert.equal(RttMeasurementFlyweight.echoTimestampNs(buffer, 0), 123456789012345n);
    assert.equal(RttMeasurementFlyweight.receiverId(buffer, 0), 7n);
  });

  it('tells of the error frame of a receiver it knows, and no longer counts that one', () => {
    const { side, receiver } = connected();
    const length = ErrorFlyweight.encode(receiver.buffer, 0, SESSION_ID, STREAM_ID, 7n, undefined, 13, 'no more');
    receiver.sendRaw(length);
    side.until('error', () => side.events.length > 0);
    assert.deepEqual(side.events, ['publication error -1 42 1001 7 0 no more']);
    assert.equal(side.counter(SystemCounterDescriptor.ERROR_FRAMES_RECEIVED), 1);
    receiver.sendRaw(length);
    side.run(50 * MS);
    assert.equal(side.events.length, 1);
  });

  it('puts the time into the first fragments where the channel asks for it', () => {
    const { side, receiver } = connected({ channel: 'aeron:udp?endpoint=10.0.0.2:20700|channel-snd-ts-offset=8' });
    side.publish(4);
    side.publish(100);
    side.until('sent', () => sum(receiver.frames()) > 0);
    side.run(MS);
    side.publish(100);
    side.until('sent', () => receiver.frames().length === 2);
    const [first, second] = receiver.received(HeaderFlyweight.HDR_TYPE_DATA).filter(({ length }) => length > 32);
    assert.equal(first!.buffer.getInt32(32), 0, 'no room in the first frame');
    const sentAtMs = Number(second!.buffer.getBigInt64(32 + 8) / 1_000_000n);
    assert.ok(Math.abs(sentAtMs - side.platform.clock.epochTimeMs()) < 10_000);
  });
});

describe('network publication, asked to send again', () => {
  function sentSome(): { side: SendSide; receiver: WireReceiver; end: number } {
    const { side, receiver } = connected();
    for (let i = 0; i < 5; i++) {
      side.publish(1376);
    }
    side.until('sent', () => receiver.frames().length === 5);
    receiver.forget();
    return { side, receiver, end: 5 * 1408 };
  }

  it('sends what is missing, once within the linger time', () => {
    const { side, receiver } = sentSome();
    receiver.nak(1408, 2 * 1408);
    side.until('sent again', () => receiver.frames().length === 2);
    assert.deepEqual(receiver.frames(), [
      [1408, 1408],
      [2816, 1408],
    ]);
    receiver.nak(1408, 2 * 1408);
    side.run(5 * MS);
    assert.equal(receiver.frames().length, 2);
    side.run(10 * MS);
    receiver.nak(1408, 1408);
    side.until('sent again', () => receiver.frames().length === 3);
    assert.equal(side.counter(SystemCounterDescriptor.RETRANSMITS_SENT), 2);
    assert.equal(side.counter(SystemCounterDescriptor.RETRANSMITTED_BYTES), 3 * 1408);
    assert.equal(side.counters.senderNaksReceived.get(), 3);
  });

  const impossible: [string, (receiver: WireReceiver) => void, 'ignored' | 'invalid'][] = [
    ['in the future', (receiver) => receiver.nak(5 * 1408, 1408), 'ignored'],
    ['in a later term', (receiver) => receiver.nak(TERM_LENGTH * 3, 1408), 'ignored'],
    ['before the stream', (receiver) => receiver.nak(-TERM_LENGTH + 32, 1408), 'invalid'],
    ['within a message', (receiver) => receiver.nak(1408 + 64, 1408), 'ignored'],
    ['of nothing', (receiver) => receiver.nak(0, 0), 'ignored'],
    ['past the end of the term', (receiver) => receiver.nak(1408, TERM_LENGTH), 'invalid'],
    ['that is not aligned', (receiver) => receiver.nak(8, 32), 'invalid'],
    ['of negative length', (receiver) => receiver.nak(0, -32), 'invalid'],
  ];
  for (const [what, send, outcome] of impossible) {
    it(`sends nothing for a NAK ${what}`, () => {
      const { side, receiver } = sentSome();
      send(receiver);
      side.run(20 * MS);
      assert.deepEqual(receiver.frames(), []);
      assert.equal(side.invalidPackets, outcome === 'invalid' ? 1 : 0);
      assert.deepEqual(side.errors, []);
    });
  }

  it('has its few resends at hand for a group that asks for what was sent, whatever else it is asked for', () => {
    const { side, receiver } = connected({ channel: 'aeron:udp?control=10.0.0.1:20600|control-mode=dynamic' });
    side.publish(1376);
    side.until('sent', () => receiver.frames().length === 1);
    receiver.forget();
    for (let i = 0; i < 100; i++) {
      receiver.nak(1408 * (i + 2), 1408);
    }
    receiver.nak(0, 1408);
    side.until('sent again', () => receiver.frames().length === 1);
    assert.equal(side.counter(SystemCounterDescriptor.RETRANSMIT_OVERFLOW), 0);
  });

  it('sends nothing again that was overwritten since', () => {
    const { side, receiver } = connected();
    for (let end = 0; end < 3 * TERM_LENGTH; ) {
      end = side.publish(1376);
      side.until('sent', () => side.senderPosition === end);
      receiver.statusMessage(end);
      side.run(MS);
    }
    receiver.forget();
    receiver.nak(0, 1408);
    side.run(20 * MS);
    assert.deepEqual(receiver.frames(), []);
  });
});

describe('network publication, with status messages that cannot be', () => {
  it('rejects positions far from where the sender is', () => {
    const { side, receiver } = connected();
    for (const position of [TERM_LENGTH, 40 * TERM_LENGTH, -32, -40 * TERM_LENGTH]) {
      receiver.statusMessage(position);
    }
    side.run(50 * MS);
    assert.equal(side.counter(SystemCounterDescriptor.STATUS_MESSAGES_REJECTED), 4);
    assert.equal(side.senderLimit, 8192);
  });

  it('counts impossible offsets and windows as invalid packets', () => {
    const { side, receiver } = connected();
    receiver.statusMessage(8);
    receiver.statusMessage(0, { windowLength: -1 });
    receiver.statusMessage(0, { windowLength: TERM_LENGTH });
    side.run(50 * MS);
    assert.equal(side.invalidPackets, 3);
    assert.equal(side.senderLimit, 8192);
  });

  it('hears nobody but its receiver', () => {
    const { side } = connected();
    const stranger = side.newReceiver('10.0.0.3:20700');
    stranger.statusMessage(1408, { receiverId: 9n, windowLength: 16384 });
    side.run(50 * MS);
    assert.equal(side.senderLimit, 8192);
  });

  it('takes any datagram without an error that reaches the duty cycle, and goes on', () => {
    const { side, receiver } = connected();
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.constantFrom(undefined, 2, 3, 4, 5, 6, 7, 11),
        (bytes, type) => {
          receiver.buffer.putBytes(0, bytes, 0, bytes.length);
          if (type !== undefined && bytes.length > 8) {
            receiver.buffer.putInt32(0, bytes.length);
            receiver.buffer.putInt32(4, type << 16);
            receiver.buffer.putInt32(8, SESSION_ID);
            receiver.buffer.putInt32(12, STREAM_ID);
          }
          receiver.sendRaw(bytes.length);
          side.run(MS);
        },
      ),
      { numRuns: 300 },
    );
    const unexpected = side.errors.filter((error) => (error as { code?: string }).code !== 'INVALID_FRAME');
    assert.deepEqual(unexpected, []);
    assert.ok(side.errors.length <= 6, 'each kind is logged once');
    assert.ok(side.invalidPackets > 0);
    receiver.forget();
    receiver.statusMessage(side.senderPosition);
    side.publish(100);
    side.until('sent', () => receiver.frames().length === 1);
  });

  it('does not follow a frame length in the log that leads out of the term', () => {
    const { side, receiver } = connected();
    const term = side.rawLog.termBuffers[0];
    for (const length of [0x7fffffff, 0x7fffffe0, TERM_LENGTH + 32]) {
      term.putInt32(0, length);
      term.putInt16(6, HeaderFlyweight.HDR_TYPE_PAD);
      side.run(10 * MS);
    }
    assert.deepEqual(receiver.frames(), []);
    assert.equal(side.senderPosition, 0);
    assert.deepEqual(side.errors, []);
  });
});

describe('network publication, at its end', () => {
  it('drains, says end of stream, lingers and is given up', () => {
    const { side, receiver } = connected();
    const end = side.publish(100);
    side.publication.decRef();
    assert.equal(side.publication.state, 'DRAINING');
    assert.equal(LogBufferDescriptor.endOfStreamPosition(side.rawLog.metaData), end);
    side.until('sent', () => side.senderPosition === end);
    side.onTimeEvent();
    assert.equal(side.publication.state, 'LINGER');
    receiver.forget();
    side.until('heartbeat', () => receiver.heartbeats().length > 0);
    assert.equal(receiver.heartbeats()[0]!.flags, DataHeaderFlyweight.BEGIN_END_AND_EOS_FLAGS);
    side.run(4 * SECOND);
    side.onTimeEvent();
    assert.equal(side.publication.state, 'LINGER');
    side.run(1.1 * SECOND);
    side.onTimeEvent();
    assert.equal(side.publication.state, 'DONE');
    assert.ok(side.events.includes('cleanup publication'));
    assert.equal(side.endpoint.shouldBeClosed, true);
    assert.equal(side.publication.hasReachedEndOfLife(), false);
    side.sender.onRemoveNetworkPublication(side.publication);
    assert.equal(side.publication.hasReachedEndOfLife(), true);
    side.publication.close();
    assert.equal(side.counters.senderPosition.isClosed, true);
  });

  it('does not linger when its one receiver has said that it has everything', () => {
    const { side, receiver } = connected();
    side.publication.decRef();
    side.onTimeEvent();
    receiver.statusMessage(0, { flags: StatusMessageFlyweight.END_OF_STREAM_FLAG });
    side.run(MS);
    side.onTimeEvent();
    assert.equal(side.publication.state, 'DONE');
  });

  it('keeps quiet about the end with eos=false', () => {
    const { side, receiver } = connected({ params: { signalEos: false } });
    side.publication.decRef();
    receiver.forget();
    side.until('heartbeat', () => receiver.heartbeats().length > 0);
    assert.equal(receiver.heartbeats()[0]!.flags, DataHeaderFlyweight.BEGIN_AND_END_FLAGS);
  });

  it('says at once that it was revoked', () => {
    const { side, receiver } = connected();
    side.publication.revoke();
    side.publication.decRef();
    side.onTimeEvent();
    assert.equal(side.publication.state, 'LINGER');
    assert.equal(LogBufferDescriptor.isConnected(side.rawLog.metaData), false);
    receiver.forget();
    side.until('heartbeat', () => receiver.heartbeats().length > 0);
    assert.equal(receiver.heartbeats()[0]!.flags, DataHeaderFlyweight.BEGIN_END_EOS_AND_REVOKED_FLAGS);
    assert.equal(side.counter(SystemCounterDescriptor.PUBLICATIONS_REVOKED), 1);
  });
});

describe('network publication, with a publisher that died in the middle', () => {
  it('unblocks the log after the unblock timeout', () => {
    const { side, receiver } = connected({ isExclusive: false });
    const term = side.rawLog.termBuffers[0];
    LogBufferDescriptor.getAndAddRawTail(side.rawLog.metaData, 0, 128);
    DataHeaderFlyweight.encode(term, 0, -100, 0xc0, 1, 0, SESSION_ID, STREAM_ID, INITIAL_TERM_ID);
    const end = side.publish(100);
    side.onTimeEvent();
    side.run(14 * SECOND);
    side.onTimeEvent();
    assert.equal(FrameDescriptor.frameLength(term, 0), -100);
    side.run(1.1 * SECOND);
    side.onTimeEvent();
    assert.equal(FrameDescriptor.frameLength(term, 0), 100);
    assert.equal(FrameDescriptor.isPaddingFrame(term, 0), true);
    assert.equal(side.counter(SystemCounterDescriptor.UNBLOCKED_PUBLICATIONS), 1);
    receiver.statusMessage(0);
    side.until('sent', () => side.senderPosition === end);
  });
});

describe('network publication, with spies', () => {
  it('holds the publishers back for a slow spy', () => {
    const { side, receiver } = connected();
    const spy = side.countersManager.newCounter('sub-pos');
    side.publication.addSubscriber(TETHERED, spy, side.platform.clock.nanoTime());
    let end = 0;
    for (let i = 0; i < 10; i++) {
      end = side.publish(1376);
      side.until('sent', () => side.senderPosition === end);
      receiver.statusMessage(end);
      side.run(MS);
    }
    assert.equal(side.counters.publisherLimit.get(), TERM_LENGTH / 2);
    spy.setRelease(end);
    side.run(MS);
    assert.equal(side.counters.publisherLimit.get(), end + TERM_LENGTH / 2);
    side.publication.removeSubscriber(TETHERED, spy);
    assert.equal(side.publication.hasSpies, false);
    assert.equal(spy.isClosed, true);
  });

  it('is connected by spies alone where they simulate a connection, at the speed of the fastest', () => {
    const side = new SendSide({ params: { spiesSimulateConnection: true } });
    const spy = side.countersManager.newCounter('sub-pos');
    side.publication.addSubscriber(TETHERED, spy, side.platform.clock.nanoTime());
    assert.equal(LogBufferDescriptor.isConnected(side.rawLog.metaData), true);
    const end = side.publish(1376);
    spy.setRelease(end);
    side.run(MS);
    assert.equal(side.senderPosition, end);
    assert.equal(side.counters.publisherLimit.get(), end + TERM_LENGTH / 2);
    side.publication.removeSubscriber(TETHERED, spy);
    assert.equal(LogBufferDescriptor.isConnected(side.rawLog.metaData), false);
  });

  it('waits in draining for a spy to have read everything', () => {
    const { side } = connected();
    const spy = side.countersManager.newCounter('sub-pos');
    side.publication.addSubscriber(TETHERED, spy, side.platform.clock.nanoTime());
    const end = side.publish(100);
    side.until('sent', () => side.senderPosition === end);
    side.publication.decRef();
    side.onTimeEvent();
    assert.equal(side.publication.state, 'DRAINING');
    spy.setRelease(end);
    side.onTimeEvent();
    assert.equal(side.publication.state, 'LINGER');
    assert.deepEqual(side.events, ['cleanup spies']);
  });
});
