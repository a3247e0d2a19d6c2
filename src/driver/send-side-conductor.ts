import type { SocketAddress } from '../platform/mod.ts';
import type { PublicationErrorFrame } from '../protocol/mod.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';

/**
 * The part of the conductor that the sender asks things of. A request is taken down and done later, in the
 * conductor's own duty cycle; `DriverConductorProxy` is it.
 */
export interface SendSideConductor {
  /** The name may stand for another address by now; `onResolutionChange` of the sender follows if so. */
  reResolveEndpoint(endpoint: string, channelEndpoint: SendChannelEndpoint, address: SocketAddress): void;
  /** The sender has let go of the endpoint, which can be closed. */
  sendChannelEndpointClosed(channelEndpoint: SendChannelEndpoint): void;
  responseSetup(responseCorrelationId: number, responseSessionId: number): void;
  responseConnected(responseCorrelationId: number): void;
  /** A receiver refuses the stream; `destinationRegistrationId` is -1 where it is no manual destination. */
  onPublicationError(frame: PublicationErrorFrame): void;
}
