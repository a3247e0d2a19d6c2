import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import {
  ArchiveErrorCode,
  REPLAY_ALL_AND_STOP,
  SourceLocation,
  sessionIdOfReplay,
} from '../../src/archive/client/mod.ts';
import type { Counter } from '../../src/client/mod.ts';
import { AeronCounters } from '../../src/protocol/mod.ts';
import { ArchiveWorld, IPC, messagesOf, REPLAY_STREAM_ID, refusedWith, STREAM_ID } from './archive-world.ts';

/** Of messages of 1000 bytes. */
const LENGTH = 1000;
const FRAME_LENGTH = 1056;

describe('replay', () => {
  it('begins at any frame, and ends after a length', () => {
    const world = new ArchiveWorld();
    const { recordingId } = world.record(500, 0, LENGTH);
    for (const first of [0, 1, 61, 62, 63, 130, 499]) {
      const position = positionOf(first);
      const count = Math.min(3, 500 - first);
      const params = { position, length: positionOf(first + count) - position };
      assert.deepEqual(world.replay(recordingId, count, params), messagesOf(count, first, LENGTH), `from ${first}`);
    }
    world.close();
  });

  it('follows a live recording to its end', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = world.addPublication();
    world.publish(publication, 10);
    const recordingId = world.recordingOf(publication.sessionId);
    const subscription = world.addSubscription(IPC, REPLAY_STREAM_ID);
    client.startReplay(recordingId, IPC, REPLAY_STREAM_ID).block();
    assert.deepEqual(world.receive(subscription, 10), messagesOf(10));
    world.publish(publication, 300, 10);
    assert.deepEqual(world.receive(subscription, 300), messagesOf(300, 10));
    world.publish(publication, 5, 310);
    publication.close();
    assert.deepEqual(world.receive(subscription, 5), messagesOf(5, 310));
    world.until(() => !subscription.isConnected);
    world.close();
  });

  it('stops where the recording stands when it is told to', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = world.addPublication();
    world.publish(publication, 10);
    const recordingId = world.recordingOf(publication.sessionId);
    world.awaitRecorded(recordingId, publication.position);
    const subscription = world.addSubscription(IPC, REPLAY_STREAM_ID);
    client.startReplay(recordingId, IPC, REPLAY_STREAM_ID, { length: REPLAY_ALL_AND_STOP }).block();
    assert.deepEqual(world.receive(subscription, 10), messagesOf(10));
    world.until(() => !subscription.isConnected);
    world.close();
  });

  it('does not go beyond a counter', () => {
    const world = new ArchiveWorld();
    const { recordingId } = world.record(100, 0, LENGTH);
    const added = world.aeron.asyncAddCounter(1234, 'limit');
    let counter: Counter | undefined;
    world.until(() => {
      counter ??= world.aeron.getCounter(added);
      return counter !== undefined;
    });
    const limit = (count: number) => counter!.setRelease(positionOf(count));
    limit(7);
    const subscription = world.addSubscription(IPC, REPLAY_STREAM_ID);
    world.client.startReplay(recordingId, IPC, REPLAY_STREAM_ID, { boundingLimitCounterId: counter!.id }).block();
    assert.deepEqual(world.receive(subscription, 7), messagesOf(7, 0, LENGTH));
    limit(9);
    assert.deepEqual(world.receive(subscription, 2), messagesOf(2, 7, LENGTH));
    limit(10);
    counter!.close();
    assert.deepEqual(world.receive(subscription, 1), messagesOf(1, 9, LENGTH));
    world.until(() => !subscription.isConnected);
    world.close();
  });

  it('that nobody reads holds up neither recording nor other replays', () => {
    const world = new ArchiveWorld({ segmentFileLength: 1024 * 1024 });
    const { recordingId } = world.record(300, 0, LENGTH);
    const lazy = world.addSubscription(IPC, REPLAY_STREAM_ID + 1);
    const replaySessionId = world.client.startReplay(recordingId, IPC, REPLAY_STREAM_ID + 1).block();
    assert.deepEqual(world.replay(recordingId, 300), messagesOf(300, 0, LENGTH));
    assert.notEqual(world.record(300, 0, LENGTH).recordingId, recordingId);
    assert.equal(lazy.imageBySessionId(sessionIdOfReplay(replaySessionId))!.position, 0);
    assert.equal(world.counterOf(AeronCounters.ARCHIVE_REPLAY_SESSION_COUNT_TYPE_ID), 1);
    world.client.stopReplay(replaySessionId).block();
    world.until(() => world.counterOf(AeronCounters.ARCHIVE_REPLAY_SESSION_COUNT_TYPE_ID) === 0);
    world.close();
  });

  it('without a reader is given up after the connect time-out, and says so', () => {
    const world = new ArchiveWorld();
    const { recordingId } = world.record(3);
    world.client.startReplay(recordingId, 'aeron:udp?endpoint=10.0.0.1:7777', 1).block();
    world.until(() => {
      world.client.pollForRecordingSignals();
      return world.clientErrors.length > 0;
    });
    assert.match(String(world.clientErrors), /no connection established for replayChannel=.*10\.0\.0\.1:7777/);
    world.close();
  });

  it('is refused where there is nothing to replay', () => {
    const world = new ArchiveWorld({ maxConcurrentReplays: 1 });
    const { recordingId, position } = world.record(10);
    const start = (params: object, id = recordingId) => {
      return () => world.client.startReplay(id, IPC, REPLAY_STREAM_ID, params).block();
    };
    assert.throws(start({}, 99), refusedWith(ArchiveErrorCode.UNKNOWN_RECORDING, /unknown recording id: 99/));
    assert.throws(start({ position: 31 }), refusedWith(ArchiveErrorCode.GENERIC, /not a multiple of FRAME_ALIGNMENT/));
    assert.throws(start({ position }), refusedWith(ArchiveErrorCode.INVALID_POSITION, /must be less than the limit/));
    assert.throws(start({ fileIoMaxLength: 64 }), refusedWith(ArchiveErrorCode.GENERIC, /fileIoMaxLength=64 < mtu/));
    assert.throws(start({ boundingLimitCounterId: 1_000_000 }), refusedWith(ArchiveErrorCode.GENERIC, /limit counter/));
    assert.throws(start({ position: 32 }), refusedWith(ArchiveErrorCode.INVALID_POSITION, /valid frame/));
    start({})();
    assert.throws(start({}), refusedWith(ArchiveErrorCode.MAX_REPLAYS));
    world.close();
  });

  it('ends with an error at a frame that is not what was recorded', () => {
    const world = new ArchiveWorld({ recordChecksum: 'CRC-32C', replayChecksum: 'CRC-32C' });
    const { recordingId } = world.record(10);
    assert.deepEqual(world.replay(recordingId, 10), messagesOf(10));
    const file = world.platform.files.open('/archive/0-0.rec', 'r+');
    file.write(AtomicBuffer.ofString('X').u8, 0, 1, 64 * 4 + 40);
    file.close();
    world.client.startReplay(recordingId, IPC, REPLAY_STREAM_ID + 1).block();
    world.addSubscription(IPC, REPLAY_STREAM_ID + 1);
    world.until(() => {
      world.client.pollForRecordingSignals();
      return world.clientErrors.length > 0;
    });
    assert.match(String(world.clientErrors), /CRC checksum mismatch at position=256/);
    world.close();
  });

  it('ends with an error where the file does, though the recording goes on', () => {
    const world = new ArchiveWorld();
    const { recordingId } = world.record(10);
    const file = world.platform.files.open('/archive/0-0.rec', 'r+');
    file.truncate(4 * 64);
    file.close();
    const subscription = world.addSubscription(IPC, REPLAY_STREAM_ID);
    world.client.startReplay(recordingId, IPC, REPLAY_STREAM_ID).block();
    assert.deepEqual(world.receive(subscription, 4), messagesOf(4));
    world.until(() => {
      world.client.pollForRecordingSignals();
      return world.clientErrors.length > 0;
    });
    assert.match(String(world.clientErrors), /unexpected end of recording at position=256/);
    world.close();
  });

  it('goes over a response channel to whoever has a token', () => {
    const world = new ArchiveWorld();
    const { recordingId } = world.record(10);
    const client = world.connect({
      controlRequestChannel: 'aeron:udp?endpoint=localhost:8010',
      controlResponseChannel: 'aeron:udp?control-mode=response|control=10.0.0.1:10002',
    });
    const channel = 'aeron:udp?control-mode=response|control=10.0.0.1:10003';
    const replay = client.replay(recordingId, channel, REPLAY_STREAM_ID).block();
    assert.deepEqual(world.receive(replay, 10), messagesOf(10));
    client.close();
    world.close();
  });
});

/** Where the n-th message of `LENGTH` bytes begins: no message goes over the end of a term of 64 KiB. */
function positionOf(n: number): number {
  const perTerm = Math.floor((64 * 1024) / FRAME_LENGTH);
  return Math.floor(n / perTerm) * 64 * 1024 + (n % perTerm) * FRAME_LENGTH;
}
