import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ManyToOneRingBuffer } from '../../src/agrona/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';
import {
  CncFile,
  CncFileDescriptor,
  CncNotReady,
  CommonContext,
  ControlProtocolEvents,
  LogBufferDescriptor,
  LogBuffers,
  type LogParameters,
  readLogParameters,
  TerminateDriverFlyweight,
  writeLogParameters,
} from '../../src/protocol/mod.ts';

const TERM_LENGTH = 64 * 1024;
const nativeDirectory = mkdtempSync(join(tmpdir(), 'aeron-protocol-test-'));
after(() => rmSync(nativeDirectory, { recursive: true, force: true }));

const simulated = () => new SimulatedWorld({ seed: 1 }).host('a').process('test').platform;
const PLATFORMS: [name: string, platform: () => Platform, directory: string][] = [
  ['native', nativePlatform, nativeDirectory],
  ['simulated', simulated, '/dev/shm/aeron-test'],
];

for (const [name, makePlatform, root] of PLATFORMS) {
  let directories = 0;
  const newDirectory = (platform: Platform) => {
    const directory = `${root}/${directories++}`;
    platform.files.makeDirectories(directory);
    return directory;
  };

  describe(`Log buffers on the ${name} platform`, () => {
    const setUp = () => {
      const platform = makePlatform();
      const path = `${newDirectory(platform)}/1.logbuffer`;
      return { platform, path };
    };

    it('are shared by all who map the file', () => {
      const { platform, path } = setUp();
      const made = LogBuffers.create(platform, path, TERM_LENGTH, 4096);
      const mapped = new LogBuffers(platform, path);
      assert.equal(mapped.termLength, TERM_LENGTH);
      assert.equal(mapped.memory.length, LogBufferDescriptor.computeLogLength(TERM_LENGTH, 4096));
      for (let i = 0; i < 3; i++) {
        made.termBuffers[i]!.putInt32(32 * i, 100 + i);
        assert.equal(mapped.termBuffers[i]!.getInt32(32 * i), 100 + i);
        assert.equal(new DataView(mapped.memory.arrayBuffer).getInt32(i * TERM_LENGTH + 32 * i, true), 100 + i);
      }
      LogBufferDescriptor.putIsConnected(made.metaData, true);
      assert.equal(LogBufferDescriptor.isConnected(mapped.metaData), true);
      made.close();
      mapped.close();
    });

    it('keep what the driver says of the stream', () => {
      const { platform, path } = setUp();
      const log = LogBuffers.create(platform, path, TERM_LENGTH, 4096, { sparse: true });
      const parameters: LogParameters = {
        type: LogBufferDescriptor.LOG_BUFFER_TYPE_PUBLICATION_IMAGE,
        correlationId: 2 ** 40,
        initialTermId: -9,
        mtuLength: 1408,
        termLength: TERM_LENGTH,
        pageSize: 4096,
        publicationWindowLength: 1,
        receiverWindowLength: 2,
        socketSndbufLength: 3,
        osDefaultSocketSndbufLength: 4,
        osMaxSocketSndbufLength: 5,
        socketRcvbufLength: 6,
        osDefaultSocketRcvbufLength: 7,
        osMaxSocketRcvbufLength: 8,
        maxResend: 9,
        entityTag: -1,
        responseCorrelationId: 11,
        lingerTimeoutNs: 12,
        untetheredWindowLimitTimeoutNs: 13,
        untetheredLingerTimeoutNs: 14,
        untetheredRestingTimeoutNs: 15,
        group: true,
        isResponse: false,
        rejoin: true,
        reliable: false,
        sparse: true,
        signalEos: false,
        spiesSimulateConnection: true,
        tether: false,
      };
      writeLogParameters(log.metaData, parameters);
      assert.deepEqual(readLogParameters(log.metaData), parameters);
      log.close();
    });

    it('throw, and touch nothing, after close', () => {
      const { platform, path } = setUp();
      const log = LogBuffers.create(platform, path, TERM_LENGTH, 4096);
      log.close();
      log.close();
      assert.equal(log.isClosed, true);
      assert.throws(() => log.termBuffers[0]!.getInt32(0));
      assert.throws(() => LogBufferDescriptor.activeTermCount(log.metaData));
    });

    it('that do not exist are an error that says so', () => {
      const { platform, path } = setUp();
      assert.throws(() => new LogBuffers(platform, path), { code: 'LOG_BUFFER_MISSING' });
    });

    it('that are cut off, or something else, are refused', () => {
      const { platform, path } = setUp();
      LogBuffers.create(platform, path, TERM_LENGTH, 4096).close();
      const whole = platform.files.readWhole(path);
      const refused = (content: Uint8Array, why: RegExp) => {
        platform.files.writeWhole(path, content);
        assert.throws(() => new LogBuffers(platform, path), { code: 'LOG_BUFFER_INVALID', message: why });
      };
      refused(new Uint8Array(0), /it has 0 bytes/);
      refused(whole.subarray(0, 4096), /it has 4096 bytes/);
      refused(new Uint8Array(whole.length), /term length must be .* not 0/);
      refused(Uint8Array.from([...whole.subarray(4096), ...whole]), /with terms of 65536 and pages of 4096/);
      const absurd = whole.slice();
      new DataView(absurd.buffer).setInt32(whole.length - 4096 + LogBufferDescriptor.LOG_TERM_LENGTH_OFFSET, -1, true);
      refused(absurd, /not -1/);
    });

    it('of an absurd term length are not made', () => {
      const { platform, path } = setUp();
      assert.throws(() => LogBuffers.create(platform, path, 1000, 4096), { code: 'INVALID_TERM_LENGTH' });
      assert.throws(() => LogBuffers.create(platform, path, TERM_LENGTH, 1000), { code: 'INVALID_PAGE_SIZE' });
      assert.equal(platform.files.exists(path), false);
    });
  });

  describe(`The CnC file on the ${name} platform`, () => {
    const metaDataOf = (platform: Platform): CncFileDescriptor.CncMetaData => ({
      toDriverBufferLength: 65536 + 768,
      toClientsBufferLength: 65536 + 128,
      countersMetaDataBufferLength: 64 * 1024,
      countersValuesBufferLength: 16 * 1024,
      errorLogBufferLength: 32 * 1024,
      clientLivenessTimeoutNs: 10e9,
      startTimestampMs: platform.clock.epochTimeMs(),
      pid: platform.processes.pid,
      filePageSize: 4096,
    });
    const setUp = () => {
      const platform = makePlatform();
      const directory = newDirectory(platform);
      return { platform, directory, metaData: metaDataOf(platform), path: `${directory}/cnc.dat` };
    };

    it('is shared by the driver and its clients once it is ready', () => {
      const { platform, directory, metaData, path } = setUp();
      const driver = CncFile.create(platform, directory, metaData);
      assert.equal(platform.files.stat(path)?.length, CncFileDescriptor.computeCncFileLength(metaData));
      assert.equal(CncFile.tryMap(platform, directory), CncNotReady.NOT_INITIALISED);
      driver.signalReady();

      const client = CncFile.tryMap(platform, directory);
      assert.ok(client instanceof CncFile);
      assert.deepEqual(client.metaData, metaData);
      const buffers = (file: CncFile) => [
        file.toDriverBuffer,
        file.toClientsBuffer,
        file.countersMetaDataBuffer,
        file.countersValuesBuffer,
        file.errorLogBuffer,
      ];
      for (const [i, buffer] of buffers(driver).entries()) {
        buffer.putInt64(0, i + 1);
        buffer.putInt64(buffer.capacity - 8, i - 100);
      }
      for (const [i, buffer] of buffers(client).entries()) {
        assert.equal(buffer.getInt64(0), i + 1);
        assert.equal(buffer.getInt64(buffer.capacity - 8), i - 100);
      }
      driver.close();
      client.close();
      assert.throws(() => client.toDriverBuffer.getInt64(0));
    });

    it('is waited for while it is missing, empty or half written', () => {
      const { platform, directory, metaData, path } = setUp();
      assert.equal(CncFile.tryMap(platform, directory), CncNotReady.NOT_CREATED);
      for (const length of [0, 1, 127]) {
        platform.files.writeWhole(path, new Uint8Array(length));
        assert.equal(CncFile.tryMap(platform, directory), CncNotReady.NOT_POPULATED);
      }
      platform.files.writeWhole(path, new Uint8Array(128));
      assert.equal(CncFile.tryMap(platform, directory), CncNotReady.NOT_INITIALISED);
      assert.equal(CommonContext.isDriverActive(platform, `${directory}/none`, 100), false);
      platform.files.remove(path);
      CncFile.create(platform, directory, metaData).close();
      assert.throws(() => CommonContext.isDriverActive(platform, directory, 20), {
        code: 'DRIVER_TIMEOUT',
        message: new RegExp(`^CnC file is created but not initialised: ${path};.* delete the directory`),
      });
    });

    it('is refused when it is of another version, cut off or made up', () => {
      const { platform, directory, metaData, path } = setUp();
      const driver = CncFile.create(platform, directory, metaData);
      driver.signalReady();
      driver.close();
      const whole = platform.files.readWhole(path);
      const refused = (content: Uint8Array, code: string, why: RegExp) => {
        platform.files.writeWhole(path, content);
        assert.throws(() => CncFile.tryMap(platform, directory), { code, message: why });
      };
      const changed = (offset: number, value: number) => {
        const copy = whole.slice();
        new DataView(copy.buffer).setInt32(offset, value, true);
        return copy;
      };
      refused(changed(0, 0x010000), 'CNC_VERSION', /app=0\.2\.0 file=1\.0\.0/);
      refused(changed(0, 0x000100), 'CNC_VERSION', /file=0\.1\.0/);
      refused(changed(4, -1), 'CNC_INVALID', /impossible buffer lengths/);
      refused(changed(4, 768), 'CNC_INVALID', /impossible buffer lengths/);
      refused(changed(12, 0x40000000), 'CNC_INVALID', /is cut off/);
      refused(changed(36, 0x7fffffff), 'CNC_INVALID', /impossible times/);
      refused(whole.subarray(0, 4096), 'CNC_INVALID', /is cut off: it has 4096 of/);
      assert.equal(CommonContext.isDriverActive(platform, directory, 100), false);
      platform.files.writeWhole(path, changed(0, 0x000205));
      const newer = CncFile.tryMap(platform, directory);
      assert.ok(newer instanceof CncFile);
      newer.close();
    });

    it('tells by its heartbeat whether the driver lives', () => {
      const { platform, directory, metaData } = setUp();
      const driver = CncFile.create(platform, directory, metaData);
      driver.signalReady();
      const toDriver = new ManyToOneRingBuffer(driver.toDriverBuffer);
      const messages: string[] = [];
      const isActive = () =>
        CommonContext.isDriverActive(platform, directory, 1000, (message) => messages.push(message));

      toDriver.setConsumerHeartbeatTime(platform.clock.epochTimeMs());
      assert.equal(isActive(), true);
      toDriver.setConsumerHeartbeatTime(platform.clock.epochTimeMs() - 60_000);
      assert.equal(isActive(), false);
      assert.equal(messages[0], `INFO: Aeron CnC file exists: ${directory}/cnc.dat`);
      assert.match(messages[1]!, /^INFO: Aeron toDriver consumer heartbeat age is \(ms\): \d+$/);
      driver.close();
    });

    it('takes the request to end the driver', () => {
      const { platform, directory, metaData } = setUp();
      assert.equal(CommonContext.requestDriverTermination(platform, directory), false);
      const driver = CncFile.create(platform, directory, metaData);
      driver.signalReady();
      assert.equal(CommonContext.requestDriverTermination(platform, directory, Uint8Array.of(7, 8)), true);
      const tokens: number[][] = [];
      new ManyToOneRingBuffer(driver.toDriverBuffer).read((msgTypeId, buffer, index, length) => {
        assert.equal(msgTypeId, ControlProtocolEvents.TERMINATE_DRIVER);
        tokens.push([...TerminateDriverFlyweight.decode(msgTypeId, buffer, index, length).token]);
      });
      assert.deepEqual(tokens, [[7, 8]]);
      driver.close();
    });
  });
}

describe('The default Aeron directory', () => {
  const environment = {
    get: () => undefined,
    userName: 'maria',
    hostName: 'host',
    temporaryDirectory: '/tmp/',
    sharedMemoryDirectory: '/dev/shm' as string | undefined,
    currentDirectory: '/',
    print: () => {},
  };

  it('is in shared memory where there is some', () => {
    assert.equal(CommonContext.defaultAeronDirectoryName(environment), '/dev/shm/aeron-maria');
  });

  it('is among temporary files elsewhere', () => {
    const without = { ...environment, sharedMemoryDirectory: undefined };
    assert.equal(CommonContext.defaultAeronDirectoryName(without), '/tmp/aeron-maria');
  });
});
