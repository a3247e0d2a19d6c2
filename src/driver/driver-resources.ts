import type { AeronClient } from './aeron-client.ts';
import type { CounterLink } from './counter-link.ts';
import type { DriverContext } from './driver-context.ts';
import type { IpcPublication } from './ipc-publication.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { NetworkPublication } from './network-publication.ts';
import type { PublicationImage } from './publication-image.ts';
import type { PublicationLink } from './publication-link.ts';
import type { PublicationDirectory } from './publication-params.ts';
import { SessionIds } from './session-ids.ts';
import type { SubscriptionLink } from './subscription-link.ts';

/** Everything that the conductor manages, and how to find it. */
export class DriverResources implements PublicationDirectory {
  readonly clients: AeronClient[] = [];
  readonly publicationLinks: PublicationLink[] = [];
  readonly ipcPublications: IpcPublication[] = [];
  readonly networkPublications: NetworkPublication[] = [];
  readonly publicationImages: PublicationImage[] = [];
  readonly subscriptionLinks: SubscriptionLink[] = [];
  readonly counterLinks: CounterLink[] = [];
  /** By the canonical form of their channels. */
  readonly sendChannelEndpoints = new Map<string, SendChannelEndpoint>();
  readonly receiveChannelEndpoints = new Map<string, ReceiveChannelEndpoint>();
  readonly sessionIds: SessionIds;

  constructor(ctx: DriverContext) {
    this.sessionIds = new SessionIds(
      ctx.platform.random.nextInt32(),
      ctx.publicationReservedSessionIdLow,
      ctx.publicationReservedSessionIdHigh,
    );
  }

  findClient(clientId: number): AeronClient | undefined {
    return this.clients.find((client) => client.clientId === clientId);
  }

  /** The publication that another client may share. */
  findSharedIpcPublication(streamId: number, responseCorrelationId: number): IpcPublication | undefined {
    return this.ipcPublications.find(
      (publication) =>
        publication.streamId === streamId &&
        !publication.isExclusive &&
        publication.state === 'ACTIVE' &&
        publication.responseCorrelationId === responseCorrelationId,
    );
  }

  findIpcPublication(registrationId: number): IpcPublication | undefined {
    return this.ipcPublications.find((publication) => publication.registrationId === registrationId);
  }

  /** The publication that another client may share. */
  findSharedNetworkPublication(
    streamId: number,
    channelEndpoint: SendChannelEndpoint,
    responseCorrelationId: number,
  ): NetworkPublication | undefined {
    return this.networkPublications.find(
      (publication) =>
        publication.streamId === streamId &&
        publication.channelEndpoint === channelEndpoint &&
        publication.state === 'ACTIVE' &&
        !publication.isExclusive &&
        publication.responseCorrelationId === responseCorrelationId,
    );
  }

  findNetworkPublication(registrationId: number): NetworkPublication | undefined {
    return this.networkPublications.find((publication) => publication.registrationId === registrationId);
  }

  findNetworkPublicationByTag(tag: number): NetworkPublication | undefined {
    return tag === NULL_TAG ? undefined : this.networkPublications.find((publication) => publication.tag === tag);
  }

  findIpcPublicationByTag(tag: number): IpcPublication | undefined {
    return tag === NULL_TAG ? undefined : this.ipcPublications.find((publication) => publication.tag === tag);
  }

  findImage(correlationId: number): PublicationImage | undefined {
    return this.publicationImages.find((image) => image.correlationId === correlationId);
  }

  /** The subscription that destinations are added to. */
  findMdsSubscriptionLink(registrationId: number): SubscriptionLink | undefined {
    return this.subscriptionLinks.find((link) => link.registrationId === registrationId && link.supportsMds);
  }

  nextAvailableSessionId(streamId: number, channel: string): number {
    return this.sessionIds.nextAvailable(streamId, channel);
  }
}

const NULL_TAG = -1;

/** Takes an element out without keeping the order of the others. */
export function removeUnordered<T>(list: T[], index: number): void {
  const last = list.pop()!;
  if (index < list.length) {
    list[index] = last;
  }
}
