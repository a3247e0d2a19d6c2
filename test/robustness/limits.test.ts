import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { AtomicBuffer, ManyToOneRingBuffer } from '../../src/agrona/mod.ts';
import { type Aeron, type Publication, RegistrationError, type Subscription } from '../../src/client/mod.ts';
import { SocketAddress } from '../../src/platform/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import {
  CncFile,
  ControlProtocolEvents,
  CounterMessageFlyweight,
  ErrorCode,
  SystemCounterDescriptor,
} from '../../src/protocol/mod.ts';
import { freePort } from '../ports.ts';
import { Place, rejection, until } from './place.ts';

/** Counters of a driver with the smallest buffer for them. */
const COUNTERS = 8_192;
/** Clients, with a counter for their heartbeat and another one each. */
const CROWD = 500;
const FEW_COUNTERS = { counterValuesBufferLength: '1m', counterFreeToReuseTimeoutNs: 0 } as const;
const MESSAGE = AtomicBuffer.ofString('still there');

async function isRefused(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await rejection(promise);
  assert.ok(error instanceof RegistrationError, `${error.stack}`);
  assert.equal(error.errorCode, ErrorCode.GENERIC_ERROR);
  assert.match(error.message, message);
}

async function delivers(publication: Publication, subscription: Subscription): Promise<void> {
  await until('the message is taken', () => publication.offer(MESSAGE) > 0);
  await until('the message comes', () => subscription.poll(() => {}, 10) > 0);
}

/** Answers to many requests that were sent at once. */
async function all<T>(count: number, request: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => request(i)));
}

function systemCounter(aeron: Aeron, name: keyof typeof SystemCounterDescriptor): number {
  return aeron.countersReader.getCounterValue(SystemCounterDescriptor[name]);
}

describe('a driver with as many', () => {
  const place = new Place();
  after(() => place.clear());

  it('counters as it can have refuses what needs one more, keeps its streams and recovers', async () => {
    const driver = await place.driver(FEW_COUNTERS);
    const directory = driver.aeronDirectoryName;
    const { aeron, errors } = await place.client(directory);
    const subscription = await aeron.addSubscription('aeron:ipc', 1001);
    const publication = await aeron.addPublication('aeron:ipc', 1001);
    await delivers(publication, subscription);
    const added = await Promise.allSettled(
      Array.from({ length: COUNTERS }, (_, i) => aeron.addCounter(1000, `counter ${i}`)),
    );
    const counters = added.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    assert.ok(counters.length > COUNTERS - 200 && counters.length < COUNTERS);

    const port = freePort();
    const exhausted = /all 8192 counters are in use.*aeron\.counters\.buffer\.length/;
    await isRefused(aeron.addCounter(1000, 'one more'), exhausted);
    await isRefused(aeron.addExclusivePublication('aeron:ipc', 1002), exhausted);
    await isRefused(aeron.addPublication(`aeron:udp?endpoint=127.0.0.1:${port}`, 1002), exhausted);
    await isRefused(aeron.addSubscription(`aeron:udp?endpoint=127.0.0.1:${port}`, 1002), exhausted);
    const bind = SocketAddress.of('127.0.0.1', port);
    nativePlatform().network.openUdp({ bind }).close();
    assert.equal(readdirSync(join(directory, 'publications')).length, 1);
    const { aeron: late } = await place.client(directory);
    await isRefused(late.addPublication('aeron:ipc', 1001), exhausted);
    await delivers(publication, subscription);

    for (const counter of counters) {
      counter.close();
    }
    await until('the counters are free again', () => !aeron.hasActiveCommands);
    const again = await aeron.addSubscription(`aeron:udp?endpoint=127.0.0.1:${port}`, 1002);
    const other = await late.addPublication(`aeron:udp?endpoint=127.0.0.1:${port}`, 1002);
    await delivers(other, again);
    assert.deepEqual(errors, []);
  });

  it('publications and subscriptions as it can have refuses one more of each', async () => {
    const driver = await place.driver(FEW_COUNTERS);
    const { aeron, errors } = await place.client(driver.aeronDirectoryName);
    const publications = await all(COUNTERS, () => aeron.addPublication('aeron:ipc', 1001));
    await isRefused(aeron.addPublication('aeron:ipc', 1001), /8192 publications already/);
    const subscriptions = await all(COUNTERS, () => aeron.addSubscription('aeron:ipc', 1002));
    await isRefused(aeron.addSubscription('aeron:ipc', 1003), /8192 subscriptions.*already/);

    publications[0]!.close();
    subscriptions[0]!.close();
    const subscription = await aeron.addSubscription('aeron:ipc', 1001);
    await delivers(await aeron.addPublication('aeron:ipc', 1001), subscription);
    assert.deepEqual(errors, []);
  });

  it('clients as it can have refuses others until some have gone', async () => {
    const driver = await place.driver({ ...FEW_COUNTERS, clientLivenessTimeoutNs: '5s' });
    const directory = driver.aeronDirectoryName;
    const { aeron, errors } = await place.client(directory, { keepAliveIntervalNs: 100_000_000 });
    const subscription = await aeron.addSubscription('aeron:ipc', 1001);
    const publication = await aeron.addPublication('aeron:ipc', 1001);
    const counters = await all(COUNTERS - 2 * CROWD, () => aeron.addCounter(1000, 'taken'));
    const cncFile = CncFile.tryMap(nativePlatform(), directory);
    assert.ok(cncFile instanceof CncFile);
    place.onClear(() => cncFile.close());
    const toDriver = new ManyToOneRingBuffer(cncFile.toDriverBuffer);
    const command = AtomicBuffer.allocate(128);
    const key = new Uint8Array(0);
    for (let i = 0; i < CROWD; i++) {
      const message = { clientId: 1_000_000 + i, correlationId: 2_000_000 + i, typeId: 1000, key, label: 'crowd' };
      const length = CounterMessageFlyweight.encode(command, 0, message);
      assert.ok(toDriver.write(ControlProtocolEvents.ADD_COUNTER, command, 0, length));
    }
    await until('the driver has read all commands', () => toDriver.size() === 0);
    const refused = systemCounter(aeron, 'ERRORS');
    assert.ok(refused > 0 && refused < CROWD / 2, `${refused} errors`);
    const { aeron: late } = await place.client(directory, { keepAliveIntervalNs: 100_000_000 });
    await isRefused(late.addCounter(1000, 'late'), /all 8192 counters are in use/);
    await delivers(publication, subscription);

    // A client whose heartbeat had a counter, but not what it asked for, is one, too.
    const timedOut = () => systemCounter(aeron, 'CLIENT_TIMEOUTS');
    await until('the crowd has timed out', () => timedOut() >= CROWD - refused);
    const counter = await late.addCounter(1000, 'late');
    assert.ok(!counter.isClosed && !counters[0]!.isClosed);
    await delivers(publication, subscription);
    assert.deepEqual(errors, []);
  });

  it('sessions on a stream as it is allowed keeps these and takes no other', async () => {
    const driver = await place.driver({
      streamSessionLimit: 3,
      imageLivenessTimeoutNs: '2s',
      publicationLingerTimeoutNs: '100ms',
    });
    const { aeron, errors } = await place.client(driver.aeronDirectoryName);
    const channel = `aeron:udp?endpoint=127.0.0.1:${freePort()}`;
    const subscription = await aeron.addSubscription(channel, 1001);
    const publications = await all(4, () => aeron.addExclusivePublication(channel, 1001));
    await until('an error is counted', () => systemCounter(aeron, 'ERRORS') > 0 && subscription.imageCount === 3);
    const [refused] = publications.filter(({ sessionId }) => subscription.imageBySessionId(sessionId) === undefined);
    const [taken] = publications.filter(({ sessionId }) => subscription.imageBySessionId(sessionId) !== undefined);
    assert.ok(refused !== undefined && taken !== undefined && !refused.isConnected);
    await delivers(taken, subscription);
    assert.equal(systemCounter(aeron, 'ERRORS'), 1);

    taken.close();
    await until('the one that waited is taken', () => subscription.imageBySessionId(refused.sessionId) !== undefined);
    await delivers(refused, subscription);
    assert.deepEqual(errors, []);
  });

  it('commands as its buffer holds has clients told, and does them all when it is back', async () => {
    const directory = place.directory();
    const driver = await place.driverProcess(directory);
    const { aeron, errors } = await place.client(directory, { driverTimeoutMs: 60_000 });
    await aeron.addCounter(1000, 'known to the driver');
    process.kill(driver.pid, 'SIGSTOP');
    const ids: number[] = [];
    const fill = () => {
      for (;;) {
        ids.push(aeron.asyncAddCounter(1000, 'x'.repeat(380)));
      }
    };
    const topUp = () => {
      for (;;) {
        ids.push(aeron.asyncAddCounter(1000, ''));
      }
    };
    assert.throws(fill, {
      code: 'COMMAND_BUFFER_FULL',
      message: /no room for a command of \d+ bytes.*is the driver running/,
    });
    assert.throws(topUp, { code: 'COMMAND_BUFFER_FULL' });
    assert.throws(() => aeron.asyncAddPublication('aeron:ipc', 1), { code: 'COMMAND_BUFFER_FULL' });
    await assert.rejects(aeron.addSubscription('aeron:ipc', 1), { code: 'COMMAND_BUFFER_FULL' });
    assert.ok(ids.length > 1_000);
    process.kill(driver.pid, 'SIGCONT');

    await until('all commands are done', () => !aeron.hasActiveCommands);
    assert.ok(ids.every((id) => aeron.getCounter(id) !== undefined));
    await aeron.addSubscription('aeron:ipc', 1);
    assert.deepEqual(errors, []);
  });
});
