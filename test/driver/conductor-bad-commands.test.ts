import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import {
  ErrorCode,
  PublicationMessageFlyweight,
  SubscriptionMessageFlyweight,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';
import { type CommandClient, DriverFixture, Event, MS, SECOND } from './command-client.ts';

describe('bad commands', () => {
  let fixture: DriverFixture;
  let client: CommandClient;

  beforeEach(() => {
    fixture = new DriverFixture();
    client = fixture.client();
  });

  afterEach(() => fixture.close());

  it('of an unknown type are refused', () => {
    const buffer = AtomicBuffer.allocate(32);
    buffer.putInt64(8, 4711);
    client.raw(0x99, buffer, 32);
    const error = client.await(Event.ON_ERROR, { offendingCommandCorrelationId: 4711 });
    assert.equal(error.errorCode, ErrorCode.UNKNOWN_COMMAND_TYPE_ID);
    assert.equal(client.systemCounter(SystemCounterDescriptor.ERRORS), 1);
  });

  it('that are too short are refused, counted each time and logged once', () => {
    for (let i = 0; i < 3; i++) {
      client.raw(Event.ADD_PUBLICATION, AtomicBuffer.allocate(20), 20);
    }
    client.await(Event.ON_ERROR, { errorCode: ErrorCode.MALFORMED_COMMAND });
    fixture.passNs(MS);
    assert.equal(client.systemCounter(SystemCounterDescriptor.ERRORS), 3);
    assert.equal(client.errorsLogged().length, 1);
    assert.match(client.errorsLogged()[0]!, /^3x .*command=1 too short/);
  });

  it('of ever new content do not fill the error log', () => {
    for (let i = 0; i < 300; i++) {
      client.removePublication(1000 + i);
    }
    fixture.passNs(10 * MS);
    assert.equal(client.systemCounter(SystemCounterDescriptor.ERRORS), 300);
    assert.equal(client.errorsLogged().length, 100);
  });

  it('whose strings reach beyond their end are refused', () => {
    const buffer = AtomicBuffer.allocate(64);
    const length = PublicationMessageFlyweight.encode(buffer, 0, {
      clientId: 1,
      correlationId: 99,
      streamId: 1001,
      channel: 'aeron:ipc',
    });
    for (const channelLength of [1000, -1, 0x7fffffff, -0x80000000]) {
      buffer.putInt32(20, channelLength);
      client.raw(Event.ADD_PUBLICATION, buffer, length);
    }
    client.await(Event.ON_ERROR, { offendingCommandCorrelationId: 99, errorCode: ErrorCode.MALFORMED_COMMAND });
    fixture.passNs(MS);
    assert.equal(client.systemCounter(SystemCounterDescriptor.ERRORS), 4);
  });

  const channels: readonly (readonly [what: string, channel: string, code: number, message: RegExp])[] = [
    ['no channel', '', ErrorCode.INVALID_CHANNEL, /expected 'aeron:' at index 0/],
    ['an unknown media', 'aeron:tcp?endpoint=x', ErrorCode.INVALID_CHANNEL, /unknown media 'tcp'/],
    ['a very long channel', `aeron:ipc?alias=${'x'.repeat(100_000)}`, ErrorCode.INVALID_CHANNEL, /at most 4095/],
    ['no endpoint', 'aeron:udp', ErrorCode.INVALID_CHANNEL, /endpoint/],
    ['a port out of range', 'aeron:udp?endpoint=127.0.0.1:99999', ErrorCode.INVALID_CHANNEL, /99999/],
    ['an unknown host', 'aeron:udp?endpoint=nowhere:20600', ErrorCode.UNKNOWN_HOST, /nowhere/],
    [
      'an unknown interface',
      'aeron:udp?endpoint=224.0.1.1:20600|interface=9.9.9.9',
      ErrorCode.INVALID_CHANNEL,
      /9\.9\.9\.9/,
    ],
    ['an even multicast address', 'aeron:udp?endpoint=224.0.1.2:20600', ErrorCode.INVALID_CHANNEL, /224\.0\.1\.2/],
  ];
  for (const [what, channel, code, message] of channels) {
    it(`with ${what} are refused`, () => {
      for (const id of [client.addPublication(channel), client.addSubscription(channel)]) {
        const refusal = client.refusal(id);
        assert.equal(refusal.errorCode, code, refusal.errorMessage);
        assert.match(refusal.errorMessage, message);
      }
    });
  }

  it('about things that are not there are refused', () => {
    assert.equal(client.refusal(client.removePublication(77)).errorCode, ErrorCode.UNKNOWN_PUBLICATION);
    assert.equal(client.refusal(client.removeSubscription(77)).errorCode, ErrorCode.UNKNOWN_SUBSCRIPTION);
    assert.equal(client.refusal(client.removeCounter(77)).errorCode, ErrorCode.UNKNOWN_COUNTER);
    const destination = 'aeron:udp?endpoint=127.0.0.1:20600';
    for (const [type, code] of [
      [Event.ADD_DESTINATION, ErrorCode.UNKNOWN_PUBLICATION],
      [Event.REMOVE_DESTINATION, ErrorCode.UNKNOWN_PUBLICATION],
      [Event.ADD_RCV_DESTINATION, ErrorCode.UNKNOWN_SUBSCRIPTION],
      [Event.REMOVE_RCV_DESTINATION, ErrorCode.UNKNOWN_SUBSCRIPTION],
    ] as const) {
      assert.equal(client.refusal(client.destination(type, 77, destination)).errorCode, code);
    }
  });

  it('for more storage than there is are refused, and leave none of it taken', () => {
    fixture.close();
    const world = new SimulatedWorld({ seed: 7 });
    world.host('a', { disks: { '/dev/shm': { capacityLength: 16 * 1024 * 1024 } } });
    for (const options of [{ termBufferSparseFile: false }, { performStorageChecks: false }]) {
      fixture = new DriverFixture({ ...options, dirDeleteOnStart: true, dirDeleteOnShutdown: true }, world);
      client = fixture.client();
      const { errorCode, errorMessage } = client.refusal(
        client.addPublication('aeron:ipc?term-length=8m|sparse=false'),
      );
      assert.equal(errorCode, ErrorCode.STORAGE_SPACE, errorMessage);
      assert.match(errorMessage, /insufficient usable storage for new log of length=25169920/);
      assert.deepEqual(fixture.logFiles(), []);
      assert.equal(client.answer(client.addPublication('aeron:ipc')).type, Event.ON_PUBLICATION_READY);
      fixture.close();
    }
    fixture = new DriverFixture();
  });

  it('beside it, as nonsense written over a position, stop one stream and no other', () => {
    const good = client.answer(client.addPublication('aeron:ipc', 1));
    const bad = client.answer(client.addPublication('aeron:ipc', 2));
    const subscribe = (streamId: number) =>
      client.await(Event.ON_AVAILABLE_IMAGE, {
        subscriptionRegistrationId: client.addSubscription('aeron:ipc', streamId),
      });
    const goodImage = subscribe(1);
    const badImage = subscribe(2);
    client.setCounter(badImage.subscriberPositionId, Number.MAX_SAFE_INTEGER * 4);
    fixture.passNs(MS);
    client.setCounter(goodImage.subscriberPositionId, 4096);
    fixture.passNs(MS);
    assert.equal(client.counter(good.publicationLimitCounterId), 4096 + 32 * 1024);
    assert.equal(client.counter(bad.publicationLimitCounterId), 32 * 1024);
    assert.equal(client.systemCounter(SystemCounterDescriptor.ERRORS), 1);
    assert.match(client.errorsLogged()[0]!, /does not fit a number exactly/);
  });

  it('of any kind and content leave the driver and a good client alive', () => {
    const good = fixture.client();
    const types: number[] = Object.values(Event).filter((type) => type > 0 && type < 0x20);
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom('aeron:ipc', 'aeron:udp?endpoint=127.0.0.1:20600', 'aeron:udp?endpoint=', 'aeron-spy:aeron:ipc'),
    );
    const command = fc.oneof(
      fc.record({ type: fc.constantFrom(...types), bytes: fc.uint8Array({ maxLength: 200 }) }),
      fc.record({ type: fc.constantFrom(Event.ADD_PUBLICATION, Event.ADD_EXCLUSIVE_PUBLICATION), channel: text }),
      fc.record({ type: fc.constant(Event.ADD_SUBSCRIPTION), channel: text }),
    );
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 30 }), (commands) => {
        for (const { type, ...rest } of commands) {
          if ('bytes' in rest) {
            client.raw(type, rest.bytes, rest.bytes.length);
          } else {
            const buffer = AtomicBuffer.allocate(1024);
            const message = { clientId: client.clientId, correlationId: 1, streamId: 7, channel: rest.channel };
            const length =
              type === Event.ADD_SUBSCRIPTION
                ? SubscriptionMessageFlyweight.encode(buffer, 0, { ...message, registrationCorrelationId: -1 })
                : PublicationMessageFlyweight.encode(buffer, 0, message);
            client.raw(type, buffer, length);
          }
        }
        client.events.length = 0;
        good.events.length = 0;
        good.keepAlive();
        const id = good.addSubscription('aeron:ipc', 4242);
        assert.equal(good.answer(id).type, Event.ON_SUBSCRIPTION_READY);
        assert.equal(good.answer(good.removeSubscription(id)).type, Event.ON_OPERATION_SUCCESS);
      }),
      { numRuns: 60 },
    );
    fixture.passNs(SECOND);
  });
});
