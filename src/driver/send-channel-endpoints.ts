import { AeronError } from '../agrona/mod.ts';
import { ChannelEndpointStatus, ControlProtocolError, ErrorCode } from '../protocol/mod.ts';
import { checkSameBufferLengths } from './channel-checks.ts';
import {
  allocateMdcDestinations,
  allocateSendChannelStatus,
  allocateSendLocalSocketAddress,
} from './channel-counters.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { DriverResources } from './driver-resources.ts';
import { newSendChannelEndpoint } from './endpoint-factory.ts';
import { makeOrClose } from './make-or-close.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import { type PublicationParams, validateMtuForSndbuf } from './publication-params.ts';

/** The sending ends of channels: one a channel, shared by its publications. */
export class SendChannelEndpoints {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;

  constructor(ctx: ConductorContext, resources: DriverResources) {
    this.ctx = ctx;
    this.resources = resources;
  }

  /**
   * The endpoint that a channel means, by its tag or its canonical form.
   * @throws ControlProtocolError RESOURCE_TEMPORARILY_UNAVAILABLE while it is being closed; AeronError INVALID_CHANNEL
   */
  findExisting(udpChannel: UdpChannel): SendChannelEndpoint | undefined {
    if (udpChannel.hasTag) {
      for (const endpoint of this.resources.sendChannelEndpoints.values()) {
        if (endpoint.matchesTag(udpChannel)) {
          return endpoint;
        }
      }
      if (!udpChannel.hasExplicitControl && !udpChannel.isManualControlMode && !udpChannel.hasExplicitEndpoint) {
        throw new AeronError(
          'INVALID_CHANNEL',
          `URI must have explicit control, endpoint, or be manual control-mode when original: channel=${udpChannel}`,
        );
      }
    }
    const endpoint = this.resources.sendChannelEndpoints.get(udpChannel.canonicalForm);
    if (endpoint === undefined || hasOtherTag(endpoint.udpChannel, udpChannel)) {
      return undefined;
    }
    throwIfClosing(endpoint);
    return endpoint;
  }

  /** @throws AeronError CHANNEL_ENDPOINT_ERROR, INVALID_CHANNEL, COUNTERS_EXHAUSTED */
  getOrCreate(params: PublicationParams, udpChannel: UdpChannel, registrationId: number): SendChannelEndpoint {
    const existing = this.findExisting(udpChannel);
    if (existing !== undefined) {
      this.validate(params, udpChannel, existing);
      return existing;
    }
    return this.create(params, udpChannel, registrationId);
  }

  /** Whether a channel may use an endpoint that is there already. @throws AeronError INVALID_CHANNEL */
  validate(params: PublicationParams, udpChannel: UdpChannel, endpoint: SendChannelEndpoint): void {
    const existing = endpoint.originalUriString;
    if (udpChannel.channelSendTimestampOffset !== endpoint.udpChannel.channelSendTimestampOffset) {
      throw new AeronError(
        'INVALID_CHANNEL',
        `option conflicts with existing publication: channel-snd-ts-offset=${udpChannel.channelSendTimestampOffset}` +
          ` existingChannel=${existing} channel=${udpChannel.originalUriString}`,
      );
    }
    validateMtuForSndbuf(params, endpoint.socketSndbufLength, this.ctx, udpChannel.originalUriString, existing);
    checkSameBufferLengths(udpChannel, endpoint);
  }

  /** @throws ControlProtocolError UNKNOWN_PUBLICATION, INVALID_CHANNEL, RESOURCE_TEMPORARILY_UNAVAILABLE */
  findManual(publicationRegistrationId: number): SendChannelEndpoint {
    const endpoint = this.resources.findNetworkPublication(publicationRegistrationId)?.channelEndpoint;
    if (endpoint === undefined) {
      throw new ControlProtocolError(
        ErrorCode.UNKNOWN_PUBLICATION,
        `unknown publication: ${publicationRegistrationId}`,
      );
    }
    endpoint.validateAllowsManualControl();
    throwIfClosing(endpoint);
    return endpoint;
  }

  /** Nobody uses the endpoint any more: the sender lets go of it, and says so. */
  tryClose(endpoint: SendChannelEndpoint): void {
    if (endpoint.shouldBeClosed) {
      endpoint.indicateClosing();
      this.ctx.senderProxy.onCloseSendChannelEndpoint(endpoint);
    }
  }

  /** The sender has let go of the endpoint. */
  onClosed(endpoint: SendChannelEndpoint): void {
    this.resources.sendChannelEndpoints.delete(endpoint.udpChannel.canonicalForm);
    endpoint.close();
  }

  private create(params: PublicationParams, udpChannel: UdpChannel, registrationId: number): SendChannelEndpoint {
    const { ctx } = this;
    const { countersManager } = ctx;
    const channel = udpChannel.originalUriString;
    return makeOrClose((own) => {
      const statusIndicator = own(allocateSendChannelStatus(countersManager, registrationId, channel));
      const endpoint = own(
        newSendChannelEndpoint(udpChannel, ctx, {
          statusIndicator,
          localSocketAddressIndicator: own(
            allocateSendLocalSocketAddress(countersManager, registrationId, statusIndicator.id),
          ),
          mdcDestinations: udpChannel.isMultiDestination
            ? own(allocateMdcDestinations(countersManager, registrationId, channel))
            : undefined,
        }),
      );
      validateMtuForSndbuf(params, endpoint.socketSndbufLength, ctx, channel);
      endpoint.openChannel();
      endpoint.indicateActive();
      ctx.senderProxy.onRegisterSendChannelEndpoint(endpoint);
      this.resources.sendChannelEndpoints.set(udpChannel.canonicalForm, endpoint);
      return endpoint;
    });
  }
}

/** The same addresses, but told apart by whoever wrote the channels. */
export function hasOtherTag(existing: UdpChannel, requested: UdpChannel): boolean {
  return existing.hasTag && requested.hasTag && existing.tag !== requested.tag;
}

function throwIfClosing(endpoint: SendChannelEndpoint): void {
  if (endpoint.status === ChannelEndpointStatus.CLOSING) {
    throw new ControlProtocolError(
      ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE,
      'SendChannelEndpoint found in CLOSING state, please retry',
    );
  }
}
