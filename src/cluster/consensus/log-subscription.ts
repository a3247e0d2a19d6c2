import type { Aeron, Image, Subscription } from '../../client/mod.ts';
import { AeronCounters, ChannelEndpointStatus, ChannelUri, ChannelUriStringBuilder } from '../../protocol/mod.ts';
import type { ConsensusModuleContext } from './context.ts';
import type { LogDestination } from './core/actions.ts';
import { ClusterError } from './errors.ts';
import { added, type Procedure, until, untilTrue } from './procedure.ts';

/**
 * A follower's subscription to the log of a leader. It takes the log from a replay, to catch up, and from the
 * live log, by destinations that come and go; what comes in has the session of the leader's publication either
 * way, so that it is one image.
 */
export class LogSubscription {
  readonly #aeron: Aeron;
  readonly #context: ConsensusModuleContext;
  readonly #destinations = new Map<LogDestination, string>();
  #subscription: Subscription | undefined;
  #sessionId = 0;

  constructor(aeron: Aeron, context: ConsensusModuleContext) {
    this.#aeron = aeron;
    this.#context = context;
  }

  get channel(): string {
    return this.#open().channel;
  }

  get streamId(): number {
    return this.#open().streamId;
  }

  /** Of the leader's publication, once it has come. */
  get image(): Image | undefined {
    return this.#subscription?.imageBySessionId(this.#sessionId);
  }

  /** @throws ClusterError LOG_CHANNEL when the channel cannot be received */
  checkChannel(): void {
    if (this.#subscription?.channelStatus === ChannelEndpointStatus.ERRORED) {
      throw new ClusterError('LOG_CHANNEL', `failed to add log as follower - ${this.#subscription.channel}`);
    }
  }

  /** Subscribes to the log of a session. */
  *add(logSessionId: number): Procedure<void> {
    const { logChannel, logStreamId } = this.#context;
    const logUri = ChannelUri.parse(logChannel);
    const channel = new ChannelUriStringBuilder()
      .media('udp')
      .tags(`${this.#aeron.nextCorrelationId()},${this.#aeron.nextCorrelationId()}`)
      .controlMode('manual')
      .sessionId(logSessionId)
      .group(true)
      .rejoin(false)
      .alias('log-cm');
    for (const name of ['so-rcvbuf', 'rcv-wnd'] as const) {
      const value = logUri.get(name);
      if (value !== undefined) {
        name === 'so-rcvbuf' ? channel.socketRcvbufLength(value) : channel.receiverWindowLength(value);
      }
    }
    const id = this.#aeron.asyncAddSubscription(
      channel.build(),
      logStreamId,
      () => {},
      () => {},
    );
    this.#sessionId = logSessionId;
    this.#subscription = yield* added(
      () => this.#aeron.getSubscription(id),
      () => this.#aeron.asyncRemoveSubscription(id),
    );
  }

  addDestination(destination: LogDestination): void {
    if (!this.#destinations.has(destination)) {
      const channel = this.#channelOf(destination);
      this.#destinations.set(destination, channel);
      this.#open().asyncAddDestination(channel);
    }
  }

  removeDestination(destination: LogDestination): void {
    const channel = this.#destinations.get(destination);
    if (channel !== undefined && this.#destinations.delete(destination) && this.#subscription?.isClosed === false) {
      this.#subscription.asyncRemoveDestination(channel);
    }
  }

  /** Where a replay for catching up is to be sent, once the port is known. */
  *resolveCatchupEndpoint(): Procedure<string> {
    const { catchup } = this.#context.thisMember.endpoints;
    if (!catchup.endsWith(':0')) {
      return catchup;
    }
    const resolved = yield* until(() => this.#open().resolvedEndpoint());
    return catchup.slice(0, -2) + resolved.slice(resolved.lastIndexOf(':'));
  }

  /** Closes it, when it is open, and waits until its sockets are closed. */
  *close(): Procedure<void> {
    const subscription = this.#subscription;
    this.disconnect();
    if (subscription !== undefined) {
      yield* awaitSocketsClosed(this.#aeron, subscription.registrationId);
    }
  }

  /** Closes it, when it is open. */
  disconnect(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#destinations.clear();
  }

  #channelOf(destination: LogDestination): string {
    const { logChannel, isLogMdc, thisMember } = this.#context;
    const { catchup, log } = thisMember.endpoints;
    if (destination === 'catchup') {
      return ChannelUri.createDestinationUri(logChannel, catchup);
    }
    return isLogMdc ? ChannelUri.createDestinationUri(logChannel, log) : logChannel;
  }

  #open(): Subscription {
    if (this.#subscription === undefined) {
      throw new ClusterError('LOG_CHANNEL', 'there is no subscription to the log');
    }
    return this.#subscription;
  }
}

/** Waits until no socket of a subscription is open any more. */
function awaitSocketsClosed(aeron: Aeron, registrationId: number): Procedure<void> {
  const counters = aeron.countersReader;
  const hasSocket = () =>
    counters.findAllocated(
      (id) =>
        counters.getCounterTypeId(id) === AeronCounters.DRIVER_LOCAL_SOCKET_ADDRESS_STATUS_TYPE_ID &&
        counters.getCounterRegistrationIdBigInt(id) === BigInt(registrationId),
    ) >= 0;
  return untilTrue(() => !hasSocket());
}
