import type { Agent, AtomicCounter, CachedNanoClock, DutyCycleTracker } from '../agrona/mod.ts';
import { AeronError, type SocketAddress } from '../platform/mod.ts';
import { SystemCounterDescriptor } from '../protocol/mod.ts';
import { type ImageRequests, type PendingSetups, SessionState } from './data-packet-dispatcher.ts';
import type { DriverContext } from './driver-context.ts';
import { DataTransportPoller } from './media/data-transport-poller.ts';
import type { ControlResolver } from './media/multi-rcv-destination.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { ReceiveDestinationTransport } from './media/receive-destination-transport.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import type { PendingSetupMessage } from './pending-setup-message.ts';
import type { PublicationImage } from './publication-image.ts';

const PENDING_SETUPS_TIMEOUT_NS = 1_000_000_000;
/** Setups asked for because of data frames of unknown sessions; more such sessions have to wait. */
const PENDING_SETUPS_LIMIT = 1024;

/**
 * The part of the conductor that the receiver asks things of. A request is taken down and done later, in the
 * conductor's own duty cycle; `DriverConductorProxy` is it.
 */
export interface ReceiveSideConductor extends ControlResolver, ImageRequests {
  receiveChannelEndpointClosed(channelEndpoint: ReceiveChannelEndpoint): void;
  closeReceiveDestination(transport: ReceiveDestinationTransport): void;
}

/** What a receiver is made from. */
export interface ReceiverOptions {
  readonly context: DriverContext;
  readonly conductor: ReceiveSideConductor;
}

/**
 * The agent that receives: takes datagrams from the sockets of all receive channel endpoints to their images,
 * sends the images' feedback to the senders, and asks senders for setups.
 *
 * The `on...` methods are the conductor's commands, run on the receiver's thread.
 *
 * Upstream: `io.aeron.driver.Receiver`.
 */
export class Receiver implements Agent, PendingSetups {
  readonly roleName = 'receiver';
  readonly #ctx: DriverContext;
  readonly #conductor: ReceiveSideConductor;
  readonly #poller: DataTransportPoller;
  readonly #cachedNanoClock: CachedNanoClock;
  readonly #dutyCycleTracker: DutyCycleTracker;
  readonly #bytesReceived: AtomicCounter;
  readonly #resolutionChanges: AtomicCounter;
  #images: PublicationImage[] = [];
  #pendingSetups: PendingSetupMessage[] = [];
  #isPendingSetupsLimitReported = false;
  #reResolutionDeadlineNs = 0;

  constructor({ context: ctx, conductor }: ReceiverOptions) {
    this.#ctx = ctx;
    this.#conductor = conductor;
    this.#dutyCycleTracker = ctx.receiverDutyCycleTracker;
    this.#poller = new DataTransportPoller(
      ctx.platform.network,
      ctx.readableSockets,
      ctx.receiverIoVectorCapacity,
      ctx.errorHandler,
    );
    this.#cachedNanoClock = ctx.receiverCachedNanoClock;
    this.#bytesReceived = ctx.systemCounters.get(SystemCounterDescriptor.BYTES_RECEIVED);
    this.#resolutionChanges = ctx.systemCounters.get(SystemCounterDescriptor.RESOLUTION_CHANGES);
  }

  onStart(): void {
    const nowNs = this.#ctx.platform.clock.nanoTime();
    this.#cachedNanoClock.update(nowNs);
    this.#dutyCycleTracker.update(nowNs);
    this.#reResolutionDeadlineNs = nowNs + this.#ctx.reResolutionCheckIntervalNs;
  }

  doWork(): number {
    const nowNs = this.#ctx.platform.clock.nanoTime();
    this.#cachedNanoClock.update(nowNs);
    this.#dutyCycleTracker.measureAndUpdate(nowNs);

    const bytesReceived = this.#poller.pollTransports();
    if (bytesReceived > 0) {
      this.#bytesReceived.getAndAddRelease(bytesReceived);
    }
    let workCount = bytesReceived;
    for (let i = this.#images.length - 1; i >= 0; i--) {
      workCount += this.#serveImage(this.#images[i]!, nowNs);
    }
    workCount += this.#checkPendingSetups(nowNs);
    this.#checkForReResolutions(nowNs);
    return workCount;
  }

  /** Closes the endpoints that are still open. */
  onClose(): void {
    this.#poller.close();
  }

  /** False when too many setups of unknown sessions are pending; periodic ones are always taken. */
  addPendingSetupMessage(
    sessionId: number,
    streamId: number,
    transportIndex: number,
    channelEndpoint: ReceiveChannelEndpoint,
    periodic: boolean,
    controlAddress: SocketAddress,
  ): boolean {
    if (!periodic && this.#pendingSetups.length >= PENDING_SETUPS_LIMIT) {
      this.#reportPendingSetupsLimit(streamId, controlAddress);
      return false;
    }
    this.#pendingSetups.push({
      sessionId,
      streamId,
      transportIndex,
      channelEndpoint,
      isPeriodic: periodic,
      controlAddress,
      timeOfStatusMessageNs: this.#cachedNanoClock.nanoTime(),
    });
    return true;
  }

  /** Takes the stream from all sessions, or from one more. */
  onAddSubscription(channelEndpoint: ReceiveChannelEndpoint, streamId: number, sessionId?: number): void {
    channelEndpoint.dispatcher.addSubscription(streamId, sessionId);
    if (sessionId !== undefined) {
      this.onRequestSetup(channelEndpoint, streamId, sessionId);
    }
  }

  onRemoveSubscription(channelEndpoint: ReceiveChannelEndpoint, streamId: number, sessionId?: number): void {
    channelEndpoint.dispatcher.removeSubscription(streamId, sessionId);
    if (sessionId !== undefined) {
      this.#removePendingSetups(
        (pending) =>
          pending.channelEndpoint === channelEndpoint &&
          pending.streamId === streamId &&
          pending.sessionId === sessionId,
      );
    }
  }

  /** Asks the sender at the control address, if there is one, for the setup of a session. */
  onRequestSetup(channelEndpoint: ReceiveChannelEndpoint, streamId: number, sessionId: number): void {
    const controlAddress = channelEndpoint.explicitControlAddress;
    if (controlAddress !== undefined) {
      channelEndpoint.sendSetupElicitingStatusMessage(0, controlAddress, sessionId, streamId);
    }
  }

  onNewPublicationImage(channelEndpoint: ReceiveChannelEndpoint, image: PublicationImage): void {
    for (const other of this.#images) {
      if (
        other.channelEndpoint === channelEndpoint &&
        other.streamId === image.streamId &&
        other.sessionId === image.sessionId
      ) {
        other.stopStatusMessagesIfNotActive();
      }
    }
    this.#images.push(image);
    channelEndpoint.dispatcher.addPublicationImage(image);
  }

  onRegisterReceiveChannelEndpoint(channelEndpoint: ReceiveChannelEndpoint): void {
    if (channelEndpoint.hasDestinationControl) {
      return;
    }
    this.#poller.registerForRead(channelEndpoint, channelEndpoint, 0);
    this.#elicitSetupsPeriodically(channelEndpoint, 0, channelEndpoint.explicitControlAddress);
  }

  onCloseReceiveChannelEndpoint(channelEndpoint: ReceiveChannelEndpoint): void {
    this.#poller.cancelReadForAllTransports(channelEndpoint);
    this.#removePendingSetups((pending) => pending.channelEndpoint === channelEndpoint);
    this.#conductor.receiveChannelEndpointClosed(channelEndpoint);
  }

  onRemoveCoolDown(channelEndpoint: ReceiveChannelEndpoint, sessionId: number, streamId: number): void {
    channelEndpoint.dispatcher.removeSessionInterestByState(sessionId, streamId, SessionState.ON_COOL_DOWN);
  }

  onRemoveInitInProgress(channelEndpoint: ReceiveChannelEndpoint, sessionId: number, streamId: number): void {
    channelEndpoint.dispatcher.removeSessionInterestByState(sessionId, streamId, SessionState.INIT_IN_PROGRESS);
  }

  onAddDestination(channelEndpoint: ReceiveChannelEndpoint, transport: ReceiveDestinationTransport): void {
    const transportIndex = channelEndpoint.addDestination(transport);
    this.#poller.registerForRead(channelEndpoint, transport, transportIndex);
    this.#elicitSetupsPeriodically(channelEndpoint, transportIndex, transport.explicitControlAddress);
    for (const image of this.#images) {
      if (image.channelEndpoint === channelEndpoint) {
        image.addDestination(transportIndex, transport);
      }
    }
  }

  onRemoveDestination(channelEndpoint: ReceiveChannelEndpoint, udpChannel: UdpChannel): void {
    const transportIndex = channelEndpoint.indexOfDestination(udpChannel);
    const transport = channelEndpoint.destination(transportIndex);
    if (transport === undefined) {
      return;
    }
    this.#poller.cancelRead(channelEndpoint, transport);
    channelEndpoint.removeDestination(transportIndex);
    this.#removePendingSetups(
      (pending) => pending.channelEndpoint === channelEndpoint && pending.transportIndex === transportIndex,
    );
    for (const image of this.#images) {
      if (image.channelEndpoint === channelEndpoint) {
        image.removeDestination(transportIndex);
      }
    }
    this.#conductor.closeReceiveDestination(transport);
  }

  /** The control address of a channel or a destination is another now. */
  onResolutionChange(channelEndpoint: ReceiveChannelEndpoint, udpChannel: UdpChannel, newAddress: SocketAddress): void {
    const transportIndex = channelEndpoint.hasDestinationControl ? channelEndpoint.indexOfDestination(udpChannel) : 0;
    for (const pending of this.#pendingSetups) {
      if (
        pending.isPeriodic &&
        pending.channelEndpoint === channelEndpoint &&
        pending.transportIndex === transportIndex
      ) {
        pending.controlAddress = newAddress;
        this.#resolutionChanges.getAndAddRelease(1);
      }
    }
    channelEndpoint.updateControlAddress(transportIndex, newAddress);
  }

  onRejectImage(imageCorrelationId: number, reason: string): void {
    this.#images.find((image) => image.correlationId === imageCorrelationId)?.reject(reason);
  }

  #serveImage(image: PublicationImage, nowNs: number): number {
    if (image.isConnected(nowNs)) {
      image.checkEosForDrainTransition(nowNs);
      return (
        image.sendPendingStatusMessage(nowNs) + image.processPendingLoss() + image.initiateAnyRttMeasurements(nowNs)
      );
    }
    this.#images = this.#images.filter((other) => other !== image);
    image.removeFromDispatcher();
    image.receiverRelease();
    return 1;
  }

  #elicitSetupsPeriodically(
    channelEndpoint: ReceiveChannelEndpoint,
    transportIndex: number,
    controlAddress: SocketAddress | undefined,
  ): void {
    if (controlAddress !== undefined) {
      this.addPendingSetupMessage(0, 0, transportIndex, channelEndpoint, true, controlAddress);
      channelEndpoint.sendSetupElicitingStatusMessage(transportIndex, controlAddress, 0, 0);
    }
  }

  #checkPendingSetups(nowNs: number): number {
    let workCount = 0;
    let hasExpired = false;
    for (const pending of this.#pendingSetups) {
      if (nowNs - pending.timeOfStatusMessageNs <= PENDING_SETUPS_TIMEOUT_NS) {
        continue;
      }
      if (!pending.isPeriodic) {
        hasExpired = true;
      } else if (pending.channelEndpoint.dispatcher.shouldElicitSetupMessage()) {
        pending.timeOfStatusMessageNs = nowNs;
        pending.channelEndpoint.sendSetupElicitingStatusMessage(
          pending.transportIndex,
          pending.controlAddress,
          pending.sessionId,
          pending.streamId,
        );
        workCount++;
      }
    }
    if (hasExpired) {
      workCount += this.#removePendingSetups(
        (pending) => !pending.isPeriodic && nowNs - pending.timeOfStatusMessageNs > PENDING_SETUPS_TIMEOUT_NS,
      );
    }
    return workCount;
  }

  /** Returns how many there were. */
  #removePendingSetups(isRemoved: (pending: PendingSetupMessage) => boolean): number {
    const kept: PendingSetupMessage[] = [];
    for (const pending of this.#pendingSetups) {
      if (isRemoved(pending)) {
        const { channelEndpoint, sessionId, streamId } = pending;
        channelEndpoint.dispatcher.removeSessionInterestByState(sessionId, streamId, SessionState.PENDING_SETUP_FRAME);
      } else {
        kept.push(pending);
      }
    }
    const removedCount = this.#pendingSetups.length - kept.length;
    this.#pendingSetups = kept;
    this.#isPendingSetupsLimitReported = this.#isPendingSetupsLimitReported && removedCount === 0;
    return removedCount;
  }

  #reportPendingSetupsLimit(streamId: number, controlAddress: SocketAddress): void {
    if (!this.#isPendingSetupsLimitReported) {
      this.#isPendingSetupsLimitReported = true;
      this.#ctx.errorHandler(
        new AeronError(
          'PENDING_SETUPS_LIMIT',
          `${PENDING_SETUPS_LIMIT} sessions wait for their setup: a session of stream ${streamId} from ` +
            `${controlAddress} has to wait until some of them are done or timed out`,
        ),
      );
    }
  }

  #checkForReResolutions(nowNs: number): void {
    const intervalNs = this.#ctx.reResolutionCheckIntervalNs;
    if (intervalNs > 0 && nowNs > this.#reResolutionDeadlineNs) {
      this.#reResolutionDeadlineNs = nowNs + intervalNs;
      this.#poller.checkForReResolutions(nowNs, this.#conductor);
    }
  }
}
