import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  CorrelatedMessageFlyweight,
  ErrorCode,
  StaticCounterMessageFlyweight,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';
import { type CommandClient, DriverFixture, Event, SECOND } from './command-client.ts';

describe('clients of a driver', () => {
  let fixture: DriverFixture;
  let client: CommandClient;

  beforeEach(() => {
    fixture = new DriverFixture();
    client = fixture.client();
  });

  afterEach(() => fixture.close());

  it('get a heartbeat counter with their first command', () => {
    client.addSubscription('aeron:ipc');
    const event = client.await(Event.ON_COUNTER_READY, { correlationId: client.clientId });
    assert.equal(client.counters.getCounterTypeId(event.counterId as number), 11);
    assert.equal(client.counters.getCounterOwnerId(event.counterId as number), client.clientId);
    assert.equal(client.counters.getCounterLabel(event.counterId as number), `client-heartbeat: id=${client.clientId}`);
    assert.equal(client.counter(event.counterId), fixture.platform.clock.epochTimeMs());
  });

  it('stay as long as they keep their heartbeat', () => {
    client.answer(client.addPublication('aeron:ipc'));
    client.liveFor(60 * SECOND);
    assert.equal(fixture.logFiles().length, 1);
    assert(client.sawNothing(Event.ON_CLIENT_TIMEOUT));
  });

  it('stay as long as they send keepalives, as old clients do', () => {
    client.answer(client.addPublication('aeron:ipc'));
    for (let i = 0; i < 30; i++) {
      client.command(Event.CLIENT_KEEPALIVE, CorrelatedMessageFlyweight.encode, {});
      fixture.passNs(SECOND);
    }
    assert.equal(fixture.logFiles().length, 1);
  });

  it('leave nothing behind when they die, and others untouched', () => {
    const other = fixture.client();
    const ipc = other.answer(other.addSubscription('aeron:ipc'));
    const before = other.labels();
    client.answer(client.addPublication('aeron:ipc'));
    client.answer(client.addExclusivePublication('aeron:udp?endpoint=127.0.0.1:20600'));
    client.answer(client.addSubscription('aeron:udp?endpoint=127.0.0.1:20601'));
    client.answer(client.addSubscription('aeron-spy:aeron:udp?endpoint=127.0.0.1:20600'));
    const counter = client.answer(client.addCounter(1001, 'mine'));
    const image = other.await(Event.ON_AVAILABLE_IMAGE, { subscriptionRegistrationId: ipc.correlationId });

    other.liveFor(12 * SECOND);
    other.await(Event.ON_CLIENT_TIMEOUT, { clientId: client.clientId });
    other.await(Event.ON_UNAVAILABLE_COUNTER, { correlationId: counter.correlationId });
    other.await(Event.ON_UNAVAILABLE_COUNTER, { correlationId: client.clientId });
    other.liveFor(15 * SECOND);
    other.await(Event.ON_UNAVAILABLE_IMAGE, { correlationId: image.correlationId });
    assert.equal(other.systemCounter(SystemCounterDescriptor.CLIENT_TIMEOUTS), 1);
    assert.deepEqual(fixture.logFiles(), []);
    assert.deepEqual(other.labels(), before);
    assert.deepEqual(other.errorsLogged(), []);
  });

  it('that close in order are no timeouts', () => {
    const other = fixture.client();
    other.answer(other.addSubscription('aeron:ipc'));
    client.answer(client.addPublication('aeron:ipc'));
    client.closeClient();
    other.liveFor(4 * SECOND);
    assert.equal(other.systemCounter(SystemCounterDescriptor.CLIENT_TIMEOUTS), 0);
    assert(other.sawNothing(Event.ON_CLIENT_TIMEOUT));
    assert.deepEqual(fixture.logFiles(), []);
  });

  it('add counters, and remove them', () => {
    const key = Uint8Array.of(1, 2, 3);
    const id = client.addCounter(1001, 'a label', key);
    const event = client.await(Event.ON_COUNTER_READY, { correlationId: id });
    const counterId = event.counterId as number;
    assert.equal(client.counters.getCounterLabel(counterId), 'a label');
    assert.equal(client.counters.getCounterTypeId(counterId), 1001);
    assert.equal(client.counters.getCounterRegistrationId(counterId), id);
    assert.equal(client.counters.getCounterOwnerId(counterId), client.clientId);
    assert.deepEqual([...client.counters.keyBuffer(counterId).u8.subarray(0, 4)], [1, 2, 3, 0]);

    assert.equal(client.answer(client.removeCounter(id)).type, Event.ON_OPERATION_SUCCESS);
    client.await(Event.ON_UNAVAILABLE_COUNTER, { correlationId: id, counterId });
    assert.equal(client.refusal(client.removeCounter(id)).errorCode, ErrorCode.UNKNOWN_COUNTER);
  });

  it('share a static counter that outlives them', () => {
    const addStatic = (by: CommandClient) =>
      by.answer(
        by.command(Event.ADD_STATIC_COUNTER, StaticCounterMessageFlyweight.encode, {
          registrationId: 42n,
          typeId: 1002,
          key: new Uint8Array(0),
          label: 'static',
        }),
      );
    const other = fixture.client();
    const first = addStatic(client);
    assert.equal(first.type, Event.ON_STATIC_COUNTER);
    assert.equal(addStatic(other).counterId, first.counterId);
    other.liveFor(15 * SECOND);
    other.await(Event.ON_CLIENT_TIMEOUT, { clientId: client.clientId });
    assert(other.labels().includes('static'));
  });

  it('are refused a static counter that is an ordinary one already', () => {
    const id = client.addCounter(1003, 'ordinary');
    client.await(Event.ON_COUNTER_READY, { correlationId: id });
    const { errorMessage } = client.refusal(
      client.command(Event.ADD_STATIC_COUNTER, StaticCounterMessageFlyweight.encode, {
        registrationId: BigInt(id),
        typeId: 1003,
        key: new Uint8Array(0),
        label: 'static',
      }),
    );
    assert.match(errorMessage, /a non-static counter exists/);
  });

  it('are told when there are no counters left, and served again when there are', () => {
    const ids: number[] = [];
    const limit = 8192;
    for (let i = 0; i < limit; i++) {
      ids.push(client.addCounter(1001, `counter ${i}`));
      if (i % 500 === 0) {
        client.answer(ids.at(-1)!);
        client.events.length = 0;
        client.keepAlive();
      }
    }
    const refused = client.refusal(client.addCounter(1001, 'one too many'));
    assert.equal(refused.errorCode, ErrorCode.GENERIC_ERROR);
    assert.match(refused.errorMessage, /all 8192 counters are in use.*aeron\.counters\.buffer\.length/);
    assert.match(client.refusal(client.addPublication('aeron:ipc')).errorMessage, /counters are in use/);
    assert.match(
      client.refusal(client.addSubscription('aeron:udp?endpoint=127.0.0.1:20602')).errorMessage,
      /counters are in use/,
    );
    assert.deepEqual(fixture.logFiles(), []);

    for (const id of ids.slice(0, 4)) {
      client.removeCounter(id);
    }
    client.liveFor(3 * SECOND);
    assert.equal(client.answer(client.addPublication('aeron:ipc')).type, Event.ON_PUBLICATION_READY);
  });

  it('do not stop others when they die in the middle of a command', () => {
    const other = fixture.client();
    other.answer(other.addSubscription('aeron:ipc'));
    client.toDriver.tryClaim(Event.ADD_PUBLICATION, 64);
    const id = other.addSubscription('aeron:ipc', 1002);
    other.liveFor(9 * SECOND);
    assert(other.sawNothing(Event.ON_SUBSCRIPTION_READY, { correlationId: id }));
    other.liveFor(4 * SECOND);
    other.await(Event.ON_SUBSCRIPTION_READY, { correlationId: id });
    assert.equal(other.systemCounter(SystemCounterDescriptor.UNBLOCKED_COMMANDS), 1);
  });
});
