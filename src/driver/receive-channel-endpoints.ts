import { AeronError } from '../agrona/mod.ts';
import { ChannelEndpointStatus, ControlProtocolError, ErrorCode } from '../protocol/mod.ts';
import { checkSameBufferLengths } from './channel-checks.ts';
import { allocateReceiveChannelStatus, allocateReceiveLocalSocketAddress } from './channel-counters.ts';
import type { ConductorContext } from './conductor-context.ts';
import { DataPacketDispatcher } from './data-packet-dispatcher.ts';
import type { DriverResources } from './driver-resources.ts';
import { newReceiveChannelEndpoint } from './endpoint-factory.ts';
import { makeOrClose } from './make-or-close.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import { hasOtherTag } from './send-channel-endpoints.ts';
import type { SubscriptionLink } from './subscription-link.ts';
import { type SubscriptionParams, validateInitialWindowForRcvBuf } from './subscription-params.ts';

/** The receiving ends of channels: one a channel, shared by its subscriptions. */
export class ReceiveChannelEndpoints {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;

  constructor(ctx: ConductorContext, resources: DriverResources) {
    this.ctx = ctx;
    this.resources = resources;
  }

  /**
   * The endpoint that a channel means, by its tag or its canonical form.
   * @throws ControlProtocolError RESOURCE_TEMPORARILY_UNAVAILABLE while it is being closed
   */
  findExisting(udpChannel: UdpChannel): ReceiveChannelEndpoint | undefined {
    if (udpChannel.hasTag) {
      for (const endpoint of this.resources.receiveChannelEndpoints.values()) {
        if (endpoint.matchesTag(udpChannel)) {
          return endpoint;
        }
      }
    }
    const endpoint = this.resources.receiveChannelEndpoints.get(udpChannel.canonicalForm);
    if (endpoint === undefined || hasOtherTag(endpoint.udpChannel, udpChannel)) {
      return undefined;
    }
    if (endpoint.status === ChannelEndpointStatus.CLOSING) {
      throw new ControlProtocolError(
        ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE,
        'ReceiveChannelEndpoint found in CLOSING state, please retry',
      );
    }
    return endpoint;
  }

  /** @throws AeronError CHANNEL_ENDPOINT_ERROR, INVALID_CHANNEL, COUNTERS_EXHAUSTED */
  getOrCreate(params: SubscriptionParams, udpChannel: UdpChannel, registrationId: number): ReceiveChannelEndpoint {
    const existing = this.findExisting(udpChannel);
    if (existing !== undefined) {
      this.validate(params, udpChannel, existing);
      return existing;
    }
    return this.create(params, udpChannel, registrationId);
  }

  /** Whether a channel may use an endpoint that is there already. @throws AeronError INVALID_CHANNEL */
  validate(params: SubscriptionParams, udpChannel: UdpChannel, endpoint: ReceiveChannelEndpoint): void {
    const channel = udpChannel.originalUriString;
    const existing = endpoint.originalUriString;
    if (udpChannel.channelReceiveTimestampOffset !== endpoint.udpChannel.channelReceiveTimestampOffset) {
      throw conflict(`channel-rcv-ts-offset=${udpChannel.channelReceiveTimestampOffset}`, existing, channel);
    }
    validateInitialWindowForRcvBuf(params, channel, endpoint.socketRcvbufLength, this.ctx, existing);
    checkSameBufferLengths(udpChannel, endpoint);
  }

  /** Subscriptions that share streams share images, and so must want them alike. @throws AeronError INVALID_CHANNEL */
  checkForClash(params: SubscriptionParams, udpChannel: UdpChannel, streamId: number): void {
    const endpoint = this.findExisting(udpChannel);
    if (endpoint === undefined) {
      return;
    }
    this.validate(params, udpChannel, endpoint);
    if (udpChannel.hasTag && !endpoint.matchesTag(udpChannel)) {
      return;
    }
    for (const link of this.resources.subscriptionLinks) {
      if (link.matchesRequest(endpoint, streamId, params)) {
        checkAlike(params, link, udpChannel.originalUriString);
      }
    }
  }

  /** The receiver takes the stream from the network from now on. */
  addSubscription(link: SubscriptionLink, endpoint: ReceiveChannelEndpoint): void {
    const { streamId, sessionId } = link;
    if (link.hasSessionId) {
      if (endpoint.incRefToStreamAndSession(streamId, sessionId) === 1) {
        this.ctx.receiverProxy.onAddSubscription(endpoint, streamId, sessionId);
      }
    } else if (endpoint.incRefToStream(streamId) === 1) {
      this.ctx.receiverProxy.onAddSubscription(endpoint, streamId);
    }
  }

  /** The subscription is gone: the receiver drops the stream, and the endpoint, when nobody else wants them. */
  removeSubscription(link: SubscriptionLink, endpoint: ReceiveChannelEndpoint): void {
    const { streamId, sessionId } = link;
    if (link.hasSessionId) {
      if (endpoint.decRefToStreamAndSession(streamId, sessionId) === 0) {
        this.ctx.receiverProxy.onRemoveSubscription(endpoint, streamId, sessionId);
      }
    } else if (link.isResponse) {
      endpoint.decResponseRefToStream(streamId);
    } else if (endpoint.decRefToStream(streamId) === 0) {
      this.ctx.receiverProxy.onRemoveSubscription(endpoint, streamId);
    }
    this.tryClose(endpoint);
  }

  /** Nobody uses the endpoint any more: the receiver lets go of it, and says so. */
  tryClose(endpoint: ReceiveChannelEndpoint): void {
    if (endpoint.shouldBeClosed) {
      endpoint.indicateClosing();
      this.ctx.receiverProxy.onCloseReceiveChannelEndpoint(endpoint);
    }
  }

  /** The receiver has let go of the endpoint. */
  onClosed(endpoint: ReceiveChannelEndpoint): void {
    this.resources.receiveChannelEndpoints.delete(endpoint.udpChannel.canonicalForm);
    endpoint.close();
  }

  private create(params: SubscriptionParams, udpChannel: UdpChannel, registrationId: number): ReceiveChannelEndpoint {
    const { ctx } = this;
    const { countersManager } = ctx;
    const channel = udpChannel.originalUriString;
    return makeOrClose((own) => {
      const statusIndicator = own(allocateReceiveChannelStatus(countersManager, registrationId, channel));
      const dispatcher = new DataPacketDispatcher(
        ctx.driverConductorProxy,
        ctx.receiverProxy,
        ctx.streamSessionLimit,
        ctx.errorHandler,
      );
      const endpoint = own(
        newReceiveChannelEndpoint(udpChannel, dispatcher, ctx, {
          statusIndicator,
          localSocketAddressIndicator: udpChannel.isManualControlMode
            ? undefined
            : own(allocateReceiveLocalSocketAddress(countersManager, registrationId, statusIndicator.id)),
        }),
      );
      validateInitialWindowForRcvBuf(params, channel, endpoint.socketRcvbufLength, ctx);
      endpoint.openChannel();
      endpoint.indicateActive();
      ctx.receiverProxy.onRegisterReceiveChannelEndpoint(endpoint);
      this.resources.receiveChannelEndpoints.set(udpChannel.canonicalForm, endpoint);
      return endpoint;
    });
  }
}

function checkAlike(params: SubscriptionParams, existing: SubscriptionLink, channel: string): void {
  if (params.isReliable !== existing.isReliable) {
    throw conflict(`reliable=${params.isReliable}`, existing.channel, channel);
  }
  if (params.isRejoin !== existing.isRejoin) {
    throw conflict(`rejoin=${params.isRejoin}`, existing.channel, channel);
  }
  if (params.isResponse !== existing.isResponse) {
    throw conflict(`isResponse=${params.isResponse}`, existing.channel, channel);
  }
}

function conflict(option: string, existingChannel: string, channel: string): AeronError {
  return new AeronError(
    'INVALID_CHANNEL',
    `option conflicts with existing subscription: ${option} existingChannel=${existingChannel} channel=${channel}`,
  );
}
