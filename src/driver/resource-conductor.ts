import type { PublicationErrorFrame } from '../protocol/mod.ts';
import type { IpcPublication } from './ipc-publication.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { NetworkPublication } from './network-publication.ts';
import type { PublicationImage } from './publication-image.ts';
import type { SubscriptionLink } from './subscription-link.ts';

/**
 * The conductor as the resources see it that it manages: what a publication or an image asks for when the
 * time has come. `ResourceLifecycle` is it.
 */
export interface ResourceConductor {
  /** Tells the spies of a publication that their image is gone and unlinks them. */
  cleanupSpies(publication: NetworkPublication): void;
  /** Takes the publication from the sender, and closes its endpoint when it was the last one there. */
  cleanupPublication(publication: NetworkPublication): void;
  /** Tells the subscriptions linked to the image that it is gone, and ends its cool down where they rejoin. */
  transitionImageToLinger(image: PublicationImage): void;
  cleanupImage(image: PublicationImage): void;
  /** Closes the endpoint of an image that is leaving if nobody else uses it. */
  tryCloseReceiveChannelEndpoint(channelEndpoint: ReceiveChannelEndpoint): void;
  transitionIpcPublicationToLinger(publication: IpcPublication): void;
  cleanupIpcPublication(publication: IpcPublication): void;
  unlinkIpcSubscriptions(publication: IpcPublication): void;
  linkIpcSubscriptions(publication: IpcPublication): void;
  notifyUnavailableImageLink(resourceId: number, link: SubscriptionLink): void;
  notifyAvailableImageLink(
    resourceId: number,
    sessionId: number,
    link: SubscriptionLink,
    positionCounterId: number,
    joinPosition: number,
    logFileName: string,
    sourceIdentity: string,
  ): void;
  cleanupSubscriptionLink(link: SubscriptionLink): void;
  clientTimeout(clientId: number): void;
  unavailableCounter(registrationId: number, counterId: number): void;
  /** An error frame of a receiver, or a rejected IPC image: logged, and told to the publication's clients. */
  onPublicationError(frame: PublicationErrorFrame): void;
}
