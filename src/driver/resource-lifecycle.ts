import { AeronError } from '../agrona/mod.ts';
import type { PublicationErrorFrame } from '../protocol/mod.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { DriverManagedResource } from './driver-managed-resource.ts';
import { type DriverResources, removeUnordered } from './driver-resources.ts';
import type { IpcPublication } from './ipc-publication.ts';
import type { LogFreer } from './log-freer.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { NetworkPublication } from './network-publication.ts';
import { IPC_CANONICAL_FORM } from './publication-commands.ts';
import type { PublicationImage } from './publication-image.ts';
import type { RawLog } from './raw-log.ts';
import type { ReceiveChannelEndpoints } from './receive-channel-endpoints.ts';
import type { ResourceConductor } from './resource-conductor.ts';
import type { SendChannelEndpoints } from './send-channel-endpoints.ts';
import type { Subscribable } from './subscribable.ts';
import type { SubscriptionCommands } from './subscription-commands.ts';
import type { SubscriptionLink } from './subscription-link.ts';
import type { SubscriptionLinker } from './subscription-linker.ts';

export interface ResourceLifecycleParts {
  readonly ctx: ConductorContext;
  readonly resources: DriverResources;
  readonly linker: SubscriptionLinker;
  readonly sendEndpoints: SendChannelEndpoints;
  readonly receiveEndpoints: ReceiveChannelEndpoints;
  readonly subscriptions: SubscriptionCommands;
  readonly logFreer: LogFreer;
}

/**
 * Looks after what the conductor manages: lets every resource see the time, does what it asks for on its way
 * out, and lets go of it at the end of its life.
 *
 * Upstream: `DriverConductor.checkManagedResources` and what it calls.
 */
export class ResourceLifecycle implements ResourceConductor {
  private readonly ctx: ConductorContext;
  private readonly resources: DriverResources;
  private readonly linker: SubscriptionLinker;
  private readonly sendEndpoints: SendChannelEndpoints;
  private readonly receiveEndpoints: ReceiveChannelEndpoints;
  private readonly subscriptions: SubscriptionCommands;
  private readonly logFreer: LogFreer;

  constructor(parts: ResourceLifecycleParts) {
    this.ctx = parts.ctx;
    this.resources = parts.resources;
    this.linker = parts.linker;
    this.sendEndpoints = parts.sendEndpoints;
    this.receiveEndpoints = parts.receiveEndpoints;
    this.subscriptions = parts.subscriptions;
    this.logFreer = parts.logFreer;
  }

  /** Each timer interval. Clients come first: what they have then goes in the same round. */
  checkResources(nowNs: number, nowMs: number): void {
    const { resources } = this;
    const freeLog = ({ rawLog }: { readonly rawLog: RawLog }) => this.logFreer.add(rawLog);
    this.check(resources.clients, nowNs, nowMs);
    this.check(resources.publicationLinks, nowNs, nowMs);
    this.check(resources.networkPublications, nowNs, nowMs, freeLog);
    this.check(resources.subscriptionLinks, nowNs, nowMs);
    this.check(resources.publicationImages, nowNs, nowMs, freeLog);
    this.check(resources.ipcPublications, nowNs, nowMs, freeLog);
    this.check(resources.counterLinks, nowNs, nowMs);
  }

  cleanupSpies(publication: NetworkPublication): void {
    this.unlinkAll(publication);
  }

  cleanupPublication(publication: NetworkPublication): void {
    const { channelEndpoint, sessionId, streamId } = publication;
    this.ctx.senderProxy.onRemoveNetworkPublication(publication);
    this.sendEndpoints.tryClose(channelEndpoint);
    this.resources.sessionIds.remove(sessionId, streamId, channelEndpoint.udpChannel.canonicalForm);
  }

  transitionImageToLinger(image: PublicationImage): void {
    let isRejoin = true;
    for (const link of this.resources.subscriptionLinks) {
      if (link.isLinked(image)) {
        isRejoin = link.isRejoin;
        this.notifyUnavailableImageLink(image.correlationId, link);
      }
    }
    if (isRejoin) {
      this.ctx.receiverProxy.onRemoveCoolDown(image.channelEndpoint, image.sessionId, image.streamId);
    }
  }

  cleanupImage(image: PublicationImage): void {
    for (const link of this.resources.subscriptionLinks) {
      link.unlink(image);
    }
  }

  tryCloseReceiveChannelEndpoint(channelEndpoint: ReceiveChannelEndpoint): void {
    this.receiveEndpoints.tryClose(channelEndpoint);
  }

  transitionIpcPublicationToLinger(publication: IpcPublication): void {
    this.resources.sessionIds.remove(publication.sessionId, publication.streamId, IPC_CANONICAL_FORM);
    for (const link of this.resources.subscriptionLinks) {
      if (link.isLinked(publication)) {
        this.notifyUnavailableImageLink(publication.registrationId, link);
      }
    }
  }

  cleanupIpcPublication(publication: IpcPublication): void {
    for (const link of this.resources.subscriptionLinks) {
      link.unlink(publication);
    }
  }

  unlinkIpcSubscriptions(publication: IpcPublication): void {
    this.unlinkAll(publication);
  }

  linkIpcSubscriptions(publication: IpcPublication): void {
    this.linker.linkIpcSubscriptions(publication);
  }

  notifyUnavailableImageLink(resourceId: number, link: SubscriptionLink): void {
    this.ctx.clientProxy.onUnavailableImage(resourceId, link.registrationId, link.streamId, link.channel);
  }

  notifyAvailableImageLink(
    resourceId: number,
    sessionId: number,
    link: SubscriptionLink,
    positionCounterId: number,
    joinPosition: number,
    logFileName: string,
    sourceIdentity: string,
  ): void {
    this.ctx.countersManager.setCounterValue(positionCounterId, joinPosition);
    this.ctx.clientProxy.onAvailableImage({
      correlationId: resourceId,
      sessionId,
      streamId: link.streamId,
      subscriptionRegistrationId: link.registrationId,
      subscriberPositionId: positionCounterId,
      logFileName,
      sourceIdentity,
    });
  }

  cleanupSubscriptionLink(link: SubscriptionLink): void {
    this.subscriptions.cleanup(link);
  }

  clientTimeout(clientId: number): void {
    this.ctx.clientProxy.onClientTimeout(clientId);
  }

  unavailableCounter(registrationId: number, counterId: number): void {
    this.ctx.clientProxy.onUnavailableCounter(registrationId, counterId);
  }

  onPublicationError(frame: PublicationErrorFrame): void {
    const { registrationId, destinationRegistrationId, sessionId, streamId, receiverId, groupTag } = frame;
    this.ctx.errorHandler(
      new AeronError(
        'PUBLICATION_ERROR',
        `onPublicationError: registrationId=${registrationId},` +
          ` destinationRegistrationId=${destinationRegistrationId}, sessionId=${sessionId}, streamId=${streamId},` +
          ` receiverId=${receiverId}, groupId=${groupTag}, errorCode=${frame.errorCode}, errorMessage=${frame.errorMessage}`,
      ),
    );
    this.ctx.clientProxy.onPublicationErrorFrame(frame);
  }

  private check<T extends DriverManagedResource>(
    list: T[],
    nowNs: number,
    nowMs: number,
    onGone?: (resource: T) => void,
  ): void {
    for (let i = list.length - 1; i >= 0; i--) {
      const resource = list[i]!;
      this.guarded(() => resource.onTimeEvent(nowNs, nowMs, this));
      if (resource.hasReachedEndOfLife()) {
        removeUnordered(list, i);
        this.guarded(() => resource.close());
        onGone?.(resource);
      }
    }
  }

  /** What one resource does wrong must not keep the others from their turn. */
  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.ctx.errorHandler(error);
    }
  }

  private unlinkAll(stream: Subscribable): void {
    for (const link of this.resources.subscriptionLinks) {
      if (link.isLinked(stream)) {
        this.notifyUnavailableImageLink(stream.subscribableRegistrationId(), link);
        link.unlink(stream);
      }
    }
  }
}
