import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { Aeron, DriverTimeoutError } from '../../src/client/mod.ts';
import { ClientWorld, codeThrown, DIRECTORY, SECOND_NS } from './client-world.ts';
import { FakeDriver } from './fake-driver.ts';

const CNC_PATH = `${DIRECTORY}/cnc.dat`;

/** A world whose driver's file was tampered with. */
function tampered(change: (content: AtomicBuffer) => Uint8Array | undefined): ClientWorld {
  const world = new ClientWorld();
  new FakeDriver(world.driverProcess.platform, DIRECTORY).cnc.close();
  const { files } = world.driverProcess.platform;
  const content = AtomicBuffer.copyOf(files.readWhole(CNC_PATH));
  files.writeWhole(CNC_PATH, change(content) ?? content.u8);
  return world;
}

describe('Aeron.connect', () => {
  it('finds a running driver', async () => {
    const world = new ClientWorld();
    world.startDriver();
    const aeron = await world.connect();
    assert.equal(aeron.isClosed, false);
    assert.equal(aeron.nextCorrelationId(), aeron.clientId + 1);
    assert.notEqual((await world.connect()).clientId, aeron.clientId);
  });

  it('waits for a driver that comes later', async () => {
    const world = new ClientWorld();
    const connecting = world.connect();
    await world.pass(3 * SECOND_NS);
    world.startDriver();
    assert.equal((await connecting).isClosed, false);
  });

  it('gives up after driverTimeoutMs, and says what it waited for', async () => {
    const world = new ClientWorld();
    const before = world.world.now;
    await assert.rejects(world.connect({ driverTimeoutMs: 2000 }), (error) => {
      assert(error instanceof DriverTimeoutError);
      assert.match(error.message, /no media driver in \/dev\/shm\/aeron-test within 2000 ms.*not created/);
      return true;
    });
    const waited = world.world.now - before;
    assert(waited >= 2 * SECOND_NS && waited < 2.1 * SECOND_NS, `${waited}`);
  });

  it('waits while the file is being written', async () => {
    const world = new ClientWorld();
    const { platform } = world.driverProcess;
    platform.files.makeDirectories(DIRECTORY);
    platform.files.writeWhole(CNC_PATH, new Uint8Array(100));
    const connecting = world.connect();
    await world.pass(SECOND_NS);
    platform.files.writeWhole(CNC_PATH, new Uint8Array(100_000));
    await world.pass(SECOND_NS);
    platform.files.remove(CNC_PATH);
    world.startDriver();
    assert.equal((await connecting).isClosed, false);
  });

  it('does not wait for ever for a file that was begun and left', async () => {
    const unready = tampered((content) => {
      content.putInt32(0, 0);
      return undefined;
    });
    await assert.rejects(unready.connect({ driverTimeoutMs: 100 }), /DriverTimeoutError.*not initialised/);
    const tiny = tampered(() => new Uint8Array(100));
    await assert.rejects(tiny.connect({ driverTimeoutMs: 100 }), /DriverTimeoutError.*not populated/);
  });

  it('refuses a driver of another protocol version at once', async () => {
    for (const version of [0x010000, 0x000100, -1]) {
      const world = tampered((content) => {
        content.putInt32(0, version);
        return undefined;
      });
      assert.equal(await world.codeOf(world.connect()), 'CNC_VERSION');
    }
  });

  it('refuses a file that is cut off, or makes no sense', async () => {
    const cut = tampered((content) => content.u8.slice(0, 10_000));
    assert.equal(await cut.codeOf(cut.connect()), 'CNC_INVALID');
    for (const field of [4, 8, 12, 16, 20]) {
      const unfit = field < 12 ? [0, 16] : [];
      for (const value of [-8, 7, 0x7ffffff8, ...unfit]) {
        const world = tampered((content) => {
          content.putInt32(field, value);
          return undefined;
        });
        assert.equal(await world.codeOf(world.connect()), 'CNC_INVALID', `${value} at ${field}`);
      }
    }
  });

  it('does not take a driver for alive that is not', async () => {
    const world = new ClientWorld();
    world.startDriver();
    world.driverProcess.kill();
    await world.pass(11 * SECOND_NS);
    await assert.rejects(world.connect(), /no media driver.*heartbeat is 2\d{4} ms old/);
    const connecting = world.connect();
    await world.pass(SECOND_NS);
    world.restartDriver();
    assert.equal((await connecting).isClosed, false);
  });

  it('does not connect to a driver that has been shut down', async () => {
    const world = new ClientWorld();
    world.startDriver().shutDown();
    await assert.rejects(world.connect({ driverTimeoutMs: 100 }), /no driver heartbeat detected/);
  });

  it('refuses a keepalive interval at which the driver would give the client up', async () => {
    const world = new ClientWorld();
    world.startDriver({ clientLivenessTimeoutNs: SECOND_NS });
    assert.equal(await world.codeOf(world.connect({ keepAliveIntervalNs: SECOND_NS })), 'CONFIGURATION');
    assert.equal((await world.connect({ keepAliveIntervalNs: SECOND_NS - 1 })).isClosed, false);
  });

  it('refuses options that do not exist or make no sense', async () => {
    const world = new ClientWorld();
    for (const options of [
      { aeronDirectory: 'x' },
      { driverTimeoutMs: -1 },
      { idleSleepDurationNs: 2 * SECOND_NS },
      { clientName: 'x'.repeat(101) },
      { driverAgentInvoker: {} },
    ]) {
      assert.equal(await world.codeOf(world.connect(options as never)), 'CONFIGURATION', JSON.stringify(options));
    }
  });

  it('takes its directory from the environment, or that of the user', async () => {
    const world = new ClientWorld();
    const { environment } = world.client.platform;
    const absent = world.connect({ aeronDirectoryName: undefined, driverTimeoutMs: 1 });
    await assert.rejects(absent, new RegExp(`no media driver in ${environment.sharedMemoryDirectory}/aeron-`));
    world.startDriver();
    const { platform } = world.host.process('other', { variables: { AERON_DIR: DIRECTORY, AERON_CLIENT_NAME: 'bob' } });
    const aeron = await world.connect({ platform, aeronDirectoryName: undefined });
    assert.equal(aeron.context.aeronDirectoryName, DIRECTORY);
    assert.equal(aeron.context.clientName, 'bob');
  });
});

describe('Aeron.connectBlocking', () => {
  it('waits in place', () => {
    const world = new ClientWorld();
    world.world.after(SECOND_NS, () => world.startDriver());
    const aeron = Aeron.connectBlocking(world.options({ useConductorAgentInvoker: true }));
    assert.equal(aeron.isClosed, false);
    assert(world.world.now >= SECOND_NS);
  });

  it('gives up as the promise does', () => {
    const world = new ClientWorld();
    assert.equal(
      codeThrown(() => Aeron.connectBlocking(world.options({ driverTimeoutMs: 500 }))),
      'DRIVER_TIMEOUT',
    );
  });
});
