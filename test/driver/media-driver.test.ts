import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { type GivenDriverOptions, MediaDriver } from '../../src/driver/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import {
  CncFile,
  CncFileDescriptor,
  CommonContext,
  SystemCounterDescriptor,
  TerminateDriverFlyweight,
} from '../../src/protocol/mod.ts';
import { assertCode, DIRECTORY, DriverFixture, Event, MS, SECOND } from './command-client.ts';

function newPlatform(): Platform {
  return new SimulatedWorld({ seed: 3 }).host('a', { addresses: ['10.0.0.1'] }).process('driver').platform;
}

function launch(platform: Platform, options: GivenDriverOptions = {}): MediaDriver {
  return MediaDriver.launch({
    platform,
    threadingMode: 'INVOKER',
    aeronDirectoryName: DIRECTORY,
    counterValuesBufferLength: 1024 * 1024,
    ...options,
  });
}

describe('a media driver', () => {
  it('makes its directory, and files that a client can map', () => {
    const platform = newPlatform();
    const driver = launch(platform);
    assert.deepEqual(platform.files.list(DIRECTORY), ['cnc.dat', 'images', 'loss-report.dat', 'publications']);
    const cncFile = CncFile.tryMap(platform, DIRECTORY);
    assert(cncFile instanceof CncFile);
    assert.equal(cncFile.metaData.pid, platform.processes.pid);
    assert.equal(cncFile.metaData.clientLivenessTimeoutNs, 10 * SECOND);
    cncFile.close();
    driver.close();
  });

  it("uses the environment's directory, or the user's default one", () => {
    const world = new SimulatedWorld({ seed: 3 });
    const host = world.host('a');
    const named = host.process('driver', { variables: { AERON_DIR: '/dev/shm/named' } }).platform;
    const driver = MediaDriver.launch({ platform: named, threadingMode: 'INVOKER' });
    assert.equal(driver.aeronDirectoryName, '/dev/shm/named');
    driver.close();

    const { platform } = host.process('driver');
    const byDefault = MediaDriver.launch({ platform, threadingMode: 'INVOKER' });
    assert.equal(byDefault.aeronDirectoryName, CommonContext.defaultAeronDirectoryName(platform.environment));
    byDefault.close();
    const embedded = MediaDriver.launchEmbedded({ platform, threadingMode: 'INVOKER' });
    assert.match(embedded.aeronDirectoryName, /^\/dev\/shm\/aeron-.*-[0-9a-f]{32}$/);
    embedded.close();
  });

  it('shows its version and configuration in the system counters', () => {
    const fixture = new DriverFixture({ resolverName: 'node-1' });
    const client = fixture.client();
    assert.equal(client.labels()[SystemCounterDescriptor.BYTES_SENT], 'Bytes sent');
    assert.match(client.labels()[SystemCounterDescriptor.ERRORS]!, /^Errors: version=1\.52\.2 commit=/);
    assert.equal(
      client.labels()[SystemCounterDescriptor.CONDUCTOR_CYCLE_TIME_THRESHOLD_EXCEEDED],
      'Conductor work cycle exceeded threshold count: threshold=100ms INVOKER',
    );
    assert.equal(client.labels()[SystemCounterDescriptor.RESOLUTION_CHANGES], 'Resolution changes: driverName=node-1');
    assert.equal(client.systemCounter(SystemCounterDescriptor.AERON_VERSION), (1 << 16) | (52 << 8) | 2);
    assert.equal(client.systemCounter(SystemCounterDescriptor.CONTROL_PROTOCOL_VERSION), 0x010000);
    const mapped = client.systemCounter(SystemCounterDescriptor.BYTES_CURRENTLY_MAPPED);
    client.answer(client.addPublication('aeron:ipc'));
    assert.equal(client.systemCounter(SystemCounterDescriptor.BYTES_CURRENTLY_MAPPED) - mapped, 3 * 64 * 1024 + 4096);
    fixture.close();
  });

  it('refuses a directory that a living driver uses, and leaves it alone', () => {
    const platform = newPlatform();
    const driver = launch(platform);
    assert.throws(
      () => launch(platform),
      (error) => assertCode(error, 'ACTIVE_DRIVER'),
    );
    assert(platform.files.exists(CncFile.pathIn(DIRECTORY)));
    driver.close();
    launch(platform).close();
  });

  it('takes the directory of a dead driver, and keeps the errors of that beside it', () => {
    const fixture = new DriverFixture();
    const client = fixture.client();
    client.refusal(client.addPublication('aeron:nothing'));
    client.answer(client.addPublication('aeron:ipc'));
    fixture.process.kill();
    fixture.world.run(11 * SECOND);

    const logged: string[] = [];
    const { platform } = fixture.host.process('driver');
    const driver = launch(platform, { logger: (text) => logged.push(text) });
    assert.deepEqual(platform.files.list(`${DIRECTORY}/publications`), []);
    const [saved] = platform.files.list('/dev/shm').filter((name) => name.endsWith('-error.log'));
    assert.match(saved!, /^aeron-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-\d{3}\+0000-error\.log$/);
    const text = new TextDecoder().decode(platform.files.readWhole(`/dev/shm/${saved}`));
    assert.match(text, /1 observations from .* to .* for:\n .*unknown media 'nothing'/);
    assert.deepEqual(logged, [`WARNING: Existing errors saved to: /dev/shm/${saved}`]);
    driver.close();
  });

  it('takes a directory without a look when told to', () => {
    const platform = newPlatform();
    launch(platform);
    launch(platform, { dirDeleteOnStart: true }).close();
  });

  it('does not mistake a foreign version, a cut or an unfinished file for its own', () => {
    const platform = newPlatform();
    const write = (length: number, version: number) => {
      platform.files.removeTree(DIRECTORY);
      platform.files.makeDirectories(DIRECTORY);
      const content = AtomicBuffer.allocate(length);
      content.putInt32(CncFileDescriptor.CNC_VERSION_FIELD_OFFSET, version);
      platform.files.writeWhole(CncFile.pathIn(DIRECTORY), content.u8);
    };
    write(4096, 0x090000);
    assert.throws(
      () => launch(platform),
      (error) => assertCode(error, 'CNC_VERSION'),
    );
    write(4096, 0);
    assert.throws(
      () => launch(platform),
      (error) => assertCode(error, 'DRIVER_TIMEOUT'),
    );
    write(16, 0);
    launch(platform).close();
    write(4096, CncFileDescriptor.CNC_VERSION);
    launch(platform).close();
  });

  it('warns of a directory that is there when told to', () => {
    const platform = newPlatform();
    const logged: string[] = [];
    launch(platform).close();
    launch(platform, { warnIfDirectoryExists: true, logger: (text) => logged.push(text) }).close();
    assert.equal(logged[0], `WARNING: ${DIRECTORY} exists`);
  });

  it('says goodbye by its heartbeat when it is closed, and deletes its directory when told to', () => {
    const platform = newPlatform();
    launch(platform).close();
    assert.equal(CommonContext.isDriverActive(platform, DIRECTORY, 10_000), false);
    assert(platform.files.exists(DIRECTORY));
    launch(platform, { dirDeleteOnShutdown: true }).close();
    assert(!platform.files.exists(DIRECTORY));
  });

  it('can be closed again', () => {
    const driver = launch(newPlatform());
    driver.close();
    driver.close();
  });

  it('prints its configuration when told to', () => {
    const logged: string[] = [];
    launch(newPlatform(), { printConfigurationOnStart: true, logger: (text) => logged.push(text) }).close();
    assert.match(logged[0]!, /\n {4}mtuLength=1408\n/);
    assert.match(logged[0]!, /\n {4}clientLivenessTimeoutNs=10s\n/);
  });

  it('needs no socket, no file and no memory any more once it is closed', () => {
    const fixture = new DriverFixture({ dirDeleteOnShutdown: true });
    const client = fixture.client();
    client.answer(client.addPublication('aeron:udp?endpoint=10.0.0.1:20600'));
    client.answer(client.addSubscription('aeron:udp?endpoint=10.0.0.1:20600'));
    client.answer(client.addPublication('aeron:ipc'));
    fixture.passNs(10 * MS);
    fixture.close();
    const again = new DriverFixture({}, fixture.world);
    const other = again.client();
    assert.equal(
      other.answer(other.addSubscription('aeron:udp?endpoint=10.0.0.1:20600')).type,
      Event.ON_SUBSCRIPTION_READY,
    );
    again.close();
  });

  const contradictions: readonly (readonly [options: GivenDriverOptions, message: RegExp])[] = [
    [
      { publicationUnblockTimeoutNs: '10s' },
      /publicationUnblockTimeoutNs=10000000000 must be above clientLivenessTimeoutNs/,
    ],
    [{ clientLivenessTimeoutNs: '500ms' }, /clientLivenessTimeoutNs=500000000 must be above timerIntervalNs/],
    [{ untetheredWindowLimitTimeoutNs: '1s' }, /untetheredWindowLimitTimeoutNs/],
    [{ untetheredLingerTimeoutNs: '1s' }, /untetheredLingerTimeoutNs/],
    [{ mtuLength: 8192, initialWindowLength: 4096 }, /mtuLength=8192 > initialWindowLength=4096/],
    [{ mtuLength: 100 }, /multiple of 32/],
    [{ publicationReservedSessionIdLow: 5, publicationReservedSessionIdHigh: 4 }, /low session id value 5/],
    [
      { initialWindowLength: '1m' },
      /initialWindowLength=1048576 > SO_RCVBUF=131072, increase aeron\.socket\.so_rcvbuf/,
    ],
    [{ conductorBufferLength: '1m' }, /option conductorBufferLength/],
    [{ conductorBufferLength: 1024 * 1024 + 1000 }, /a power of two and 768 bytes of trailer/],
    [{ ipcTermBufferLength: '100k' }, /ipcTermBufferLength.*power of two/],
    [{ senderWildcardPortRange: '20 10' }, /20 10/],
  ];
  for (const [options, message] of contradictions) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const platform = newPlatform();
      assert.throws(() => launch(platform, options), message);
      launch(platform).close();
    });
  }

  it('refuses to start where there is no room for its files, and leaves no driver there', () => {
    const world = new SimulatedWorld({ seed: 3 });
    const host = world.host('a', { disks: { '/dev/shm': { capacityLength: 4 * 1024 * 1024 } } });
    const { platform } = host.process('driver');
    assert.throws(
      () => launch(platform),
      (error) => assertCode(error, 'ENOSPC'),
    );
    assert(!platform.files.exists(DIRECTORY));
  });
});

describe('a termination request', () => {
  const request = (options: GivenDriverOptions): number => {
    let terminations = 0;
    const fixture = new DriverFixture({ ...options, terminationHook: () => terminations++ });
    const client = fixture.client();
    client.command(Event.TERMINATE_DRIVER, TerminateDriverFlyweight.encode, { token: Uint8Array.of(1, 2, 3) });
    fixture.passNs(MS);
    fixture.close();
    return terminations;
  };

  it('is denied by default', () => {
    assert.equal(request({}), 0);
  });

  it('calls the hook when the policy allows it', () => {
    assert.equal(request({ terminationPolicy: 'allow' }), 1);
    assert.equal(request({ terminationPolicy: 'io.aeron.driver.DefaultAllowTerminationValidator' }), 1);
  });

  it('calls the hook when the validator accepts its token', () => {
    const seen: unknown[] = [];
    const terminationValidator = (directory: string, token: Uint8Array) => {
      seen.push(directory, [...token]);
      return token.length === 3;
    };
    assert.equal(request({ terminationValidator }), 1);
    assert.deepEqual(seen, [DIRECTORY, [1, 2, 3]]);
  });
});
