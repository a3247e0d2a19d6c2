/** Records a stream, and replays it: the example of docs/archive.md. */
import { AeronArchive, ArchivingMediaDriver, messages, send } from '../src/mod.ts';

const directory = process.argv[2] ?? '/tmp/aeron-record-and-replay';
const port = process.argv[3] ?? '8010';

await using node = await ArchivingMediaDriver.launch(
  { aeronDirectoryName: `${directory}/driver`, dirDeleteOnStart: true },
  {
    archiveDir: `${directory}/archive`,
    controlChannel: `aeron:udp?endpoint=localhost:${port}`,
    replicationChannel: 'aeron:udp?endpoint=localhost:0',
  },
);
await using archive = await AeronArchive.connect({
  aeronDirectoryName: node.aeronDirectoryName,
  controlRequestChannel: 'aeron:ipc',
  controlResponseChannel: 'aeron:ipc',
});

const publication = await archive.addRecordedExclusivePublication('aeron:ipc', 1001);
for (const text of ['to', 'be', 'continued']) {
  await send(publication, text);
}
const recordingId = await archive.awaitRecorded(publication);
const end = publication.position;

const replay = await archive.replay(recordingId, 'aeron:ipc', 1002, { length: end });
for await (const message of messages(replay)) {
  console.log(new TextDecoder().decode(message.data));
  if (message.position >= end) {
    break;
  }
}

await archive.stopRecording(publication);
for await (const recording of archive.recordings()) {
  console.log(`recording ${recording.recordingId} of stream ${recording.streamId}`);
}
