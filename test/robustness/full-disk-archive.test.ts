import assert from 'node:assert/strict';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { AeronArchive, REPLAY_ALL_AND_STOP, SourceLocation } from '../../src/archive/client/mod.ts';
import { ArchivingMediaDriver } from '../../src/launch/mod.ts';
import { freePort } from '../ports.ts';
import { Place, SMALL_DRIVER, until } from './place.ts';

const KIB = 1024;
const TERM_LENGTH = 64 * KIB;
const CHANNEL = 'aeron:ipc?term-length=64k';
const STREAM_ID = 7;
const LENGTH = 1000;

/** Leaves `rest` bytes; returns the file to remove when there shall be room again. */
function fill(mountPoint: string, rest: number): string {
  const path = join(mountPoint, 'filler');
  const fd = openSync(path, 'a');
  const { bavail, bsize } = statfsSync(mountPoint);
  const chunk = Buffer.alloc(4 * KIB);
  for (let left = bavail * bsize - rest; left >= chunk.length; left -= chunk.length) {
    writeSync(fd, chunk);
  }
  closeSync(fd);
  return path;
}

describe('an archive on a full file system', () => {
  const place = new Place();
  after(() => place.clear());

  it('tells its client, keeps what was acknowledged, and goes on when there is room', async (t) => {
    const mountPoint = place.mountTmpfs(8 * KIB * KIB);
    if (mountPoint === undefined) {
      t.skip('only root can mount a small tmpfs; the simulated disk is full in test/archive/server');
      return;
    }
    const node = await ArchivingMediaDriver.launch(
      { ...SMALL_DRIVER, aeronDirectoryName: place.directory() },
      {
        archiveDir: join(mountPoint, 'archive'),
        controlChannel: `aeron:udp?endpoint=127.0.0.1:${freePort()}`,
        replicationChannel: 'aeron:udp?endpoint=127.0.0.1:0',
        segmentFileLength: 2 * TERM_LENGTH,
        lowStorageSpaceThreshold: 0,
        catalogCapacity: '64k',
      },
    );
    place.onClear(() => node.close());
    const { aeron } = await place.client(node.aeronDirectoryName);
    const told: unknown[] = [];
    const archive = await AeronArchive.connect({
      aeron,
      controlRequestChannel: 'aeron:ipc',
      controlResponseChannel: 'aeron:ipc',
      messageTimeoutNs: '60s',
      errorHandler: (error) => told.push(error),
    });
    place.onClear(() => archive.close());

    const filler = fill(mountPoint, 300 * KIB);
    await archive.startRecording(CHANNEL, STREAM_ID, SourceLocation.LOCAL);
    const publication = await aeron.addExclusivePublication(CHANNEL, STREAM_ID);
    let sent = 0;
    const message = AtomicBuffer.allocate(LENGTH);
    const offer = (to: typeof publication): void => {
      message.setMemory(0, LENGTH, 1 + (sent % 255));
      if (to.offer(message) > 0) {
        sent++;
      }
    };
    const word = await until('the client is told', () => {
      offer(publication);
      const error = archive.pollForErrorResponse();
      return told.length > 0 || error !== undefined ? `${told[0] ?? error}` : undefined;
    });
    assert.match(word, /make room on the file system/);
    const recordingId = await archive.findLastMatchingRecording(0, 'aeron:ipc', STREAM_ID, publication.sessionId);
    await archive.stopRecording(CHANNEL, STREAM_ID);
    publication.close();
    const stopPosition = await archive.getStopPosition(recordingId);
    const frameLength = 1056;
    assert.ok(stopPosition > 200 * KIB, `${stopPosition}`);
    const kept = Math.floor(stopPosition / TERM_LENGTH) * Math.floor(TERM_LENGTH / frameLength);
    assert.ok(kept <= sent);

    rmSync(filler);
    const termId = Math.floor(stopPosition / TERM_LENGTH);
    const described: { initialTermId: number }[] = [];
    await archive.listRecording(recordingId, (descriptor) => described.push(descriptor));
    const { initialTermId } = described[0]!;
    const from = `init-term-id=${initialTermId}|term-id=${initialTermId + termId}|term-offset=${stopPosition % TERM_LENGTH}`;
    const more = await aeron.addExclusivePublication(`${CHANNEL}|${from}`, STREAM_ID);
    await archive.extendRecording(recordingId, CHANNEL, STREAM_ID, SourceLocation.LOCAL);
    const before = sent;
    await until('more is taken', () => {
      offer(more);
      return sent >= before + 500;
    });
    await archive.awaitRecorded(more);
    more.close();

    const total = await archive.getMaxRecordedPosition(recordingId);
    assert.ok(total > stopPosition + 500 * LENGTH);
    const replay = await archive.replay(recordingId, 'aeron:ipc', STREAM_ID + 1, { length: REPLAY_ALL_AND_STOP });
    let bytes = 0;
    await until('all is replayed', () => {
      replay.poll((buffer, offset, length) => {
        assert.equal(length, LENGTH);
        const value = buffer.getUint8(offset);
        assert.ok(buffer.u8.subarray(offset, offset + length).every((byte) => byte === value));
        bytes += length;
      }, 50);
      return bytes >= (total / TERM_LENGTH) * Math.floor(TERM_LENGTH / frameLength) * LENGTH - TERM_LENGTH;
    });
  });
});
