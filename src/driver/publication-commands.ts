import {
  ChannelParameters,
  ControlProtocolError,
  ErrorCode,
  type PublicationMessage,
  type RemovePublicationMessage,
} from '../protocol/mod.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { ConductorContext } from './conductor-context.ts';
import { type DriverResources, removeUnordered } from './driver-resources.ts';
import { type LinkedPublication, PublicationLink } from './publication-link.ts';
import type { RawLog } from './raw-log.ts';

/** A publication that a client can be told of. */
export interface ReadyPublication extends LinkedPublication {
  readonly registrationId: number;
  readonly sessionId: number;
  readonly publisherLimitId: number;
  readonly rawLog: RawLog;
}

/** Finds or makes what a client asks for, and hands it over with `PublicationCommands.link`. */
export interface PublicationAdder {
  add(command: PublicationMessage, isExclusive: boolean): void;
}

/** Adds and removes publications on behalf of clients. */
export class PublicationCommands {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly clients: ClientRegistry;

  constructor(ctx: ConductorContext, resources: DriverResources, clients: ClientRegistry) {
    this.ctx = ctx;
    this.resources = resources;
    this.clients = clients;
  }

  /** Publications that share a stream take no counter each; what they take has a limit all the same. */
  checkLimit(): void {
    const limit = this.ctx.countersManager.maxCounterId + 1;
    if (this.resources.publicationLinks.length >= limit) {
      throw new ControlProtocolError(
        ErrorCode.GENERIC_ERROR,
        `there are ${limit} publications already; close some, or raise aeron.counters.buffer.length`,
      );
    }
  }

  /** @throws AeronError INVALID_CHANNEL */
  checkForSessionClash(sessionId: number, streamId: number, canonicalForm: string, channel: string): void {
    if (this.resources.sessionIds.has(sessionId, streamId, canonicalForm)) {
      throw new ControlProtocolError(
        ErrorCode.INVALID_CHANNEL,
        `existing publication has clashing sessionId=${sessionId} for streamId=${streamId} channel=${channel}`,
      );
    }
  }

  /** Gives a client its hold on a publication, and tells it. */
  link(
    command: PublicationMessage,
    isExclusive: boolean,
    publication: ReadyPublication,
    channelStatusCounterId: number,
  ): void {
    const client = this.clients.getOrAdd(command.clientId);
    this.resources.publicationLinks.push(new PublicationLink(command.correlationId, client, publication));
    this.ctx.clientProxy.onPublicationReady(
      {
        correlationId: command.correlationId,
        registrationId: publication.registrationId,
        sessionId: publication.sessionId,
        streamId: command.streamId,
        publicationLimitCounterId: publication.publisherLimitId,
        channelStatusCounterId,
        logFileName: publication.rawLog.fileName,
      },
      isExclusive,
    );
  }

  /** @throws ControlProtocolError UNKNOWN_PUBLICATION */
  remove(command: RemovePublicationMessage): void {
    const { publicationLinks } = this.resources;
    const index = publicationLinks.findIndex((link) => link.registrationId === command.registrationId);
    const link = publicationLinks[index];
    if (link === undefined) {
      throw new ControlProtocolError(ErrorCode.UNKNOWN_PUBLICATION, `unknown publication: ${command.registrationId}`);
    }
    removeUnordered(publicationLinks, index);
    if (command.revoke) {
      link.revoke();
    }
    link.close();
    this.ctx.clientProxy.operationSucceeded(command.correlationId);
  }
}

/** The name of the IPC channel among sessions. */
export const IPC_CANONICAL_FORM = ChannelParameters.IPC_MEDIA;
