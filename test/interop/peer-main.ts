/**
 * The TypeScript side of the interop tests: `publish|subscribe key=value ...`, the same words as Peer.java.
 * It prints what happens, a line each. When its standard input is closed, it stops sending or waiting and ends.
 */

import { AtomicBuffer } from '../../src/agrona/mod.ts';
import {
  Aeron,
  type ConcurrentPublication,
  type ExclusivePublication,
  FragmentAssembler,
  Publication,
  type Subscription,
} from '../../src/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { Idle } from './peer-idle.ts';
import { fillMessage, MessageCheck, messageLengthOf } from './peer-messages.ts';

/** Offers or polls between two turns of the event loop, where the client's conductor lives. */
const CALLS_A_TURN = 200;
const FRAGMENT_LIMIT = 64;

const [role, ...words] = process.argv.slice(2);
const options = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
const text = (name: string, otherwise = '') => options.get(name) ?? otherwise;
const number = (name: string, otherwise: number) => Number(options.get(name) ?? otherwise);

function fail(why: string): never {
  console.log(`FAILED ${why}`);
  process.exit(1);
}

let isAskedToEnd = false;
const end = new Promise<void>((resolve) => {
  process.stdin.on('end', () => {
    isAskedToEnd = true;
    resolve();
  });
  process.stdin.resume();
});

const aeron = await Aeron.connect({
  platform: nativePlatform(),
  aeronDirectoryName: text('dir'),
  driverTimeoutMs: number('driverTimeoutMs', 10_000),
  errorHandler: (error) => console.log(`ERROR ${error}`),
  closeHandler: () => console.log('CLOSED'),
});
await (role === 'publish' ? publish() : subscribe());
await end;
aeron.close();
console.log('BYE');
process.exit(0);

async function publish(): Promise<void> {
  const publication =
    text('exclusive') === 'true'
      ? await aeron.addExclusivePublication(text('channel'), number('stream', 1001))
      : await aeron.addPublication(text('channel'), number('stream', 1001));
  for (const destination of destinations()) {
    await publication.addDestination(destination);
  }
  console.log(`READY session=${publication.sessionId}`);
  const count = await offerAll(publication);
  console.log(`SENT count=${count} position=${publication.position}`);
}

/** How many were sent: all, unless the end or the loss of the driver came before. */
async function offerAll(publication: ConcurrentPublication | ExclusivePublication): Promise<number> {
  const count = number('count', 1000);
  const id = number('id', 1);
  const length = text('length', '32');
  const pauseMs = number('pauseMs', 0);
  const { maxMessageLength } = publication;
  const buffer = AtomicBuffer.allocate(maxMessageLength);
  const idle = new Idle();
  let isConnected = false;
  let calls = 0;
  let sequence = 0;
  for (; sequence < count && !isAskedToEnd; sequence++) {
    const messageLength = messageLengthOf(length, sequence, maxMessageLength);
    fillMessage(buffer, sequence, id, messageLength);
    for (;;) {
      const result = publication.offer(buffer, 0, messageLength);
      if (result === Publication.CLOSED || (result < 0 && isAskedToEnd)) {
        return sequence;
      }
      if (result === Publication.MAX_POSITION_EXCEEDED) {
        fail(`offer ${result} at ${sequence}`);
      }
      if (isConnected !== (result !== Publication.NOT_CONNECTED)) {
        isConnected = !isConnected;
        console.log(`${isConnected ? 'CONNECTED' : 'NOT-CONNECTED'} at=${sequence}`);
      }
      if (result > 0) {
        break;
      }
      await idle.turn(0);
    }
    if (pauseMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    } else if (++calls % CALLS_A_TURN === 0) {
      await idle.turn(1);
    }
  }
  return sequence;
}

async function subscribe(): Promise<void> {
  const isTail = text('tail') === 'true';
  let isUnavailable = false;
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
  const messages = new MessageCheck(isTail, fail);
  const assembler = new FragmentAssembler((buffer, offset, length, header) => {
    messages.onMessage(buffer, offset, length, header.sessionId);
    if (messages.received === 1) {
      console.log('FIRST');
    }
  });
  const count = number('count', 1000);
  await pollUntil(
    subscription,
    assembler,
    () => messages.received >= count || subscription.isClosed || (isTail && isUnavailable),
  );
  console.log(`RECEIVED count=${messages.received}`);
  if (text('eos') === 'true') {
    const isEnded = () => subscription.imageCount > 0 && subscription.images.every((image) => image.isEndOfStream);
    await pollUntil(subscription, assembler, () => isUnavailable || isEnded());
    console.log('END-OF-STREAM');
  }
}

async function pollUntil(
  subscription: Subscription,
  assembler: FragmentAssembler,
  isDone: () => boolean,
): Promise<void> {
  const idle = new Idle();
  while (!isDone() && !isAskedToEnd) {
    let fragments = 0;
    for (let calls = 0; calls < CALLS_A_TURN && !isDone(); calls++) {
      const polled = subscription.poll(assembler.onFragment, FRAGMENT_LIMIT);
      fragments += polled;
      if (polled === 0) {
        break;
      }
    }
    await idle.turn(fragments);
  }
}

function destinations(): string[] {
  return text('destinations')
    .split(',')
    .filter((destination) => destination !== '');
}
