import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readLossReport } from '../../src/driver/loss-report.ts';
import type { SubscriptionLink } from '../../src/driver/subscription-link.ts';
import {
  DataHeaderFlyweight,
  ErrorCode,
  ErrorFlyweight,
  FrameDescriptor,
  HeaderFlyweight,
  LogBufferDescriptor,
  ResponseSetupFlyweight,
  RttMeasurementFlyweight,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';
import {
  INITIAL_TERM_ID,
  ReceiveSide,
  SESSION_ID,
  STREAM_ID,
  TERM_LENGTH,
  WINDOW_LENGTH,
  type WireSender,
} from './receive-side.ts';

const PAYLOAD = Uint8Array.of(1, 2, 3, 4);
const FRAME = 64;
const MS = 1_000_000;
const EOS = DataHeaderFlyweight.BEGIN_END_AND_EOS_FLAGS;

function connected(options: ConstructorParameters<typeof ReceiveSide>[0] = {}): [ReceiveSide, WireSender] {
  const side = new ReceiveSide(options);
  const sender = side.newSender();
  side.connect(sender);
  return [side, sender];
}

const lastStatusMessage = (sender: WireSender) => {
  const { buffer, flags } = sender.statusMessages().at(-1)!;
  const termId = StatusMessageFlyweight.consumptionTermId(buffer, 0);
  const position = (termId - INITIAL_TERM_ID) * TERM_LENGTH + StatusMessageFlyweight.consumptionTermOffset(buffer, 0);
  return { position, flags };
};

describe('publication image', () => {
  it('rebuilds what arrives in any order', () => {
    const [side, sender] = connected();
    sender.data(FRAME, PAYLOAD);
    side.until('the second frame', () => side.hwm === 2 * FRAME);
    assert.equal(side.rebuilt, 0);
    sender.data(0, PAYLOAD);
    side.until('both frames', () => side.rebuilt === 2 * FRAME);
    const [term] = side.image.rawLog.termBuffers;
    assert.equal(FrameDescriptor.frameLength(term, 0), 36);
    assert.deepEqual([...term.copyBytes(32, 4)], [...PAYLOAD]);
    assert.deepEqual(side.errors, []);
  });

  it('keeps what came first when a frame comes again', () => {
    const [side, sender] = connected();
    sender.data(0, PAYLOAD);
    sender.data(0, Uint8Array.of(9, 9, 9, 9));
    side.world.run(MS);
    assert.deepEqual([...side.image.rawLog.termBuffers[0].copyBytes(32, 4)], [...PAYLOAD]);
    assert.equal(side.hwm, FRAME);
  });

  it('asks for a gap, and again until it is closed', () => {
    const [side, sender] = connected();
    sender.data(2 * FRAME, PAYLOAD);
    side.until('two NAKs', () => sender.naks().length === 2);
    assert.deepEqual(sender.naks()[0], [INITIAL_TERM_ID, 0, 2 * FRAME]);
    sender.data(0, PAYLOAD);
    sender.data(FRAME, PAYLOAD);
    side.until('all frames', () => side.rebuilt === 3 * FRAME);
    const asked = sender.naks().length;
    side.world.run(10 * MS);
    assert.equal(sender.naks().length, asked);
    assert.equal(side.counter(SystemCounterDescriptor.NAK_MESSAGES_SENT), asked);
  });

  it('learns from a heartbeat of a loss at the end', () => {
    const [side, sender] = connected();
    sender.heartbeat(3 * FRAME);
    side.until('a NAK', () => sender.naks().length > 0);
    assert.deepEqual(sender.naks()[0], [INITIAL_TERM_ID, 0, 3 * FRAME]);
    assert.equal(side.counter(SystemCounterDescriptor.HEARTBEATS_RECEIVED), 1);
  });

  it('fills gaps with padding and does not ask when the stream is unreliable', () => {
    const [side, sender] = connected({ isReliable: false });
    sender.data(4 * FRAME, PAYLOAD);
    side.until('the gap to be filled', () => side.rebuilt === 5 * FRAME);
    assert.deepEqual(sender.naks(), []);
    assert.equal(side.counter(SystemCounterDescriptor.LOSS_GAP_FILLS), 1);
    const [term] = side.image.rawLog.termBuffers;
    assert.equal(FrameDescriptor.frameLength(term, 0), 4 * FRAME);
    assert.equal(FrameDescriptor.isPaddingFrame(term, 0), true);
    assert.equal(FrameDescriptor.frameTermId(term, 0), INITIAL_TERM_ID);
  });

  it('reports each lost byte once, however often it is asked for', () => {
    const [side, sender] = connected();
    sender.data(2 * FRAME, PAYLOAD);
    side.until('NAKs', () => sender.naks().length > 3);
    sender.data(FRAME, PAYLOAD);
    side.until('a NAK for less', () => sender.naks().at(-1)![2] === FRAME);
    sender.data(0, PAYLOAD);
    sender.heartbeat(4 * FRAME);
    side.until('a NAK for the end', () => sender.naks().at(-1)![1] === 3 * FRAME);
    const [record] = readLossReport(side.lossReportBuffer);
    assert.equal(record?.totalBytesLost, 3 * FRAME);
    assert.equal(record?.observationCount, 2);
    assert.equal(record?.streamId, STREAM_ID);
    assert.equal(record?.channel, side.endpoint.originalUriString);
    assert.equal(record?.source, sender.address.key);
  });

  it('tells the sender when the subscriber has moved by a quarter of the window, and each interval', () => {
    const [side, sender] = connected();
    side.until('the first status message', () => sender.statusMessages().length === 1);
    for (let position = 0; position < WINDOW_LENGTH; position += FRAME) {
      sender.data(position, PAYLOAD);
    }
    side.until('the data', () => side.rebuilt === WINDOW_LENGTH);
    side.consumeTo(WINDOW_LENGTH / 4);
    side.world.run(5 * MS);
    assert.equal(sender.statusMessages().length, 1);
    side.consumeTo(WINDOW_LENGTH / 4 + FRAME);
    side.until('the second status message', () => sender.statusMessages().length === 2);
    assert.equal(lastStatusMessage(sender).position, WINDOW_LENGTH / 4 + FRAME);
    side.world.run(900 * MS);
    assert.equal(sender.statusMessages().length, 6);
    assert.equal(side.counter(SystemCounterDescriptor.STATUS_MESSAGES_SENT), 6);
  });

  it('goes through terms, and finds each clean when it comes round', () => {
    const [side, sender] = connected();
    const step = 1024;
    for (let position = 0; position < 7 * TERM_LENGTH; position += step) {
      sender.data(position, new Uint8Array(step - 32).fill(1 + ((position / step) % 200)));
      side.until('the data', () => side.rebuilt === position + step);
      side.consumeTo(position + step);
      side.world.step();
    }
    assert.deepEqual(sender.naks(), []);
    const index = LogBufferDescriptor.indexByTermCount(6);
    const bytes = side.image.rawLog.termBuffers[index]!.copyBytes(TERM_LENGTH - step + 32, step - 32);
    const expected = 1 + (((7 * TERM_LENGTH) / step - 1) % 200);
    assert.ok(bytes.every((byte) => byte === expected));
    assert.equal(side.counter(SystemCounterDescriptor.FLOW_CONTROL_OVER_RUNS), 0);
  });

  it('refuses what is beyond the window or long past, and counts it', () => {
    const [side, sender] = connected();
    sender.data(TERM_LENGTH / 2, PAYLOAD);
    sender.heartbeat(TERM_LENGTH);
    sender.data(1000 * TERM_LENGTH, PAYLOAD);
    side.until('overruns', () => side.counter(SystemCounterDescriptor.FLOW_CONTROL_OVER_RUNS) === 3);
    sender.data(-TERM_LENGTH, PAYLOAD);
    sender.heartbeat(-TERM_LENGTH);
    side.until('underruns', () => side.counter(SystemCounterDescriptor.FLOW_CONTROL_UNDER_RUNS) === 2);
    assert.equal(side.hwm, 0);
    side.image.rawLog.termBuffers.forEach((term) => {
      assert.ok(term.u8.every((byte) => byte === 0));
    });
  });

  it('takes padding that goes beyond the window, and heartbeats from behind it', () => {
    const [side, sender] = connected();
    const padding = TERM_LENGTH / 8;
    const edge = TERM_LENGTH / 2;
    for (let position = 0; position < edge; position += 1024) {
      sender.data(position, new Uint8Array(position === edge - 1024 ? 1024 - 64 : 1024 - 32));
    }
    sender.padding(edge - 32, padding);
    side.until('padding', () => side.rebuilt === edge - 32 + padding);
    for (let i = 0; i < 20; i++) {
      sender.heartbeat(edge - 32 + padding);
      side.world.run(1000 * MS);
    }
    assert.equal(side.counter(SystemCounterDescriptor.FLOW_CONTROL_OVER_RUNS), 0);
    assert.equal(side.image.isConnected(side.platform.clock.nanoTime()), true);
    sender.padding(edge, padding);
    sender.padding(edge - 32, TERM_LENGTH / 2);
    sender.heartbeat(2 * edge + 2 * padding);
    side.until('overruns', () => side.counter(SystemCounterDescriptor.FLOW_CONTROL_OVER_RUNS) === 3);
  });

  it('refuses what does not fit the term, counts each and reports one', () => {
    const [side, sender] = connected();
    sender.data(TERM_LENGTH - 32, PAYLOAD);
    sender.padding(TERM_LENGTH - 64, 96);
    side.until('both', () => side.invalidPackets === 2);
    assert.equal(side.hwm, 0);
    assert.deepEqual(
      side.errors.map((error) => (error as { code: string }).code),
      ['INVALID_FRAME'],
    );
  });

  it('stays within what was received whatever a subscriber says of its position', () => {
    const [side, sender] = connected();
    sender.data(0, PAYLOAD);
    side.until('data', () => side.rebuilt === FRAME);
    for (const position of [FRAME + 5, 10 * TERM_LENGTH + 1, -33, 2 ** 52 + 1]) {
      side.consumeTo(position);
      side.world.run(MS);
    }
    assert.ok(side.rebuilt <= side.hwm);
    assert.deepEqual(side.errors, []);
  });

  it('drains at the end of the stream, tells the sender so, and lingers for the clients', () => {
    const [side, sender] = connected();
    const { image } = side;
    sender.data(0, PAYLOAD);
    sender.heartbeat(FRAME, EOS);
    side.until('the end', () => image.isEndOfStream && image.state === 'DRAINING');
    assert.equal(LogBufferDescriptor.endOfStreamPosition(image.rawLog.metaData), FRAME);
    side.until('status messages with the end', () => sender.statusMessages().length > 3);
    assert.equal(lastStatusMessage(sender).flags, StatusMessageFlyweight.END_OF_STREAM_FLAG);

    side.world.run(1_100 * MS);
    side.onTimeEvent();
    assert.equal(image.state, 'DRAINING', 'the subscriber has not read all');
    assert.equal(image.isAcceptingSubscriptions(), true);
    side.consumeTo(FRAME);
    side.onTimeEvent();
    assert.equal(image.state, 'LINGER');
    assert.deepEqual(side.events, ['linger', 'try close endpoint']);
    side.world.run(10 * MS);
    assert.equal(image.hasReachedEndOfLife(), false);
    side.world.run(10_001 * MS);
    side.onTimeEvent();
    assert.equal(image.hasReachedEndOfLife(), true);
    assert.deepEqual(side.events, ['linger', 'try close endpoint', 'cleanup']);
    image.close();
  });

  it('does not end before all of it has come', () => {
    const [side, sender] = connected();
    sender.heartbeat(FRAME, EOS);
    side.until('the end to be known', () => side.image.isEndOfStream);
    side.world.run(50 * MS);
    assert.equal(side.image.state, 'ACTIVE');
    sender.data(0, PAYLOAD);
    side.until('all of it', () => side.image.state === 'DRAINING');
  });

  it('drains when nothing was heard for the liveness time-out', () => {
    const [side, sender] = connected({ context: { imageLivenessTimeoutNs: 300 * MS } });
    for (let i = 0; i < 10; i++) {
      sender.heartbeat(0);
      side.world.run(100 * MS);
    }
    assert.equal(side.image.state, 'ACTIVE');
    side.world.run(350 * MS);
    assert.equal(side.image.state, 'DRAINING');
    assert.equal(side.image.isEndOfStream, false);
  });

  it('ends at once when it was revoked', () => {
    const [side, sender] = connected();
    sender.data(0, PAYLOAD);
    sender.heartbeat(FRAME, DataHeaderFlyweight.BEGIN_END_EOS_AND_REVOKED_FLAGS);
    side.until('revoked', () => LogBufferDescriptor.isPublicationRevoked(side.image.rawLog.metaData));
    assert.equal(side.counter(SystemCounterDescriptor.PUBLICATION_IMAGES_REVOKED), 1);
    side.onTimeEvent();
    side.onTimeEvent();
    assert.equal(side.image.state, 'LINGER');
  });

  it('answers with error frames once it was rejected, and takes nothing more', () => {
    const [side, sender] = connected();
    const { image } = side;
    side.receiver.onRejectImage(image.correlationId, 'no thanks');
    sender.data(0, PAYLOAD);
    const errors = () => sender.feedback.filter(({ type }) => type === HeaderFlyweight.HDR_TYPE_ERR);
    side.until('error frames', () => {
      sender.poll();
      return errors().length === 2;
    });
    const { buffer } = errors()[0]!;
    assert.equal(ErrorFlyweight.errorCode(buffer, 0), ErrorCode.IMAGE_REJECTED);
    assert.equal(ErrorFlyweight.errorMessage(buffer, 0), 'no thanks');
    assert.equal(ErrorFlyweight.sessionId(buffer, 0), SESSION_ID);
    assert.equal(side.hwm, 0);
    assert.equal(side.counter(SystemCounterDescriptor.ERROR_FRAMES_SENT), 2);
  });

  it('passes on the session of its responses with the next status message', () => {
    const [side, sender] = connected();
    side.until('a status message', () => sender.statusMessages().length > 0);
    side.image.responseSessionId = 77;
    side.image.requestNextSmDeadlineReset();
    const setups = () => sender.feedback.filter(({ type }) => type === HeaderFlyweight.HDR_TYPE_RSP_SETUP);
    side.until('a response setup', () => {
      sender.poll();
      return setups().length > 0;
    });
    assert.equal(ResponseSetupFlyweight.responseSessionId(setups()[0]!.buffer, 0), 77);
  });

  it('echoes the RTT measurements that are meant for it', () => {
    const [side, sender] = connected();
    const echoes = () => sender.feedback.filter(({ type }) => type === HeaderFlyweight.HDR_TYPE_RTTM);
    const measure = (receiverId: bigint, flags = 0x80) => {
      RttMeasurementFlyweight.encode(sender.buffer, 0, flags, SESSION_ID, STREAM_ID, -123_456_789n, 0n, receiverId);
      sender.sendRaw(RttMeasurementFlyweight.HEADER_LENGTH);
    };
    measure(side.endpoint.receiverId + 1n);
    measure(0n, 0);
    measure(0n);
    measure(side.endpoint.receiverId);
    side.until('echoes', () => {
      sender.poll();
      return echoes().length === 2;
    });
    const { buffer, flags } = echoes()[0]!;
    assert.equal(flags, 0);
    assert.equal(RttMeasurementFlyweight.echoTimestampNs(buffer, 0), -123_456_789n);
    assert.equal(RttMeasurementFlyweight.receiverId(buffer, 0), side.endpoint.receiverId);
  });

  it('counts the transports by which it is alive', () => {
    const [side, sender] = connected({ context: { imageLivenessTimeoutNs: 1_000 * MS } });
    const count = () => LogBufferDescriptor.activeTransportCount(side.image.rawLog.metaData);
    side.until('status messages', () => sender.statusMessages().length === 2);
    assert.equal(count(), 0);
    sender.heartbeat(0);
    side.until('a live transport', () => count() === 1);
    side.image.removeDestination(0);
    assert.equal(count(), 0);
  });

  it('stamps the time of reception into messages where the channel asks for it', () => {
    const [side, sender] = connected({ channel: 'aeron:udp?endpoint=10.0.0.2:20800|channel-rcv-ts-offset=reserved' });
    sender.data(0, PAYLOAD);
    side.until('data', () => side.rebuilt === FRAME);
    const stamp = DataHeaderFlyweight.reservedValue(side.image.rawLog.termBuffers[0], 0);
    const nowNs = side.platform.clock.epochTimeNs();
    assert.ok(stamp > nowNs - 1_000_000_000n && stamp <= nowNs);
  });

  it('lets no untethered subscriber hold the others back', () => {
    const [side, sender] = connected();
    const { image } = side;
    const slow = side.counters.newCounter('slow');
    const link = { isTether: false, isRejoin: true } as SubscriptionLink;
    image.addSubscriber(link, slow, side.platform.clock.nanoTime());
    for (let position = 0; position < WINDOW_LENGTH; position += FRAME) {
      sender.data(position, PAYLOAD);
    }
    side.until('the data', () => side.rebuilt === WINDOW_LENGTH);
    side.consumeTo(WINDOW_LENGTH);
    const tick = (durationNs: number) => {
      sender.heartbeat(WINDOW_LENGTH);
      side.world.run(durationNs);
      sender.heartbeat(WINDOW_LENGTH);
      side.onTimeEvent();
    };
    tick(4_900 * MS);
    assert.deepEqual(side.events, []);
    assert.equal(lastStatusMessage(sender).position, 0);
    tick(200 * MS);
    assert.deepEqual(side.events, ['unavailable']);
    tick(900 * MS);
    assert.equal(lastStatusMessage(sender).position, 0, 'it still counts while it lingers');
    tick(200 * MS);
    side.until('the window to move', () => lastStatusMessage(sender).position === WINDOW_LENGTH);
    tick(5_000 * MS);
    tick(5_100 * MS);
    assert.deepEqual(side.events, ['unavailable', 'available']);
    image.removeSubscriber(link, slow);
    assert.equal(slow.isClosed, true);
  });

  it('forgets an untethered subscriber that does not want to come back', () => {
    const [side, sender] = connected();
    const slow = side.counters.newCounter('slow');
    const link = { isTether: false, isRejoin: false } as SubscriptionLink;
    side.image.addSubscriber(link, slow, side.platform.clock.nanoTime());
    sender.data(0, PAYLOAD);
    side.until('the data', () => side.rebuilt === FRAME);
    side.consumeTo(WINDOW_LENGTH);
    for (let second = 0; second < 20; second++) {
      sender.heartbeat(FRAME);
      side.world.run(1_000 * MS);
      side.onTimeEvent();
    }
    assert.deepEqual(side.events, ['unavailable']);
    assert.equal(slow.isClosed, true);
  });

  it('waits for a window until there is a subscriber to count again', () => {
    const [side, sender] = connected();
    side.image.removeSubscriberPosition(side.positions().subscriber);
    side.until('status messages', () => sender.statusMessages().length === 3);
    assert.equal(lastStatusMessage(sender).position, 0);
  });

  it('delivers exactly what was sent over a network that loses, repeats and reorders', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.record({
          loss: fc.double({ min: 0, max: 0.3, noNaN: true }),
          duplicate: fc.double({ min: 0, max: 0.2, noNaN: true }),
          reorder: fc.double({ min: 0, max: 0.3, noNaN: true }),
        }),
        fc.array(fc.integer({ min: 0, max: 1376 }), { minLength: 50, maxLength: 200 }),
        (seed, faults, sizes) => {
          const [side, sender] = connected({ seed });
          side.world.setLinks(faults);
          const stream = new ModelStream(side, sender, sizes);
          side.until('the stream', () => stream.advance());
          assert.deepEqual(side.errors, []);
          assert.equal(side.invalidPackets, 0);
        },
      ),
      { numRuns: 20 },
    );
  });
});

/** A sender that answers NAKs, a subscriber that reads, and what the one should see of the other. */
class ModelStream {
  readonly #side: ReceiveSide;
  readonly #sender: WireSender;
  readonly #frames: Array<{ position: number; end: number; payload: Uint8Array | undefined }> = [];
  #sent = 0;
  #read = 0;
  #answered = 0;

  constructor(side: ReceiveSide, sender: WireSender, sizes: readonly number[]) {
    this.#side = side;
    this.#sender = sender;
    let position = 0;
    sizes.forEach((size, i) => {
      const length = (size + 32 + 31) & ~31;
      const left = TERM_LENGTH - (position % TERM_LENGTH);
      if (length > left) {
        this.#frames.push({ position, end: position + left, payload: undefined });
        position += left;
      }
      this.#frames.push({ position, end: position + length, payload: new Uint8Array(size).fill(i + 1) });
      position += length;
    });
  }

  /** Sends, answers, reads and checks a little; true when all was read. */
  advance(): boolean {
    const end = this.#frames.at(-1)!.end;
    const window =
      this.#sender.statusMessages().length > 0 ? lastStatusMessage(this.#sender).position + WINDOW_LENGTH : 0;
    const next = this.#frames[this.#sent];
    if (next !== undefined && next.end <= window) {
      this.#send(next);
      this.#sent++;
    }
    const sentTo = this.#sent === 0 ? 0 : this.#frames[this.#sent - 1]!.end;
    this.#sender.heartbeat(sentTo);
    this.#answerNaks();
    this.#readAndCheck();
    return this.#read === end;
  }

  #send(frame: { position: number; end: number; payload: Uint8Array | undefined }): void {
    if (frame.payload === undefined) {
      this.#sender.padding(frame.position, frame.end - frame.position);
    } else {
      this.#sender.data(frame.position, frame.payload);
    }
  }

  #answerNaks(): void {
    const naks = this.#sender.naks();
    for (const [termId, termOffset, length] of naks.slice(this.#answered)) {
      const from = (termId - INITIAL_TERM_ID) * TERM_LENGTH + termOffset;
      for (const frame of this.#frames.slice(0, this.#sent)) {
        if (frame.position >= from && frame.position < from + length) {
          this.#send(frame);
        }
      }
    }
    this.#answered = naks.length;
  }

  #readAndCheck(): void {
    const { image, rebuilt, hwm } = this.#side;
    assert.ok(rebuilt <= hwm);
    for (const { position, end, payload } of this.#frames) {
      if (position < this.#read || position >= rebuilt) {
        continue;
      }
      assert.ok(end <= rebuilt, 'what is rebuilt ends with a frame');
      const term = image.rawLog.termBuffers[Math.floor(position / TERM_LENGTH) % 3]!;
      const offset = position % TERM_LENGTH;
      assert.equal(FrameDescriptor.frameTermId(term, offset), INITIAL_TERM_ID + Math.floor(position / TERM_LENGTH));
      if (payload === undefined) {
        assert.equal(FrameDescriptor.frameLength(term, offset), end - position);
      } else {
        assert.deepEqual(term.copyBytes(offset + 32, FrameDescriptor.frameLength(term, offset) - 32), payload);
      }
      this.#read = end;
    }
    this.#side.consumeTo(this.#read);
  }
}
