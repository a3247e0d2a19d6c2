/**
 * The TypeScript side of the archive's benchmark: `archive key=value ...`. A driver and an archive in one worker, a
 * publisher and a subscriber in turn in this thread. Prints one line, the same words as ArchiveBench.java.
 */
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { AeronArchive, RecordingPos, SourceLocation } from '../../src/archive/client/mod.ts';
import { Aeron, type ExclusivePublication, type Subscription } from '../../src/client/mod.ts';
import { ArchivingMediaDriver } from '../../src/launch/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';

const options = Object.fromEntries(
  process.argv.slice(3).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
);
const CHANNEL = 'aeron:ipc?term-length=16m';
const length = Number(options['length']);
const platform = nativePlatform();

await using node = await ArchivingMediaDriver.launch(
  {
    aeronDirectoryName: options['dir']!,
    sharedIdleStrategy: 'backoff',
    termBufferSparseFile: false,
    dirDeleteOnShutdown: true,
  },
  {
    archiveDir: options['archiveDir']!,
    deleteArchiveOnStart: true,
    controlChannelEnabled: false,
    archiveClientContext: { controlResponseChannel: 'aeron:udp?endpoint=localhost:0' },
    replicationChannel: 'aeron:udp?endpoint=localhost:0',
    fileSyncLevel: Number(options['syncLevel']),
    catalogFileSyncLevel: Number(options['syncLevel']),
  },
);
const aeron = Aeron.connectBlocking({
  platform,
  aeronDirectoryName: node.aeronDirectoryName,
  useConductorAgentInvoker: true,
});
const conductor = aeron.conductorAgentInvoker!;
const archive = AeronArchive.connectBlocking({
  aeron,
  controlRequestChannel: 'aeron:ipc',
  controlResponseChannel: 'aeron:ipc',
});
const buffer = AtomicBuffer.allocate(length);

record(Number(options['warmup']), 1001);
const recorded = record(Number(options['count']), 1002);
replay(recorded.recordingId, recorded.count, 1003);
const replayed = replay(recorded.recordingId, recorded.count, 1004);
console.log(`RESULT record-rate=${Math.round(recorded.rate)} replay-rate=${Math.round(replayed)}`);
archive.close();
aeron.close();

function record(count: number, streamId: number): { recordingId: number; count: number; rate: number } {
  archive.startRecording(CHANNEL, streamId, SourceLocation.LOCAL).block();
  const publication = added(
    () => aeron.asyncAddExclusivePublication(CHANNEL, streamId),
    (id) => aeron.getExclusivePublication(id),
  );
  const counters = aeron.countersReader;
  const counterId = until(() => {
    const id = RecordingPos.findCounterIdBySession(counters, publication.sessionId);
    return id < 0 ? undefined : id;
  });
  const recordingId = RecordingPos.getRecordingId(counters, counterId);
  const start = platform.clock.nanoTime();
  publish(publication, count);
  const { position } = publication;
  while (counters.getCounterValue(counterId) < position) {
    conductor.invoke();
  }
  const rate = (count * 1e9) / (platform.clock.nanoTime() - start);
  archive.stopRecording(CHANNEL, streamId).block();
  publication.close();
  return { recordingId, count, rate };
}

function publish(publication: ExclusivePublication, count: number): void {
  for (let sent = 0; sent < count; ) {
    if (publication.offer(buffer, 0, length) > 0) {
      sent++;
      if ((sent & 0xffff) === 0) {
        conductor.invoke();
      }
    } else {
      conductor.invoke();
    }
  }
}

function replay(recordingId: number, count: number, streamId: number): number {
  const subscription: Subscription = added(
    () => aeron.asyncAddSubscription(CHANNEL, streamId),
    (id) => aeron.getSubscription(id),
  );
  let received = 0;
  const handler = () => {
    received++;
  };
  const start = platform.clock.nanoTime();
  archive.startReplay(recordingId, CHANNEL, streamId).block();
  while (received < count) {
    if (subscription.poll(handler, 256) === 0) {
      conductor.invoke();
    }
  }
  const rate = (count * 1e9) / (platform.clock.nanoTime() - start);
  subscription.close();
  return rate;
}

function added<T>(add: () => number, get: (id: number) => T | undefined): T {
  const id = add();
  return until(() => get(id));
}

function until<T>(poll: () => T | undefined): T {
  for (;;) {
    const result = poll();
    if (result !== undefined) {
      return result;
    }
    conductor.invoke();
  }
}
