import { ChannelEndpointStatus, ChannelUri, LogBufferDescriptor, type PublicationMessage } from '../protocol/mod.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { DriverResources } from './driver-resources.ts';
import { IpcPublication } from './ipc-publication.ts';
import { IpcSubscriptionLink } from './ipc-subscription-link.ts';
import { initialisePublicationLog } from './log-initialiser.ts';
import { makeOrClose } from './make-or-close.ts';
import { IPC_CANONICAL_FORM, type PublicationAdder, type PublicationCommands } from './publication-commands.ts';
import { confirmMatch, getPublicationParams, type PublicationParams } from './publication-params.ts';
import type { RawLog } from './raw-log.ts';
import { allocatePublisherLimit, allocatePublisherPosition } from './stream-counters.ts';
import type { SubscriptionLinker } from './subscription-linker.ts';

const NULL_VALUE = -1;

/** Adds publications to 'aeron:ipc'. Upstream: `DriverConductor.AddIpcPublicationCommand`. */
export class IpcPublicationAdder implements PublicationAdder {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly clients: ClientRegistry;
  private readonly commands: PublicationCommands;
  private readonly linker: SubscriptionLinker;

  constructor(
    ctx: ConductorContext,
    resources: DriverResources,
    clients: ClientRegistry,
    commands: PublicationCommands,
    linker: SubscriptionLinker,
  ) {
    this.ctx = ctx;
    this.resources = resources;
    this.clients = clients;
    this.commands = commands;
    this.linker = linker;
  }

  /** @throws AeronError INVALID_CHANNEL, PUBLICATION_MISMATCH, STORAGE_SPACE, COUNTERS_EXHAUSTED */
  add(command: PublicationMessage, isExclusive: boolean): void {
    const uri = ChannelUri.parse(command.channel);
    const params = getPublicationParams(uri, this.ctx, this.resources, command.streamId, IPC_CANONICAL_FORM);
    const existing = isExclusive
      ? undefined
      : this.resources.findSharedIpcPublication(command.streamId, params.responseCorrelationId);
    if (existing !== undefined) {
      confirmMatch(uri, params, existing);
      this.commands.link(command, isExclusive, existing, ChannelEndpointStatus.NO_ID_ALLOCATED);
      return;
    }
    this.commands.checkForSessionClash(params.sessionId, command.streamId, IPC_CANONICAL_FORM, command.channel);
    this.clients.getOrAdd(command.clientId);
    const publication = this.create(command, isExclusive, params);
    this.commands.link(command, isExclusive, publication, ChannelEndpointStatus.NO_ID_ALLOCATED);
    this.linker.linkIpcSubscriptions(publication);
  }

  private create(command: PublicationMessage, isExclusive: boolean, params: PublicationParams): IpcPublication {
    const { ctx, resources } = this;
    const rawLog = ctx.logFactory.newPublication(command.correlationId, params.termLength, params.isSparse);
    let publication: IpcPublication;
    try {
      initialisePublicationLog(ctx, rawLog, {
        registrationId: command.correlationId,
        streamId: command.streamId,
        isExclusive,
        hasGroupSemantics: false,
        socketRcvbufLength: 0,
        socketSndbufLength: 0,
        params,
      });
      publication = this.newPublication(command, isExclusive, params, rawLog);
    } catch (error) {
      rawLog.free();
      throw error;
    }
    this.restrictResponseSubscription(params, publication);
    resources.ipcPublications.push(publication);
    resources.sessionIds.add(params.sessionId, command.streamId, IPC_CANONICAL_FORM);
    return publication;
  }

  private newPublication(
    command: PublicationMessage,
    isExclusive: boolean,
    params: PublicationParams,
    rawLog: RawLog,
  ): IpcPublication {
    const { countersManager } = this.ctx;
    const { clientId, correlationId: registrationId, streamId, channel } = command;
    const scope = { clientId, registrationId, sessionId: params.sessionId, streamId, channel };
    return makeOrClose((own) => {
      const publisherPosition = own(allocatePublisherPosition(countersManager, scope, isExclusive));
      const publisherLimit = own(allocatePublisherLimit(countersManager, scope));
      const position = startingPosition(params);
      publisherPosition.setRelease(position);
      publisherLimit.setRelease(position);
      return new IpcPublication(this.ctx, {
        registrationId,
        channel,
        streamId,
        isExclusive,
        params,
        rawLog,
        publisherPosition,
        publisherLimit,
      });
    });
  }

  /** A publication that answers the publisher of another one: the subscription to answers learns its session. */
  private restrictResponseSubscription(params: PublicationParams, publication: IpcPublication): void {
    if (params.responseCorrelationId === NULL_VALUE) {
      return;
    }
    const request = this.resources.findIpcPublication(params.responseCorrelationId);
    this.resources.subscriptionLinks
      .find((link) => link instanceof IpcSubscriptionLink && link.registrationId === request?.responseCorrelationId)
      ?.restrictToSession(publication.sessionId);
  }
}

/** Where the first message of a publication goes; 0 unless the channel says otherwise. */
export function startingPosition(params: PublicationParams): number {
  const bits = LogBufferDescriptor.positionBitsToShift(params.termLength);
  return LogBufferDescriptor.computePosition(params.termId, params.termOffset, bits, params.initialTermId);
}
