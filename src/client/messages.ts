import { FragmentAssembler } from './fragment-assembler.ts';
import type { Subscription } from './subscription.ts';
import { Wait } from './wait.ts';

/** A received message, with a copy of its bytes: it may be kept. */
export interface Message {
  readonly data: Uint8Array;
  readonly sessionId: number;
  readonly streamId: number;
  /** Where the publisher's stream stands behind this message. */
  readonly position: number;
  readonly reservedValue: bigint;
}

export interface MessagesOptions {
  /** Ends the iteration with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * The messages of a subscription, whole, one after the other, until it is closed:
 *
 *     for await (const message of messages(subscription)) { ... }
 *
 * Polls on the event loop, at once after a message and backing off to a millisecond while there is none. A
 * loop body that takes its time holds the publishers back. The subscription must not be polled by anybody else.
 *
 * @throws the signal's reason.
 */
export async function* messages(
  subscription: Subscription,
  options: MessagesOptions = {},
): AsyncGenerator<Message, void, void> {
  const { signal } = options;
  let message: Message | undefined;
  const assembler = new FragmentAssembler((buffer, offset, length, header) => {
    message = {
      data: buffer.copyBytes(offset, length),
      sessionId: header.sessionId,
      streamId: header.streamId,
      position: header.position,
      reservedValue: header.reservedValue,
    };
  });
  const wait = new Wait(subscription.platform, signal);
  for (;;) {
    signal?.throwIfAborted();
    // One at a time: what was polled but not iterated yet would be lost when the loop is left.
    const fragments = subscription.poll(assembler.onFragment, 1);
    if (message !== undefined) {
      yield message;
      message = undefined;
    }
    if (fragments > 0) {
      await wait.afterProgress();
    } else if (subscription.isClosed) {
      return;
    } else {
      await wait.next();
    }
  }
}
