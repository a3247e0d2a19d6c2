import type { Agent, AtomicCounter, DutyCycleTracker } from '../agrona/mod.ts';
import type { SocketAddress } from '../platform/mod.ts';
import { type ChannelUri, SystemCounterDescriptor } from '../protocol/mod.ts';
import type { DriverContext } from './driver-context.ts';
import { ControlTransportPoller } from './media/control-transport-poller.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { NetworkPublication } from './network-publication.ts';
import type { SendSideConductor } from './send-side-conductor.ts';

/** What a sender is made from. */
export interface SenderOptions {
  readonly context: DriverContext;
  readonly conductor: SendSideConductor;
}

/**
 * Sends what the network publications have and reads what comes back.
 *
 *     each duty cycle: every publication sends · control frames are read when nothing was sent,
 *     when something could not be sent, each so many rounds, and at least twice a status message interval
 *
 * Upstream: `io.aeron.driver.Sender`.
 */
export class Sender implements Agent {
  readonly roleName = 'sender';
  private readonly context: DriverContext;
  private readonly conductor: SendSideConductor;
  private readonly dutyCycleTracker: DutyCycleTracker;
  private readonly controlTransportPoller: ControlTransportPoller;
  private readonly totalBytesSent: AtomicCounter;
  private readonly resolutionChanges: AtomicCounter;
  private readonly shortSends: AtomicCounter;
  private readonly statusMessageReadTimeoutNs: number;
  private networkPublications: NetworkPublication[] = [];
  private roundRobinIndex = 0;
  private dutyCycleCounter = 0;
  private controlPollDeadlineNs = 0;
  private reResolutionDeadlineNs = 0;

  constructor({ context, conductor }: SenderOptions) {
    const { systemCounters } = context;
    this.context = context;
    this.conductor = conductor;
    this.dutyCycleTracker = context.senderDutyCycleTracker;
    this.controlTransportPoller = new ControlTransportPoller(
      context.platform,
      context.readableSockets,
      context.errorHandler,
      conductor,
    );
    this.totalBytesSent = systemCounters.get(SystemCounterDescriptor.BYTES_SENT);
    this.resolutionChanges = systemCounters.get(SystemCounterDescriptor.RESOLUTION_CHANGES);
    this.shortSends = systemCounters.get(SystemCounterDescriptor.SHORT_SENDS);
    this.statusMessageReadTimeoutNs = Math.floor(context.statusMessageTimeoutNs / 2);
  }

  onStart(): void {
    const nowNs = this.context.platform.clock.nanoTime();
    this.context.senderCachedNanoClock.update(nowNs);
    this.dutyCycleTracker.update(nowNs);
    this.reResolutionDeadlineNs = nowNs + this.context.reResolutionCheckIntervalNs;
  }

  doWork(): number {
    const { context } = this;
    const nowNs = context.platform.clock.nanoTime();
    context.senderCachedNanoClock.update(nowNs);
    this.dutyCycleTracker.measureAndUpdate(nowNs);

    const shortSendsBefore = this.shortSends.getPlain();
    const bytesSent = this.doSend(nowNs);
    let bytesReceived = 0;
    if (
      bytesSent === 0 ||
      ++this.dutyCycleCounter >= context.sendToStatusMessagePollRatio ||
      this.controlPollDeadlineNs < nowNs ||
      this.shortSends.getPlain() > shortSendsBefore
    ) {
      bytesReceived = this.controlTransportPoller.pollTransports();
      this.dutyCycleCounter = 0;
      this.controlPollDeadlineNs = nowNs + this.statusMessageReadTimeoutNs;
    }
    if (context.reResolutionCheckIntervalNs > 0 && this.reResolutionDeadlineNs < nowNs) {
      this.reResolutionDeadlineNs = nowNs + context.reResolutionCheckIntervalNs;
      this.controlTransportPoller.checkForReResolutions(nowNs);
    }
    return bytesSent + bytesReceived;
  }

  onClose(): void {
    this.controlTransportPoller.close();
  }

  // ---- Commands, run within the duty cycle ----

  onRegisterSendChannelEndpoint(channelEndpoint: SendChannelEndpoint): void {
    this.controlTransportPoller.registerForRead(channelEndpoint);
  }

  onCloseSendChannelEndpoint(channelEndpoint: SendChannelEndpoint): void {
    this.controlTransportPoller.cancelRead(channelEndpoint);
    this.conductor.sendChannelEndpointClosed(channelEndpoint);
  }

  onNewNetworkPublication(publication: NetworkPublication): void {
    this.networkPublications = [...this.networkPublications, publication];
    publication.channelEndpoint.registerForSend(publication);
  }

  onRemoveNetworkPublication(publication: NetworkPublication): void {
    this.networkPublications = this.networkPublications.filter((candidate) => candidate !== publication);
    publication.channelEndpoint.unregisterForSend(publication);
    publication.senderRelease();
  }

  onAddDestination(
    channelEndpoint: SendChannelEndpoint,
    channelUri: ChannelUri,
    address: SocketAddress,
    registrationId: number,
  ): void {
    channelEndpoint.addDestination(channelUri, address, registrationId);
  }

  onRemoveDestination(channelEndpoint: SendChannelEndpoint, address: SocketAddress): void {
    channelEndpoint.removeDestination(address);
  }

  onRemoveDestinationById(channelEndpoint: SendChannelEndpoint, registrationId: number): void {
    channelEndpoint.removeDestinationById(registrationId);
  }

  onResolutionChange(channelEndpoint: SendChannelEndpoint, endpoint: string, newAddress: SocketAddress): void {
    channelEndpoint.resolutionChange(endpoint, newAddress);
    this.resolutionChanges.incrementRelease();
  }

  /** Every publication gets its turn, another one first each time. */
  private doSend(nowNs: number): number {
    const publications = this.networkPublications;
    const { length } = publications;
    if (this.roundRobinIndex >= length) {
      this.roundRobinIndex = 0;
    }
    let index = this.roundRobinIndex++;
    let bytesSent = 0;
    for (let i = 0; i < length; i++) {
      bytesSent += publications[index]!.send(nowNs);
      index = index + 1 === length ? 0 : index + 1;
    }
    if (bytesSent > 0) {
      this.totalBytesSent.getAndAddRelease(bytesSent);
    }
    return bytesSent;
  }
}
