import { writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { AeronArchive, RecordingPos, SourceLocation } from '../../src/archive/client/mod.ts';
import { Aeron } from '../../src/client/mod.ts';
import { ArchivingMediaDriver } from '../../src/launch/mod.ts';
import { SMALL_DRIVER } from './place.ts';

/**
 * An archive under load, to be killed: records a stream of its own, as a new recording or as a continuation of
 * `extendedId` from `position` on, and prints what is acknowledged: `ACK <recording id> <position>`.
 *
 *     killed-archive-main <archive directory> <aeron directory> <cycle> <sync level> <extended id, or -1> <position>
 */
const [archiveDir, aeronDirectoryName, ...numbers] = process.argv.slice(2);
const [cycle, fileSyncLevel, extendedId, position] = numbers.map(Number) as [number, number, number, number];
const TERM_LENGTH = 64 * 1024;
const STREAM_ID = 7;
const CHANNEL = 'aeron:ipc';

const node = await ArchivingMediaDriver.launch(
  { ...SMALL_DRIVER, aeronDirectoryName: aeronDirectoryName!, dirDeleteOnStart: true, threadingMode: 'INVOKER' },
  {
    archiveDir: archiveDir!,
    controlChannelEnabled: false,
    archiveClientContext: { controlResponseChannel: 'aeron:udp?endpoint=localhost:0' },
    replicationChannel: 'aeron:udp?endpoint=localhost:0',
    segmentFileLength: 2 * TERM_LENGTH,
    catalogCapacity: 4096,
    lowStorageSpaceThreshold: 0,
    fileSyncLevel,
    catalogFileSyncLevel: fileSyncLevel,
  },
);
const isEnding = false;
const driving = (async () => {
  while (!isEnding) {
    for (let i = 0; i < 20; i++) {
      node.doWork!();
    }
    await turn();
  }
})();
driving.catch((error) => {
  throw error;
});

const aeron = await Aeron.connect({ aeronDirectoryName: aeronDirectoryName! });
const archive = await AeronArchive.connect({ aeron, controlRequestChannel: CHANNEL, controlResponseChannel: CHANNEL });
const termId = Math.floor(position / TERM_LENGTH);
const start = `init-term-id=0|term-id=${termId}|term-offset=${position % TERM_LENGTH}`;
const publication = await aeron.addExclusivePublication(`${CHANNEL}?term-length=64k|${start}`, STREAM_ID);
if (extendedId < 0) {
  await archive.startRecording(CHANNEL, STREAM_ID, SourceLocation.LOCAL);
} else {
  await archive.extendRecording(extendedId, CHANNEL, STREAM_ID, SourceLocation.LOCAL);
}

const message = AtomicBuffer.allocate(2048);
const counters = aeron.countersReader;
let counterId = -1;
let acknowledged = -1;
for (let n = 0; ; ) {
  const length = 8 + ((n * 37) % 1300);
  message.setMemory(0, length, n % 3 === 0 ? 0 : 1 + (n % 200));
  message.putInt32(0, cycle);
  message.putInt32(4, n);
  if (publication.offer(message, 0, length) > 0) {
    n++;
  } else {
    await turn();
  }
  if (counterId < 0) {
    counterId = RecordingPos.findCounterIdBySession(counters, publication.sessionId);
  } else if (counters.getCounterValue(counterId) > acknowledged) {
    acknowledged = counters.getCounterValue(counterId);
    writeSync(1, `ACK ${RecordingPos.getRecordingId(counters, counterId)} ${acknowledged}\n`);
  }
}
