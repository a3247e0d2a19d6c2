import { AeronError, AtomicBuffer } from '../agrona/mod.ts';
import { Publication } from './publication.ts';
import { Wait } from './wait.ts';

export interface SendOptions {
  /** Gives up with its reason; the message is not sent then. */
  readonly signal?: AbortSignal;
}

const utf8 = new TextEncoder();

/** What the sends of one publication have in common. */
interface Queue {
  readonly wait: Wait;
  waitingSends: number;
  /** Resolves when all sends so far that had to wait have ended: the next one waits behind them. */
  before: Promise<void>;
}

const queues = new WeakMap<Publication, Queue>();
let scratch = AtomicBuffer.allocate(4096);

/**
 * Sends a message (text as UTF-8) and resolves with the new position of the stream once it is in the log:
 * at once as a rule, later while the receivers do not keep up or are not there yet. Messages of one
 * publication leave in the order of the calls. The bytes must not change until then.
 *
 * @throws AeronError CLOSED, MAX_POSITION_EXCEEDED, MESSAGE_TOO_LONG; the signal's reason.
 */
export async function send(
  publication: Publication,
  message: Uint8Array | string,
  options: SendOptions = {},
): Promise<number> {
  const { signal } = options;
  signal?.throwIfAborted();
  const bytes = typeof message === 'string' ? utf8.encode(message) : message;
  const queue = queueOf(publication);
  if (queue.waitingSends === 0) {
    const position = tryOffer(publication, bytes);
    if (position >= 0) {
      await queue.wait.afterProgress();
      return position;
    }
  }
  const { before } = queue;
  const sent = offerAfter(before, publication, bytes, new Wait(publication.platform, signal));
  queue.waitingSends++;
  // One that gives up does not let the next one pass those before it.
  queue.before = Promise.allSettled([before, sent]).then(() => {});
  try {
    return await sent;
  } finally {
    queue.waitingSends--;
  }
}

function queueOf(publication: Publication): Queue {
  let queue = queues.get(publication);
  if (queue === undefined) {
    queue = { wait: new Wait(publication.platform, undefined), waitingSends: 0, before: Promise.resolve() };
    queues.set(publication, queue);
  }
  return queue;
}

async function offerAfter(
  before: Promise<void>,
  publication: Publication,
  bytes: Uint8Array,
  wait: Wait,
): Promise<number> {
  await wait.until(before);
  for (;;) {
    wait.signal?.throwIfAborted();
    const position = tryOffer(publication, bytes);
    if (position >= 0) {
      return position;
    }
    await wait.next();
  }
}

/** The position, or a status that goes away by itself. */
function tryOffer(publication: Publication, bytes: Uint8Array): number {
  if (bytes.length > scratch.capacity) {
    scratch = AtomicBuffer.allocate(bytes.length);
  }
  scratch.putBytes(0, bytes, 0, bytes.length);
  let position = publication.offer(scratch, 0, bytes.length);
  if (position === Publication.ADMIN_ACTION) {
    position = publication.offer(scratch, 0, bytes.length);
  }
  if (position === Publication.CLOSED) {
    throw new AeronError('CLOSED', `publication ${publication.registrationId} on ${publication.channel} is closed`);
  }
  if (position === Publication.MAX_POSITION_EXCEEDED) {
    throw new AeronError(
      'MAX_POSITION_EXCEEDED',
      `the stream of publication ${publication.registrationId} on ${publication.channel} is at its end, ` +
        `${publication.maxPossiblePosition}: add another publication`,
    );
  }
  return position;
}
