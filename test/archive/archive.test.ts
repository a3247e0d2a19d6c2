import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REPLAY_ALL_AND_STOP, SourceLocation } from '../../src/archive/client/mod.ts';
import { ArchiveWorld, IPC, messagesOf, REPLAY_STREAM_ID, STREAM_ID } from './archive-world.ts';

describe('archive', () => {
  it('replays what it has recorded', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    client.startRecording(IPC, STREAM_ID, SourceLocation.LOCAL).block();
    const publication = world.addPublication();
    world.publish(publication, 1000);
    const { position } = publication;
    const recordingId = client.findLastMatchingRecording(0, 'aeron:ipc', STREAM_ID, publication.sessionId).block();
    world.until(() => client.getRecordingPosition(recordingId).block() === position);
    publication.close();
    world.until(() => client.getStopPosition(recordingId).block() === position);

    const replay = world.addSubscription(IPC, REPLAY_STREAM_ID);
    client.startReplay(recordingId, IPC, REPLAY_STREAM_ID, { length: REPLAY_ALL_AND_STOP }).block();
    assert.deepEqual(world.receive(replay, 1000), messagesOf(1000));
    assert.deepEqual(world.archive.errors(), []);
    world.close();
  });
});
