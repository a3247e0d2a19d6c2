import { AeronError, type AtomicBuffer, type AtomicCounter } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import {
  ChannelEndpointStatus,
  type ChannelUri,
  ErrorFlyweight,
  HeaderFlyweight,
  LocalSocketAddressStatus,
  LogBufferDescriptor,
  NakFlyweight,
  ResponseSetupFlyweight,
  RttMeasurementFlyweight,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
} from '../../protocol/mod.ts';
import type { DriverContext } from '../driver-context.ts';
import type { NetworkPublication } from '../network-publication.ts';
import type { SendSideConductor } from '../send-side-conductor.ts';
import type { DatagramBatch } from './datagram-batch.ts';
import {
  DESTINATION_TIMEOUT_NS,
  DynamicSndMultiDestination,
  ManualSndMultiDestination,
  type MultiSndDestination,
} from './multi-snd-destination.ts';
import type { UdpChannel } from './udp-channel.ts';
import { UdpChannelTransport } from './udp-channel-transport.ts';

const NULL_VALUE = -1;

/** The counters by which an endpoint shows itself; the endpoint closes them. */
export interface SendChannelEndpointCounters {
  /** 'snd-channel' */
  readonly statusIndicator: AtomicCounter;
  /** 'snd-local-sockaddr' */
  readonly localSocketAddressIndicator: AtomicCounter;
  /** 'mdc-num-dest', for channels with `isMultiDestination`. */
  readonly mdcDestinations: AtomicCounter | undefined;
}

/**
 * The sending end of a channel, shared by all publications on it: where their datagrams leave, and where
 * status messages, NAKs and the like of their receivers come in and are handed on to the publication they
 * are for.
 *
 * Made, opened and closed by the conductor; used by the sender in between.
 *
 * Upstream: `io.aeron.driver.media.SendChannelEndpoint`.
 */
export class SendChannelEndpoint extends UdpChannelTransport {
  private readonly counters: SendChannelEndpointCounters;
  private readonly publications = new Map<number, Map<number, NetworkPublication>>();
  private readonly multiSndDestination: MultiSndDestination | undefined;
  private readonly manualDestination: ManualSndMultiDestination | undefined;
  private readonly statusMessagesReceived: AtomicCounter;
  private readonly statusMessagesRejected: AtomicCounter;
  private readonly nakMessagesReceived: AtomicCounter;
  private readonly errorMessagesReceived: AtomicCounter;
  private refCount = 0;
  private timeOfLastResolutionNs = 0;
  /** The last source that proved to be the connected address: mostly the same object comes again. */
  private knownSource: SocketAddress | undefined;

  constructor(udpChannel: UdpChannel, counters: SendChannelEndpointCounters, context: DriverContext) {
    super(
      udpChannel,
      {
        endPointAddress: udpChannel.remoteControl,
        bindAddress: udpChannel.localControl,
        connectAddress:
          udpChannel.isMultiDestination || udpChannel.isResponseControlMode ? undefined : udpChannel.remoteData,
      },
      context.senderPortManager,
      context,
    );
    const { systemCounters, senderCachedNanoClock } = context;
    this.counters = counters;
    this.statusMessagesReceived = systemCounters.get(SystemCounterDescriptor.STATUS_MESSAGES_RECEIVED);
    this.statusMessagesRejected = systemCounters.get(SystemCounterDescriptor.STATUS_MESSAGES_REJECTED);
    this.nakMessagesReceived = systemCounters.get(SystemCounterDescriptor.NAK_MESSAGES_RECEIVED);
    this.errorMessagesReceived = systemCounters.get(SystemCounterDescriptor.ERROR_FRAMES_RECEIVED);
    const { mdcDestinations } = counters;
    if (mdcDestinations !== undefined && udpChannel.isManualControlMode) {
      this.manualDestination = new ManualSndMultiDestination(senderCachedNanoClock, mdcDestinations);
      this.multiSndDestination = this.manualDestination;
    } else if (mdcDestinations !== undefined && udpChannel.isDynamicControlMode) {
      this.multiSndDestination = new DynamicSndMultiDestination(
        senderCachedNanoClock,
        mdcDestinations,
        context.errorHandler,
      );
    }
  }

  get originalUriString(): string {
    return this.udpChannel.originalUriString;
  }

  get statusIndicatorCounterId(): number {
    return this.counters.statusIndicator.id;
  }

  /** One of `ChannelEndpointStatus`. */
  get status(): number {
    return this.counters.statusIndicator.get();
  }

  incRef(): void {
    this.refCount++;
  }

  decRef(): void {
    this.refCount--;
  }

  /** No publication is left, and nobody has begun to close it yet. */
  get shouldBeClosed(): boolean {
    const { statusIndicator } = this.counters;
    return this.refCount === 0 && !statusIndicator.isClosed && statusIndicator.get() !== ChannelEndpointStatus.CLOSING;
  }

  /** @throws AeronError CHANNEL_ENDPOINT_ERROR */
  openChannel(): void {
    const { statusIndicator, localSocketAddressIndicator } = this.counters;
    this.openDatagramChannel(statusIndicator);
    LocalSocketAddressStatus.updateBindAddress(
      localSocketAddressIndicator,
      this.bindAddressAndPort,
      this.context.countersManager.metaDataBuffer,
    );
    localSocketAddressIndicator.setRelease(ChannelEndpointStatus.ACTIVE);
  }

  /** @throws AeronError ILLEGAL_STATE unless just opened. */
  indicateActive(): void {
    const { statusIndicator } = this.counters;
    const status = statusIndicator.get();
    if (status !== ChannelEndpointStatus.INITIALIZING) {
      throw new AeronError('ILLEGAL_STATE', `channel cannot be registered unless INITIALIZING: status=${status}`);
    }
    statusIndicator.appendToLabel(this.bindAddressAndPort);
    statusIndicator.setRelease(ChannelEndpointStatus.ACTIVE);
  }

  indicateClosing(): void {
    this.counters.statusIndicator.setRelease(ChannelEndpointStatus.CLOSING);
  }

  override close(): void {
    super.close();
    this.counters.statusIndicator.close();
    this.counters.localSocketAddressIndicator.close();
    this.multiSndDestination?.close();
  }

  registerForSend(publication: NetworkPublication): void {
    let bySessionId = this.publications.get(publication.streamId);
    if (bySessionId === undefined) {
      bySessionId = new Map();
      this.publications.set(publication.streamId, bySessionId);
    }
    bySessionId.set(publication.sessionId, publication);
  }

  unregisterForSend(publication: NetworkPublication): void {
    const bySessionId = this.publications.get(publication.streamId);
    bySessionId?.delete(publication.sessionId);
    if (bySessionId?.size === 0) {
      this.publications.delete(publication.streamId);
    }
  }

  /**
   * Sends a batch of frames of one publication to wherever the channel goes, or to `to` where the channel
   * alone does not know. Returns how many datagrams, from the first on, went out (to each destination).
   */
  send(batch: DatagramBatch, to: SocketAddress | undefined = this.connectAddress): number {
    if (this.multiSndDestination !== undefined) {
      return this.multiSndDestination.send(batch, this);
    }
    return to === undefined ? 0 : this.sendBatchTo(batch, to);
  }

  /** Looks at what has come in, one datagram at `offset`; returns nothing, throws nothing for bad input. */
  onDatagram(
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    source: SocketAddress,
    conductorProxy: SendSideConductor,
  ): void {
    if (!this.isFromConnectedAddress(source) || !this.isValidFrame(buffer, offset, length, source)) {
      return;
    }
    switch (HeaderFlyweight.headerType(buffer, offset)) {
      case HeaderFlyweight.HDR_TYPE_NAK:
        this.onNakMessage(buffer, offset, source);
        break;
      case HeaderFlyweight.HDR_TYPE_SM:
        this.onStatusMessage(buffer, offset, source, conductorProxy);
        break;
      case HeaderFlyweight.HDR_TYPE_ERR:
        this.onError(buffer, offset, source, conductorProxy);
        break;
      case HeaderFlyweight.HDR_TYPE_RTTM:
        this.onRttMeasurement(buffer, offset, source);
        break;
      case HeaderFlyweight.HDR_TYPE_RSP_SETUP:
        this.onResponseSetup(buffer, offset, conductorProxy);
        break;
    }
  }

  protected onStatusMessage(
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    conductorProxy: SendSideConductor,
  ): void {
    const publication = this.findPublication(
      StatusMessageFlyweight.streamId(buffer, offset),
      StatusMessageFlyweight.sessionId(buffer, offset),
    );
    const termLength = publication?.termBufferLength ?? LogBufferDescriptor.TERM_MAX_LENGTH;
    if (!StatusMessageFlyweight.isValid(buffer, offset, termLength)) {
      this.invalidPackets.increment();
      return;
    }
    this.statusMessagesReceived.incrementRelease();
    const flags = HeaderFlyweight.flags(buffer, offset);
    const isSetupRequest = (flags & StatusMessageFlyweight.SEND_SETUP_FLAG) !== 0;
    if (!isSetupRequest && publication !== undefined && !publication.isValidStatusMessage(buffer, offset)) {
      this.statusMessagesRejected.incrementRelease();
      return;
    }
    this.multiSndDestination?.onStatusMessage(buffer, offset, source);
    if (publication === undefined) {
      return;
    }
    if (isSetupRequest) {
      publication.triggerSendSetupFrame(buffer, offset, source);
    } else {
      publication.onStatusMessage(buffer, offset, source, conductorProxy);
    }
  }

  protected onNakMessage(buffer: AtomicBuffer, offset: number, _source: SocketAddress): void {
    const publication = this.findPublication(
      NakFlyweight.streamId(buffer, offset),
      NakFlyweight.sessionId(buffer, offset),
    );
    if (publication === undefined) {
      return;
    }
    if (!NakFlyweight.isValid(buffer, offset, publication.termBufferLength)) {
      this.invalidPackets.increment();
      return;
    }
    this.nakMessagesReceived.incrementRelease();
    publication.onNak(buffer, offset);
  }

  protected onRttMeasurement(buffer: AtomicBuffer, offset: number, _source: SocketAddress): void {
    this.findPublication(
      RttMeasurementFlyweight.streamId(buffer, offset),
      RttMeasurementFlyweight.sessionId(buffer, offset),
    )?.onRttMeasurement(buffer, offset);
  }

  protected onError(
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    conductorProxy: SendSideConductor,
  ): void {
    this.errorMessagesReceived.incrementRelease();
    const destinationRegistrationId =
      this.multiSndDestination?.findRegistrationId(buffer, offset, source) ?? NULL_VALUE;
    this.findPublication(ErrorFlyweight.streamId(buffer, offset), ErrorFlyweight.sessionId(buffer, offset))?.onError(
      buffer,
      offset,
      source,
      destinationRegistrationId,
      conductorProxy,
    );
  }

  private onResponseSetup(buffer: AtomicBuffer, offset: number, conductorProxy: SendSideConductor): void {
    const publication = this.findPublication(
      ResponseSetupFlyweight.streamId(buffer, offset),
      ResponseSetupFlyweight.sessionId(buffer, offset),
    );
    if (publication !== undefined && publication.responseCorrelationId !== NULL_VALUE) {
      conductorProxy.responseSetup(
        publication.responseCorrelationId,
        ResponseSetupFlyweight.responseSessionId(buffer, offset),
      );
    }
  }

  /** @throws AeronError INVALID_CHANNEL unless destinations can be added by command. */
  validateAllowsManualControl(): void {
    if (this.manualDestination === undefined) {
      throw new AeronError('INVALID_CHANNEL', `channel does not allow manual control: ${this.originalUriString}`);
    }
  }

  /** @throws AeronError TOO_MANY_DESTINATIONS; INVALID_CHANNEL when the address is not of the socket's family */
  addDestination(channelUri: ChannelUri, address: SocketAddress, registrationId: number): void {
    if (address.family !== this.udpChannel.family) {
      throw new AeronError(
        'INVALID_CHANNEL',
        `an IPv${this.udpChannel.family} channel cannot send to ${address}: ` +
          `destination=${channelUri} channel=${this.originalUriString}`,
      );
    }
    this.manualDestination?.addDestination(channelUri.get('endpoint'), address, registrationId);
  }

  removeDestination(address: SocketAddress): void {
    this.manualDestination?.removeDestination(address);
  }

  removeDestinationById(registrationId: number): void {
    this.manualDestination?.removeDestinationById(registrationId);
  }

  /** Has the names of silent destinations, or of a silent endpoint, looked up again. */
  checkForReResolution(nowNs: number, conductorProxy: SendSideConductor): void {
    if (this.manualDestination !== undefined) {
      this.manualDestination.checkForReResolution(nowNs, (endpoint, address) =>
        conductorProxy.reResolveEndpoint(endpoint, this, address),
      );
      return;
    }
    const endpoint = this.udpChannel.channelUri.get('endpoint');
    const isNamed = endpoint !== undefined && !this.udpChannel.isMulticast && this.connectAddress !== undefined;
    const isDue = this.timeOfLastResolutionNs + DESTINATION_TIMEOUT_NS < nowNs;
    if (isNamed && isDue && this.isWithoutStatusMessages(nowNs)) {
      this.timeOfLastResolutionNs = nowNs;
      conductorProxy.reResolveEndpoint(endpoint, this, this.connectAddress!);
    }
  }

  resolutionChange(endpoint: string, newAddress: SocketAddress): void {
    if (this.manualDestination === undefined) {
      this.updateEndpoint(newAddress);
      this.counters.statusIndicator.setRelease(ChannelEndpointStatus.ACTIVE);
    } else {
      this.manualDestination.updateDestination(endpoint, newAddress);
    }
  }

  /** @throws AeronError INVALID_CHANNEL when the tags agree and the channels do not. */
  matchesTag(udpChannel: UdpChannel): boolean {
    return udpChannel.matchesTag(this.udpChannel, undefined, this.connectAddress);
  }

  /**
   * What a connected socket would let through: a unicast publication has one peer, and only that is heard.
   * Multicast and destinations are answered from anywhere.
   */
  private isFromConnectedAddress(source: SocketAddress): boolean {
    const { connectAddress } = this;
    if (connectAddress === undefined || connectAddress.isMulticast || source === this.knownSource) {
      return true;
    }
    const isKnown =
      source.port === connectAddress.port && (source.host === connectAddress.host || connectAddress.isAny);
    if (isKnown) {
      this.knownSource = source;
    }
    return isKnown;
  }

  override updateEndpoint(newAddress: SocketAddress): void {
    super.updateEndpoint(newAddress);
    this.knownSource = undefined;
  }

  private findPublication(streamId: number, sessionId: number): NetworkPublication | undefined {
    return this.publications.get(streamId)?.get(sessionId);
  }

  private isWithoutStatusMessages(nowNs: number): boolean {
    for (const bySessionId of this.publications.values()) {
      for (const publication of bySessionId.values()) {
        if (publication.timeOfLastStatusMessageNs + DESTINATION_TIMEOUT_NS >= nowNs) {
          return false;
        }
      }
    }
    return true;
  }
}
