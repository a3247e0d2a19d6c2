import type { AeronClient } from './aeron-client.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import type { NetworkPublication } from './network-publication.ts';
import { SubscriptionLink } from './subscription-link.ts';
import type { SubscriptionParams } from './subscription-params.ts';

/**
 * A subscription, or a destination, that reads a network publication of this driver out of its log.
 *
 * Upstream: `io.aeron.driver.SpySubscriptionLink`.
 */
export class SpySubscriptionLink extends SubscriptionLink {
  private readonly udpChannel: UdpChannel;

  constructor(
    registrationId: number,
    spiedChannel: UdpChannel,
    streamId: number,
    aeronClient: AeronClient,
    params: SubscriptionParams,
  ) {
    super(registrationId, streamId, spiedChannel.originalUriString, aeronClient, params);
    this.udpChannel = spiedChannel;
  }

  override matchesNetworkPublication(publication: NetworkPublication): boolean {
    if (publication.streamId !== this.streamId) {
      return false;
    }
    const { udpChannel } = this;
    const publicationChannel = publication.channelEndpoint.udpChannel;
    return (
      (udpChannel.hasTag && udpChannel.tag === publicationChannel.tag) ||
      (this.isWildcardOrSessionIdMatch(publication.sessionId) &&
        udpChannel.canonicalForm === publicationChannel.canonicalForm)
    );
  }
}
