import type { SocketAddress } from '../platform/mod.ts';
import { ChannelEndpointStatus, LogBufferDescriptor, SetupFlyweight } from '../protocol/mod.ts';
import type { ConductorContext } from './conductor-context.ts';
import { validateInitialWindowLength, validateMtuLength } from './configuration-checks.ts';
import type { DriverResources } from './driver-resources.ts';
import type { FeedbackDelayGenerator } from './feedback-delay-generator.ts';
import { initialiseImageLog } from './log-initialiser.ts';
import { makeOrClose } from './make-or-close.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import { OptimalMulticastDelayGenerator } from './optimal-multicast-delay-generator.ts';
import { PublicationImage } from './publication-image.ts';
import type { RawLog } from './raw-log.ts';
import { StaticDelayGenerator } from './static-delay-generator.ts';
import { newCongestionControl } from './static-window-congestion-control.ts';
import { allocateReceiverHwm, allocateReceiverNaksSent, allocateReceiverPosition } from './stream-counters.ts';
import type { SubscriptionLink } from './subscription-link.ts';
import type { SubscriptionLinker } from './subscription-linker.ts';
import { getSubscriptionParams, type InferableBoolean, type SubscriptionParams } from './subscription-params.ts';

const NAK_UNICAST_DELAY_MIN_VALUE_NS = 1000;

/** A setup frame for a stream that somebody subscribes to, as the receiver saw it. */
export interface PublicationImageRequest {
  readonly sessionId: number;
  readonly streamId: number;
  readonly initialTermId: number;
  readonly activeTermId: number;
  readonly termOffset: number;
  readonly termLength: number;
  readonly mtuLength: number;
  readonly transportIndex: number;
  readonly flags: number;
  readonly controlAddress: SocketAddress;
  readonly sourceAddress: SocketAddress;
  readonly channelEndpoint: ReceiveChannelEndpoint;
}

/** Makes images of what other drivers publish. Upstream: `DriverConductor.CreatePublicationImageCommand`. */
export class ImageCreator {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly linker: SubscriptionLinker;
  private readonly unicastDelayGenerator: FeedbackDelayGenerator;
  private readonly multicastDelayGenerator: FeedbackDelayGenerator;

  constructor(ctx: ConductorContext, resources: DriverResources, linker: SubscriptionLinker) {
    this.ctx = ctx;
    this.resources = resources;
    this.linker = linker;
    this.unicastDelayGenerator = new StaticDelayGenerator(
      ctx.nakUnicastDelayNs,
      ctx.nakUnicastDelayNs * ctx.nakUnicastRetryDelayRatio,
    );
    this.multicastDelayGenerator = new OptimalMulticastDelayGenerator(
      ctx.nakMulticastMaxBackoffNs,
      ctx.nakMulticastGroupSize,
      ctx.platform.random,
    );
  }

  /**
   * Nothing when nobody subscribes any more.
   * @throws AeronError CONFIGURATION, INVALID_TERM_LENGTH, STORAGE_SPACE, COUNTERS_EXHAUSTED, ...; the receiver
   *   may then ask again with the next setup.
   */
  create(request: PublicationImageRequest): void {
    try {
      if (!this.tryCreate(request)) {
        this.forget(request);
      }
    } catch (error) {
      this.forget(request);
      throw error;
    }
  }

  private tryCreate(request: PublicationImageRequest): boolean {
    validateMtuLength(request.mtuLength);
    LogBufferDescriptor.checkTermLength(request.termLength);
    const { channelEndpoint } = request;
    const params = getSubscriptionParams(channelEndpoint.udpChannel.channelUri, this.ctx, request.termLength);
    validateInitialWindowLength(params.receiverWindowLength, request.mtuLength);
    const links = this.findSubscribers(request);
    if (links.length === 0) {
      return false;
    }
    const image = this.newImage(request, params, links);
    if (!this.linker.linkImage(image, links)) {
      image.close();
      image.rawLog.free();
      return false;
    }
    channelEndpoint.incRefImages();
    this.resources.publicationImages.push(image);
    this.ctx.receiverProxy.onNewPublicationImage(channelEndpoint, image);
    return true;
  }

  private forget({ channelEndpoint, sessionId, streamId }: PublicationImageRequest): void {
    this.ctx.receiverProxy.onRemoveInitInProgress(channelEndpoint, sessionId, streamId);
  }

  private findSubscribers({ channelEndpoint, sessionId, streamId }: PublicationImageRequest): SubscriptionLink[] {
    return channelEndpoint.status === ChannelEndpointStatus.ACTIVE
      ? this.resources.subscriptionLinks.filter((link) => link.matchesStream(channelEndpoint, streamId, sessionId))
      : [];
  }

  private newImage(
    request: PublicationImageRequest,
    params: SubscriptionParams,
    links: readonly SubscriptionLink[],
  ): PublicationImage {
    const { ctx } = this;
    const { channelEndpoint } = request;
    const first = links[0]!;
    const hasGroupSemantics = isMulticastSemantics(channelEndpoint.udpChannel, first.group, request.flags);
    const isSparse = links.reduce((a, b) => (b.registrationId < a.registrationId ? b : a)).isSparse;
    const correlationId = ctx.toDriverCommands.nextCorrelationId();
    const rawLog = ctx.logFactory.newImage(correlationId, request.termLength, isSparse);
    try {
      initialiseImageLog(ctx, rawLog, {
        ...request,
        correlationId,
        isReliable: first.isReliable,
        isSparse,
        hasGroupSemantics,
        socketRcvbufLength: channelEndpoint.socketRcvbufLength,
        socketSndbufLength: channelEndpoint.socketSndbufLength,
        params,
      });
      return this.newImageOver(rawLog, correlationId, request, params, first, hasGroupSemantics);
    } catch (error) {
      rawLog.free();
      throw error;
    }
  }

  private newImageOver(
    rawLog: RawLog,
    correlationId: number,
    request: PublicationImageRequest,
    params: SubscriptionParams,
    first: SubscriptionLink,
    hasGroupSemantics: boolean,
  ): PublicationImage {
    const { ctx } = this;
    const { countersManager } = ctx;
    const { udpChannel } = request.channelEndpoint;
    const scope = {
      clientId: first.aeronClient.clientId,
      registrationId: correlationId,
      sessionId: request.sessionId,
      streamId: request.streamId,
      channel: first.channel,
    };
    return makeOrClose((own) => {
      const congestionControl = own(
        newCongestionControl(
          udpChannel.channelUri.get('cc'),
          request.termLength,
          udpChannel.receiverWindowLengthOrDefault(ctx.initialWindowLength),
        ),
      );
      return new PublicationImage(ctx, {
        ...request,
        correlationId,
        isReliable: first.isReliable,
        untetheredTimeouts: {
          windowLimitNs: params.untetheredWindowLimitTimeoutNs,
          lingerNs: params.untetheredLingerTimeoutNs,
          restingNs: params.untetheredRestingTimeoutNs,
        },
        rawLog,
        delayGenerator: this.delayGenerator(udpChannel, hasGroupSemantics, first.isReliable),
        hwmPosition: own(allocateReceiverHwm(countersManager, scope)),
        rebuildPosition: own(allocateReceiverPosition(countersManager, scope)),
        receiverNaksSent: own(allocateReceiverNaksSent(countersManager, scope)),
        sourceIdentity: request.sourceAddress.key,
        congestionControl,
      });
    });
  }

  private delayGenerator(
    udpChannel: UdpChannel,
    hasGroupSemantics: boolean,
    isReliable: boolean,
  ): FeedbackDelayGenerator {
    if (!isReliable) {
      return new StaticDelayGenerator(0);
    }
    if (hasGroupSemantics) {
      return this.multicastDelayGenerator;
    }
    const { nakDelayNs } = udpChannel;
    if (nakDelayNs === undefined) {
      return this.unicastDelayGenerator;
    }
    const retryDelayNs = Math.max(nakDelayNs, NAK_UNICAST_DELAY_MIN_VALUE_NS) * this.ctx.nakUnicastRetryDelayRatio;
    return new StaticDelayGenerator(nakDelayNs, retryDelayNs);
  }
}

function isMulticastSemantics(udpChannel: UdpChannel, group: InferableBoolean, setupFlags: number): boolean {
  if (group !== 'infer') {
    return group === 'true';
  }
  return udpChannel.isMulticast || (setupFlags & SetupFlyweight.GROUP_FLAG) !== 0;
}
