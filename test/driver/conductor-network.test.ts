import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import {
  ChannelEndpointStatus,
  DataHeaderFlyweight,
  DestinationByIdMessageFlyweight,
  ErrorCode,
  FrameDescriptor,
  LogBufferDescriptor,
  type LogBuffers,
  readLogParameters,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';
import { type CommandClient, DriverFixture, Event, MS, SECOND, TERM_LENGTH } from './command-client.ts';

const ENDPOINT = 'aeron:udp?endpoint=10.0.0.1:20600';

/** Publishes a frame of 128 bytes, as a client would, and returns the position behind it. */
function publish(log: LogBuffers): number {
  const length = DataHeaderFlyweight.HEADER_LENGTH + 96;
  const offset = LogBufferDescriptor.getAndAddRawTail(log.metaData, 0, 128);
  LogBufferDescriptor.applyDefaultHeader(log.metaData, log.termBuffers[0]!, offset);
  FrameDescriptor.putFrameTermOffset(log.termBuffers[0]!, offset);
  FrameDescriptor.frameLengthRelease(log.termBuffers[0]!, offset, length);
  return offset + 128;
}

describe('network streams of one driver', () => {
  let fixture: DriverFixture;
  let client: CommandClient;

  beforeEach(() => {
    fixture = new DriverFixture();
    client = fixture.client();
  });

  afterEach(() => fixture.close());

  const publicationReady = (correlationId: number) =>
    client.await(Event.ON_PUBLICATION_READY, { correlationId }, 2 * SECOND);
  const image = (subscription: number) =>
    client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: subscription }, 2 * SECOND);
  const subscribe = (channel: string, streamId?: number) => {
    const id = client.addSubscription(channel, streamId);
    client.await(Event.ON_SUBSCRIPTION_READY, { correlationId: id });
    return id;
  };

  it('come up: channel status, local address, image, positions', () => {
    const subscription = client.addSubscription(ENDPOINT);
    const ready = client.await(Event.ON_SUBSCRIPTION_READY, { correlationId: subscription });
    assert.equal(client.counter(ready.channelStatusCounterId), ChannelEndpointStatus.ACTIVE);
    assert(client.labels().includes(`rcv-channel: ${ENDPOINT} 10.0.0.1:20600`));
    assert(client.labels().includes(`rcv-local-sockaddr: ${ready.channelStatusCounterId} 10.0.0.1:20600`));

    const publication = publicationReady(client.addPublication(ENDPOINT));
    assert.equal(client.counter(publication.channelStatusCounterId), ChannelEndpointStatus.ACTIVE);
    const available = image(subscription);
    assert.equal(available.sessionId, publication.sessionId);
    assert.match(available.logFileName as string, /\/images\/\d+\.logbuffer$/);
    assert.match(available.sourceIdentity as string, /^10\.0\.0\.1:\d+$/);
    const parameters = readLogParameters(client.mapLog(available).metaData);
    assert.equal(parameters.type, LogBufferDescriptor.LOG_BUFFER_TYPE_PUBLICATION_IMAGE);
    assert.equal(parameters.termLength, TERM_LENGTH);
    assert.equal(parameters.reliable, true);
    for (const name of ['pub-pos', 'pub-lmt', 'snd-pos', 'snd-lmt', 'snd-bpe', 'snd-naks-received']) {
      const prefix = new RegExp(`^${name}( \\(concurrent\\))?: ${publication.registrationId} `);
      assert(
        client.labels().some((label) => prefix.test(label)),
        name,
      );
    }
    for (const name of ['rcv-hwm', 'rcv-pos', 'rcv-naks-sent']) {
      assert(
        client.labels().some((label) => label.startsWith(`${name}: ${available.correlationId} `)),
        name,
      );
    }
    assert(client.labels().some((label) => label.startsWith(`sub-pos: ${subscription} `) && label.endsWith(' @0')));
  });

  it('carry data from the publication to the image', () => {
    const subscription = subscribe(ENDPOINT);
    const log = client.mapLog(publicationReady(client.addPublication(ENDPOINT)));
    const imageLog = client.mapLog(image(subscription));
    fixture.passNs(MS);
    publish(log);
    fixture.passNs(10 * MS);
    assert.equal(FrameDescriptor.frameLengthVolatile(imageLog.termBuffers[0]!, 0), 128);
  });

  it('share an endpoint among subscriptions, and close it with the last', () => {
    const first = subscribe(ENDPOINT, 1);
    const second = subscribe(ENDPOINT, 2);
    const channels = () => client.labels().filter((label) => label.startsWith('rcv-channel')).length;
    assert.equal(channels(), 1);
    client.answer(client.removeSubscription(first));
    fixture.passNs(MS);
    assert.equal(channels(), 1);
    client.answer(client.removeSubscription(second));
    fixture.passNs(MS);
    assert.equal(channels(), 0);
  });

  it('can be subscribed to again right after the last subscription was removed', () => {
    const first = subscribe(ENDPOINT);
    client.removeSubscription(first);
    const second = client.addSubscription(ENDPOINT);
    assert.equal(client.answer(second).type, Event.ON_SUBSCRIPTION_READY);
  });

  it('end: the image when it is drained, the publication after its linger, the files with them', () => {
    const subscription = subscribe(ENDPOINT);
    const publication = publicationReady(client.addPublication(`${ENDPOINT}|linger=500ms`));
    image(subscription);
    client.answer(client.removePublication(publication.registrationId as number));
    client.liveFor(15 * SECOND);
    client.await(Event.ON_UNAVAILABLE_IMAGE, { subscriptionRegistrationId: subscription });
    client.liveFor(15 * SECOND);
    assert.deepEqual(fixture.logFiles(), []);
    assert(!client.labels().some((label) => /^(snd|pub)-/.test(label)));
    assert.deepEqual(client.errorsLogged(), []);
  });

  it('can be spied on, before and after they begin', () => {
    const early = subscribe(`aeron-spy:${ENDPOINT}`);
    const publication = publicationReady(client.addPublication(`${ENDPOINT}|ssc=true`));
    const spied = image(early);
    assert.equal(spied.logFileName, publication.logFileName);
    assert.equal(spied.sourceIdentity, 'aeron:ipc');
    const late = subscribe(`aeron-spy:${ENDPOINT}`);
    image(late);
    fixture.passNs(10 * MS);
    const log = client.mapLog(publication);
    assert.equal(LogBufferDescriptor.isConnected(log.metaData), true, 'spies simulate a connection');

    client.answer(client.removePublication(publication.registrationId as number));
    client.liveFor(10 * SECOND);
    client.await(Event.ON_UNAVAILABLE_IMAGE, { subscriptionRegistrationId: early });
    client.await(Event.ON_UNAVAILABLE_IMAGE, { subscriptionRegistrationId: late });
  });

  it('are for one session when the subscription says so', () => {
    const mine = subscribe(`${ENDPOINT}|session-id=5`);
    const other = subscribe(`${ENDPOINT}|session-id=6`);
    publicationReady(client.addPublication(`${ENDPOINT}|session-id=5`));
    image(mine);
    fixture.passNs(SECOND);
    assert(client.sawNothing(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: other }));
  });

  it('send to destinations that are added and removed, by channel and by id', () => {
    const subscription = subscribe(ENDPOINT);
    const channel = 'aeron:udp?control=10.0.0.1:20601|control-mode=manual';
    const publication = publicationReady(client.addPublication(channel)).registrationId as number;
    const add = client.destination(Event.ADD_DESTINATION, publication, ENDPOINT);
    assert.equal(client.answer(add).type, Event.ON_OPERATION_SUCCESS);
    image(subscription);

    const remove = client.command(Event.REMOVE_DESTINATION_BY_ID, DestinationByIdMessageFlyweight.encode, {
      resourceRegistrationId: publication,
      destinationRegistrationId: add,
    });
    assert.equal(client.answer(remove).type, Event.ON_OPERATION_SUCCESS);
    client.liveFor(15 * SECOND);
    client.await(Event.ON_UNAVAILABLE_IMAGE, { subscriptionRegistrationId: subscription });

    const again = client.destination(Event.ADD_DESTINATION, publication, ENDPOINT);
    client.answer(again);
    client.answer(client.destination(Event.REMOVE_DESTINATION, publication, ENDPOINT));
    const refused = client.refusal(client.destination(Event.ADD_DESTINATION, publication, `${ENDPOINT}|mtu=1408`));
    assert.match(refused.errorMessage, /destinations must not contain the key: mtu/);
    const spy = client.refusal(client.destination(Event.ADD_DESTINATION, publication, `aeron-spy:${ENDPOINT}`));
    assert.equal(spy.errorCode, ErrorCode.INVALID_CHANNEL);
  });

  it('without manual control take no destinations', () => {
    const publication = publicationReady(client.addPublication(ENDPOINT)).registrationId as number;
    const refusal = client.refusal(client.destination(Event.ADD_DESTINATION, publication, ENDPOINT));
    assert.match(refusal.errorMessage, /does not allow manual control/);
  });

  it('come from network, IPC and spied destinations into one subscription', () => {
    const subscription = subscribe('aeron:udp?control-mode=manual');
    const network = publicationReady(client.addPublication(ENDPOINT));
    const spied = publicationReady(client.addPublication('aeron:udp?endpoint=10.0.0.1:20605'));
    const ipc = publicationReady(client.addPublication('aeron:ipc'));
    const destinations = [ENDPOINT, 'aeron:ipc', 'aeron-spy:aeron:udp?endpoint=10.0.0.1:20605'];
    for (const destination of destinations) {
      const id = client.destination(Event.ADD_RCV_DESTINATION, subscription, destination);
      assert.equal(client.answer(id).type, Event.ON_OPERATION_SUCCESS);
    }
    for (const { sessionId } of [network, spied, ipc]) {
      client.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: subscription, sessionId }, 2 * SECOND);
    }
    for (const destination of destinations) {
      const id = client.destination(Event.REMOVE_RCV_DESTINATION, subscription, destination);
      assert.equal(client.answer(id).type, Event.ON_OPERATION_SUCCESS);
    }
    client.await(Event.ON_UNAVAILABLE_IMAGE, { correlationId: ipc.registrationId });
    client.await(Event.ON_UNAVAILABLE_IMAGE, { correlationId: spied.registrationId });
    assert.equal(client.answer(client.removeSubscription(subscription)).type, Event.ON_OPERATION_SUCCESS);
  });

  it('on an address in use are refused, and show no status', () => {
    subscribe('aeron:udp?endpoint=10.0.0.1:20600|tags=1');
    const { errorCode, errorMessage } = client.refusal(
      client.addSubscription('aeron:udp?endpoint=10.0.0.1:20600|tags=2'),
    );
    assert.equal(errorCode, ErrorCode.GENERIC_ERROR, errorMessage);
    assert.match(errorMessage, /10\.0\.0\.1:20600/);
    assert.equal(client.labels().filter((label) => label.startsWith('rcv-')).length, 2);
  });

  const refusals: readonly (readonly [channel: string, message: RegExp])[] = [
    ['aeron:udp?endpoint=10.0.0.1:0', /endpoint has port=0 for publication/],
    ['aeron:udp?control-mode=dynamic|endpoint=10.0.0.1:20600', /explicit control expected with dynamic control mode/],
    ['aeron:udp?control=10.0.0.1:20600', /'endpoint' or 'control-mode' is specified/],
    [`${ENDPOINT}|fc=fast`, /fc=fast/],
    [`${ENDPOINT}|mtu=65504|so-sndbuf=4k|term-length=1m`, /MTU greater than SO_SNDBUF/],
    [`${ENDPOINT}|control-mode=response`, /response/],
    [`${ENDPOINT}|response-correlation-id=1`, /unable to find response subscription/],
    ['aeron:udp?tags=17', /URI must have explicit control, endpoint/],
  ];
  for (const [channel, expected] of refusals) {
    it(`refuse a publication on ${channel}`, () => {
      const { errorCode, errorMessage } = client.refusal(client.addPublication(channel));
      assert.equal(errorCode, ErrorCode.INVALID_CHANNEL, errorMessage);
      assert.match(errorMessage, expected);
      assert.deepEqual(fixture.logFiles(), []);
      fixture.passNs(MS);
      assert(!client.labels().some((label) => label.startsWith('snd-')), 'nothing is left of it');
    });
  }

  it('refuse subscriptions that want shared streams to be different', () => {
    subscribe(ENDPOINT);
    for (const [param, expected] of [
      ['reliable=false', /option conflicts with existing subscription: reliable=false/],
      ['rejoin=false', /option conflicts with existing subscription: rejoin=false/],
      ['so-rcvbuf=256k', /so-rcvbuf=262144 does not match existing value/],
    ] as const) {
      const { errorMessage } = client.refusal(client.addSubscription(`${ENDPOINT}|${param}`));
      assert.match(errorMessage, expected);
    }
  });
});

describe('network streams between drivers', () => {
  const channelOf = (host: string) => `aeron:udp?endpoint=${host}:20600`;

  it('answer a request on a response channel of its own', () => {
    const world = new SimulatedWorld({ seed: 11 });
    const a = new DriverFixture({}, world, 'a');
    const b = new DriverFixture({}, world, 'b');
    const server = a.client();
    const requester = b.client();
    const requests = server.addSubscription(ENDPOINT);
    server.answer(requests);

    const control = 'aeron:udp?control=10.0.0.1:20610|control-mode=response';
    const responses = requester.addSubscription(control, 2002);
    requester.answer(responses);
    requester.answer(requester.addPublication(`${ENDPOINT}|response-correlation-id=${responses}`));
    const request = server.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: requests }, 2 * SECOND);
    const response = server.answer(
      server.addExclusivePublication(`${control}|response-correlation-id=${request.correlationId}`, 2002),
    );
    assert.equal(response.type, Event.ON_EXCLUSIVE_PUBLICATION_READY);
    const image = requester.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: responses }, 5 * SECOND);
    assert.equal(image.sessionId, response.sessionId);

    const unasked = server.refusal(
      server.addExclusivePublication(`${control}|response-correlation-id=${response.registrationId}`, 2002),
    );
    assert.match(unasked.errorMessage, /not found/);
    a.close();
    b.close();
  });

  it('follow a name to its new address', () => {
    const world = new SimulatedWorld({ seed: 11 });
    const a = new DriverFixture({}, world, 'a');
    const b = new DriverFixture({}, world, 'b');
    const c = new DriverFixture({}, world, 'c');
    world.setName('service', ['10.0.0.1']);
    const [first, second] = [a.client(), c.client()];
    const publisher = b.client();
    const before = first.addSubscription(channelOf('10.0.0.1'));
    const after = second.addSubscription(channelOf('10.0.0.3'));
    first.answer(before);
    second.answer(after);
    publisher.answer(publisher.addPublication(channelOf('service')));
    first.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: before }, 2 * SECOND);

    world.setName('service', ['10.0.0.3']);
    a.close();
    for (let i = 0; i < 20 && second.sawNothing(Event.ON_AVAILABLE_IMAGE); i++) {
      second.keepAlive();
      publisher.liveFor(SECOND);
    }
    second.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: after });
    assert.equal(publisher.systemCounter(SystemCounterDescriptor.RESOLUTION_CHANGES), 1);
    b.close();
    c.close();
  });

  it('of more sessions than allowed are refused, and counted as one error', () => {
    const world = new SimulatedWorld({ seed: 11 });
    const a = new DriverFixture({ streamSessionLimit: 2 }, world, 'a');
    const b = new DriverFixture({}, world, 'b');
    const subscriber = a.client();
    const publisher = b.client();
    subscriber.answer(subscriber.addSubscription(ENDPOINT));
    for (let i = 0; i < 4; i++) {
      publisher.answer(publisher.addExclusivePublication(ENDPOINT));
    }
    for (let i = 0; i < 5; i++) {
      subscriber.keepAlive();
      publisher.liveFor(SECOND);
    }
    const images = subscriber.poll().filter((event) => event.type === Event.ON_AVAILABLE_IMAGE);
    assert.equal(images.length, 2);
    assert.equal(subscriber.errorsLogged().length, 1);
    a.close();
    b.close();
  });

  it('lose what the loss options say, and bring all of it in the end', () => {
    const world = new SimulatedWorld({ seed: 11 });
    const a = new DriverFixture({ receiveDataLossRate: 0.3, receiveDataLossSeed: 5 }, world, 'a');
    const b = new DriverFixture({ sendControlLossRate: 0.3, sendControlLossSeed: 6 }, world, 'b');
    const subscriber = a.client();
    const publisher = b.client();
    const subscription = subscriber.addSubscription(ENDPOINT);
    subscriber.answer(subscription);
    const log = publisher.mapLog(publisher.answer(publisher.addPublication(ENDPOINT)));
    const image = subscriber.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: subscription }, 5 * SECOND);
    const imageLog = subscriber.mapLog(image);
    world.run(MS);
    for (let i = 0; i < 200; i++) {
      publish(log);
    }
    world.run(SECOND);
    for (let offset = 0; offset < 200 * 128; offset += 128) {
      assert.equal(FrameDescriptor.frameLengthVolatile(imageLog.termBuffers[0]!, offset), 128, `at ${offset}`);
    }
    assert(subscriber.systemCounter(SystemCounterDescriptor.NAK_MESSAGES_SENT) > 0);
    a.close();
    b.close();
  });

  it('end when the other driver dies, and come back with a new one', () => {
    const world = new SimulatedWorld({ seed: 11 });
    const a = new DriverFixture({}, world, 'a');
    const b = new DriverFixture({}, world, 'b');
    const subscriber = a.client();
    const publisher = b.client();
    const subscription = subscriber.addSubscription(ENDPOINT);
    subscriber.answer(subscription);
    publisher.answer(publisher.addPublication(ENDPOINT));
    const image = () =>
      subscriber.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: subscription }, 2 * SECOND);
    const first = image();

    b.process.kill();
    subscriber.events.length = 0;
    subscriber.liveFor(13 * SECOND);
    subscriber.await(Event.ON_UNAVAILABLE_IMAGE, { correlationId: first.correlationId });
    subscriber.liveFor(10 * SECOND);
    assert.deepEqual(a.logFiles(), []);

    subscriber.events.length = 0;
    const restarted = new DriverFixture({}, world, 'b');
    const again = restarted.client();
    again.answer(again.addPublication(ENDPOINT));
    assert.notEqual(image().sessionId, first.sessionId);
    a.close();
    restarted.close();
  });
});
