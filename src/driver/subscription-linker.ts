import type { AtomicCounter } from '../agrona/mod.ts';
import { ChannelParameters } from '../protocol/mod.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { DriverResources } from './driver-resources.ts';
import type { IpcPublication } from './ipc-publication.ts';
import type { NetworkPublication } from './network-publication.ts';
import type { PublicationImage } from './publication-image.ts';
import { allocateSubscriberPosition } from './stream-counters.ts';
import type { Subscribable } from './subscribable.ts';
import type { SubscriptionLink } from './subscription-link.ts';

/** What a subscriber is told of the stream it joins. */
interface LinkedStream extends Subscribable {
  readonly sessionId: number;
  readonly streamId: number;
  readonly rawLog: { readonly fileName: string };
}

/**
 * Brings subscriptions and streams together: gives the subscriber a position, tells the stream of it, and
 * the client of the image.
 */
export class SubscriptionLinker {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;

  constructor(ctx: ConductorContext, resources: DriverResources) {
    this.ctx = ctx;
    this.resources = resources;
  }

  /** A new IPC subscription to all publications that it matches. */
  linkToIpcPublications(link: SubscriptionLink): void {
    for (const publication of this.resources.ipcPublications) {
      this.linkIpc(link, publication);
    }
  }

  /** A new IPC publication, or one that accepts subscribers again, to all subscriptions that match it. */
  linkIpcSubscriptions(publication: IpcPublication): void {
    for (const link of this.resources.subscriptionLinks) {
      this.linkIpc(link, publication);
    }
  }

  /** A new spy to all network publications that it matches. */
  linkToNetworkPublications(link: SubscriptionLink): void {
    for (const publication of this.resources.networkPublications) {
      this.linkSpy(link, publication);
    }
  }

  /** A new network publication to all spies that match it. */
  linkSpies(publication: NetworkPublication): void {
    for (const link of this.resources.subscriptionLinks) {
      this.linkSpy(link, publication);
    }
  }

  /** A new network subscription to all images that it matches. */
  linkToImages(link: SubscriptionLink): void {
    for (const image of this.resources.publicationImages) {
      if (link.matchesImage(image) && image.isAcceptingSubscriptions()) {
        this.link(link, image, image.joinPosition(), image.sourceIdentity);
      }
    }
  }

  /** A new image to the subscriptions it was made for. False when none of them could be linked. */
  linkImage(image: PublicationImage, links: readonly SubscriptionLink[]): boolean {
    let isLinked = false;
    for (const link of links) {
      isLinked = this.link(link, image, image.joinPosition(), image.sourceIdentity) || isLinked;
    }
    return isLinked;
  }

  private linkIpc(link: SubscriptionLink, publication: IpcPublication): void {
    if (
      link.matchesIpcPublication(publication) &&
      !link.isLinked(publication) &&
      publication.isAcceptingSubscriptions()
    ) {
      this.link(link, publication, publication.joinPosition(), ChannelParameters.IPC_CHANNEL);
    }
  }

  private linkSpy(link: SubscriptionLink, publication: NetworkPublication): void {
    if (
      link.matchesNetworkPublication(publication) &&
      !link.isLinked(publication) &&
      publication.isAcceptingSubscriptions
    ) {
      this.link(link, publication, publication.consumerPosition(), ChannelParameters.IPC_CHANNEL);
    }
  }

  /**
   * False when there is no counter left for the subscriber's position: an error of this link alone, logged, so
   * that the publication or subscription which it was made for stays.
   */
  private link(link: SubscriptionLink, stream: LinkedStream, joinPosition: number, sourceIdentity: string): boolean {
    let position: AtomicCounter;
    try {
      position = this.allocatePosition(link, stream, joinPosition);
    } catch (error) {
      this.ctx.errorHandler(error);
      return false;
    }
    link.link(stream, position);
    stream.addSubscriber(link, position, this.ctx.cachedNanoClock.nanoTime());
    this.ctx.clientProxy.onAvailableImage({
      correlationId: stream.subscribableRegistrationId(),
      sessionId: stream.sessionId,
      streamId: stream.streamId,
      subscriptionRegistrationId: link.registrationId,
      subscriberPositionId: position.id,
      logFileName: stream.rawLog.fileName,
      sourceIdentity,
    });
    return true;
  }

  private allocatePosition(link: SubscriptionLink, stream: LinkedStream, joinPosition: number): AtomicCounter {
    const { countersManager } = this.ctx;
    const position = allocateSubscriberPosition(
      countersManager,
      {
        clientId: link.aeronClient.clientId,
        registrationId: link.registrationId,
        sessionId: stream.sessionId,
        streamId: stream.streamId,
        channel: link.channel,
      },
      joinPosition,
    );
    countersManager.setCounterReferenceId(position.id, stream.subscribableRegistrationId());
    return position;
  }
}
