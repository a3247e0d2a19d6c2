import type { AtomicCounter } from '../agrona/mod.ts';
import {
  ChannelParameters,
  ChannelUri,
  ControlProtocolError,
  type DestinationByIdMessage,
  type DestinationMessage,
  ErrorCode,
} from '../protocol/mod.ts';
import { checkDestination, checkSendDestination } from './channel-checks.ts';
import { allocateReceiveLocalSocketAddress } from './channel-counters.ts';
import type { ChannelParser } from './channel-parser.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { DriverResources } from './driver-resources.ts';
import { IpcSubscriptionLink } from './ipc-subscription-link.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import { ReceiveDestinationTransport } from './media/receive-destination-transport.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import type { ResourceConductor } from './resource-conductor.ts';
import type { SendChannelEndpoints } from './send-channel-endpoints.ts';
import { SpySubscriptionLink } from './spy-subscription-link.ts';
import { type SubscriptionCommands, unknownSubscription } from './subscription-commands.ts';
import type { SubscriptionLink } from './subscription-link.ts';
import type { SubscriptionLinker } from './subscription-linker.ts';
import { getSubscriptionParams } from './subscription-params.ts';

const { IPC_CHANNEL } = ChannelParameters;
const { SPY_QUALIFIER } = ChannelUri;

/** Adds destinations to multi-destination publications and subscriptions, and removes them. */
export class DestinationCommands {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly channels: ChannelParser;
  private readonly sendEndpoints: SendChannelEndpoints;
  private readonly subscriptions: SubscriptionCommands;
  private readonly linker: SubscriptionLinker;

  constructor(
    ctx: ConductorContext,
    resources: DriverResources,
    channels: ChannelParser,
    sendEndpoints: SendChannelEndpoints,
    subscriptions: SubscriptionCommands,
    linker: SubscriptionLinker,
  ) {
    this.ctx = ctx;
    this.resources = resources;
    this.channels = channels;
    this.sendEndpoints = sendEndpoints;
    this.subscriptions = subscriptions;
    this.linker = linker;
  }

  /** @throws AeronError INVALID_CHANNEL, UNKNOWN_PUBLICATION, UNKNOWN_HOST, TOO_MANY_DESTINATIONS */
  addSendDestination(command: DestinationMessage): void {
    const uri = ChannelUri.parse(command.channel);
    checkSendDestination(uri, command.channel);
    const endpoint = this.sendEndpoints.findManual(command.registrationCorrelationId);
    const address = this.channels.destinationAddress(uri);
    this.ctx.senderProxy.onAddDestination(endpoint, uri, address, command.correlationId);
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
  }

  /** @throws AeronError INVALID_CHANNEL, UNKNOWN_PUBLICATION, UNKNOWN_HOST */
  removeSendDestination(command: DestinationMessage): void {
    const uri = ChannelUri.parse(command.channel);
    const endpoint = this.sendEndpoints.findManual(command.registrationCorrelationId);
    const address = this.channels.destinationAddress(uri);
    this.ctx.senderProxy.onRemoveDestination(endpoint, address);
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
  }

  /** @throws AeronError INVALID_CHANNEL, UNKNOWN_PUBLICATION */
  removeSendDestinationById(command: DestinationByIdMessage): void {
    const endpoint = this.sendEndpoints.findManual(command.resourceRegistrationId);
    this.ctx.senderProxy.onRemoveDestinationById(endpoint, command.destinationRegistrationId);
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
  }

  /** @throws AeronError INVALID_CHANNEL, UNKNOWN_SUBSCRIPTION, CHANNEL_ENDPOINT_ERROR, COUNTERS_EXHAUSTED */
  addRcvDestination(command: DestinationMessage): void {
    this.subscriptions.checkLimit();
    if (command.channel.startsWith(IPC_CHANNEL)) {
      this.addIpc(command);
    } else if (command.channel.startsWith(SPY_QUALIFIER)) {
      this.addSpy(command);
    } else {
      this.addNetwork(command);
    }
  }

  /** @throws AeronError INVALID_CHANNEL, UNKNOWN_SUBSCRIPTION */
  removeRcvDestination(command: DestinationMessage, conductor: ResourceConductor): void {
    if (command.channel.startsWith(IPC_CHANNEL) || command.channel.startsWith(SPY_QUALIFIER)) {
      this.removeLink(command, conductor);
    } else {
      this.removeNetwork(command);
    }
  }

  private addIpc(command: DestinationMessage): void {
    const params = getSubscriptionParams(ChannelUri.parse(command.channel), this.ctx, 0);
    const mds = this.findMds(command);
    const { registrationCorrelationId: registrationId, channel } = command;
    const link = new IpcSubscriptionLink(registrationId, mds.streamId, channel, mds.aeronClient, params);
    this.resources.subscriptionLinks.push(link);
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
    this.linker.linkToIpcPublications(link);
  }

  private addSpy(command: DestinationMessage): void {
    const udpChannel = this.channels.parse(command.channel);
    const params = getSubscriptionParams(udpChannel.channelUri, this.ctx, 0);
    const mds = this.findMds(command);
    const { registrationCorrelationId: registrationId } = command;
    const link = new SpySubscriptionLink(registrationId, udpChannel, mds.streamId, mds.aeronClient, params);
    this.resources.subscriptionLinks.push(link);
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
    this.linker.linkToNetworkPublications(link);
  }

  private addNetwork(command: DestinationMessage): void {
    const udpChannel = this.channels.parse(command.channel, true);
    checkDestination(udpChannel.channelUri, command.channel);
    const endpoint = this.findMds(command).channelEndpoint!;
    const transport = this.openTransport(command.registrationCorrelationId, udpChannel, endpoint);
    this.ctx.receiverProxy.onAddDestination(endpoint, transport);
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
  }

  private openTransport(
    registrationId: number,
    udpChannel: UdpChannel,
    endpoint: ReceiveChannelEndpoint,
  ): ReceiveDestinationTransport {
    const { ctx } = this;
    let indicator: AtomicCounter | undefined;
    let transport: ReceiveDestinationTransport | undefined;
    try {
      indicator = allocateReceiveLocalSocketAddress(
        ctx.countersManager,
        registrationId,
        endpoint.statusIndicatorCounterId,
      );
      transport = new ReceiveDestinationTransport(udpChannel, indicator, endpoint, ctx);
      transport.openChannel();
      transport.indicateActive();
      return transport;
    } catch (error) {
      transport?.close();
      indicator?.close();
      throw error;
    }
  }

  private removeLink(command: DestinationMessage, conductor: ResourceConductor): void {
    const isThere = this.resources.subscriptionLinks.some((link) => isDestination(link, command));
    if (!isThere) {
      throw unknownSubscription(command.registrationCorrelationId);
    }
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
    this.subscriptions.removeLinks(
      (link) => isDestination(link, command),
      (link) => link.notifyUnavailableImages(conductor),
    );
  }

  private removeNetwork(command: DestinationMessage): void {
    const { subscriptionLinks } = this.resources;
    const endpoint = subscriptionLinks.find(
      (link) => link.registrationId === command.registrationCorrelationId && link.channelEndpoint !== undefined,
    )?.channelEndpoint;
    if (endpoint === undefined) {
      throw unknownSubscription(command.registrationCorrelationId);
    }
    endpoint.validateAllowsDestinationControl();
    this.ctx.receiverProxy.onRemoveDestination(endpoint, this.channels.parse(command.channel, true));
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
  }

  private findMds(command: DestinationMessage): SubscriptionLink {
    const link = this.resources.findMdsSubscriptionLink(command.registrationCorrelationId);
    if (link === undefined) {
      throw new ControlProtocolError(
        ErrorCode.UNKNOWN_SUBSCRIPTION,
        `unknown MDS subscription: ${command.registrationCorrelationId}`,
      );
    }
    return link;
  }
}

function isDestination(link: SubscriptionLink, command: DestinationMessage): boolean {
  return link.registrationId === command.registrationCorrelationId && link.channel === command.channel;
}
