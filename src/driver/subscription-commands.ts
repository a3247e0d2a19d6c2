import {
  ChannelEndpointStatus,
  ChannelParameters,
  ChannelUri,
  ControlProtocolError,
  ErrorCode,
  type RemoveMessage,
  type SubscriptionMessage,
} from '../protocol/mod.ts';
import { checkSubscriptionChannel } from './channel-checks.ts';
import type { ChannelParser } from './channel-parser.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { ConductorContext } from './conductor-context.ts';
import { type DriverResources, removeUnordered } from './driver-resources.ts';
import { IpcSubscriptionLink } from './ipc-subscription-link.ts';
import { NetworkSubscriptionLink } from './network-subscription-link.ts';
import type { ReceiveChannelEndpoints } from './receive-channel-endpoints.ts';
import { SpySubscriptionLink } from './spy-subscription-link.ts';
import type { SubscriptionLink } from './subscription-link.ts';
import type { SubscriptionLinker } from './subscription-linker.ts';
import { getSubscriptionParams } from './subscription-params.ts';

const { IPC_CHANNEL } = ChannelParameters;
const { SPY_QUALIFIER } = ChannelUri;
const { NO_ID_ALLOCATED } = ChannelEndpointStatus;

/** Adds and removes subscriptions on behalf of clients. */
export class SubscriptionCommands {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly clients: ClientRegistry;
  private readonly channels: ChannelParser;
  private readonly endpoints: ReceiveChannelEndpoints;
  private readonly linker: SubscriptionLinker;

  constructor(
    ctx: ConductorContext,
    resources: DriverResources,
    clients: ClientRegistry,
    channels: ChannelParser,
    endpoints: ReceiveChannelEndpoints,
    linker: SubscriptionLinker,
  ) {
    this.ctx = ctx;
    this.resources = resources;
    this.clients = clients;
    this.channels = channels;
    this.endpoints = endpoints;
    this.linker = linker;
  }

  /** @throws AeronError INVALID_CHANNEL, UNKNOWN_HOST, CHANNEL_ENDPOINT_ERROR, COUNTERS_EXHAUSTED, ... */
  add(command: SubscriptionMessage): void {
    this.checkLimit();
    if (command.channel.startsWith(IPC_CHANNEL)) {
      this.addIpc(command);
    } else if (command.channel.startsWith(SPY_QUALIFIER)) {
      this.addSpy(command);
    } else {
      this.addNetwork(command);
    }
  }

  /** With all its destinations. @throws ControlProtocolError UNKNOWN_SUBSCRIPTION */
  remove(command: RemoveMessage): void {
    if (!this.removeLinks((link) => link.registrationId === command.registrationId)) {
      throw unknownSubscription(command.registrationId);
    }
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
  }

  /** The links that match go, with their hold on images and endpoints. False when there was none. */
  removeLinks(matches: (link: SubscriptionLink) => boolean, onRemoved?: (link: SubscriptionLink) => void): boolean {
    const { subscriptionLinks } = this.resources;
    let isAnyFound = false;
    for (let i = subscriptionLinks.length - 1; i >= 0; i--) {
      const link = subscriptionLinks[i]!;
      if (matches(link)) {
        removeUnordered(subscriptionLinks, i);
        link.close();
        this.cleanup(link);
        onRemoved?.(link);
        isAnyFound = true;
      }
    }
    return isAnyFound;
  }

  /** A link that is gone no longer wants its stream from the network. */
  cleanup(link: SubscriptionLink): void {
    if (link.channelEndpoint !== undefined) {
      this.endpoints.removeSubscription(link, link.channelEndpoint);
    }
  }

  /** Also for destinations. More subscriptions than counters could never be linked to anything. */
  checkLimit(): void {
    const limit = this.ctx.countersManager.maxCounterId + 1;
    if (this.resources.subscriptionLinks.length >= limit) {
      throw new ControlProtocolError(
        ErrorCode.GENERIC_ERROR,
        `there are ${limit} subscriptions and destinations already; close some, or raise aeron.counters.buffer.length`,
      );
    }
  }

  private addIpc(command: SubscriptionMessage): void {
    const params = getSubscriptionParams(ChannelUri.parse(command.channel), this.ctx, 0);
    const client = this.clients.getOrAdd(command.clientId);
    const link = new IpcSubscriptionLink(command.correlationId, command.streamId, command.channel, client, params);
    this.resources.subscriptionLinks.push(link);
    this.ctx.clientProxy.onSubscriptionReady(command.correlationId, NO_ID_ALLOCATED);
    this.linker.linkToIpcPublications(link);
  }

  private addSpy(command: SubscriptionMessage): void {
    const udpChannel = this.channels.parse(command.channel);
    const params = getSubscriptionParams(udpChannel.channelUri, this.ctx, 0);
    const client = this.clients.getOrAdd(command.clientId);
    const link = new SpySubscriptionLink(command.correlationId, udpChannel, command.streamId, client, params);
    this.resources.subscriptionLinks.push(link);
    this.ctx.clientProxy.onSubscriptionReady(command.correlationId, NO_ID_ALLOCATED);
    this.linker.linkToNetworkPublications(link);
  }

  private addNetwork(command: SubscriptionMessage): void {
    const udpChannel = this.channels.parse(command.channel);
    checkSubscriptionChannel(udpChannel);
    const params = getSubscriptionParams(udpChannel.channelUri, this.ctx, 0);
    this.endpoints.checkForClash(params, udpChannel, command.streamId);
    const client = this.clients.getOrAdd(command.clientId);
    const endpoint = this.endpoints.getOrCreate(params, udpChannel, command.correlationId);
    const link = new NetworkSubscriptionLink(
      command.correlationId,
      endpoint,
      command.streamId,
      command.channel,
      client,
      params,
    );
    this.resources.subscriptionLinks.push(link);
    if (udpChannel.isResponseControlMode) {
      endpoint.incResponseRefToStream(command.streamId);
    } else {
      this.endpoints.addSubscription(link, endpoint);
    }
    this.ctx.clientProxy.onSubscriptionReady(command.correlationId, endpoint.statusIndicatorCounterId);
    this.linker.linkToImages(link);
  }
}

export function unknownSubscription(registrationId: number): ControlProtocolError {
  return new ControlProtocolError(ErrorCode.UNKNOWN_SUBSCRIPTION, `unknown subscription: ${registrationId}`);
}
