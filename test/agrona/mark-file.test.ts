import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACTIVATION_IN_PROGRESS_TIMESTAMP, AeronError, MarkFile, SemanticVersion } from '../../src/agrona/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';

const TIMEOUT_MS = 1_000;
const VERSION = SemanticVersion.compose(1, 2, 3);

const markFiles = () => {
  const world = new SimulatedWorld({ seed: 1 });
  const process = world.host('a', { addresses: ['10.0.0.1'] }).process('owner');
  const { platform } = process;
  platform.files.makeDirectories('/data');
  const options = {
    platform,
    path: '/data/mark.dat',
    totalLength: 4096,
    versionFieldOffset: 4,
    timestampFieldOffset: 16,
    timeoutMs: TIMEOUT_MS,
    versionCheck: (version: number) => {
      if (SemanticVersion.major(version) !== 1) {
        throw new AeronError('TEST_VERSION', `version ${SemanticVersion.format(version)}`);
      }
    },
  };
  const started = () => {
    const file = MarkFile.claim(options);
    file.timestampRelease(platform.clock.epochTimeMs());
    file.signalReady(VERSION);
    return file;
  };
  return { world, platform, options, started };
};

const throwsCode = (action: () => unknown, code: string) =>
  assert.throws(action, (error) => AeronError.is(error) && error.code === code);

describe('MarkFile', () => {
  it('shows others its version and its life', () => {
    const { options, started, platform } = markFiles();
    const owner = started();
    const observer = MarkFile.openExisting(options);
    assert.equal(observer.versionVolatile(), VERSION);
    assert.equal(observer.timestampVolatile(), platform.clock.epochTimeMs());
    owner.timestampRelease(platform.clock.epochTimeMs() + 5);
    assert.equal(observer.timestampVolatile(), platform.clock.epochTimeMs() + 5);
    assert.equal(MarkFile.isActive(options), true);
  });

  it('is not given to a second owner while the first lives', () => {
    const { options, started, platform } = markFiles();
    const owner = started();
    throwsCode(() => MarkFile.claim(options), 'MARK_FILE_ACTIVE');
    platform.park((TIMEOUT_MS - 1) * 1e6);
    owner.timestampRelease(platform.clock.epochTimeMs());
    platform.park((TIMEOUT_MS - 1) * 1e6);
    throwsCode(() => MarkFile.claim(options), 'MARK_FILE_ACTIVE');
    assert.equal(MarkFile.isActive(options), true);
  });

  it('goes to a new owner once the first is silent for longer than the time-out, with what is in it', () => {
    const { options, started, platform } = markFiles();
    const owner = started();
    owner.buffer.putInt32(100, 42);
    owner.close();
    platform.park((TIMEOUT_MS + 100) * 1e6);
    assert.equal(MarkFile.isActive(options), false);
    const next = MarkFile.claim({ ...options, totalLength: 8192 });
    assert.equal(next.buffer.getInt32(100), 42);
    assert.equal(next.buffer.capacity, 8192);
  });

  it('is taken over by one at a time', () => {
    const { options, started, platform } = markFiles();
    started();
    platform.park((TIMEOUT_MS + 100) * 1e6);
    const next = MarkFile.claim(options);
    assert(next.buffer.getBigInt64Volatile(16) > 2n ** 62n, 'for anybody a time in the future');
    assert.throws(() => MarkFile.claim(options), /being taken over/);
    assert.equal(MarkFile.isActive(options), true);
  });

  it('is free after the time-out when whoever took it over has died in that', () => {
    const { options, started, platform } = markFiles();
    started();
    platform.park((TIMEOUT_MS + 100) * 1e6);
    MarkFile.claim(options).close();
    platform.park((TIMEOUT_MS - 1) * 1e6);
    throwsCode(() => MarkFile.claim(options), 'MARK_FILE_ACTIVE');
    platform.park(100 * 1e6);
    assert.equal(MarkFile.isActive(options), false);
    MarkFile.claim(options).close();
  });

  it('that Agrona is taking over is left to it', () => {
    const { options, started, platform } = markFiles();
    started().buffer.putBigInt64(16, ACTIVATION_IN_PROGRESS_TIMESTAMP);
    platform.park(10 * TIMEOUT_MS * 1e6);
    assert.throws(() => MarkFile.claim(options), /being taken over/);
    assert.equal(MarkFile.isActive(options), true);
  });

  it('can be had at once after an orderly end', () => {
    const { options, started } = markFiles();
    const owner = started();
    owner.timestampRelease(0);
    owner.close();
    assert.equal(MarkFile.isActive(options), false);
    assert.equal(MarkFile.claim(options).versionVolatile(), VERSION);
  });

  it('of a version that does not fit is refused', () => {
    const { options, started } = markFiles();
    started().signalReady(SemanticVersion.compose(2, 0, 0));
    throwsCode(() => MarkFile.claim(options), 'TEST_VERSION');
    throwsCode(() => MarkFile.openExisting(options), 'TEST_VERSION');
    throwsCode(() => MarkFile.isActive(options), 'TEST_VERSION');
  });

  it('is waited for, but not for ever', () => {
    const { options, platform } = markFiles();
    const before = platform.clock.epochTimeMs();
    assert.throws(() => MarkFile.openExisting(options), /mark\.dat was not created within 1000 ms/);
    assert.ok(platform.clock.epochTimeMs() - before >= TIMEOUT_MS);
    assert.equal(MarkFile.isActive(options), false);

    const owner = MarkFile.claim(options);
    assert.throws(() => MarkFile.openExisting(options), /was not initialised/);
    throwsCode(() => MarkFile.isActive(options), 'MARK_FILE_INVALID');
    owner.signalReady(VERSION);
    assert.throws(() => MarkFile.openExisting(options), /showed no sign of life/);
  });

  it('that is too short is no mark file', () => {
    const { options, platform } = markFiles();
    platform.files.writeWhole(options.path, new Uint8Array(20));
    assert.equal(MarkFile.isActive(options), false);
    throwsCode(() => MarkFile.openExisting(options), 'MARK_FILE_INVALID');
  });

  it('cannot be used once closed', () => {
    const { started } = markFiles();
    const owner = started();
    owner.close();
    owner.close();
    assert.equal(owner.isClosed, true);
    throwsCode(() => owner.timestampRelease(1), 'OUT_OF_BOUNDS');
  });

  it('has its version before its timestamp', () => {
    const { options } = markFiles();
    throwsCode(() => MarkFile.claim({ ...options, versionFieldOffset: 16 }), 'CONFIGURATION');
  });
});
