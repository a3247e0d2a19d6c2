import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AeronArchive } from '../../src/archive/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { expectMessages, record, streamId } from './archive-place.ts';
import type { Child } from './child.ts';
import { port, Stage } from './stage.ts';

const LIVE_MS = 60_000;

describe("our archive by itself on Java's driver", () => {
  const stage = new Stage();
  const controlChannel = `aeron:udp?endpoint=localhost:${port()}`;
  let directory = '';
  let driver: Child;
  before(async () => {
    directory = stage.directory();
    driver = await stage.driver('java', directory, { properties: { 'aeron.client.liveness.timeout': '2s' } });
  });
  after(() => stage.clear());

  it('records and replays, and ends with the driver', { timeout: LIVE_MS }, async () => {
    const archive = stage.aeron([
      'archive',
      `-Daeron.dir=${directory}`,
      `-Daeron.archive.dir=${join(directory, '..', 'archive')}`,
      `-Daeron.archive.control.channel=${controlChannel}`,
      '-Daeron.archive.replication.channel=aeron:udp?endpoint=localhost:0',
      '-Daeron.driver.timeout=3s',
    ]);
    await archive.line(/^Started archive \d+ in /);
    const client = await AeronArchive.connect({
      platform: nativePlatform(),
      aeronDirectoryName: directory,
      controlRequestChannel: controlChannel,
      controlResponseChannel: 'aeron:udp?endpoint=localhost:0',
    });
    const { recordingId } = await record(client, streamId(), 100);
    await expectMessages(await client.replay(recordingId, 'aeron:ipc', streamId()), 0, 100);
    client.close();
    await driver.kill('SIGKILL');
    assert.equal(await archive.exit(), 1, archive.output);
    assert.match(archive.output, /The archive has ended: its media driver is lost/);
  });
});
