import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LossGenerator } from '../../src/driver/debug/loss-generator.ts';
import { DYNAMIC_DESTINATIONS_MAX, MANUAL_DESTINATIONS_MAX } from '../../src/driver/media/multi-snd-destination.ts';
import { SocketAddress } from '../../src/platform/mod.ts';
import {
  ChannelEndpointStatus,
  ChannelUri,
  ErrorFlyweight,
  HeaderFlyweight,
  ResponseSetupFlyweight,
  SetupFlyweight,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';
import { MS, SECOND, SESSION_ID, SendSide, STREAM_ID } from './send-side.ts';

const CONTROL_ADDRESS = '10.0.0.1:20750';
const DYNAMIC = `aeron:udp?control=${CONTROL_ADDRESS}|control-mode=dynamic`;
const MANUAL = `aeron:udp?control=${CONTROL_ADDRESS}|control-mode=manual`;
const destination = (endpoint: string) => ChannelUri.parse(`aeron:udp?endpoint=${endpoint}`);

describe('send channel endpoint', () => {
  it('shows where it is bound and what becomes of it', () => {
    const side = new SendSide({ channel: DYNAMIC });
    assert.equal(side.endpoint.status, ChannelEndpointStatus.ACTIVE);
    assert.equal(side.endpoint.bindAddressAndPort, CONTROL_ADDRESS);
    assert.match(side.countersManager.getCounterLabel(side.endpoint.statusIndicatorCounterId), /10\.0\.0\.1:20750$/);
    assert.equal(side.endpoint.shouldBeClosed, false);
    side.endpoint.decRef();
    assert.equal(side.endpoint.shouldBeClosed, true);
    side.endpoint.indicateClosing();
    assert.equal(side.endpoint.shouldBeClosed, false);
    side.sender.onCloseSendChannelEndpoint(side.endpoint);
    assert.deepEqual(side.events, ['endpoint closed']);
    side.endpoint.close();
    assert.equal(side.endpoint.receiveSocket, undefined);
  });

  it('says ERRORED and which channel it was when its address is taken', () => {
    const side = new SendSide({ channel: DYNAMIC });
    assert.throws(() => side.endpoint.openChannel(), {
      code: 'CHANNEL_ENDPOINT_ERROR',
      message: /20750.*control-mode=dynamic/,
    });
    assert.equal(side.endpoint.status, ChannelEndpointStatus.ERRORED);
  });

  it('sends multicast to the group and hears the control group', () => {
    const side = new SendSide({ channel: 'aeron:udp?endpoint=224.20.30.39:20760|interface=10.0.0.1/24|ttl=3' });
    const { platform } = side.receiverHost.process('member');
    const onInterface = platform.network.interfaces().find(({ address }) => address.host === '10.0.0.2')!;
    const socket = platform.network.openUdp({
      bind: SocketAddress.of('0.0.0.0', 20760),
      reuseAddress: true,
      multicastGroup: SocketAddress.of('224.20.30.39', 20760),
      multicastInterface: onInterface,
    });
    const batch = platform.network.createReceiveBatch(4, 2048);
    side.until('setup', () => socket.receive(batch) > 0);
    const setup = new DataView(batch.memory.arrayBuffer);
    assert.equal(setup.getUint16(6, true), HeaderFlyweight.HDR_TYPE_SETUP);
    assert.equal(setup.getUint8(5), SetupFlyweight.GROUP_FLAG);
    assert.equal(setup.getInt32(36, true), 3, 'ttl');
    assert.equal(batch.source(0).host, '10.0.0.1');
    assert.equal(side.endpoint.multicastTtl, 3);
  });

  it('asks for a silent endpoint to be looked up again, and follows it', () => {
    const side = new SendSide({ channel: 'aeron:udp?endpoint=receiver:20700' });
    side.until('look-up', () => side.events.length > 0);
    assert.equal(side.events[0], 're-resolve receiver:20700');
    const moved = side.newReceiver('10.0.0.3:20700');
    side.sender.onResolutionChange(side.endpoint, 'receiver:20700', SocketAddress.of('10.0.0.3', 20700));
    side.until('setup', () => moved.setups().length > 0);
    assert.equal(side.counter(SystemCounterDescriptor.RESOLUTION_CHANGES), 1);
    side.connect(moved);
  });

  it('tells the conductor of a response setup for a publication that expects one', () => {
    const side = new SendSide({ params: { responseCorrelationId: 77 } });
    const receiver = side.newReceiver();
    side.until('setup', () => receiver.setups().length > 0);
    assert.equal(receiver.setups()[0]!.flags, SetupFlyweight.SEND_RESPONSE_SETUP_FLAG);
    ResponseSetupFlyweight.encode(receiver.buffer, 0, SESSION_ID, STREAM_ID, 99);
    receiver.sendRaw(ResponseSetupFlyweight.HEADER_LENGTH);
    side.connect(receiver);
    assert.deepEqual(side.events, ['response setup 77 99', 'response connected 77']);
  });

  it('sends on a response channel to whoever asks for a setup', () => {
    const side = new SendSide({
      channel: `aeron:udp?control=${CONTROL_ADDRESS}|control-mode=response`,
      params: { isResponse: true, responseCorrelationId: 77 },
    });
    const receiver = side.newReceiver('10.0.0.3:20733');
    side.run(SECOND);
    assert.deepEqual(receiver.setups(), []);
    receiver.requestSetup();
    side.until('setup', () => receiver.setups().length > 0);
    side.connect(receiver);
    side.publish(100);
    side.until('sent', () => receiver.frames().length > 0);
  });
});

describe('send channel endpoint without a way to its receiver', () => {
  it('reports that once and goes on trying', () => {
    const side = new SendSide({ channel: 'aeron:udp?endpoint=[fd00::1]:20700' });
    side.run(SECOND);
    assert.deepEqual(
      side.errors.map((error) => (error as { code?: string }).code),
      ['SEND_FAILED'],
    );
    assert.ok(side.counter(SystemCounterDescriptor.SHORT_SENDS) > 5);
  });
});

describe('send channel endpoint with dynamic destinations', () => {
  it('sends to all that send status messages, until they fall silent', () => {
    const side = new SendSide({ channel: DYNAMIC });
    const first = side.newReceiver('10.0.0.2:20701');
    const second = side.newReceiver('10.0.0.3:20702');
    first.requestSetup({ receiverId: 1n });
    side.until('setup', () => first.setups().length > 0);
    assert.equal(side.mdcDestinations.get(), 1);
    second.requestSetup({ receiverId: 2n });
    side.until('setup', () => second.setups().length > 0);
    assert.equal(side.mdcDestinations.get(), 2);
    side.connect(first, { receiverId: 1n });
    side.publish(100);
    side.until('sent', () => first.frames().length === 1 && second.frames().length === 1);

    for (let i = 0; i < 6; i++) {
      side.run(SECOND);
      first.statusMessage(side.senderPosition, { receiverId: 1n });
    }
    side.run(MS);
    side.publish(100);
    side.until('sent', () => first.frames().length === 2);
    side.run(MS);
    assert.equal(second.frames().length, 1);
    assert.equal(side.mdcDestinations.get(), 1);
  });

  it('takes a limited number of them, and says so once', () => {
    const side = new SendSide({ channel: DYNAMIC });
    const receiver = side.newReceiver('10.0.0.2:20701');
    for (let i = 0; i < DYNAMIC_DESTINATIONS_MAX + 20; i++) {
      receiver.requestSetup({ receiverId: BigInt(i) });
      if (i % 16 === 0) {
        side.run(MS);
      }
    }
    side.until('full', () => side.mdcDestinations.get() === DYNAMIC_DESTINATIONS_MAX && side.errors.length === 1);
    side.run(10 * MS);
    assert.deepEqual(
      side.errors.map((error) => (error as { code?: string }).code),
      ['TOO_MANY_DESTINATIONS'],
    );
  });

  it('does not allow manual control', () => {
    const side = new SendSide({ channel: DYNAMIC });
    assert.throws(() => side.endpoint.validateAllowsManualControl(), { code: 'INVALID_CHANNEL' });
  });
});

describe('send channel endpoint with manual destinations', () => {
  const addressOf = (endpoint: string) => {
    const [host, port] = endpoint.split(':');
    return SocketAddress.of(host!, Number(port));
  };
  function add(side: SendSide, endpoint: string, registrationId: number): void {
    side.sender.onAddDestination(side.endpoint, destination(endpoint), addressOf(endpoint), registrationId);
  }

  it('sends to those that were added and not removed', () => {
    const side = new SendSide({ channel: MANUAL });
    side.endpoint.validateAllowsManualControl();
    const first = side.newReceiver('10.0.0.2:20701');
    const second = side.newReceiver('10.0.0.3:20702');
    add(side, '10.0.0.2:20701', 11);
    add(side, '10.0.0.3:20702', 12);
    assert.equal(side.mdcDestinations.get(), 2);
    side.until('setup', () => first.setups().length > 0 && second.setups().length > 0);
    side.connect(first, { receiverId: 1n });

    side.sender.onRemoveDestination(side.endpoint, addressOf('10.0.0.3:20702'));
    assert.equal(side.mdcDestinations.get(), 1);
    side.publish(100);
    side.until('sent', () => first.frames().length === 1);
    assert.equal(second.frames().length, 0);

    side.sender.onRemoveDestinationById(side.endpoint, 12);
    assert.equal(side.mdcDestinations.get(), 1);
    side.sender.onRemoveDestinationById(side.endpoint, 11);
    assert.equal(side.mdcDestinations.get(), 0);
    side.publish(100);
    side.run(10 * MS);
    assert.equal(first.frames().length, 1);
  });

  it('does not stop the others for one that does not listen', () => {
    const side = new SendSide({ channel: MANUAL });
    const receiver = side.newReceiver('10.0.0.2:20701');
    add(side, '10.0.0.2:20701', 11);
    add(side, '10.0.0.3:20799', 12);
    side.connect(receiver);
    const end = side.publish(100);
    side.until('sent', () => side.senderPosition === end && receiver.frames().length === 1);
  });

  it('refuses destinations of another address family', () => {
    const side = new SendSide({ channel: MANUAL });
    assert.throws(() => side.endpoint.addDestination(destination('[::1]:5'), SocketAddress.of('::1', 5), 11), {
      code: 'INVALID_CHANNEL',
      message: /IPv4.*\[::1\]:5/,
    });
    assert.equal(side.mdcDestinations.get(), 0);
  });

  it('asks for silent ones to be looked up again, and sends to where they are', () => {
    const side = new SendSide({ channel: MANUAL });
    side.sender.onAddDestination(side.endpoint, destination('receiver:20701'), addressOf('10.0.0.2:20701'), 11);
    side.until('look-up', () => side.events.length === 1);
    assert.deepEqual(side.events, ['re-resolve receiver:20701']);
    const moved = side.newReceiver('10.0.0.3:20701');
    side.sender.onResolutionChange(side.endpoint, 'receiver:20701', SocketAddress.of('10.0.0.3', 20701));
    side.until('setup', () => moved.setups().length > 0);
  });

  it('knows from which destination an error came', () => {
    const side = new SendSide({ channel: MANUAL });
    const receiver = side.newReceiver('10.0.0.2:20701');
    add(side, '10.0.0.2:20701', 11);
    side.connect(receiver, { receiverId: 7n });
    const length = ErrorFlyweight.encode(receiver.buffer, 0, SESSION_ID, STREAM_ID, 7n, 5n, 13, 'full');
    receiver.sendRaw(length);
    side.until('error', () => side.events.length > 0);
    assert.deepEqual(side.events, ['publication error 11 42 1001 7 5 full']);
  });

  it('takes a limited number of them', () => {
    const side = new SendSide({ channel: MANUAL });
    for (let i = 0; i < MANUAL_DESTINATIONS_MAX; i++) {
      add(side, '10.0.0.2:20701', i);
    }
    assert.throws(() => add(side, '10.0.0.2:20701', 99999), { code: 'TOO_MANY_DESTINATIONS' });
  });
});

describe('send channel endpoint that loses frames on purpose', () => {
  const dropping = (drop: () => boolean): LossGenerator => ({ shouldDropFrame: drop });

  it('counts lost data as sent', () => {
    let count = 0;
    const everyThird = dropping(() => count++ % 3 === 2);
    const side = new SendSide({ lossGenerators: { data: everyThird, control: undefined } });
    const receiver = side.newReceiver();
    side.connect(receiver);
    count = 0;
    for (let i = 0; i < 5; i++) {
      side.publish(1376);
    }
    side.until('sent', () => side.senderPosition === 5 * 1408);
    side.run(MS);
    assert.deepEqual(
      receiver.frames().map(([position]) => position),
      [0, 1408, 3 * 1408, 4 * 1408],
    );
    assert.equal(side.counter(SystemCounterDescriptor.SHORT_SENDS), 0);
  });

  it('does not hear lost status messages and NAKs', () => {
    const side = new SendSide({ lossGenerators: { data: undefined, control: dropping(() => true) } });
    const receiver = side.newReceiver();
    receiver.statusMessage(0);
    receiver.nak(0, 32);
    side.run(50 * MS);
    assert.equal(side.counter(SystemCounterDescriptor.STATUS_MESSAGES_RECEIVED), 0);
    assert.equal(side.counter(SystemCounterDescriptor.NAK_MESSAGES_RECEIVED), 0);
    assert.equal(side.invalidPackets, 0);
  });
});
