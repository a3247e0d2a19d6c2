import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { DriverTimeoutError, Publication } from '../../src/client/mod.ts';
import { ControlProtocolEvents as Events } from '../../src/protocol/mod.ts';
import { ClientWorld, SECOND_NS } from './client-world.ts';
import type { FakeDriverOptions } from './fake-driver.ts';

const IPC = 'aeron:ipc';

async function open(options: { driver?: FakeDriverOptions; aeron?: Parameters<ClientWorld['connect']>[0] } = {}) {
  const world = new ClientWorld();
  const driver = world.startDriver(options.driver);
  const aeron = await world.connect(options.aeron);
  const subscription = await world.settle(aeron.addSubscription(IPC, 10));
  const publication = await world.settle(aeron.addPublication(IPC, 10));
  return { world, driver, aeron, subscription, publication };
}

describe('A live client', () => {
  it('tells the driver so, twice a second, by name', async () => {
    const { world, driver, aeron } = await open({ aeron: { clientName: 'the tester' } });
    const heartbeat = driver.heartbeatOf(aeron.clientId)!;
    const { clock } = world.driverProcess.platform;
    for (let i = 0; i < 10; i++) {
      await world.pass(SECOND_NS);
      const ageMs = clock.epochTimeMs() - heartbeat.get();
      assert(ageMs < 550, `${ageMs}`);
    }
    const label = driver.counters.getCounterLabel(heartbeat.id);
    assert.match(label, /^client-heartbeat: id=\d+ name=the tester version=\S+ commit=\S+$/);
    assert.deepEqual(world.errors, []);
  });

  it('stays alive with nothing to do', async () => {
    const { world, aeron } = await open();
    await world.pass(60 * SECOND_NS);
    assert.equal(aeron.isClosed, false);
    assert.deepEqual(world.errors, []);
  });
});

describe('A driver that goes away', () => {
  it('is missed after its time-out, and the client closes', async () => {
    const { world, aeron, subscription, publication } = await open();
    const image = subscription.imageAtIndex(0);
    world.driverProcess.kill();
    const before = world.world.now;
    await world.until(() => aeron.isClosed);
    const took = world.world.now - before;
    assert(took > 9 * SECOND_NS && took < 11 * SECOND_NS, `${took}`);
    assert.equal(world.errors.length, 1);
    assert(world.errors[0] instanceof DriverTimeoutError);
    assert.match(world.errors[0].message, /\/dev\/shm\/aeron-test gives no sign of life: age=\d+ms > timeout=10000ms/);
    assert.equal(publication.offer(AtomicBuffer.allocate(1)), Publication.CLOSED);
    assert.equal(subscription.isClosed, true);
    assert.equal(image?.isClosed ?? true, true);
  });

  it('is missed at once when it says good-bye', async () => {
    const { world, driver, aeron } = await open();
    driver.shutDown();
    const before = world.world.now;
    await world.until(() => aeron.isClosed);
    assert(world.world.now - before < SECOND_NS);
    assert.match(String(world.errors), /has been shut down/);
  });

  it('is missed when it hangs', async () => {
    const { world, aeron } = await open({ aeron: { driverTimeoutMs: 2000 } });
    world.driverProcess.pause();
    await world.pass(SECOND_NS);
    assert.equal(aeron.isClosed, false);
    await world.until(() => aeron.isClosed);
    assert.deepEqual(world.errorCodes(), ['DRIVER_TIMEOUT']);
  });

  it('rejects what is awaited of it', async () => {
    const { world, driver, aeron } = await open({ aeron: { driverTimeoutMs: 3000 } });
    driver.intercept = () => true;
    await world.pass(SECOND_NS);
    driver.isBeating = false;
    await world.pass(2 * SECOND_NS);
    await assert.rejects(world.settle(aeron.addCounter(1001, 'x')), /DriverTimeoutError.*no sign of life/);
  });

  it('tells the handlers of the client', async () => {
    const events: string[] = [];
    const { world, driver, aeron, subscription } = await open({
      aeron: { unavailableImageHandler: () => events.push('unavailable'), closeHandler: () => events.push('closed') },
    });
    await world.until(() => subscription.isConnected);
    driver.shutDown();
    await world.until(() => aeron.isClosed);
    assert.deepEqual(events, ['unavailable', 'closed']);
  });

  it('does not disturb a new client of the driver that comes after it', async () => {
    const { world, aeron } = await open();
    world.restartDriver();
    const next = await world.connect();
    const subscription = await world.settle(next.addSubscription(IPC, 10));
    const publication = await world.settle(next.addPublication(IPC, 10));
    assert.equal(await world.exchange(publication, subscription, 'hello again'), 'hello again');
    await world.until(() => aeron.isClosed);
    assert.deepEqual(world.errorCodes(), ['DRIVER_TIMEOUT']);
    assert.equal(await world.exchange(publication, subscription, 'still here'), 'still here');
  });

  it('ends a process that has no error handler', async () => {
    const { world, driver, aeron } = await open({ aeron: { errorHandler: undefined } });
    driver.shutDown();
    await assert.rejects(
      world.until(() => aeron.isClosed && !world.client.isAlive),
      /DriverTimeoutError/,
    );
    assert.equal(world.client.isAlive, false);
  });
});

describe('A client that the driver has given up', () => {
  it('closes when the driver says so', async () => {
    const { world, driver, aeron, publication } = await open();
    driver.clientTimeout(aeron.clientId);
    await world.until(() => aeron.isClosed);
    assert.deepEqual(world.errorCodes(), ['CLIENT_TIMEOUT']);
    assert.equal(publication.isClosed, true);
  });

  it('closes when its heartbeat counter is gone, or is of somebody else', async () => {
    for (const reuse of [false, true]) {
      const { world, driver, aeron } = await open();
      await world.pass(SECOND_NS);
      const heartbeat = driver.heartbeatOf(aeron.clientId)!;
      heartbeat.close();
      if (reuse) {
        assert.equal(driver.counters.allocate('somebody else', 1001), heartbeat.id);
      }
      await world.until(() => aeron.isClosed);
      assert.deepEqual(world.errorCodes(), ['CLIENT_TIMEOUT']);
    }
  });

  it('notices by itself that it has slept too long', async () => {
    const { world, aeron, publication } = await open({ driver: { clientLivenessTimeoutNs: 5 * SECOND_NS } });
    world.client.pause();
    await world.pass(6 * SECOND_NS);
    world.client.resume();
    await world.until(() => aeron.isClosed);
    assert.deepEqual(world.errorCodes(), ['CONDUCTOR_SERVICE_TIMEOUT']);
    assert.match(String(world.errors), /timeout=5s, interval=6\d{9}ns/);
    assert.equal(publication.offer(AtomicBuffer.allocate(1)), Publication.CLOSED);
  });

  it('closes when it has missed what the driver said', async () => {
    const { world, driver, aeron } = await open();
    world.client.pause();
    for (let i = 0; i < 100; i++) {
      driver.transmit(Events.ON_UNAVAILABLE_COUNTER, new Uint8Array(8000));
    }
    world.client.resume();
    await world.until(() => aeron.isClosed);
    assert.deepEqual(world.errorCodes(), ['BROADCAST_LAPPED']);
  });

  it('gets nothing more done while it closes', async () => {
    const codes: string[] = [];
    const { world, driver, aeron } = await open({
      aeron: {
        unavailableImageHandler: () => {
          try {
            aeron.asyncAddPublication(IPC, 1);
          } catch (error) {
            codes.push((error as { code: string }).code);
          }
        },
      },
    });
    await world.pass(SECOND_NS);
    driver.clientTimeout(aeron.clientId);
    await world.until(() => aeron.isClosed);
    assert.deepEqual(codes, ['CLIENT_CLOSED']);
  });
});
