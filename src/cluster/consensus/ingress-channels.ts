import type { Aeron, Image, Subscription } from '../../client/mod.ts';
import { ChannelUri, isMulticastEndpoint } from '../../protocol/mod.ts';
import type { ConsensusModuleContext } from './context.ts';
import type { IngressAdapter } from './ingress-adapter.ts';

const RETRY_INTERVAL_NS = 1_000_000_000;

/** Opens and closes the ingress of this member as it comes to lead or to follow. Nothing waits. */
export class IngressChannels {
  readonly #aeron: Aeron;
  readonly #context: ConsensusModuleContext;
  readonly #adapter: IngressAdapter;
  readonly #onUnavailableImage: (image: Image) => void;
  #registrationIds: number[] | undefined;
  #isLeader = false;
  #retryDeadlineNs: number | undefined;

  constructor(
    aeron: Aeron,
    context: ConsensusModuleContext,
    adapter: IngressAdapter,
    onUnavailableImage: (image: Image) => void,
  ) {
    this.#aeron = aeron;
    this.#context = context;
    this.#adapter = adapter;
    this.#onUnavailableImage = onUnavailableImage;
  }

  /** Begins to listen. Followers do as well, to redirect clients, unless the ingress is multicast. */
  open(isLeader: boolean): void {
    this.#isLeader = isLeader;
    this.#registrationIds = this.#channels(isLeader).map((channel) =>
      this.#aeron.asyncAddSubscription(channel, this.#context.ingressStreamId, undefined, this.#onUnavailableImage),
    );
  }

  /**
   * Goes on with opening; when the channel cannot be listened on, tries it again a second later.
   * @throws RegistrationError each time that it cannot
   */
  poll(nowNs: number): number {
    if (this.#retryDeadlineNs !== undefined && nowNs - this.#retryDeadlineNs >= 0) {
      this.#retryDeadlineNs = undefined;
      this.open(this.#isLeader);
    }
    if (this.#registrationIds === undefined) {
      return 0;
    }
    const subscriptions: (Subscription | undefined)[] = [];
    try {
      for (const registrationId of this.#registrationIds) {
        subscriptions.push(this.#aeron.getSubscription(registrationId));
      }
    } catch (error) {
      this.close();
      this.#retryDeadlineNs = nowNs + RETRY_INTERVAL_NS;
      throw error;
    }
    const [subscription, ipcSubscription] = subscriptions;
    if (subscription === undefined || subscriptions.includes(undefined)) {
      return 0;
    }
    this.#registrationIds = undefined;
    this.#adapter.connect(subscription, ipcSubscription);
    return 1;
  }

  close(): void {
    for (const registrationId of this.#registrationIds ?? []) {
      this.#aeron.asyncRemoveSubscription(registrationId);
    }
    this.#registrationIds = undefined;
    this.#retryDeadlineNs = undefined;
    this.#adapter.close();
  }

  /** None for a follower with multicast ingress. */
  #channels(isLeader: boolean): string[] {
    const { ingressChannel, isIpcIngressAllowed, thisMember } = this.#context;
    const uri = ChannelUri.parse(ingressChannel);
    const endpoint = uri.get('endpoint') ?? thisMember.endpoints.ingress;
    if (!isLeader && isMulticastEndpoint(endpoint)) {
      return [];
    }
    if (!uri.isIpc) {
      uri.put('endpoint', endpoint);
      uri.put('rejoin', 'false');
      uri.put('reliable', 'true');
    }
    return [uri.toString(), ...(isLeader && isIpcIngressAllowed ? ['aeron:ipc'] : [])];
  }
}
