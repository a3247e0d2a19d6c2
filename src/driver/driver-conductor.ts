import { AeronError, type Agent, type ErrorHandler } from '../agrona/mod.ts';
import type { SocketAddress } from '../platform/mod.ts';
import {
  ChannelEndpointStatus,
  ChannelParameters,
  ControlProtocolError,
  type CounterMessage,
  type DestinationByIdMessage,
  type DestinationMessage,
  ErrorCode,
  ErrorFlyweight,
  type GetNextAvailableSessionIdMessage,
  type PublicationErrorFrame,
  type PublicationMessage,
  type RejectImageMessage,
  type RemoveMessage,
  type RemovePublicationMessage,
  type StaticCounterMessage,
  type SubscriptionMessage,
  SystemCounterDescriptor,
  type TerminateDriverMessage,
} from '../protocol/mod.ts';
import { ChannelParser } from './channel-parser.ts';
import { ClientCommandAdapter, type ClientCommands } from './client-command-adapter.ts';
import { ClientRegistry } from './client-registry.ts';
import type { ConductorContext } from './conductor-context.ts';
import { CounterCommands } from './counter-commands.ts';
import { DestinationCommands } from './destination-commands.ts';
import type { ConductorRequests } from './driver-conductor-proxy.ts';
import { DriverResources } from './driver-resources.ts';
import { ImageCreator, type PublicationImageRequest } from './image-creator.ts';
import { IpcPublicationAdder } from './ipc-publication-adder.ts';
import { LogFreer } from './log-freer.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { ReceiveDestinationTransport } from './media/receive-destination-transport.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import { NetworkPublicationAdder } from './network-publication-adder.ts';
import { NetworkPublicationFactory } from './network-publication-factory.ts';
import { NetworkSubscriptionLink } from './network-subscription-link.ts';
import { PublicationCommands } from './publication-commands.ts';
import { ReceiveChannelEndpoints } from './receive-channel-endpoints.ts';
import { ResourceLifecycle } from './resource-lifecycle.ts';
import { SendChannelEndpoints } from './send-channel-endpoints.ts';
import { SubscriptionCommands } from './subscription-commands.ts';
import { SubscriptionLinker } from './subscription-linker.ts';

const { IPC_CHANNEL } = ChannelParameters;
const CLOCK_UPDATE_INTERVAL_NS = 1_000_000;
const QUIET_PARK_NS = 16_000_000;
const LOCAL_QUIET_PARK_NS = 4_000_000;
/** What a client reads as 'no driver here any more'. */
const NO_HEARTBEAT = -1;

/**
 * Takes the commands of clients and the requests of sender and receiver, and sees to it that everything they
 * lead to - publications, subscriptions, images, counters, clients - is there as long as it should be.
 *
 *     clients --commands--> ring buffer --> ClientCommandAdapter --> ...Commands --> DriverResources
 *     sender, receiver --requests--> DriverConductorProxy ----------> ImageCreator ------^
 *     each timer interval: ResourceLifecycle looks at all of them, and lets go of what has ended
 *     each duty cycle: positions and limits of all streams follow their consumers
 *
 * Upstream: `io.aeron.driver.DriverConductor`.
 */
export class DriverConductor implements Agent, ClientCommands, ConductorRequests {
  readonly roleName = 'driver-conductor';
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly clients: ClientRegistry;
  private readonly channels: ChannelParser;
  private readonly sendEndpoints: SendChannelEndpoints;
  private readonly receiveEndpoints: ReceiveChannelEndpoints;
  private readonly publications: PublicationCommands;
  private readonly ipcPublications: IpcPublicationAdder;
  private readonly networkPublications: NetworkPublicationAdder;
  private readonly subscriptions: SubscriptionCommands;
  private readonly destinations: DestinationCommands;
  private readonly counters: CounterCommands;
  private readonly images: ImageCreator;
  private readonly lifecycle: ResourceLifecycle;
  private readonly logFreer: LogFreer;
  private readonly clientCommandAdapter: ClientCommandAdapter;
  private readonly onRequestError: ErrorHandler;
  private readonly damagedStreams = new WeakSet<object>();
  private timerCheckDeadlineNs = 0;
  private clockUpdateDeadlineNs = 0;
  private timeOfLastToDriverPositionChangeNs = 0;
  private lastCommandConsumerPosition: number;

  constructor(ctx: ConductorContext) {
    const resources = new DriverResources(ctx);
    const linker = new SubscriptionLinker(ctx, resources);
    this.ctx = ctx;
    this.resources = resources;
    this.onRequestError = ctx.errorHandler;
    this.clients = new ClientRegistry(ctx, resources);
    this.channels = new ChannelParser(ctx);
    this.sendEndpoints = new SendChannelEndpoints(ctx, resources);
    this.receiveEndpoints = new ReceiveChannelEndpoints(ctx, resources);
    this.publications = new PublicationCommands(ctx, resources, this.clients);
    this.ipcPublications = new IpcPublicationAdder(ctx, resources, this.clients, this.publications, linker);
    this.networkPublications = new NetworkPublicationAdder(
      ctx,
      resources,
      this.clients,
      this.channels,
      this.publications,
      this.sendEndpoints,
      new NetworkPublicationFactory(ctx, resources),
      linker,
    );
    this.subscriptions = new SubscriptionCommands(
      ctx,
      resources,
      this.clients,
      this.channels,
      this.receiveEndpoints,
      linker,
    );
    this.destinations = new DestinationCommands(
      ctx,
      resources,
      this.channels,
      this.sendEndpoints,
      this.subscriptions,
      linker,
    );
    this.counters = new CounterCommands(ctx, resources, this.clients);
    this.images = new ImageCreator(ctx, resources, linker);
    this.logFreer = new LogFreer(ctx.resourceFreeLimit, ctx.systemCounters.get(SystemCounterDescriptor.FREE_FAILS));
    this.lifecycle = new ResourceLifecycle({
      ctx,
      resources,
      linker,
      sendEndpoints: this.sendEndpoints,
      receiveEndpoints: this.receiveEndpoints,
      subscriptions: this.subscriptions,
      logFreer: this.logFreer,
    });
    this.clientCommandAdapter = new ClientCommandAdapter(
      ctx.toDriverCommands,
      ctx.clientProxy,
      ctx.errorHandler,
      ctx.systemCounters.get(SystemCounterDescriptor.ERRORS),
      this,
    );
    this.lastCommandConsumerPosition = ctx.toDriverCommands.consumerPosition();
  }

  /**
   * How long the thread may sleep on its sockets when it has nothing to do: 0 while something can come through shared
   * memory at any time. Without streams that is only a command, which can wait a little. Nor does anything come when
   * all clients are in this very thread, which goes on to their timers.
   */
  quietParkNs(localClientCount: number): number {
    const { clients, ipcPublications, networkPublications, publicationImages } = this.resources;
    if (ipcPublications.length === 0 && networkPublications.length === 0 && publicationImages.length === 0) {
      return QUIET_PARK_NS;
    }
    return clients.length <= localClientCount ? LOCAL_QUIET_PARK_NS : 0;
  }

  /** Whether there are clients, all of them in this very thread. */
  isAlone(localClientCount: number): boolean {
    const { length } = this.resources.clients;
    return length > 0 && length <= localClientCount;
  }

  onStart(): void {
    const { ctx } = this;
    const nowNs = ctx.platform.clock.nanoTime();
    ctx.cachedNanoClock.update(nowNs);
    ctx.cachedEpochClock.update(ctx.platform.clock.epochTimeMs());
    ctx.conductorDutyCycleTracker.update(nowNs);
    this.timerCheckDeadlineNs = nowNs + ctx.timerIntervalNs;
    this.clockUpdateDeadlineNs = nowNs + CLOCK_UPDATE_INTERVAL_NS;
    this.timeOfLastToDriverPositionChangeNs = nowNs;
  }

  doWork(): number {
    const nowNs = this.ctx.platform.clock.nanoTime();
    this.trackTime(nowNs);
    let workCount = this.processTimers(nowNs);
    workCount += this.drainRequests();
    workCount += this.clientCommandAdapter.receive();
    workCount += this.drainRequests();
    workCount += this.trackStreamPositions(nowNs);
    return workCount + this.logFreer.freeSome();
  }

  /** Sender and receiver are closed before: nobody uses a socket or a log any more. */
  onClose(): void {
    const { resources } = this;
    this.drainRequests();
    for (const endpoint of resources.receiveChannelEndpoints.values()) {
      endpoint.close();
    }
    for (const endpoint of resources.sendChannelEndpoints.values()) {
      endpoint.close();
    }
    for (const stream of [
      ...resources.publicationImages,
      ...resources.networkPublications,
      ...resources.ipcPublications,
    ]) {
      stream.rawLog.free();
    }
    this.logFreer.close();
    this.ctx.toDriverCommands.setConsumerHeartbeatTime(NO_HEARTBEAT);
  }

  // ---- commands of clients ----

  onAddPublication(command: PublicationMessage, isExclusive: boolean): void {
    this.publications.checkLimit();
    const adder = command.channel.startsWith(IPC_CHANNEL) ? this.ipcPublications : this.networkPublications;
    adder.add(command, isExclusive);
  }

  onRemovePublication(command: RemovePublicationMessage): void {
    this.publications.remove(command);
  }

  onAddSubscription(command: SubscriptionMessage): void {
    this.subscriptions.add(command);
  }

  onRemoveSubscription(command: RemoveMessage): void {
    this.subscriptions.remove(command);
  }

  onAddSendDestination(command: DestinationMessage): void {
    this.destinations.addSendDestination(command);
  }

  onRemoveSendDestination(command: DestinationMessage): void {
    this.destinations.removeSendDestination(command);
  }

  onRemoveSendDestinationById(command: DestinationByIdMessage): void {
    this.destinations.removeSendDestinationById(command);
  }

  onAddRcvDestination(command: DestinationMessage): void {
    this.destinations.addRcvDestination(command);
  }

  onRemoveRcvDestination(command: DestinationMessage): void {
    this.destinations.removeRcvDestination(command, this.lifecycle);
  }

  onAddCounter(command: CounterMessage): void {
    this.counters.add(command);
  }

  onAddStaticCounter(command: StaticCounterMessage): void {
    this.counters.addStatic(command);
  }

  onRemoveCounter(command: RemoveMessage): void {
    this.counters.remove(command);
  }

  onClientKeepalive(clientId: number): void {
    this.clients.onKeepalive(clientId);
  }

  onClientClose(clientId: number): void {
    this.clients.onClose(clientId);
  }

  /** @throws ControlProtocolError GENERIC_ERROR */
  onRejectImage({ correlationId, imageCorrelationId, reason }: RejectImageMessage): void {
    if (new TextEncoder().encode(reason).length > ErrorFlyweight.MAX_ERROR_MESSAGE_LENGTH) {
      throw new ControlProtocolError(
        ErrorCode.GENERIC_ERROR,
        `Invalidation reason must be ${ErrorFlyweight.MAX_ERROR_MESSAGE_LENGTH} bytes or less`,
      );
    }
    const ipcPublication = this.resources.findIpcPublication(imageCorrelationId);
    if (this.resources.findImage(imageCorrelationId) !== undefined) {
      this.ctx.receiverProxy.onRejectImage(imageCorrelationId, reason);
    } else if (ipcPublication !== undefined) {
      ipcPublication.reject(reason, this.lifecycle, this.ctx.cachedNanoClock.nanoTime());
    } else {
      throw new ControlProtocolError(
        ErrorCode.GENERIC_ERROR,
        `Unable to resolve image for correlationId=${imageCorrelationId}`,
      );
    }
    this.ctx.systemCounters.get(SystemCounterDescriptor.IMAGES_REJECTED).incrementRelease();
    this.ctx.clientProxy.operationSucceeded(correlationId);
  }

  onNextAvailableSessionId({ correlationId, streamId }: GetNextAvailableSessionIdMessage): void {
    const sessionId = this.resources.sessionIds.nextAvailableOnAnyChannel(streamId);
    this.ctx.clientProxy.onNextAvailableSessionId(correlationId, sessionId);
  }

  onTerminateDriver({ token }: TerminateDriverMessage): void {
    const { terminationValidator, terminationPolicy, terminationHook, aeronDirectoryName } = this.ctx;
    const isAllowed =
      terminationValidator === undefined
        ? /allow/i.test(terminationPolicy)
        : terminationValidator(aeronDirectoryName, token);
    if (isAllowed) {
      terminationHook?.();
    }
  }

  // ---- requests of sender and receiver ----

  onCreatePublicationImage(request: PublicationImageRequest): void {
    this.images.create(request);
  }

  onReResolveEndpoint(endpoint: string, channelEndpoint: SendChannelEndpoint, address: SocketAddress): void {
    if (channelEndpoint.status !== ChannelEndpointStatus.ACTIVE) {
      return;
    }
    const newAddress = this.reResolve(endpoint, ChannelParameters.ENDPOINT_PARAM_NAME);
    if (!newAddress.equals(address)) {
      this.ctx.senderProxy.onResolutionChange(channelEndpoint, endpoint, newAddress);
    }
  }

  onReResolveControl(
    control: string,
    udpChannel: UdpChannel,
    channelEndpoint: ReceiveChannelEndpoint,
    address: SocketAddress,
  ): void {
    if (channelEndpoint.status !== ChannelEndpointStatus.ACTIVE) {
      return;
    }
    const newAddress = this.reResolve(control, ChannelParameters.MDC_CONTROL_PARAM_NAME);
    if (!newAddress.equals(address)) {
      this.ctx.receiverProxy.onResolutionChange(channelEndpoint, udpChannel, newAddress);
    }
  }

  onSendChannelEndpointClosed(channelEndpoint: SendChannelEndpoint): void {
    this.sendEndpoints.onClosed(channelEndpoint);
  }

  onReceiveChannelEndpointClosed(channelEndpoint: ReceiveChannelEndpoint): void {
    this.receiveEndpoints.onClosed(channelEndpoint);
  }

  onCloseReceiveDestination(transport: ReceiveDestinationTransport): void {
    transport.close();
  }

  onPublicationError(frame: PublicationErrorFrame): void {
    this.lifecycle.onPublicationError(frame);
  }

  /** The far end of a request publication answers on this session: listen to it. */
  responseSetup(responseCorrelationId: number, responseSessionId: number): void {
    const link = this.resources.subscriptionLinks.find(
      (candidate): candidate is NetworkSubscriptionLink =>
        candidate.registrationId === responseCorrelationId && candidate instanceof NetworkSubscriptionLink,
    );
    if (link === undefined) {
      return;
    }
    if (link.hasSessionId) {
      this.ctx.receiverProxy.onRequestSetup(link.channelEndpoint, link.streamId, link.sessionId);
      return;
    }
    link.restrictToSession(responseSessionId);
    this.receiveEndpoints.addSubscription(link, link.channelEndpoint);
    link.channelEndpoint.decResponseRefToStream(link.streamId);
  }

  /** The response publication has a receiver: its image need no longer be told of. */
  responseConnected(responseCorrelationId: number): void {
    const image = this.resources.findImage(responseCorrelationId);
    if (image?.hasSendResponseSetup) {
      image.responseSessionId = undefined;
    }
  }

  // ---- the duty cycle ----

  private trackTime(nowNs: number): void {
    const { ctx } = this;
    ctx.cachedNanoClock.update(nowNs);
    ctx.conductorDutyCycleTracker.measureAndUpdate(nowNs);
    if (nowNs > this.clockUpdateDeadlineNs) {
      this.clockUpdateDeadlineNs = nowNs + CLOCK_UPDATE_INTERVAL_NS;
      ctx.cachedEpochClock.update(ctx.platform.clock.epochTimeMs());
    }
  }

  private processTimers(nowNs: number): number {
    if (nowNs <= this.timerCheckDeadlineNs) {
      return 0;
    }
    this.timerCheckDeadlineNs = nowNs + this.ctx.timerIntervalNs;
    const nowMs = this.ctx.cachedEpochClock.epochTimeMs();
    this.ctx.toDriverCommands.setConsumerHeartbeatTime(nowMs);
    this.lifecycle.checkResources(nowNs, nowMs);
    this.checkForBlockedToDriverCommands(nowNs);
    return 1;
  }

  /** A client that died while it wrote a command must not stop those of others. */
  private checkForBlockedToDriverCommands(nowNs: number): void {
    const { toDriverCommands, clientLivenessTimeoutNs, systemCounters } = this.ctx;
    const consumerPosition = toDriverCommands.consumerPosition();
    const isBlocked =
      consumerPosition === this.lastCommandConsumerPosition && toDriverCommands.producerPosition() > consumerPosition;
    if (!isBlocked) {
      this.timeOfLastToDriverPositionChangeNs = nowNs;
      this.lastCommandConsumerPosition = consumerPosition;
    } else if (nowNs - this.timeOfLastToDriverPositionChangeNs > clientLivenessTimeoutNs) {
      if (toDriverCommands.unblock()) {
        systemCounters.get(SystemCounterDescriptor.UNBLOCKED_COMMANDS).incrementRelease();
      }
    }
  }

  private drainRequests(): number {
    return this.ctx.driverConductorProxy.drain(this, this.onRequestError);
  }

  private trackStreamPositions(nowNs: number): number {
    const { publicationImages, networkPublications, ipcPublications } = this.resources;
    let workCount = 0;
    for (let i = 0; i < publicationImages.length; i++) {
      try {
        workCount += publicationImages[i]!.trackRebuild(nowNs);
      } catch (error) {
        this.onStreamError(publicationImages[i]!, error);
      }
    }
    for (let i = 0; i < networkPublications.length; i++) {
      try {
        workCount += networkPublications[i]!.updatePublisherPositionAndLimit();
      } catch (error) {
        this.onStreamError(networkPublications[i]!, error);
      }
    }
    for (let i = 0; i < ipcPublications.length; i++) {
      try {
        workCount += ipcPublications[i]!.updatePublisherPositionAndLimit();
      } catch (error) {
        this.onStreamError(ipcPublications[i]!, error);
      }
    }
    return workCount;
  }

  /**
   * A client wrote nonsense over a position or a log: that stream stands still, the others go on. Reported
   * once, for it comes again each duty cycle.
   */
  private onStreamError(stream: object, error: unknown): void {
    if (!this.damagedStreams.has(stream)) {
      this.damagedStreams.add(stream);
      this.ctx.errorHandler(error);
    }
  }

  private reResolve(endpoint: string, uriParamName: string): SocketAddress {
    const address = this.channels.reResolve(endpoint, uriParamName);
    if (address === undefined) {
      throw new AeronError('UNKNOWN_HOST', `could not re-resolve: ${uriParamName}=${endpoint}`);
    }
    return address;
  }
}
