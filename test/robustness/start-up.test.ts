import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Aeron, type AeronOptions } from '../../src/client/mod.ts';
import { type GivenDriverOptions, MediaDriver as MediaDriverCore } from '../../src/driver/mod.ts';
import { MediaDriver } from '../../src/launch/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { Place, rejection } from './place.ts';

describe('a start that cannot be', { concurrency: true }, () => {
  const place = new Place();
  after(() => place.clear());

  /** The command line tool says no, in one line that matches, and leaves nothing behind. */
  async function refuses(message: RegExp, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<void> {
    const directory = environment['AERON_DIR'] ?? place.directory();
    const before = existsSync(directory);
    const child = place.aeron(['media-driver', ...args], { AERON_DIR: directory, ...environment });
    assert.equal(await child.exit(), 1, child.output);
    const lines = child.output.trim().split('\n');
    assert.equal(lines.length, 1, child.output);
    assert.match(lines[0]!, /^aeron media-driver: /);
    assert.match(lines[0]!, message);
    assert.equal(existsSync(directory), before);
  }

  it('for another driver uses the directory is told so in one line', async () => {
    const driver = await place.driver();
    const { aeronDirectoryName } = driver;
    await refuses(/: Active media driver detected: .*cnc\.dat/, [], { AERON_DIR: aeronDirectoryName });
    const { aeron } = await place.client(aeronDirectoryName);
    await aeron.addPublication('aeron:ipc', 1);
  });

  it('for its directory cannot be made', async () => {
    const file = join(place.makeDirectory(place.directory()), 'a-file');
    writeFileSync(file, '');
    const below = join(file, 'aeron');
    await refuses(/cannot make the directory .*a-file\/aeron.*ENOTDIR/, [], { AERON_DIR: below });
    const error = await rejection(MediaDriver.launch({ aeronDirectoryName: below }));
    assert.equal(error.code, 'ENOTDIR');
    assert.deepEqual(readdirSync(dirname(file)), ['a-file']);
  });

  it('for its directory is on a file system for reading alone', async (t) => {
    const mountPoint = place.mountTmpfs(1024 * 1024, 'ro');
    if (mountPoint === undefined) {
      t.skip('only root can mount a file system for reading alone');
      return;
    }
    await refuses(/cannot make the directory .*EROFS/, [], { AERON_DIR: join(mountPoint, 'aeron') });
  });

  for (const [variable, value, message] of [
    ['AERON_THREADING_MODE', 'SHARD', /threadingMode = 'SHARD' \(from AERON_THREADING_MODE\).*SHARED/],
    ['AERON_TERM_BUFFER_LENGTH', '64q', /'64q' \(from AERON_TERM_BUFFER_LENGTH\)/],
    ['AERON_TERM_BUFFER_LENGTH', '100000', /'100000'.*power of two/],
    ['AERON_TERM_BUFFER_LENGTH', '4g', /'4g'.*at most/],
    ['AERON_MTU_LENGTH', '1409', /1409/],
    ['AERON_TIMER_INTERVAL', 'often', /'often' \(from AERON_TIMER_INTERVAL\)/],
    ['AERON_TERM_BUFFER_SPARSE_FILE', 'perhaps', /'perhaps' \(from AERON_TERM_BUFFER_SPARSE_FILE\)/],
    [
      'AERON_SHARED_IDLE_STRATEGY',
      'lazy',
      /option sharedIdleStrategy: 'lazy' is no idle strategy; known are .*backoff/,
    ],
    ['AERON_CONDUCTOR_IDLE_STRATEGY_INIT_ARGS', '1-2', /conductorIdleStrategy.*10-20-1us-1ms, not '1-2'/],
    ['AERON_CLIENT_LIVENESS_TIMEOUT', '1ms', /publicationUnblockTimeoutNs|clientLivenessTimeoutNs/],
    ['AERON_SOCKET_SO_SNDBUF', '1k', /mtuLength=1408 > SO_SNDBUF=1024.*aeron\.socket\.so_sndbuf/],
    ['AERON_RECEIVER_WILDCARD_PORT_RANGE', '5', /5/],
    ['AERON_MULTICAST_FLOWCONTROL_SUPPLIER', 'fastest', /'fastest'/],
  ] as const) {
    it(`for ${variable}=${value} makes no sense`, () => {
      const aeronDirectoryName = place.directory();
      const environment = { get: (name: string) => (name === variable ? value : undefined) };
      const options = { platform: nativePlatform(), aeronDirectoryName };
      assert.throws(() => MediaDriverCore.launch(options, { environment }), { code: 'CONFIGURATION', message });
      assert.ok(!existsSync(aeronDirectoryName));
    });
  }

  it('for its environment makes no sense is told so in one line', async () => {
    await refuses(/threadingMode = 'SHARD' \(from AERON_THREADING_MODE\)/, [], { AERON_THREADING_MODE: 'SHARD' });
    await refuses(/sharedIdleStrategy: 'lazy'/, ['-Daeron.shared.idle.strategy=lazy']);
  });

  it('for its command line makes no sense', async () => {
    await refuses(/-D needs name=value, not 'aeron.dir'/, ['-Daeron.dir']);
    await refuses(/cannot read properties file .*nowhere\.properties.*ENOENT/, ['/nowhere.properties']);
    const child = place.aeron(['media-drive']);
    assert.equal(await child.exit(), 1);
    assert.match(child.output, /^there is no command 'media-drive'\n/);
  });

  it('is not one for a property that is misspelt, but somebody is told', async () => {
    const directory = place.directory();
    const child = place.aeron(['media-driver', '-Daeron.mtu.lenght=1408', `-Daeron.dir=${directory}`]);
    // On another pipe than the warning.
    await child.line(/^Started media driver/);
    await child.line(/WARNING: .*no property aeron\.mtu\.lenght; is it aeron\.mtu\.length\?/);
    assert.equal(await child.kill('SIGTERM'), 0);
  });

  it('for an option that is misspelt, in driver and client', async () => {
    const directory = place.directory();
    const misspelt = { aeronDirectoryName: directory, mtuLenght: 1408 } as GivenDriverOptions;
    for (const threadingMode of ['INVOKER', 'SHARED'] as const) {
      const error = await rejection(MediaDriver.launch({ ...misspelt, threadingMode }));
      assert.equal(error.code, 'CONFIGURATION');
      assert.match(error.message, /there is no option 'mtuLenght'; did you mean 'mtuLength'\?/);
    }
    assert.ok(!existsSync(directory));
    const error = await rejection(Aeron.connect({ aeronDirectoryNames: directory } as AeronOptions));
    assert.equal(error.code, 'CONFIGURATION');
    assert.match(error.message, /did you mean 'aeronDirectoryName'\?/);
  });

  it('of a driver in a thread is told with its code, as in one without', async () => {
    for (const threadingMode of ['INVOKER', 'SHARED'] as const) {
      const aeronDirectoryName = place.directory();
      const error = await rejection(MediaDriver.launch({ aeronDirectoryName, threadingMode, mtuLength: 1409 }));
      assert.equal(error.code, 'CONFIGURATION');
      assert.match(error.message, /1409/);
      assert.ok(!existsSync(aeronDirectoryName));
    }
  });
});
