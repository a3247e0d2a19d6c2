import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DataHeaderFlyweight,
  LogBufferDescriptor,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';
import { INITIAL_TERM_ID, ReceiveSide, SESSION_ID, STREAM_ID, TERM_LENGTH, WINDOW_LENGTH } from './receive-side.ts';

const PAYLOAD = Uint8Array.of(1, 2, 3, 4);
const FRAME_LENGTH = 64;
const MS = 1_000_000;

describe('sessions of a stream', () => {
  it('are asked for their setup when data of theirs comes, and asked again when none came', () => {
    const side = new ReceiveSide();
    const sender = side.newSender();
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID);
    sender.data(0, PAYLOAD);
    side.until('a request for the setup', () => sender.setupRequests().length === 1);
    const { buffer } = sender.setupRequests()[0]!;
    assert.equal(StatusMessageFlyweight.streamId(buffer, 0), STREAM_ID);
    assert.equal(StatusMessageFlyweight.sessionId(buffer, 0), SESSION_ID);
    assert.equal(StatusMessageFlyweight.receiverId(buffer, 0), side.endpoint.receiverId);

    sender.data(0, PAYLOAD);
    side.world.run(500 * MS);
    assert.equal(sender.setupRequests().length, 1, 'one request at a time');

    side.world.run(600 * MS);
    sender.data(0, PAYLOAD);
    side.until('another request for the setup', () => sender.setupRequests().length === 2);
    assert.deepEqual(side.errors, []);
  });

  it('get an image by their setup, which tells the sender where it stands', () => {
    const side = new ReceiveSide();
    const sender = side.newSender();
    side.connect(sender, { activeTermId: INITIAL_TERM_ID + 5, termOffset: 96 });
    assert.equal(side.rebuilt, 5 * TERM_LENGTH + 96);
    side.until('a status message', () => sender.statusMessages().length > 0);
    const { buffer, flags } = sender.statusMessages()[0]!;
    assert.equal(flags, 0);
    assert.equal(StatusMessageFlyweight.consumptionTermId(buffer, 0), INITIAL_TERM_ID + 5);
    assert.equal(StatusMessageFlyweight.consumptionTermOffset(buffer, 0), 96);
    assert.equal(StatusMessageFlyweight.receiverWindowLength(buffer, 0), WINDOW_LENGTH);
    assert.equal(StatusMessageFlyweight.hasGroupTag(buffer, 0), false);
    sender.setup();
    side.world.run(10 * MS);
    assert.equal(side.images.length, 1, 'the setup again makes no other image');
  });

  it('are left alone by frames that nobody subscribed to', () => {
    const side = new ReceiveSide();
    const sender = side.newSender();
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID + 1);
    sender.data(0, PAYLOAD);
    sender.setup();
    side.world.run(100 * MS);
    assert.deepEqual(sender.statusMessages(), []);
    assert.equal(side.images.length, 0);
  });

  it('are taken one by one by subscriptions that name them', () => {
    const side = new ReceiveSide();
    const sender = side.newSender();
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID, SESSION_ID);
    sender.setup({ sessionId: SESSION_ID + 1 });
    sender.data(0, PAYLOAD, SESSION_ID + 1);
    side.world.run(100 * MS);
    assert.equal(side.images.length, 0);
    assert.deepEqual(sender.setupRequests(), []);
    sender.setup();
    side.until('image', () => side.images.length === 1);
    assert.equal(side.image.sessionId, SESSION_ID);

    side.receiver.onAddSubscription(side.endpoint, STREAM_ID);
    sender.setup({ sessionId: SESSION_ID + 1 });
    side.until('image of the other session', () => side.images.length === 2);

    side.receiver.onRemoveSubscription(side.endpoint, STREAM_ID);
    assert.equal(side.images[1]!.state, 'DRAINING');
    assert.equal(side.image.state, 'ACTIVE');
    side.receiver.onRemoveSubscription(side.endpoint, STREAM_ID, SESSION_ID);
    assert.equal(side.image.state, 'DRAINING');
  });

  it('cool down when their image goes without an end of stream', () => {
    const side = new ReceiveSide({ context: { imageLivenessTimeoutNs: 50 * MS } });
    const sender = side.newSender();
    const image = side.connect(sender);
    side.until('image that heard nothing', () => image.state === 'DRAINING');
    sender.setup();
    sender.data(0, PAYLOAD);
    side.world.run(10 * MS);
    assert.equal(side.images.length, 1);

    side.receiver.onRemoveCoolDown(side.endpoint, SESSION_ID, STREAM_ID);
    sender.setup();
    side.until('image again', () => side.images.length === 2);
  });

  it('may try again after the conductor has refused an image', () => {
    const side = new ReceiveSide({ refusesImages: true });
    const sender = side.newSender();
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID);
    sender.setup();
    side.until('a refusal', () => side.events.length === 1);
    sender.setup();
    side.until('another refusal', () => side.events.length === 2);
  });

  it('are not more than the limit of the stream', () => {
    const side = new ReceiveSide({ streamSessionLimit: 2 });
    const sender = side.newSender();
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID);
    for (let sessionId = 1; sessionId <= 10; sessionId++) {
      sender.setup({ sessionId });
    }
    side.world.run(100 * MS);
    assert.equal(side.images.length, 2);
    assert.deepEqual(
      side.errors.map((error) => (error as { code: string }).code),
      ['SESSION_LIMIT'],
    );
  });

  it('do not fill the tables with made-up ids', () => {
    const side = new ReceiveSide();
    const sender = side.newSender();
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID);
    for (let sessionId = 1; sessionId <= 3_000; sessionId++) {
      sender.data(0, PAYLOAD, sessionId);
      side.world.run(100_000);
    }
    side.until('the last frames', () => sender.setupRequests().length >= 1024);
    assert.equal(sender.setupRequests().length, 1024);
    assert.deepEqual(
      side.errors.map((error) => (error as { code: string }).code),
      ['PENDING_SETUPS_LIMIT'],
    );
    side.world.run(1_100 * MS);
    sender.data(0, PAYLOAD, 5_000);
    side.until('a request again', () => sender.setupRequests().length === 1025);
  });

  it('with a control address are asked for periodically while there is a subscription', () => {
    const side = new ReceiveSide({ channel: 'aeron:udp?endpoint=10.0.0.2:20800|control=10.0.0.1:20801' });
    assert.equal(side.endpoint.explicitControlAddress?.key, '10.0.0.1:20801');
    const sent = () => side.world.networkCounts.sent;
    assert.equal(sent(), 1);
    side.world.run(2_500 * MS);
    assert.equal(sent(), 1, 'nobody is interested');
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID);
    side.world.run(3_500 * MS);
    assert.equal(sent(), 5);
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID, SESSION_ID);
    assert.equal(sent(), 6, 'a session is asked for at once');
  });
});

describe('bad setups', () => {
  const refused: Record<string, Parameters<ReturnType<ReceiveSide['newSender']>['setup']>[0]> = {
    'a term length of 0': { termLength: 0 },
    'a negative term length': { termLength: -TERM_LENGTH },
    'a term length below the shortest': { termLength: TERM_LENGTH / 2 },
    'a term length that is no power of two': { termLength: TERM_LENGTH + 32 },
    'a term length beyond 1 GiB': { termLength: -0x80000000 },
    'a term offset beyond the term': { termOffset: TERM_LENGTH },
    'a negative term offset': { termOffset: -32 },
    'a misaligned term offset': { termOffset: 33 },
    'an MTU of 0': { mtuLength: 0 },
    'a misaligned MTU': { mtuLength: 1409 },
    'an MTU beyond a datagram': { mtuLength: 65536 },
    'an active term before the initial one': { activeTermId: INITIAL_TERM_ID - 1 },
    'a position beyond exact numbers': { termLength: 1024 * 1024 * 1024, activeTermId: INITIAL_TERM_ID + 0x7fffffff },
  };
  for (const [what, values] of Object.entries(refused)) {
    it(`with ${what} are counted and make no image`, () => {
      const side = new ReceiveSide();
      const sender = side.newSender();
      side.receiver.onAddSubscription(side.endpoint, STREAM_ID);
      sender.setup(values);
      side.until('the setup', () => side.invalidPackets === 1);
      side.world.run(10 * MS);
      assert.equal(side.images.length, 0);
    });
  }
});

describe('any datagram', () => {
  it('is survived, and a good sender is served throughout', () => {
    const side = new ReceiveSide({ seed: 7 });
    const good = side.newSender();
    const bad = side.newSender();
    const image = side.connect(good);
    const random = side.world.random('bytes');
    const position = 0;
    for (let i = 0; i < 5_000; i++) {
      const { buffer } = bad;
      for (let at = 0; at < 96; at += 4) {
        buffer.putInt32(at, random.below(0x100000000) | 0);
      }
      if (i % 2 === 0) {
        // Near misses: a known version and type, and mostly a length, stream and session that are right.
        buffer.putInt32(4, random.below(12) << 16);
        buffer.putInt32(0, random.below(4) === 0 ? buffer.getInt32(0) : random.below(128));
        buffer.putInt32(12, SESSION_ID + random.below(2));
        buffer.putInt32(16, STREAM_ID);
        buffer.putInt32(20, INITIAL_TERM_ID + random.below(3) - 1);
        buffer.putInt32(8, random.below(4) === 0 ? buffer.getInt32(8) : random.below(TERM_LENGTH / 32) * 32);
      }
      bad.sendRaw(random.below(97));
      if (i % 10 === 0) {
        good.heartbeat(position);
        side.world.run(100_000);
      }
    }
    side.world.run(10 * MS);
    assert.equal(image.state, 'ACTIVE');
    assert.ok(side.invalidPackets > 1_000);
    for (const error of side.errors) {
      assert.match((error as { code: string }).code, /^(INVALID_FRAME|SESSION_LIMIT|PENDING_SETUPS_LIMIT)$/);
    }
  });
});

describe('destinations', () => {
  const MDS = 'aeron:udp?control-mode=manual';
  const A = 'aeron:udp?endpoint=10.0.0.2:20800';
  const B = 'aeron:udp?endpoint=10.0.0.2:20801|control=10.0.0.1:20805';

  it('are not for a channel of one endpoint', () => {
    const side = new ReceiveSide();
    assert.throws(() => side.endpoint.validateAllowsDestinationControl(), { code: 'INVALID_CHANNEL' });
    side.newEndpoint(MDS).validateAllowsDestinationControl();
  });

  it('receive each by its own socket, and are closed by the conductor when they are removed', () => {
    const side = new ReceiveSide({ channel: MDS });
    const first = side.addDestination(A);
    const sender = side.newSender();
    side.connect(sender);
    const second = side.addDestination(B);
    side.until('a setup request at the control address', () => side.world.networkCounts.sent >= 3);

    sender.data(0, PAYLOAD);
    side.until('data', () => side.rebuilt === FRAME_LENGTH);
    side.until('a status message', () => sender.statusMessages().length > 0);

    side.receiver.onRemoveDestination(side.endpoint, first.udpChannel);
    assert.deepEqual(side.closedDestinations, [first]);
    assert.equal(side.endpoint.hasDestination(0), false);
    assert.equal(side.endpoint.hasDestination(1), true);
    sender.data(FRAME_LENGTH, PAYLOAD);
    side.world.run(10 * MS);
    assert.equal(side.rebuilt, FRAME_LENGTH);
    side.receiver.onRemoveDestination(side.endpoint, first.udpChannel);
    assert.equal(side.closedDestinations.length, 1);
    second.close();
  });

  it('end a stream when each of them has said so', () => {
    const side = new ReceiveSide({ channel: MDS });
    side.addDestination(A);
    side.addDestination('aeron:udp?endpoint=10.0.0.2:20801');
    const first = side.newSender();
    const second = side.newSender('10.0.0.2', 20801);
    const image = side.connect(first);
    second.heartbeat(0);
    side.until('feedback to both', () => first.statusMessages().length > 0 && second.statusMessages().length > 0);
    first.data(0, PAYLOAD);
    first.heartbeat(FRAME_LENGTH, DataHeaderFlyweight.BEGIN_END_AND_EOS_FLAGS);
    side.until('both to count', () => LogBufferDescriptor.activeTransportCount(image.rawLog.metaData) === 2);
    assert.equal(side.rebuilt, FRAME_LENGTH);
    side.world.run(10 * MS);
    assert.equal(image.isEndOfStream, false);
    second.heartbeat(FRAME_LENGTH, DataHeaderFlyweight.BEGIN_END_AND_EOS_FLAGS);
    side.until('the end', () => image.isEndOfStream);
  });

  it('do not end a stream while one of them is still silent', () => {
    const side = new ReceiveSide({ channel: MDS });
    side.addDestination(A);
    const first = side.newSender();
    const image = side.connect(first);
    side.addDestination('aeron:udp?endpoint=10.0.0.2:20801');
    first.data(0, PAYLOAD);
    first.heartbeat(FRAME_LENGTH, DataHeaderFlyweight.BEGIN_END_EOS_AND_REVOKED_FLAGS);
    side.until('data', () => side.rebuilt === FRAME_LENGTH);
    side.world.run(10 * MS);
    assert.equal(image.isEndOfStream, false);
    const second = side.newSender('10.0.0.2', 20801);
    second.data(FRAME_LENGTH, PAYLOAD);
    side.until('the stream to go on', () => side.rebuilt === 2 * FRAME_LENGTH);
  });

  it('give back their index', () => {
    const side = new ReceiveSide({ channel: MDS });
    const first = side.addDestination(A);
    side.addDestination(B);
    side.receiver.onRemoveDestination(side.endpoint, first.udpChannel);
    first.close();
    const again = side.addDestination(A);
    assert.equal(side.endpoint.destination(0), again);
  });

  it('with a control address that is silent have its name looked up again', () => {
    const side = new ReceiveSide({ channel: MDS });
    const transport = side.addDestination(B);
    side.world.run(4_500 * MS);
    assert.deepEqual(side.events, []);
    side.until('the look-up', () => side.events.length > 0);
    assert.deepEqual(side.events, ['re-resolve 10.0.0.1:20805']);
    const address = side.parse('aeron:udp?endpoint=10.0.0.9:1').remoteData;
    side.receiver.onResolutionChange(side.endpoint, transport.udpChannel, address);
    assert.equal(transport.explicitControlAddress, address);
    assert.equal(side.counter(SystemCounterDescriptor.RESOLUTION_CHANGES), 1);
  });
});

describe('receive channel endpoint', () => {
  it('counts who refers to it, and can be closed when nobody does', () => {
    const side = new ReceiveSide();
    const { endpoint } = side;
    assert.equal(endpoint.shouldBeClosed, true);
    assert.equal(endpoint.incRefToStream(1), 1);
    assert.equal(endpoint.incRefToStream(1), 2);
    assert.equal(endpoint.incRefToStreamAndSession(1, -1), 1);
    assert.equal(endpoint.incResponseRefToStream(1), 1);
    endpoint.incRefImages();
    assert.equal(endpoint.distinctSubscriptionCount, 2);
    assert.equal(endpoint.decRefToStream(1), 1);
    assert.equal(endpoint.decRefToStream(1), 0);
    assert.throws(() => endpoint.decRefToStream(1), { code: 'ILLEGAL_STATE' });
    assert.equal(endpoint.decRefToStreamAndSession(1, -1), 0);
    assert.equal(endpoint.decResponseRefToStream(1), 0);
    assert.equal(endpoint.shouldBeClosed, false);
    endpoint.decRefImages();
    assert.equal(endpoint.shouldBeClosed, true);
    endpoint.indicateClosing();
    assert.equal(endpoint.shouldBeClosed, false);
  });

  it('puts the group tag of its channel, or else of the driver, into status messages', () => {
    for (const [channel, tag] of [
      ['aeron:udp?endpoint=10.0.0.2:20800', -5n],
      ['aeron:udp?endpoint=10.0.0.2:20800|gtag=9', 9n],
    ] as const) {
      const side = new ReceiveSide({ channel, context: { receiverGroupTag: -5n } });
      const sender = side.newSender();
      side.connect(sender);
      side.until('a status message', () => sender.statusMessages().length > 0);
      assert.equal(StatusMessageFlyweight.groupTag(sender.statusMessages()[0]!.buffer, 0), tag);
    }
  });

  it('answers a multicast group at its control address, and notices a TTL longer than its own', () => {
    const side = new ReceiveSide({ channel: 'aeron:udp?endpoint=224.20.30.39:20850|interface=10.0.0.0/24|ttl=2' });
    const sender = side.newMulticastSender('224.20.30.39', '224.20.30.40', 20850);
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID);
    sender.data(0, PAYLOAD);
    side.until('a request for the setup', () => sender.setupRequests().length === 1);
    sender.setup({ ttl: 2 });
    side.until('image', () => side.images.length === 1);
    assert.equal(side.counter(SystemCounterDescriptor.POSSIBLE_TTL_ASYMMETRY), 0);
    sender.setup({ ttl: 3, sessionId: SESSION_ID + 1 });
    side.until('another image', () => side.images.length === 2);
    assert.equal(side.counter(SystemCounterDescriptor.POSSIBLE_TTL_ASYMMETRY), 1);
    sender.data(FRAME_LENGTH, PAYLOAD);
    side.until('a NAK', () => sender.naks().length > 0);
    assert.deepEqual(sender.naks()[0], [INITIAL_TERM_ID, 0, FRAME_LENGTH]);
  });

  it('loses on purpose what it is told to', () => {
    const lossGenerators = { data: { shouldDropFrame: () => true }, control: { shouldDropFrame: () => true } };
    const side = new ReceiveSide({ lossGenerators });
    const sender = side.newSender();
    side.receiver.onAddSubscription(side.endpoint, STREAM_ID);
    sender.setup();
    sender.data(0, PAYLOAD);
    side.world.run(10 * MS);
    assert.equal(side.images.length, 0);
    lossGenerators.data.shouldDropFrame = () => false;
    sender.setup();
    side.until('image', () => side.images.length === 1);
    side.world.run(300 * MS);
    assert.deepEqual(sender.statusMessages(), []);
    lossGenerators.control.shouldDropFrame = () => false;
    side.until('a status message', () => sender.statusMessages().length > 0);
    assert.equal(side.counter(SystemCounterDescriptor.SHORT_SENDS), 0);
  });

  it('reads many sockets as well as few', () => {
    const side = new ReceiveSide();
    const extra = Array.from({ length: 8 }, (_, i) => {
      const endpoint = side.newEndpoint(`aeron:udp?endpoint=10.0.0.2:${20810 + i}`);
      side.receiver.onRegisterReceiveChannelEndpoint(endpoint);
      return endpoint;
    });
    const sender = side.newSender();
    side.connect(sender);
    sender.data(0, PAYLOAD);
    side.until('data', () => side.rebuilt === FRAME_LENGTH);
    for (const endpoint of extra) {
      side.receiver.onCloseReceiveChannelEndpoint(endpoint);
    }
    assert.equal(side.events.filter((event) => event === 'endpoint closed').length, extra.length);
    sender.data(FRAME_LENGTH, PAYLOAD);
    side.until('more data', () => side.rebuilt === 2 * FRAME_LENGTH);
    side.receiver.onClose();
    assert.equal(side.endpoint.receiveSocket, undefined);
  });
});
