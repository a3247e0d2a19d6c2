/**
 * The TypeScript side of the interop tests: `publish|subscribe key=value ...`, the same words as Peer.java.
 * A message is its sequence number (int64), the publisher's id (int32), its length (int32) and a pattern.
 */

import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { Aeron, FragmentAssembler, type Header, Publication } from '../../src/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';

const HEADER = 16;

const [role, ...words] = process.argv.slice(2);
const options = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
const text = (name: string, otherwise = '') => options.get(name) ?? otherwise;
const number = (name: string, otherwise: number) => Number(options.get(name) ?? otherwise);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function fail(why: string): never {
  console.log(`FAILED ${why}`);
  process.exit(1);
}

const input = new Promise<void>((resolve) => {
  process.stdin.on('end', resolve);
  process.stdin.resume();
});

const aeron = await Aeron.connect({
  platform: nativePlatform(),
  aeronDirectoryName: text('dir'),
  errorHandler: (error) => console.log(`ERROR ${error}`),
});
await (role === 'publish' ? publish() : subscribe());
await input;
console.log('BYE');
aeron.close();
process.exit(0);

async function publish(): Promise<void> {
  const isExclusive = text('exclusive') === 'true';
  const publication = isExclusive
    ? await aeron.addExclusivePublication(text('channel'), number('stream', 1001))
    : await aeron.addPublication(text('channel'), number('stream', 1001));
  for (const destination of destinations()) {
    await publication.addDestination(destination);
  }
  console.log(`READY session=${publication.sessionId}`);
  const count = number('count', 1000);
  const id = number('id', 1);
  const length = text('length', '32');
  const buffer = AtomicBuffer.allocate(publication.maxMessageLength);
  for (let sequence = 0; sequence < count; sequence++) {
    const messageLength = lengthOf(length, sequence, publication.maxMessageLength);
    fill(buffer, sequence, id, messageLength);
    for (;;) {
      const result = publication.offer(buffer, 0, messageLength);
      if (result > 0) {
        break;
      }
      if (result === Publication.CLOSED || result === Publication.MAX_POSITION_EXCEEDED) {
        fail(`offer ${result} at ${sequence}`);
      }
      await turn();
    }
  }
  console.log(`SENT count=${count} position=${publication.position}`);
}

async function subscribe(): Promise<void> {
  const count = number('count', 1000);
  const isTail = text('tail') === 'true';
  const next = new Map<string, number>();
  let received = 0;
  let isUnavailable = false;
  const assembler = new FragmentAssembler((buffer: AtomicBuffer, offset: number, length: number, header: Header) => {
    const sequence = buffer.getInt64(offset);
    const id = buffer.getInt32(offset + 8);
    const key = `${header.sessionId}/${id}`;
    const expected = next.get(key) ?? (isTail ? sequence : 0);
    if (sequence !== expected) {
      fail(`sequence ${sequence} of ${id} instead of ${expected}`);
    }
    next.set(key, sequence + 1);
    check(buffer, offset, length, sequence, id);
    received++;
  });
  const subscription = await aeron.addSubscription(
    text('channel'),
    number('stream', 1001),
    (image) => console.log(`AVAILABLE session=${image.sessionId} join=${image.joinPosition}`),
    (image) => {
      console.log(`UNAVAILABLE session=${image.sessionId} eos=${image.isEndOfStream}`);
      isUnavailable = true;
    },
  );
  for (const destination of destinations()) {
    await subscription.addDestination(destination);
  }
  console.log('READY');
  while (received < count) {
    if (subscription.poll(assembler.onFragment, 64) === 0) {
      if (isTail && isUnavailable) {
        break;
      }
      await turn();
    }
  }
  console.log(`RECEIVED count=${received}`);
  if (text('eos') === 'true') {
    while (!isUnavailable) {
      subscription.poll(assembler.onFragment, 64);
      if (subscription.imageCount > 0 && subscription.images.every((image) => image.isEndOfStream)) {
        break;
      }
      await turn();
    }
    console.log('END-OF-STREAM');
  }
}

function destinations(): string[] {
  return text('destinations')
    .split(',')
    .filter((destination) => destination !== '');
}

/** 'mixed' walks through small, fragmented and now and then maximum length. */
function lengthOf(length: string, sequence: number, maxMessageLength: number): number {
  if (length === 'max') {
    return maxMessageLength;
  }
  if (length !== 'mixed') {
    return Number(length);
  }
  if (sequence % 500 === 499) {
    return maxMessageLength;
  }
  return HEADER + ((sequence * 7919) % (sequence % 10 === 9 ? Math.min(9000, maxMessageLength - HEADER) : 1000));
}

function fill(buffer: AtomicBuffer, sequence: number, id: number, length: number): void {
  buffer.putInt64(0, sequence);
  buffer.putInt32(8, id);
  buffer.putInt32(12, length);
  const bytes = buffer.u8;
  for (let i = HEADER; i < length; i++) {
    bytes[i] = sequence * 31 + i;
  }
}

function check(buffer: AtomicBuffer, offset: number, length: number, sequence: number, id: number): void {
  if (buffer.getInt32(offset + 12) !== length) {
    fail(`length ${length} of ${sequence} instead of ${buffer.getInt32(offset + 12)}`);
  }
  const bytes = buffer.u8;
  for (let i = HEADER; i < length; i++) {
    if (bytes[offset + i] !== ((sequence * 31 + i) & 0xff)) {
      fail(`byte ${i} of ${sequence} from ${id}`);
    }
  }
}
