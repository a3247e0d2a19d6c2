import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Aeron, AeronArchive, Archive, ArchivingMediaDriver, MediaDriver, messages, send } from '../../src/mod.ts';

const LIVE_MS = 60_000;
const SHORT = { clientLivenessTimeoutNs: 2e9, driverTimeoutMs: 2000 };

describe('launching archives', () => {
  /** A directory that goes when the test does. */
  const inDirectory = async (body: (directory: string) => Promise<void>) => {
    const directory = mkdtempSync(join(tmpdir(), 'aeron-launch-'));
    try {
      await body(directory);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
  const optionsIn = (directory: string) => ({
    archiveDir: join(directory, 'archive'),
    controlChannelEnabled: false,
    archiveClientContext: { controlResponseChannel: 'aeron:udp?endpoint=localhost:0' },
    replicationChannel: 'aeron:udp?endpoint=localhost:0',
    segmentFileLength: 128 * 1024,
    lowStorageSpaceThreshold: 0,
  });
  const connect = (aeronDirectoryName: string) =>
    AeronArchive.connect({
      aeronDirectoryName,
      controlRequestChannel: 'aeron:ipc',
      controlResponseChannel: 'aeron:ipc',
    });
  const recordAndReplay = async (archive: AeronArchive) => {
    const publication = await archive.addRecordedExclusivePublication('aeron:ipc?term-length=64k', 1);
    await send(publication, 'kept');
    const recordingId = await archive.awaitRecorded(publication);
    const replay = await archive.replay(recordingId, 'aeron:ipc?term-length=64k', 2);
    for await (const { data } of messages(replay)) {
      assert.equal(new TextDecoder().decode(data), 'kept');
      break;
    }
  };

  it('runs in a thread of its own beside a driver, and ends when that is lost', { timeout: LIVE_MS }, () =>
    inDirectory(async (directory) => {
      const aeronDirectoryName = join(directory, 'driver');
      await using driver = await MediaDriver.launch({ aeronDirectoryName, ...SHORT });
      const errors: unknown[] = [];
      await using archive = await Archive.launch({
        ...optionsIn(directory),
        aeronDirectoryName,
        errorHandler: (error) => errors.push(error),
      });
      assert.equal(archive.invoker, undefined);
      const client = await connect(aeronDirectoryName);
      await recordAndReplay(client);
      client.close();
      await driver.close();
      await archive.ended;
      assert.match(String(errors), /MediaDriver keepalive|unexpected Aeron close|DRIVER_TIMEOUT|driver/i);
    }),
  );

  it('says what is wrong, also when that happens in its thread', { timeout: LIVE_MS }, () =>
    inDirectory(async (directory) => {
      const options = optionsIn(directory);
      await assert.rejects(
        Archive.launch({ ...options, aeronDirectoryName: join(directory, 'none'), fileSyncLevel: 2 }),
        /catalogFileSyncLevel 0 < fileSyncLevel 2/,
      );
      await assert.rejects(
        Archive.launch({ ...options, authenticatorSupplier: () => assert.fail() }),
        /option authenticatorSupplier cannot cross into a thread of its own/,
      );
      await assert.rejects(
        ArchivingMediaDriver.launch(
          { aeronDirectoryName: join(directory, 'driver') },
          { ...options, recordChecksum: 'MD5' },
        ),
        /unknown checksum 'MD5'/,
      );
    }),
  );

  it('runs with its driver in the loop of the caller', { timeout: LIVE_MS }, () =>
    inDirectory(async (directory) => {
      await using node = await ArchivingMediaDriver.launch(
        { aeronDirectoryName: join(directory, 'driver'), threadingMode: 'INVOKER', dirDeleteOnShutdown: true },
        optionsIn(directory),
      );
      const timer = setInterval(() => {
        for (let i = 0; i < 10; i++) {
          node.doWork!();
        }
      }, 1);
      try {
        await using aeron = await Aeron.connect({ aeronDirectoryName: node.aeronDirectoryName });
        const client = await AeronArchive.connect({
          aeron,
          controlRequestChannel: 'aeron:ipc',
          controlResponseChannel: 'aeron:ipc',
        });
        await recordAndReplay(client);
        client.close();
      } finally {
        clearInterval(timer);
      }
    }),
  );
});
