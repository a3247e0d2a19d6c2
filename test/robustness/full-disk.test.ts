import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { type Publication, RegistrationError, type Subscription } from '../../src/client/mod.ts';
import { MediaDriver } from '../../src/launch/mod.ts';
import { ErrorCode, SystemCounterDescriptor } from '../../src/protocol/mod.ts';
import { freePort } from '../ports.ts';
import { Place, rejection, SMALL_DRIVER, until } from './place.ts';

const MIB = 1024 * 1024;
/** The smallest files a driver can have. */
const SMALL_FILES = { AERON_COUNTERS_BUFFER_LENGTH: '1m', AERON_TERM_BUFFER_SPARSE_FILE: 'false' };
const SMALL_FILES_LENGTH = 13 * MIB;
const MESSAGE = AtomicBuffer.ofString('there is room for this');

function freeSpace(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** Leaves `rest` bytes; returns the file to remove when there shall be room again. */
function fill(mountPoint: string, rest: number): string {
  const path = join(mountPoint, 'filler');
  const fd = openSync(path, 'a');
  const chunk = Buffer.alloc(64 * 1024);
  for (let left = freeSpace(mountPoint) - rest; left > 0; left -= chunk.length) {
    writeSync(fd, chunk, 0, Math.min(left, chunk.length));
  }
  closeSync(fd);
  return path;
}

async function delivers(publication: Publication, subscription: Subscription): Promise<void> {
  await until('the message is taken', () => publication.offer(MESSAGE) > 0);
  await until('the message comes', () => subscription.poll(() => {}, 10) > 0);
}

describe('a full file system', { concurrency: true }, () => {
  const place = new Place();
  after(() => place.clear());

  /** A file system of its own for the test, which is skipped where there cannot be one. */
  function fileSystem(test: TestContext, length: number): string | undefined {
    const mountPoint = place.mountTmpfs(length);
    if (mountPoint === undefined) {
      test.skip('only root can mount a small tmpfs; the simulated disk is full in test/driver/conductor-bad-commands');
    }
    return mountPoint;
  }

  const launch = (aeronDirectoryName: string, options = {}) =>
    MediaDriver.launch({ ...SMALL_DRIVER, counterValuesBufferLength: '1m', aeronDirectoryName, ...options });

  it('keeps a driver from starting, with the bytes it needs, until there is room', async (t) => {
    const mountPoint = fileSystem(t, 4 * MIB);
    if (mountPoint === undefined) {
      return;
    }
    const directory = join(mountPoint, 'aeron');
    const error = await rejection(launch(directory));
    assert.equal(error.code, 'ENOSPC');
    assert.match(error.message, /cannot reserve \d{8} bytes for .*cnc\.dat: only \d{7} bytes are free/);
    assert.ok(!existsSync(join(directory, 'cnc.dat')));

    const cli = place.aeron(['media-driver'], { AERON_DIR: directory, ...SMALL_FILES });
    assert.equal(await cli.exit(), 1);
    assert.match(cli.output.trim(), /^aeron media-driver: cannot reserve \d+ bytes for .*ENOSPC.*$/);

    spawnSync('mount', ['-o', `remount,size=${2 * SMALL_FILES_LENGTH}`, mountPoint]);
    await (await launch(directory)).close();
  });

  it('that has room for a part of its files alone leaves nothing of a driver behind', async (t) => {
    const mountPoint = fileSystem(t, 2 * SMALL_FILES_LENGTH);
    if (mountPoint === undefined) {
      return;
    }
    const directory = join(mountPoint, 'aeron');
    const error = await rejection(launch(directory, { lossReportBufferLength: '64m' }));
    assert.equal(error.code, 'ENOSPC');
    assert.match(error.message, /cannot reserve 67108864 bytes for .*loss-report\.dat/);
    const begin = Date.now();
    await (await launch(directory, { driverTimeoutMs: 120_000 })).close();
    assert.ok(Date.now() - begin < 60_000, 'nobody waits for the driver that did not come to be');
  });

  for (const storageChecks of [true, false]) {
    it(`refuses publications, ${storageChecks ? 'before' : 'when'} there is no room, and takes them later`, async (t) => {
      const mountPoint = fileSystem(t, SMALL_FILES_LENGTH + 8 * MIB);
      if (mountPoint === undefined) {
        return;
      }
      const directory = join(mountPoint, 'aeron');
      const driver = await place.driverProcess(directory, {
        ...SMALL_FILES,
        AERON_PERFORM_STORAGE_CHECKS: String(storageChecks),
      });
      const { aeron, errors } = await place.client(directory);
      const subscription = await aeron.addSubscription('aeron:ipc', 1001);
      const publication = await aeron.addPublication('aeron:ipc', 1001);
      const filler = fill(mountPoint, MIB);
      for (const channel of ['aeron:ipc?term-length=1m', `aeron:udp?endpoint=127.0.0.1:${freePort()}|term-length=1m`]) {
        const error = await rejection(aeron.addExclusivePublication(channel, 1002));
        assert.ok(error instanceof RegistrationError, `${error}`);
        assert.equal(error.errorCode, ErrorCode.STORAGE_SPACE, error.message);
        assert.match(error.message, /insufficient usable storage for new log of length=3149824 /);
      }
      assert.equal(readdirSync(join(directory, 'publications')).length, 1);
      assert.ok(freeSpace(mountPoint) > MIB / 2, 'what was reserved was given back');
      await delivers(publication, subscription);

      rmSync(filler);
      const roomy = await aeron.addExclusivePublication('aeron:ipc?term-length=1m', 1001);
      await delivers(roomy, subscription);
      assert.deepEqual(errors, []);
      assert.ok(!driver.ended);
    });
  }

  it('lets no image in, and lets it in when there is room', async (t) => {
    const mountPoint = fileSystem(t, SMALL_FILES_LENGTH + 8 * MIB);
    if (mountPoint === undefined) {
      return;
    }
    const directory = join(mountPoint, 'aeron');
    const receiver = await place.driverProcess(directory, SMALL_FILES);
    const sender = await place.driver();
    const channel = `aeron:udp?endpoint=127.0.0.1:${freePort()}`;
    const { aeron } = await place.client(directory);
    const subscription = await aeron.addSubscription(channel, 1001);
    const filler = fill(mountPoint, MIB);
    const { aeron: remote } = await place.client(sender.aeronDirectoryName);
    const publication = await remote.addPublication(`${channel}|term-length=1m`, 1001);
    const errorCount = () => aeron.countersReader.getCounterValue(SystemCounterDescriptor.ERRORS);
    await until('the receiving driver has tried', () => errorCount() >= 2);
    assert.ok(!publication.isConnected && subscription.hasNoImages);

    rmSync(filler);
    await delivers(publication, subscription);
    assert.ok(!receiver.ended);
    const stat = place.aeron(['stat', 'watch=false'], { AERON_DIR: directory });
    assert.equal(await stat.exit(), 0);
  });

  it('does not keep a driver from taking over from a dead one', async (t) => {
    const mountPoint = fileSystem(t, SMALL_FILES_LENGTH + 2 * MIB);
    if (mountPoint === undefined) {
      return;
    }
    const directory = join(mountPoint, 'aeron');
    const dead = await place.driverProcess(directory, SMALL_FILES);
    const { aeron } = await place.client(directory, { errorHandler: () => {} });
    await rejection(aeron.addPublication('aeron:nonsense', 1));
    await dead.kill('SIGKILL');
    aeron.close();
    fill(mountPoint, 0);

    const warnings: string[] = [];
    const takeOver = async () => {
      try {
        return await launch(directory, { driverTimeoutMs: 500, logger: (text: string) => warnings.push(text) });
      } catch (error) {
        assert.match(String(error), /Active media driver detected/);
        return undefined;
      }
    };
    let successor = await takeOver();
    const deadline = Date.now() + 60_000;
    while (successor === undefined) {
      assert.ok(Date.now() < deadline, 'the heartbeat of the dead one does not stay fresh');
      successor = await takeOver();
    }
    await successor.close();
    assert.match(warnings.join('\n'), /WARNING: Existing errors are lost: .*ENOSPC/);
  });
});
