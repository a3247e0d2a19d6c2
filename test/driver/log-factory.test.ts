import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type AeronError, AtomicBuffer, AtomicCounter } from '../../src/agrona/mod.ts';
import { LogFactory, type LogFactoryOptions } from '../../src/driver/log-factory.ts';
import { LogFreer } from '../../src/driver/log-freer.ts';
import type { RawLog } from '../../src/driver/raw-log.ts';
import type { Platform } from '../../src/platform/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import { assertCode, DIRECTORY, TERM_LENGTH } from './command-client.ts';

const LOG_LENGTH = 3 * TERM_LENGTH + 4096;

describe('the log factory', () => {
  let platform: Platform;
  let warnings: AeronError[];
  let mapped: number;

  const factory = (options: Partial<LogFactoryOptions> = {}) =>
    new LogFactory({
      platform,
      aeronDirectoryName: DIRECTORY,
      filePageSize: 4096,
      performStorageChecks: true,
      lowStorageWarningThreshold: 0,
      onWarning: (warning) => warnings.push(warning),
      onMapped: (bytes) => {
        mapped += bytes;
      },
      ...options,
    });

  beforeEach(() => {
    const disks = { '/dev/shm': { capacityLength: 1024 * 1024 } };
    platform = new SimulatedWorld({ seed: 1 }).host('a', { disks }).process('driver').platform;
    warnings = [];
    mapped = 0;
  });

  it('makes logs of publications and images, named after their registration', () => {
    const publication = factory().newPublication(7, TERM_LENGTH, true);
    const image = factory().newImage(8, TERM_LENGTH, false);
    assert.equal(publication.fileName, `${DIRECTORY}/publications/7.logbuffer`);
    assert.equal(image.fileName, `${DIRECTORY}/images/8.logbuffer`);
    assert.deepEqual(
      publication.termBuffers.map((term) => term.capacity),
      [TERM_LENGTH, TERM_LENGTH, TERM_LENGTH],
    );
    assert.equal(publication.memory.length, LOG_LENGTH);
    assert.equal(mapped, 2 * LOG_LENGTH);
  });

  it('frees a log: its buffers throw, its file is gone, and doing so again is harmless', () => {
    const log = factory().newPublication(7, TERM_LENGTH, true);
    assert.equal(log.free(), true);
    assert.equal(log.free(), true);
    assert.throws(() => log.termBuffers[0]!.getInt32(0));
    assert(!platform.files.exists(log.fileName));
    assert.equal(mapped, 0);
  });

  it('refuses a log that does not fit, before it takes anything', () => {
    assert.throws(
      () => factory().newPublication(7, 1024 * 1024, false),
      (error) => assertCode(error, 'STORAGE_SPACE') && /length=3149824 usable=\d+ in /.test((error as Error).message),
    );
    assert.deepEqual(platform.files.list(`${DIRECTORY}/publications`), []);
  });

  it('says so, too, when it was not to look and the file system refuses', () => {
    assert.throws(
      () => factory({ performStorageChecks: false }).newPublication(7, 1024 * 1024, false),
      (error) => assertCode(error, 'STORAGE_SPACE'),
    );
    assert.deepEqual(platform.files.list(`${DIRECTORY}/publications`), []);
    assert.equal(mapped, 0);
  });

  it('warns when space is low', () => {
    factory({ lowStorageWarningThreshold: 1024 * 1024 }).newPublication(7, TERM_LENGTH, true);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!.message, /space is running low: threshold=1048576 usable=\d+/);
  });
});

describe('the log freer', () => {
  const newCounter = () => new AtomicCounter(AtomicBuffer.allocate(128), 0);
  const logThatFrees = (outcomes: boolean[], freed: string[], name: string): RawLog =>
    ({
      free: () => {
        const isFree = outcomes.shift() ?? true;
        if (isFree) {
          freed.push(name);
        }
        return isFree;
      },
    }) as RawLog;

  it('frees no more logs in one go than it may', () => {
    const freed: string[] = [];
    const freer = new LogFreer(2, newCounter());
    for (const name of ['a', 'b', 'c']) {
      freer.add(logThatFrees([], freed, name));
    }
    assert.equal(freer.freeSome(), 2);
    assert.deepEqual(freed, ['a', 'b']);
    assert.equal(freer.freeSome(), 1);
    assert.equal(freer.freeSome(), 0);
  });

  it('counts what cannot be freed, and comes back to it', () => {
    const freed: string[] = [];
    const fails = newCounter();
    const freer = new LogFreer(1, fails);
    freer.add(logThatFrees([false, false], freed, 'a'));
    assert.deepEqual([freer.freeSome(), freer.freeSome(), freer.freeSome()], [0, 0, 1]);
    assert.equal(fails.get(), 2);
  });
});
