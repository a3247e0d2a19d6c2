import { AeronError, formatDuration } from '../../agrona/mod.ts';
import type { Subscription } from '../../client/mod.ts';
import {
  ControlResponseCode,
  type ControlResponseDecoder,
  type RecordingDescriptorDecoder,
  type RecordingSignalEventDecoder,
  type RecordingSubscriptionDescriptorDecoder,
} from '../codecs/mod.ts';
import type { ArchiveProxy } from './archive-proxy.ts';
import type { Procedure } from './archive-request.ts';
import type { AeronArchiveContext } from './context.ts';
import { type ControlStreamListener, ControlStreamReader } from './control-stream-reader.ts';
import { ArchiveError, ArchiveTimeoutError } from './errors.ts';
import {
  type RecordingDescriptorConsumer,
  type RecordingSubscriptionDescriptorConsumer,
  readRecordingDescriptor,
  readRecordingSubscriptionDescriptor,
} from './recording-descriptor.ts';
import { type RecordingSignalEvent, readRecordingSignal } from './recording-signal.ts';
import { relevantNumber } from './relevant-id.ts';

const FRAGMENT_LIMIT = 10;

/** Sends a request and says whether there was room. */
export type Send = (correlationId: number, controlSessionId: number) => boolean;

/** A request that was sent and not answered yet. */
interface Awaited {
  readonly correlationId: number;
  isDone: boolean;
  relevantId: bigint;
  error: unknown;
}

/** An awaited request whose answer is a list. */
interface Listing extends Awaited {
  /** Entries that may still come. */
  remaining: number;
  isSent: boolean;
  isAbandoned: boolean;
  readonly recordings?: RecordingDescriptorConsumer | undefined;
  readonly subscriptions?: RecordingSubscriptionDescriptorConsumer | undefined;
}

export const ArchiveClientState = {
  CONNECTED: 'CONNECTED',
  /** The archive, or the way to it, has gone. */
  DISCONNECTED: 'DISCONNECTED',
  CLOSED: 'CLOSED',
} as const;
export type ArchiveClientState = (typeof ArchiveClientState)[keyof typeof ArchiveClientState];

/**
 * An open control session: pairs the answers of the archive with the requests that wait for them.
 *
 *     request ─ call ─▶ ArchiveProxy ─▶ archive ─▶ ControlStreamReader ─▶ awaited, by correlation id
 *                                                                       ├▶ signals
 *                                                                       └▶ errors that nobody awaits
 *
 * Any number of requests may be under way; whichever is polled reads for all of them. Listings take turns,
 * because an archive does one at a time for a session.
 */
export class ControlSession implements ControlStreamListener {
  readonly context: AeronArchiveContext;
  readonly proxy: ArchiveProxy;
  readonly subscription: Subscription;
  readonly controlSessionId: number;
  state: ArchiveClientState = ArchiveClientState.CONNECTED;
  /** Of the request sent last; -1 before the first. */
  lastCorrelationId = -1;
  /** Signals seen so far. */
  signalCount = 0;
  /** Each of them gets each signal. */
  readonly signalListeners = new Set<(event: RecordingSignalEvent) => void>();
  readonly #reader: ControlStreamReader;
  readonly #awaited = new Map<number, Awaited>();
  #listing: Listing | undefined;
  #isPolling = false;
  /** Whether to stop at an error that nobody awaits, and that error. */
  #stopsAtStrayError = false;
  #strayError: ArchiveError | undefined;
  #callbackFailures: unknown[] = [];

  constructor(context: AeronArchiveContext, proxy: ArchiveProxy, subscription: Subscription, controlSessionId: number) {
    this.context = context;
    this.proxy = proxy;
    this.subscription = subscription;
    this.controlSessionId = controlSessionId;
    this.#reader = new ControlStreamReader(subscription, this, FRAGMENT_LIMIT);
  }

  /** Asks the archive for something that is answered by one number. `what` is for error messages. */
  *call(what: string, send: Send): Procedure<bigint> {
    const correlationId = this.#beginRequest();
    const awaited: Awaited = { correlationId, isDone: false, relevantId: -1n, error: undefined };
    yield* this.#send(what, send, correlationId);
    this.#awaited.set(correlationId, awaited);
    try {
      yield* this.#awaitAnswer(awaited);
      return awaited.relevantId;
    } finally {
      this.#awaited.delete(correlationId);
    }
  }

  /** `call` for an answer that is an id, a position or a count. */
  *callForNumber(what: string, send: Send): Procedure<number> {
    return relevantNumber(yield* this.call(what, send));
  }

  /** Asks for up to `count` recordings. Returns how many there were. */
  *listRecordings(what: string, count: number, consumer: RecordingDescriptorConsumer, send: Send): Procedure<number> {
    return yield* this.#list(what, count, { recordings: consumer }, send);
  }

  /** Asks for up to `count` recording subscriptions. Returns how many there were. */
  *listSubscriptions(
    what: string,
    count: number,
    consumer: RecordingSubscriptionDescriptorConsumer,
    send: Send,
  ): Procedure<number> {
    return yield* this.#list(what, count, { subscriptions: consumer }, send);
  }

  /** Waits until `get` returns something. */
  *until<R>(what: string, get: () => R | undefined): Procedure<R> {
    const deadlineNs = this.#nextDeadlineNs();
    for (;;) {
      const result = get();
      if (result !== undefined) {
        return result;
      }
      this.#checkDeadline(deadlineNs, what);
      yield 0;
    }
  }

  /** Reads what has come, for whomever. Returns the fragments. */
  poll(): number {
    if (this.#isPolling) {
      throw new AeronError(
        'REENTRANT',
        'a consumer of descriptors or signals may send requests, but not poll or block',
      );
    }
    this.#isPolling = true;
    try {
      return this.#reader.poll();
    } finally {
      this.#isPolling = false;
      if (this.#callbackFailures.length > 0) {
        const [failure] = this.#callbackFailures.splice(0);
        // biome-ignore lint/correctness/noUnsafeFinally: what a consumer has thrown goes to whoever polls
        throw failure;
      }
    }
  }

  /** As `poll`, up to an error that nobody awaits. Returns it. */
  pollForStrayError(): ArchiveError | undefined {
    this.#stopsAtStrayError = true;
    try {
      this.poll();
      return this.#strayError;
    } finally {
      this.#stopsAtStrayError = false;
      this.#strayError = undefined;
    }
  }

  /** @throws ArchiveError when the session is over. */
  ensureConnected(): void {
    if (this.state === ArchiveClientState.CLOSED) {
      throw new ArchiveError('client is closed');
    }
    if (this.state === ArchiveClientState.DISCONNECTED) {
      throw new ArchiveError('connection to the archive is no longer available');
    }
  }

  get isFull(): boolean {
    return this.#strayError !== undefined;
  }

  onControlResponse(decoder: ControlResponseDecoder): void {
    if (decoder.controlSessionId() !== this.controlSessionId) {
      return;
    }
    const correlationId = decoder.correlationId();
    const relevantId = decoder.relevantId();
    const code = decoder.code();
    const awaited = this.#awaited.get(correlationId);
    const listing = awaited !== undefined && awaited === this.#listing ? this.#listing : undefined;
    if (listing?.isAbandoned) {
      this.#end(listing);
      return;
    }
    if (awaited === undefined) {
      if (code === ControlResponseCode.ERROR) {
        this.#onStrayError(new ArchiveError(decoder.errorMessage(), Number(relevantId), correlationId));
      }
      return;
    }
    awaited.isDone = true;
    awaited.relevantId = relevantId;
    if (code === ControlResponseCode.ERROR) {
      const message = `response for correlationId=${correlationId}, error: ${decoder.errorMessage()}`;
      awaited.error = new ArchiveError(message, Number(relevantId), correlationId);
    } else if (!isExpected(code, listing)) {
      awaited.error = new ArchiveError(`unexpected response code: ${code}`, undefined, correlationId);
    }
  }

  onRecordingDescriptor(decoder: RecordingDescriptorDecoder): void {
    const listing = this.#listingOf(decoder.controlSessionId(), decoder.correlationId());
    if (listing?.recordings !== undefined) {
      this.#onEntry(listing, () => listing.recordings!(readRecordingDescriptor(decoder)));
    }
  }

  onRecordingSubscriptionDescriptor(decoder: RecordingSubscriptionDescriptorDecoder): void {
    const listing = this.#listingOf(decoder.controlSessionId(), decoder.correlationId());
    if (listing?.subscriptions !== undefined) {
      this.#onEntry(listing, () => listing.subscriptions!(readRecordingSubscriptionDescriptor(decoder)));
    }
  }

  onRecordingSignal(decoder: RecordingSignalEventDecoder): void {
    if (decoder.controlSessionId() === this.controlSessionId) {
      this.signalCount++;
      const event = readRecordingSignal(decoder);
      for (const listener of this.signalListeners) {
        try {
          listener(event);
        } catch (error) {
          this.#callbackFailures.push(error);
        }
      }
    }
  }

  *#list(
    what: string,
    count: number,
    consumers: Pick<Listing, 'recordings' | 'subscriptions'>,
    send: Send,
  ): Procedure<number> {
    if (count <= 0) {
      return 0;
    }
    const deadlineNs = this.#nextDeadlineNs();
    while (this.#listing !== undefined) {
      const fragments = this.poll();
      this.#checkForDisconnect();
      this.#checkDeadline(deadlineNs, `waiting for another listing to end before ${what}`);
      yield fragments;
    }
    const correlationId = this.#beginRequest();
    const listing: Listing = {
      correlationId,
      isDone: false,
      relevantId: -1n,
      error: undefined,
      remaining: count,
      isSent: false,
      isAbandoned: false,
      ...consumers,
    };
    this.#listing = listing;
    this.#awaited.set(correlationId, listing);
    try {
      yield* this.#send(what, send, correlationId);
      listing.isSent = true;
      yield* this.#awaitAnswer(listing);
      return count - listing.remaining;
    } finally {
      this.#leave(listing);
    }
  }

  /** A listing that was given up goes on in the archive, and keeps others waiting until it has come to its end. */
  #leave(listing: Listing): void {
    if (listing.isDone || !listing.isSent) {
      this.#end(listing);
    } else {
      listing.isAbandoned = true;
    }
  }

  #end(listing: Listing): void {
    this.#awaited.delete(listing.correlationId);
    this.#listing = undefined;
  }

  *#send(what: string, send: Send, correlationId: number): Procedure<void> {
    const deadlineNs = this.#nextDeadlineNs();
    while (!send(correlationId, this.controlSessionId)) {
      this.#checkDeadline(deadlineNs, `failed to send ${what} request`, correlationId);
      yield 0;
    }
  }

  *#awaitAnswer(awaited: Awaited): Procedure<void> {
    let deadlineNs = this.#nextDeadlineNs();
    let remaining = (awaited as Partial<Listing>).remaining;
    // The request was sent in this step; its answer cannot be there yet, and the caller may be inside a consumer.
    yield 1;
    for (;;) {
      const fragments = awaited.isDone ? 0 : this.poll();
      if (awaited.isDone) {
        if (awaited.error !== undefined) {
          throw awaited.error;
        }
        return;
      }
      const nowRemaining = (awaited as Partial<Listing>).remaining;
      if (nowRemaining !== remaining) {
        remaining = nowRemaining;
        deadlineNs = this.#nextDeadlineNs();
      }
      if (fragments === 0) {
        this.#checkForDisconnect();
        this.#checkDeadline(deadlineNs, 'awaiting response', awaited.correlationId);
      }
      yield fragments;
    }
  }

  #beginRequest(): number {
    this.ensureConnected();
    this.lastCorrelationId = this.context.aeron.nextCorrelationId();
    return this.lastCorrelationId;
  }

  #listingOf(controlSessionId: number, correlationId: number): Listing | undefined {
    const listing = this.#listing;
    return controlSessionId === this.controlSessionId && listing?.correlationId === correlationId ? listing : undefined;
  }

  #onEntry(listing: Listing, consume: () => void): void {
    listing.remaining--;
    listing.isDone = listing.remaining === 0;
    if (listing.isAbandoned) {
      if (listing.isDone) {
        this.#end(listing);
      }
      return;
    }
    if (listing.error !== undefined) {
      return;
    }
    try {
      consume();
    } catch (error) {
      listing.error = error;
    }
  }

  #onStrayError(error: ArchiveError): void {
    if (this.#stopsAtStrayError) {
      this.#strayError = error;
    } else {
      this.context.errorHandler?.(error);
    }
  }

  #checkForDisconnect(): void {
    const { subscription } = this;
    if (!subscription.isConnected) {
      if (this.state !== ArchiveClientState.CLOSED) {
        this.state = ArchiveClientState.DISCONNECTED;
      }
      throw new ArchiveError(
        `response channel from archive is not connected, channel=${subscription.channel}, streamId=${subscription.streamId}, imageCount=${subscription.imageCount}`,
      );
    }
  }

  #nextDeadlineNs(): number {
    return this.context.platform.clock.nanoTime() + this.context.messageTimeoutNs;
  }

  #checkDeadline(deadlineNs: number, what: string, correlationId = this.lastCorrelationId): void {
    if (this.context.platform.clock.nanoTime() - deadlineNs > 0) {
      throw new ArchiveTimeoutError(
        `${what} - correlationId=${correlationId} messageTimeout=${formatDuration(this.context.messageTimeoutNs)} (messageTimeoutNs)`,
      );
    }
  }
}

function isExpected(code: ControlResponseCode, listing: Listing | undefined): boolean {
  if (listing === undefined) {
    return code === ControlResponseCode.OK;
  }
  return (
    code === (listing.recordings ? ControlResponseCode.RECORDING_UNKNOWN : ControlResponseCode.SUBSCRIPTION_UNKNOWN)
  );
}
