import type { AeronClient } from './aeron-client.ts';
import type { DriverManagedResource } from './driver-managed-resource.ts';
import type { IpcPublication } from './ipc-publication.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { NetworkPublication } from './network-publication.ts';
import type { ReadablePosition } from './position.ts';
import type { PublicationImage } from './publication-image.ts';
import type { ResourceConductor } from './resource-conductor.ts';
import type { Subscribable } from './subscribable.ts';
import type { SubscriptionParams } from './subscription-params.ts';

/**
 * One subscription of one client, or one of its destinations, and the images it is linked to.
 *
 * Upstream: `io.aeron.driver.SubscriptionLink`.
 */
export abstract class SubscriptionLink implements DriverManagedResource {
  readonly registrationId: number;
  readonly streamId: number;
  readonly channel: string;
  readonly aeronClient: AeronClient;
  readonly isSparse: boolean;
  readonly isTether: boolean;
  readonly isRejoin: boolean;
  readonly isResponse: boolean;
  readonly group: SubscriptionParams['group'];
  /** Of a network subscription. */
  readonly channelEndpoint: ReceiveChannelEndpoint | undefined = undefined;
  private readonly positionBySubscribable = new Map<Subscribable, ReadablePosition>();
  #sessionId: number;
  #hasSessionId: boolean;
  #reachedEndOfLife = false;

  constructor(
    registrationId: number,
    streamId: number,
    channel: string,
    aeronClient: AeronClient,
    params: SubscriptionParams,
  ) {
    this.registrationId = registrationId;
    this.streamId = streamId;
    this.channel = channel;
    this.aeronClient = aeronClient;
    this.isSparse = params.isSparse;
    this.isTether = params.isTether;
    this.isRejoin = params.isRejoin;
    this.isResponse = params.isResponse;
    this.group = params.group;
    this.#hasSessionId = params.hasSessionId;
    this.#sessionId = params.sessionId;
  }

  /** Only a network subscription can be anything else. */
  get isReliable(): boolean {
    return true;
  }

  /** Whether destinations can be added. */
  get supportsMds(): boolean {
    return false;
  }

  matchesIpcPublication(_publication: IpcPublication): boolean {
    return false;
  }

  matchesNetworkPublication(_publication: NetworkPublication): boolean {
    return false;
  }

  matchesImage(_image: PublicationImage): boolean {
    return false;
  }

  /** Whether a session that was seen on an endpoint is one for this subscription. */
  matchesStream(_channelEndpoint: ReceiveChannelEndpoint, _streamId: number, _sessionId: number): boolean {
    return false;
  }

  /** Whether a new subscription on an endpoint would share streams with this one. */
  matchesRequest(_channelEndpoint: ReceiveChannelEndpoint, _streamId: number, _params: SubscriptionParams): boolean {
    return false;
  }

  get hasSessionId(): boolean {
    return this.#hasSessionId;
  }

  get sessionId(): number {
    return this.#sessionId;
  }

  /** From now on for this session alone: how a response subscription learns whom to listen to. */
  restrictToSession(sessionId: number): void {
    this.#hasSessionId = true;
    this.#sessionId = sessionId;
  }

  isWildcardOrSessionIdMatch(sessionId: number): boolean {
    return (!this.#hasSessionId && !this.isResponse) || this.#sessionId === sessionId;
  }

  isLinked(subscribable: Subscribable): boolean {
    return this.positionBySubscribable.has(subscribable);
  }

  link(subscribable: Subscribable, position: ReadablePosition): void {
    this.positionBySubscribable.set(subscribable, position);
  }

  unlink(subscribable: Subscribable): void {
    this.positionBySubscribable.delete(subscribable);
  }

  notifyUnavailableImages(conductor: ResourceConductor): void {
    for (const subscribable of this.positionBySubscribable.keys()) {
      conductor.notifyUnavailableImageLink(subscribable.subscribableRegistrationId(), this);
    }
  }

  close(): void {
    for (const [subscribable, position] of this.positionBySubscribable) {
      subscribable.removeSubscriber(this, position);
    }
  }

  onTimeEvent(_timeNs: number, _timeMs: number, conductor: ResourceConductor): void {
    if (this.aeronClient.hasTimedOut) {
      this.#reachedEndOfLife = true;
      conductor.cleanupSubscriptionLink(this);
    }
  }

  hasReachedEndOfLife(): boolean {
    return this.#reachedEndOfLife;
  }
}
