import type { AeronClient } from './aeron-client.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { PublicationImage } from './publication-image.ts';
import { SubscriptionLink } from './subscription-link.ts';
import type { SubscriptionParams } from './subscription-params.ts';

/** A subscription to a UDP channel. Upstream: `io.aeron.driver.NetworkSubscriptionLink`. */
export class NetworkSubscriptionLink extends SubscriptionLink {
  override readonly channelEndpoint: ReceiveChannelEndpoint;
  private readonly reliable: boolean;

  constructor(
    registrationId: number,
    channelEndpoint: ReceiveChannelEndpoint,
    streamId: number,
    channel: string,
    aeronClient: AeronClient,
    params: SubscriptionParams,
  ) {
    super(registrationId, streamId, channel, aeronClient, params);
    this.reliable = params.isReliable;
    this.channelEndpoint = channelEndpoint;
  }

  override get isReliable(): boolean {
    return this.reliable;
  }

  override get supportsMds(): boolean {
    return this.channelEndpoint.hasDestinationControl;
  }

  override matchesImage(image: PublicationImage): boolean {
    return this.matchesStream(image.channelEndpoint, image.streamId, image.sessionId);
  }

  override matchesStream(channelEndpoint: ReceiveChannelEndpoint, streamId: number, sessionId: number): boolean {
    return (
      channelEndpoint === this.channelEndpoint &&
      streamId === this.streamId &&
      this.isWildcardOrSessionIdMatch(sessionId)
    );
  }

  override matchesRequest(
    channelEndpoint: ReceiveChannelEndpoint,
    streamId: number,
    params: SubscriptionParams,
  ): boolean {
    return this.hasSessionId === params.hasSessionId && this.matchesStream(channelEndpoint, streamId, params.sessionId);
  }
}
