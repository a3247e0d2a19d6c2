import { AeronError } from '../agrona/mod.ts';
import { LogBufferDescriptor, type PublicationMessage } from '../protocol/mod.ts';
import { checkPublicationChannel } from './channel-checks.ts';
import type { ChannelParser } from './channel-parser.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { DriverResources } from './driver-resources.ts';
import { initialisePublicationLog } from './log-initialiser.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import type { NetworkPublication } from './network-publication.ts';
import type { NetworkPublicationFactory } from './network-publication-factory.ts';
import type { PublicationAdder, PublicationCommands } from './publication-commands.ts';
import type { PublicationImage } from './publication-image.ts';
import {
  confirmMatch,
  getPublicationParams,
  PROTOTYPE_VALUE_CORRELATION_ID,
  type PublicationParams,
  validateSpiesSimulateConnection,
} from './publication-params.ts';
import type { SendChannelEndpoints } from './send-channel-endpoints.ts';
import type { SubscriptionLinker } from './subscription-linker.ts';

const NULL_VALUE = -1;

/** Nothing is ever written to a prototype. */
const PROTOTYPE_LENGTHS = {
  termLength: LogBufferDescriptor.TERM_MIN_LENGTH,
  publicationWindowLength: LogBufferDescriptor.TERM_MIN_LENGTH / 2,
};

/** Adds publications to UDP channels. Upstream: `DriverConductor.AddNetworkPublicationCommand`. */
export class NetworkPublicationAdder implements PublicationAdder {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly clients: ClientRegistry;
  private readonly channels: ChannelParser;
  private readonly commands: PublicationCommands;
  private readonly endpoints: SendChannelEndpoints;
  private readonly factory: NetworkPublicationFactory;
  private readonly linker: SubscriptionLinker;

  constructor(
    ctx: ConductorContext,
    resources: DriverResources,
    clients: ClientRegistry,
    channels: ChannelParser,
    commands: PublicationCommands,
    endpoints: SendChannelEndpoints,
    factory: NetworkPublicationFactory,
    linker: SubscriptionLinker,
  ) {
    this.ctx = ctx;
    this.resources = resources;
    this.clients = clients;
    this.channels = channels;
    this.commands = commands;
    this.endpoints = endpoints;
    this.factory = factory;
    this.linker = linker;
  }

  /** @throws AeronError INVALID_CHANNEL, PUBLICATION_MISMATCH, STORAGE_SPACE, COUNTERS_EXHAUSTED, CHANNEL_ENDPOINT_ERROR */
  add(command: PublicationMessage, isExclusive: boolean): void {
    const udpChannel = this.channels.parse(command.channel);
    const { canonicalForm } = udpChannel;
    const params = getPublicationParams(
      udpChannel.channelUri,
      this.ctx,
      this.resources,
      command.streamId,
      canonicalForm,
    );
    checkPublicationChannel(udpChannel);
    this.checkResponseSubscription(params);

    const existing = this.findExisting(command, isExclusive, udpChannel, params);
    const responseImage = this.findResponseImage(params);
    if (existing !== undefined) {
      this.commands.link(command, isExclusive, existing, existing.channelEndpoint.statusIndicatorCounterId);
      answerOn(responseImage, existing);
      return;
    }
    this.commands.checkForSessionClash(params.sessionId, command.streamId, canonicalForm, command.channel);
    this.clients.getOrAdd(command.clientId);
    const publication = this.create(command, isExclusive, udpChannel, params);
    this.commands.link(command, isExclusive, publication, publication.channelEndpoint.statusIndicatorCounterId);
    this.linker.linkSpies(publication);
    answerOn(responseImage, publication);
  }

  private findExisting(
    command: PublicationMessage,
    isExclusive: boolean,
    udpChannel: UdpChannel,
    params: PublicationParams,
  ): NetworkPublication | undefined {
    const endpoint = this.endpoints.findExisting(udpChannel);
    if (endpoint === undefined) {
      return undefined;
    }
    this.endpoints.validate(params, udpChannel, endpoint);
    if (isExclusive) {
      return undefined;
    }
    const existing = this.resources.findSharedNetworkPublication(
      command.streamId,
      endpoint,
      params.responseCorrelationId,
    );
    if (existing !== undefined) {
      confirmMatch(udpChannel.channelUri, params, existing);
      validateSpiesSimulateConnection(params, existing, command.channel);
    }
    return existing;
  }

  private create(
    command: PublicationMessage,
    isExclusive: boolean,
    udpChannel: UdpChannel,
    requested: PublicationParams,
  ): NetworkPublication {
    const { ctx } = this;
    const params = isPrototype(requested) ? { ...requested, ...PROTOTYPE_LENGTHS } : requested;
    const rawLog = ctx.logFactory.newPublication(command.correlationId, params.termLength, params.isSparse);
    let endpoint: SendChannelEndpoint | undefined;
    try {
      endpoint = this.endpoints.getOrCreate(params, udpChannel, command.correlationId);
      initialisePublicationLog(ctx, rawLog, {
        registrationId: command.correlationId,
        streamId: command.streamId,
        isExclusive,
        hasGroupSemantics: udpChannel.hasGroupSemantics,
        socketRcvbufLength: endpoint.socketRcvbufLength,
        socketSndbufLength: endpoint.socketSndbufLength,
        params,
      });
      return this.factory.create({ command, isExclusive, udpChannel, endpoint, rawLog, params });
    } catch (error) {
      rawLog.free();
      if (endpoint !== undefined) {
        this.endpoints.tryClose(endpoint);
      }
      throw error;
    }
  }

  /** A request publication names the subscription on which it wants the answers. */
  private checkResponseSubscription(params: PublicationParams): void {
    const { responseCorrelationId } = params;
    if (params.isResponse || responseCorrelationId === NULL_VALUE) {
      return;
    }
    if (!this.resources.subscriptionLinks.some((link) => link.registrationId === responseCorrelationId)) {
      throw new AeronError(
        'INVALID_CHANNEL',
        `unable to find response subscription for response-correlation-id=${responseCorrelationId}`,
      );
    }
  }

  /** A response publication names the image of the requests that it answers. */
  private findResponseImage(params: PublicationParams): PublicationImage | undefined {
    if (!params.isResponse || params.responseCorrelationId === PROTOTYPE_VALUE_CORRELATION_ID) {
      return undefined;
    }
    if (params.responseCorrelationId === NULL_VALUE) {
      throw new AeronError(
        'INVALID_CHANNEL',
        'control-mode=response was specified, but no response-correlation-id set',
      );
    }
    const image = this.resources.findImage(params.responseCorrelationId);
    if (image === undefined) {
      throw new AeronError('INVALID_CHANNEL', `image.correlationId=${params.responseCorrelationId} not found`);
    }
    if (!image.hasSendResponseSetup) {
      throw new AeronError(
        'INVALID_CHANNEL',
        `image.correlationId=${params.responseCorrelationId} did not request a response channel`,
      );
    }
    return image;
  }
}

/** Made to find out the address and port of responses, and never written to. */
function isPrototype(params: PublicationParams): boolean {
  return params.isResponse && params.responseCorrelationId === PROTOTYPE_VALUE_CORRELATION_ID;
}

function answerOn(image: PublicationImage | undefined, publication: NetworkPublication): void {
  if (image !== undefined) {
    image.responseSessionId = publication.sessionId;
    image.requestNextSmDeadlineReset();
  }
}
