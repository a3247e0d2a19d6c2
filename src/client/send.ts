import { AeronError, AtomicBuffer } from '../agrona/mod.ts';
import { Publication } from './publication.ts';
import { SendQueue } from './send-queue.ts';
import { Wait } from './wait.ts';

export interface SendOptions {
  /** Gives up with its reason; the message is not sent then. */
  readonly signal?: AbortSignal;
}

const utf8 = new TextEncoder();

/** What the sends of one publication have in common. */
interface Sends {
  readonly wait: Wait;
  readonly queue: SendQueue;
}

const sendsOfPublications = new WeakMap<Publication, Sends>();
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
  const { wait, queue } = sendsOf(publication);
  if (queue.isEmpty) {
    const position = tryOffer(publication, bytes);
    if (position >= 0) {
      await wait.afterProgress();
      return position;
    }
  }
  return queue.send(() => tryOffer(publication, bytes), signal);
}

function sendsOf(publication: Publication): Sends {
  let sends = sendsOfPublications.get(publication);
  if (sends === undefined) {
    const { platform } = publication;
    sends = { wait: new Wait(platform, undefined), queue: new SendQueue(platform) };
    sendsOfPublications.set(publication, sends);
  }
  return sends;
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
