import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ArchiveErrorCode, RecordingSignal } from '../../src/archive/client/mod.ts';
import { SegmentFiles } from '../../src/archive/server/mod.ts';
import { ArchiveWorld, IPC, messagesOf, REPLAY_STREAM_ID, refusedWith } from './archive-world.ts';

/** A segment has two terms of 64 KiB, with 62 messages of 1000 bytes in each. */
const LENGTH = 1000;
const TERM = 64 * 1024;
const SEGMENT = 2 * TERM;
const PER_SEGMENT = 124;
const FRAME = 1056;

describe('cutting and moving recordings', () => {
  const segmentsOf = (world: ArchiveWorld, recordingId: number) =>
    world.platform.files
      .list('/archive')
      .filter((name) => name.startsWith(`${recordingId}-`))
      .map((name) => name.slice(2))
      .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));

  const awaitDeleted = (world: ArchiveWorld, recordingId: number, names: string[]) => {
    world.until(() => segmentsOf(world, recordingId).join() === names.join());
    world.until(() => world.signalsOf(recordingId).at(-1) === RecordingSignal.DELETE);
  };

  it('truncates at a frame, and stops the replays that are going on', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    const { recordingId, position } = world.record(400, 0, LENGTH);
    assert.equal(segmentsOf(world, recordingId).length, 4);
    const subscription = world.addSubscription(IPC, REPLAY_STREAM_ID);
    client.startReplay(recordingId, IPC, REPLAY_STREAM_ID).block();
    world.until(() => subscription.isConnected);
    assert.throws(
      () => client.truncateRecording(recordingId, 33).block(),
      refusedWith(ArchiveErrorCode.INVALID_POSITION, /invalid position 33: start=0 stop=\d+ alignment=32/),
    );
    assert.throws(
      () => client.truncateRecording(recordingId, 64).block(),
      refusedWith(ArchiveErrorCode.GENERIC, /64 position not aligned to a data header/),
    );
    assert.throws(
      () => client.truncateRecording(recordingId, position + 32).block(),
      refusedWith(ArchiveErrorCode.INVALID_POSITION),
    );
    assert.equal(client.truncateRecording(recordingId, SEGMENT + 5 * FRAME).block(), 2);
    awaitDeleted(world, recordingId, ['0.rec', `${SEGMENT}.rec`]);
    world.until(() => !subscription.isConnected);
    subscription.close();
    const count = PER_SEGMENT + 5;
    assert.deepEqual(world.replay(recordingId, count), messagesOf(count, 0, LENGTH));
    world.close();
  });

  it('purges a recording that nobody reads or writes', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    const { recordingId } = world.record(200, 0, LENGTH);
    world.addSubscription(IPC, REPLAY_STREAM_ID);
    const replaySessionId = client.startReplay(recordingId, IPC, REPLAY_STREAM_ID).block();
    assert.throws(
      () => client.purgeRecording(recordingId).block(),
      refusedWith(ArchiveErrorCode.ACTIVE_RECORDING, /cannot purge recording with active replay/),
    );
    client.stopReplay(replaySessionId).block();
    world.until(() => {
      try {
        return client.purgeRecording(recordingId).block() === 2;
      } catch {
        return false;
      }
    });
    awaitDeleted(world, recordingId, []);
    assert.throws(() => client.getStartPosition(recordingId).block(), refusedWith(ArchiveErrorCode.UNKNOWN_RECORDING));
    world.close();
  });

  it('leaves what was renamed for deletion under that name', () => {
    const { files } = new ArchiveWorld().platform;
    files.writeWhole('/archive/7-0.rec.del', new Uint8Array(1));
    assert.equal(SegmentFiles.renameForDeletion(files, '/archive', '7-0.rec.del'), undefined);
    assert.equal(files.exists('/archive/7-0.rec.del'), true);
  });

  it('detaches segments, attaches them again, and deletes them', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    const { recordingId } = world.record(400, 0, LENGTH);
    const detach = (position: number) => () => client.detachSegments(recordingId, position).block();
    assert.throws(detach(TERM), refusedWith(ArchiveErrorCode.GENERIC, /invalid segment start: newStartPosition=65536/));
    assert.throws(detach(0), refusedWith(ArchiveErrorCode.GENERIC, /newStartPosition=0 lowerBound=131072/));
    assert.throws(detach(5 * SEGMENT), refusedWith(ArchiveErrorCode.GENERIC, /in use, newStartPosition=655360/));
    detach(2 * SEGMENT)();
    assert.equal(client.getStartPosition(recordingId).block(), 2 * SEGMENT);
    assert.equal(client.attachSegments(recordingId).block(), 2);
    assert.equal(client.getStartPosition(recordingId).block(), 0);
    detach(SEGMENT)();
    assert.equal(client.deleteDetachedSegments(recordingId).block(), 1);
    awaitDeleted(
      world,
      recordingId,
      [1, 2, 3].map((i) => `${i * SEGMENT}.rec`),
    );
    assert.equal(client.purgeSegments(recordingId, 3 * SEGMENT).block(), 2);
    awaitDeleted(world, recordingId, [`${3 * SEGMENT}.rec`]);
    const rest = 400 - 3 * PER_SEGMENT;
    assert.deepEqual(world.replay(recordingId, rest), messagesOf(rest, 3 * PER_SEGMENT, LENGTH));
    world.close();
  });

  it('lists recordings by range, stream and channel, one listing at a time', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    const ids = [0, 1, 2].map(() => world.record(1).recordingId);
    const list = (from: number, count: number) => {
      const found: number[] = [];
      const listed = client.listRecordings(from, count, ({ recordingId }) => found.push(recordingId)).block();
      assert.equal(listed, found.length);
      return found;
    };
    assert.deepEqual(list(0, 10), ids);
    assert.deepEqual(list(1, 1), [1]);
    assert.deepEqual(list(3, 1), []);
    client.purgeRecording(1).block();
    assert.deepEqual(list(0, 10), [0, 2]);
    assert.deepEqual(list(1, 1), [2]);
    assert.equal(client.listRecordingsForUri(0, 10, 'ipc', 99, () => {}).block(), 0);
    assert.equal(client.listRecording(1, () => {}).block(), 0);
    client.updateChannel(2, 'aeron:ipc?alias=renamed|term-length=64k').block();
    const channels: string[] = [];
    client
      .listRecording(2, ({ strippedChannel, originalChannel }) => channels.push(strippedChannel, originalChannel))
      .block();
    assert.deepEqual(channels, ['aeron:ipc?alias=renamed', 'aeron:ipc?alias=renamed|term-length=64k']);
    world.close();
  });
});
