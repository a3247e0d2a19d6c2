import type { SocketAddress } from '../platform/mod.ts';
import type { SubscriptionLink } from './subscription-link.ts';

/**
 * The conductor as the resources see it that it manages: what a publication or an image asks for when the
 * time has come. `DriverConductor` is it; a test may be something smaller.
 *
 * `TNetworkPublication`, `TImage`, ... stand for the classes of those names.
 */
export interface ResourceConductor<
  TNetworkPublication = unknown,
  TImage = unknown,
  TIpcPublication = unknown,
  TReceiveChannelEndpoint = unknown,
> {
  /** Tells the spies of a publication that their image is gone and unlinks them. */
  cleanupSpies(publication: TNetworkPublication): void;
  /** Takes the publication from the sender, and closes its endpoint when it was the last one there. */
  cleanupPublication(publication: TNetworkPublication): void;
  /** Tells the subscriptions linked to the image that it is gone, and ends its cool down where they rejoin. */
  transitionImageToLinger(image: TImage): void;
  cleanupImage(image: TImage): void;
  /** Closes the endpoint of an image that is leaving if nobody else uses it. */
  tryCloseReceiveChannelEndpoint(channelEndpoint: TReceiveChannelEndpoint): void;
  transitionIpcPublicationToLinger(publication: TIpcPublication): void;
  cleanupIpcPublication(publication: TIpcPublication): void;
  unlinkIpcSubscriptions(publication: TIpcPublication): void;
  linkIpcSubscriptions(publication: TIpcPublication): void;
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
  onPublicationError(
    registrationId: number,
    destinationRegistrationId: number,
    sessionId: number,
    streamId: number,
    receiverId: bigint,
    groupTag: bigint,
    source: SocketAddress,
    errorCode: number,
    errorMessage: string,
  ): void;
  responseSetup(responseCorrelationId: number, responseSessionId: number): void;
  responseConnected(responseCorrelationId: number): void;
}
