import type { AtomicCounter, IdleStrategy } from '../../agrona/mod.ts';
import type { Aeron, ConcurrentPublication, ExclusivePublication, Image, Subscription } from '../../client/mod.ts';

/*
 * Adding resources where waiting is allowed: in the start-up and in snapshots. The idle strategy gives the Aeron
 * client its turns. Errors are those of the `get` forms.
 */

export function awaitPublication(
  aeron: Aeron,
  channel: string,
  streamId: number,
  idleStrategy: IdleStrategy,
): ConcurrentPublication {
  const id = aeron.asyncAddPublication(channel, streamId);
  return awaitResource(idleStrategy, () => aeron.getPublication(id));
}

export function awaitExclusivePublication(
  aeron: Aeron,
  channel: string,
  streamId: number,
  idleStrategy: IdleStrategy,
): ExclusivePublication {
  const id = aeron.asyncAddExclusivePublication(channel, streamId);
  return awaitResource(idleStrategy, () => aeron.getExclusivePublication(id));
}

export function awaitSubscription(
  aeron: Aeron,
  channel: string,
  streamId: number,
  idleStrategy: IdleStrategy,
): Subscription {
  const id = aeron.asyncAddSubscription(channel, streamId);
  return awaitResource(idleStrategy, () => aeron.getSubscription(id));
}

export function awaitCounter(aeron: Aeron, correlationId: number, idleStrategy: IdleStrategy): AtomicCounter {
  return awaitResource(idleStrategy, () => aeron.getCounter(correlationId));
}

export function awaitImage(subscription: Subscription, sessionId: number, idleStrategy: IdleStrategy): Image {
  return awaitResource(idleStrategy, () => subscription.imageBySessionId(sessionId));
}

/** Idles until `get` has something. */
export function awaitResource<T>(idleStrategy: IdleStrategy, get: () => T | undefined): T {
  idleStrategy.reset();
  for (;;) {
    const resource = get();
    if (resource !== undefined) {
      return resource;
    }
    idleStrategy.idle(0);
  }
}
