import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AeronArchive, REPLAY_ALL_AND_STOP } from '../../src/archive/mod.ts';
import { messages, send } from '../../src/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { type ArchivePlace, Stage } from './stage.ts';

const LIVE_MS = 60_000;

describe("our archive client on Java's archive", () => {
  const stage = new Stage();
  let place: ArchivePlace;

  before(async () => {
    place = await stage.archive('java');
  });
  after(() => stage.clear());

  for (const [title, requestChannel, responseChannel] of [
    ['over UDP', undefined, 'aeron:udp?endpoint=localhost:0'],
    ['over IPC', 'aeron:ipc', 'aeron:ipc'],
  ] as const) {
    it(`records and replays ${title}`, { timeout: LIVE_MS }, async () => {
      await using archive = await AeronArchive.connect({
        platform: nativePlatform(),
        aeronDirectoryName: place.directory,
        controlRequestChannel: requestChannel ?? place.controlChannel,
        controlResponseChannel: responseChannel,
      });
      const { aeron } = archive.context;
      const publication = await archive.addRecordedExclusivePublication('aeron:ipc?term-length=64k', 10);
      for (let i = 0; i < 100; i++) {
        await send(publication, `message ${i}`);
      }
      const recordingId = await archive.findLastMatchingRecording(0, 'aeron:ipc', 10, publication.sessionId);
      assert.ok(recordingId >= 0);
      while ((await archive.getRecordingPosition(recordingId)) < publication.position) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await archive.stopRecording(publication);
      while ((await archive.getStopPosition(recordingId)) !== publication.position) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }

      const replay = await archive.replay(recordingId, 'aeron:ipc', 11, { length: REPLAY_ALL_AND_STOP });
      const received: string[] = [];
      for await (const message of messages(replay)) {
        received.push(new TextDecoder().decode(message.data));
        if (received.length === 100) {
          break;
        }
      }
      assert.deepEqual(received.slice(0, 2), ['message 0', 'message 1']);
      assert.equal(received.at(-1), 'message 99');
      assert.equal(aeron.isClosed, false);
    });
  }
});
