import { parentPort, workerData } from 'node:worker_threads';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { BufferClaim, Publication } from '../../src/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { makeMessage, type PublisherTask, TASK_TERM_LENGTH } from './concurrent-publishers.ts';
import { Stream } from './stream.ts';

/** One publishing thread of concurrent-publishers.test.ts: offers, or claims, its messages one after the other. */
const DEADLINE_NS = 60e9;

const { id, messages, logPath, countersPath } = workerData as PublisherTask;
const platform = nativePlatform();
const counters = AtomicBuffer.over(platform.files.map(countersPath));
const stream = new Stream({ platform, path: logPath, counters, create: false, termLength: TASK_TERM_LENGTH });
const publication = stream.concurrent();
const claim = new BufferClaim();
const deadlineNs = platform.clock.nanoTime() + DEADLINE_NS;
const results = new Map<number, number>();

function tryPublish(message: AtomicBuffer, sequence: number): number {
  if (sequence % 3 !== 0 || message.capacity > publication.maxPayloadLength) {
    return publication.offer(message);
  }
  const position = publication.tryClaim(message.capacity, claim);
  if (position > 0) {
    claim.putBytes(0, message, 0, message.capacity);
    claim.commit();
  }
  return position;
}

for (let sequence = 0; sequence < messages; ) {
  const position = tryPublish(makeMessage(id, sequence), sequence);
  if (position > 0) {
    sequence++;
    continue;
  }
  results.set(position, (results.get(position) ?? 0) + 1);
  if (position !== Publication.ADMIN_ACTION) {
    platform.park(1_000);
  }
  if (platform.clock.nanoTime() > deadlineNs) {
    throw new Error(`publisher ${id} is stuck at message ${sequence}: ${Publication.errorString(position)}`);
  }
}
parentPort!.postMessage([...results]);
