import { AeronError, AtomicBuffer, type AtomicCounter } from '../../agrona/mod.ts';
import type { Memory, SocketAddress } from '../../platform/mod.ts';
import {
  ChannelEndpointStatus,
  ControlProtocolError,
  ErrorCode,
  ErrorFlyweight,
  HeaderFlyweight,
  LocalSocketAddressStatus,
  LogBufferDescriptor,
  NakFlyweight,
  ResponseSetupFlyweight,
  RttMeasurementFlyweight,
  SetupFlyweight,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
} from '../../protocol/mod.ts';
import type { DataPacketDispatcher } from '../data-packet-dispatcher.ts';
import type { DriverContext } from '../driver-context.ts';
import type { ImageConnections } from './image-connection.ts';
import { type ControlResolver, DESTINATION_ADDRESS_TIMEOUT_NS, MultiRcvDestination } from './multi-rcv-destination.ts';
import type { ReceiveDestinationTransport } from './receive-destination-transport.ts';
import type { UdpChannel } from './udp-channel.ts';
import { UdpChannelTransport } from './udp-channel-transport.ts';

/** The counters by which an endpoint shows itself; the endpoint closes them. */
export interface ReceiveChannelEndpointCounters {
  /** 'rcv-channel' */
  readonly statusIndicator: AtomicCounter;
  /** 'rcv-local-sockaddr'; undefined for multi-destination subscriptions, where each destination has its own. */
  readonly localSocketAddressIndicator: AtomicCounter | undefined;
}

/** The longest frame that goes back to a sender. */
const FEEDBACK_FRAME_MAX_LENGTH = ErrorFlyweight.MAX_ERROR_FRAME_LENGTH;
/** Where in its memory the endpoint builds what it sends: one frame at a time, each sent before the next. */
const FEEDBACK_OFFSET = 0;
const NO_RECEIVER_ID = 0n;
/** Log positions must be exact as numbers, also for a while after the first. */
const MAX_JOIN_POSITION = Number.MAX_SAFE_INTEGER / 2;

/**
 * The receiving end of a channel, shared by all subscriptions to it: data and setup frames come in and are
 * dispatched to images, status messages, NAKs, RTT measurements and errors go back to the senders.
 *
 * It has one transport, its own (index 0), or with `control-mode=manual` (a multi-destination subscription)
 * one a destination, by their indexes.
 *
 * Made, opened and closed by the conductor; used by the receiver in between, except for the reference counts,
 * which are the conductor's.
 *
 * Upstream: `io.aeron.driver.media.ReceiveChannelEndpoint`.
 */
export class ReceiveChannelEndpoint extends UdpChannelTransport {
  readonly dispatcher: DataPacketDispatcher;
  /** By which senders tell receivers apart: 64 random bits. */
  readonly receiverId: bigint;
  private readonly counters: ReceiveChannelEndpointCounters;
  private readonly groupTag: bigint | undefined;
  private readonly feedbackMemory: Memory;
  /** What is about to be sent, from offset 0. */
  protected readonly feedback: AtomicBuffer;
  private readonly shortSends: AtomicCounter;
  private readonly possibleTtlAsymmetry: AtomicCounter;
  private readonly errorFramesSent: AtomicCounter;
  private readonly multiRcvDestination: MultiRcvDestination | undefined;
  private readonly streamRefs = new RefCounts();
  private readonly streamAndSessionRefs = new RefCounts();
  private readonly responseStreamRefs = new RefCounts();
  private imageRefCount = 0;
  private currentControlAddress: SocketAddress;
  private timeOfLastActivityNs: number;

  constructor(
    udpChannel: UdpChannel,
    dispatcher: DataPacketDispatcher,
    counters: ReceiveChannelEndpointCounters,
    context: DriverContext,
  ) {
    super(
      udpChannel,
      { endPointAddress: udpChannel.remoteData, bindAddress: udpChannel.remoteData, connectAddress: undefined },
      context.receiverPortManager,
      context,
    );
    const { platform, systemCounters } = context;
    this.dispatcher = dispatcher;
    this.counters = counters;
    this.groupTag = udpChannel.groupTag ?? context.receiverGroupTag;
    this.receiverId = randomId(context);
    this.feedbackMemory = platform.allocate(FEEDBACK_FRAME_MAX_LENGTH);
    this.feedback = AtomicBuffer.over(this.feedbackMemory);
    this.shortSends = systemCounters.get(SystemCounterDescriptor.SHORT_SENDS);
    this.possibleTtlAsymmetry = systemCounters.get(SystemCounterDescriptor.POSSIBLE_TTL_ASYMMETRY);
    this.errorFramesSent = systemCounters.get(SystemCounterDescriptor.ERROR_FRAMES_SENT);
    this.multiRcvDestination = udpChannel.isManualControlMode ? new MultiRcvDestination() : undefined;
    this.currentControlAddress = udpChannel.localControl;
    this.timeOfLastActivityNs = context.receiverCachedNanoClock.nanoTime();
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

  get hasExplicitControl(): boolean {
    return this.udpChannel.hasExplicitControl;
  }

  /** Where a sender is asked for its setup and told of this receiver, with `control=`. */
  get explicitControlAddress(): SocketAddress | undefined {
    return this.hasExplicitControl ? this.currentControlAddress : undefined;
  }

  /** A multi-destination subscription: receives nothing but through destinations. */
  get hasDestinationControl(): boolean {
    return this.multiRcvDestination !== undefined;
  }

  // ---- for the conductor ----

  /** @throws AeronError CHANNEL_ENDPOINT_ERROR */
  openChannel(): void {
    if (this.multiRcvDestination === undefined) {
      this.openDatagramChannel(this.counters.statusIndicator);
    }
  }

  /** @throws AeronError ILLEGAL_STATE unless just opened. */
  indicateActive(): void {
    const { statusIndicator, localSocketAddressIndicator } = this.counters;
    const status = statusIndicator.get();
    if (status !== ChannelEndpointStatus.INITIALIZING) {
      throw new AeronError('ILLEGAL_STATE', `channel cannot be registered unless INITIALIZING: status=${status}`);
    }
    if (this.multiRcvDestination === undefined) {
      statusIndicator.appendToLabel(this.bindAddressAndPort);
    }
    if (localSocketAddressIndicator !== undefined) {
      LocalSocketAddressStatus.updateBindAddress(
        localSocketAddressIndicator,
        this.bindAddressAndPort,
        this.context.countersManager.metaDataBuffer,
      );
      localSocketAddressIndicator.setRelease(ChannelEndpointStatus.ACTIVE);
    }
    statusIndicator.setRelease(ChannelEndpointStatus.ACTIVE);
  }

  indicateClosing(): void {
    this.counters.statusIndicator.setRelease(ChannelEndpointStatus.CLOSING);
  }

  override close(): void {
    super.close();
    this.multiRcvDestination?.close();
    this.counters.statusIndicator.close();
    this.counters.localSocketAddressIndicator?.close();
  }

  /** The count after. */
  incRefToStream(streamId: number): number {
    return this.streamRefs.increment(`${streamId}`);
  }

  /** The count after. @throws AeronError ILLEGAL_STATE when it was 0. */
  decRefToStream(streamId: number): number {
    return this.streamRefs.decrement(`${streamId}`);
  }

  /** The count after. */
  incRefToStreamAndSession(streamId: number, sessionId: number): number {
    return this.streamAndSessionRefs.increment(`${streamId}/${sessionId}`);
  }

  /** The count after. @throws AeronError ILLEGAL_STATE when it was 0. */
  decRefToStreamAndSession(streamId: number, sessionId: number): number {
    return this.streamAndSessionRefs.decrement(`${streamId}/${sessionId}`);
  }

  /** The count after. */
  incResponseRefToStream(streamId: number): number {
    return this.responseStreamRefs.increment(`${streamId}`);
  }

  /** The count after. @throws AeronError ILLEGAL_STATE when it was 0. */
  decResponseRefToStream(streamId: number): number {
    return this.responseStreamRefs.decrement(`${streamId}`);
  }

  incRefImages(): void {
    this.imageRefCount++;
  }

  decRefImages(): void {
    this.imageRefCount--;
  }

  /** Streams, and sessions of streams, that are subscribed to. */
  get distinctSubscriptionCount(): number {
    return this.streamRefs.size + this.streamAndSessionRefs.size;
  }

  /** No subscription and no image is left, and nobody has begun to close it yet. */
  get shouldBeClosed(): boolean {
    const { statusIndicator } = this.counters;
    return (
      this.distinctSubscriptionCount === 0 &&
      this.responseStreamRefs.size === 0 &&
      this.imageRefCount <= 0 &&
      !statusIndicator.isClosed &&
      statusIndicator.get() !== ChannelEndpointStatus.CLOSING
    );
  }

  /** @throws AeronError INVALID_CHANNEL when the tags agree and the addresses do not. */
  matchesTag(udpChannel: UdpChannel): boolean {
    return udpChannel.matchesTag(this.udpChannel, this.currentControlAddress);
  }

  /** @throws ControlProtocolError INVALID_CHANNEL */
  validateAllowsDestinationControl(): void {
    if (this.multiRcvDestination === undefined) {
      throw new ControlProtocolError(
        ErrorCode.INVALID_CHANNEL,
        `channel does not allow manual control: ${this.originalUriString}`,
      );
    }
  }

  // ---- for the receiver ----

  /** Returns the index by which the destination is known from now on. */
  addDestination(transport: ReceiveDestinationTransport): number {
    return this.destinations().add(transport);
  }

  removeDestination(transportIndex: number): void {
    this.destinations().remove(transportIndex);
  }

  /** The index of the destination with an equal channel; -1 when there is none. */
  indexOfDestination(udpChannel: UdpChannel): number {
    return this.destinations().indexOf(udpChannel);
  }

  destination(transportIndex: number): ReceiveDestinationTransport | undefined {
    return this.destinations().get(transportIndex);
  }

  hasDestination(transportIndex: number): boolean {
    return this.multiRcvDestination === undefined
      ? transportIndex === 0
      : this.multiRcvDestination.get(transportIndex) !== undefined;
  }

  /** Where feedback for what came by a transport goes: the group's control address, or back to the source. */
  controlAddressFor(transportIndex: number, source: SocketAddress): SocketAddress {
    const transport = this.multiRcvDestination?.get(transportIndex) ?? this;
    return transport.isMulticast ? transport.udpChannel.remoteControl : source;
  }

  /** Counts a sender whose datagrams live longer than the answers they get here. */
  checkTtl(transportIndex: number, setupTtl: number): void {
    const transport = this.multiRcvDestination?.get(transportIndex) ?? this;
    if (transport.isMulticast && transport.multicastTtl < setupTtl) {
      this.possibleTtlAsymmetry.incrementRelease();
    }
  }

  /**
   * Takes one received datagram at an 8-aligned `offset`. What is malformed is counted, what is of no use to a
   * receiver is ignored.
   */
  onFrame(buffer: AtomicBuffer, offset: number, length: number, source: SocketAddress, transportIndex: number): void {
    if (!this.isValidFrame(buffer, offset, length, source)) {
      return;
    }
    switch (HeaderFlyweight.headerType(buffer, offset)) {
      case HeaderFlyweight.HDR_TYPE_DATA:
      case HeaderFlyweight.HDR_TYPE_PAD:
        this.onDataPacket(buffer, offset, length, source, transportIndex);
        break;
      case HeaderFlyweight.HDR_TYPE_SETUP:
        this.onSetupMessage(buffer, offset, source, transportIndex);
        break;
      case HeaderFlyweight.HDR_TYPE_RTTM:
        this.onRttMeasurement(buffer, offset, source, transportIndex);
        break;
      default:
        break;
    }
  }

  sendSetupElicitingStatusMessage(
    transportIndex: number,
    controlAddress: SocketAddress,
    sessionId: number,
    streamId: number,
  ): void {
    const length = StatusMessageFlyweight.encode(
      this.feedback,
      FEEDBACK_OFFSET,
      StatusMessageFlyweight.SEND_SETUP_FLAG,
      sessionId,
      streamId,
      0,
      0,
      0,
      this.receiverId,
      this.groupTag,
    );
    this.sendFeedback(transportIndex, length, controlAddress);
  }

  /** `windowLength` bytes may be sent from the position on. */
  sendStatusMessage(
    connections: ImageConnections,
    sessionId: number,
    streamId: number,
    termId: number,
    termOffset: number,
    windowLength: number,
    flags: number,
  ): void {
    const length = StatusMessageFlyweight.encode(
      this.feedback,
      FEEDBACK_OFFSET,
      flags,
      sessionId,
      streamId,
      termId,
      termOffset,
      windowLength,
      this.receiverId,
      this.groupTag,
    );
    this.sendToAll(connections, length);
  }

  sendNakMessage(
    connections: ImageConnections,
    sessionId: number,
    streamId: number,
    termId: number,
    termOffset: number,
    length: number,
  ): void {
    NakFlyweight.encode(this.feedback, FEEDBACK_OFFSET, sessionId, streamId, termId, termOffset, length);
    this.sendToAll(connections, NakFlyweight.HEADER_LENGTH);
  }

  /** Asks the senders to echo a reading of this driver's clock. */
  sendRttMeasurement(connections: ImageConnections, sessionId: number, streamId: number, timestampNs: number): void {
    RttMeasurementFlyweight.encode(
      this.feedback,
      FEEDBACK_OFFSET,
      RttMeasurementFlyweight.REPLY_FLAG,
      sessionId,
      streamId,
      BigInt(timestampNs),
      0n,
      this.receiverId,
    );
    this.sendToAll(connections, RttMeasurementFlyweight.HEADER_LENGTH);
  }

  /** Echoes a sender's measurement at `offset`. */
  replyToRttMeasurement(
    transportIndex: number,
    controlAddress: SocketAddress,
    measurement: AtomicBuffer,
    offset: number,
  ): void {
    RttMeasurementFlyweight.encode(
      this.feedback,
      FEEDBACK_OFFSET,
      0,
      RttMeasurementFlyweight.sessionId(measurement, offset),
      RttMeasurementFlyweight.streamId(measurement, offset),
      RttMeasurementFlyweight.echoTimestampNs(measurement, offset),
      0n,
      this.receiverId,
    );
    this.sendFeedback(transportIndex, RttMeasurementFlyweight.HEADER_LENGTH, controlAddress);
  }

  sendResponseSetup(
    connections: ImageConnections,
    sessionId: number,
    streamId: number,
    responseSessionId: number,
  ): void {
    ResponseSetupFlyweight.encode(this.feedback, FEEDBACK_OFFSET, sessionId, streamId, responseSessionId);
    this.sendToAll(connections, ResponseSetupFlyweight.HEADER_LENGTH);
  }

  /** Tells the senders that an image was refused; text beyond 1023 bytes is cut off. */
  sendErrorFrame(
    connections: ImageConnections,
    sessionId: number,
    streamId: number,
    errorCode: number,
    errorMessage: string,
  ): void {
    this.errorFramesSent.increment();
    const length = ErrorFlyweight.encode(
      this.feedback,
      FEEDBACK_OFFSET,
      sessionId,
      streamId,
      this.receiverId,
      this.groupTag,
      errorCode,
      errorMessage,
    );
    this.sendToAll(connections, length);
  }

  /** The control address of a transport was looked up again and is another now. */
  updateControlAddress(transportIndex: number, newAddress: SocketAddress): void {
    if (this.multiRcvDestination !== undefined) {
      this.multiRcvDestination.get(transportIndex)?.updateControlAddress(newAddress);
    } else if (this.hasExplicitControl) {
      this.currentControlAddress = newAddress;
    }
  }

  /** Has the names of control addresses looked up again where nothing was heard for a while. */
  checkForReResolution(nowNs: number, resolver: ControlResolver): void {
    if (this.multiRcvDestination !== undefined) {
      this.multiRcvDestination.checkForReResolution(this, nowNs, resolver);
    } else if (this.hasExplicitControl && nowNs - this.timeOfLastActivityNs > DESTINATION_ADDRESS_TIMEOUT_NS) {
      this.timeOfLastActivityNs = nowNs;
      resolver.reResolveControl(
        this.udpChannel.channelUri.get('control')!,
        this.udpChannel,
        this,
        this.currentControlAddress,
      );
    }
  }

  protected onDataPacket(
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    source: SocketAddress,
    transportIndex: number,
  ): void {
    this.onActivity(transportIndex);
    this.dispatcher.onDataPacket(this, buffer, offset, length, source, transportIndex);
  }

  protected onSetupMessage(buffer: AtomicBuffer, offset: number, source: SocketAddress, transportIndex: number): void {
    if (!isSetupPossible(buffer, offset)) {
      this.invalidPackets.increment();
      return;
    }
    this.onActivity(transportIndex);
    this.dispatcher.onSetupMessage(this, buffer, offset, source, transportIndex);
  }

  protected onRttMeasurement(
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    transportIndex: number,
  ): void {
    const receiverId = RttMeasurementFlyweight.receiverId(buffer, offset);
    if (receiverId !== this.receiverId && receiverId !== NO_RECEIVER_ID) {
      return;
    }
    this.onActivity(transportIndex);
    this.dispatcher.onRttMeasurement(this, buffer, offset, source, transportIndex);
  }

  private onActivity(transportIndex: number): void {
    const nowNs = this.context.receiverCachedNanoClock.nanoTime();
    if (this.multiRcvDestination === undefined) {
      this.timeOfLastActivityNs = nowNs;
    } else {
      this.multiRcvDestination.onActivity(transportIndex, nowNs);
    }
  }

  private sendToAll(connections: ImageConnections, length: number): void {
    if (this.multiRcvDestination === undefined) {
      this.sendFeedback(0, length, connections.get(0)!.controlAddress);
      return;
    }
    const nowNs = this.context.receiverCachedNanoClock.nanoTime();
    for (let i = connections.length - 1; i >= 0; i--) {
      const connection = connections.get(i);
      if (connection !== undefined && nowNs - connection.timeOfLastActivityNs < DESTINATION_ADDRESS_TIMEOUT_NS) {
        this.sendFeedback(i, length, connection.controlAddress);
      }
    }
  }

  /** Sends `length` bytes of `feedback`. */
  protected sendFeedback(transportIndex: number, length: number, to: SocketAddress): void {
    const isSent =
      this.multiRcvDestination === undefined
        ? this.sendTo(this.feedbackMemory, FEEDBACK_OFFSET, length, to)
        : this.multiRcvDestination.sendTo(transportIndex, this.feedbackMemory, FEEDBACK_OFFSET, length, to);
    if (!isSent) {
      this.shortSends.increment();
    }
  }

  private destinations(): MultiRcvDestination {
    if (this.multiRcvDestination === undefined) {
      throw new AeronError('ILLEGAL_STATE', `channel has no destinations: ${this.originalUriString}`);
    }
    return this.multiRcvDestination;
  }
}

/** Whether there can be a log whose first byte here is where the setup says. */
function isSetupPossible(buffer: AtomicBuffer, offset: number): boolean {
  if (!SetupFlyweight.isValid(buffer, offset)) {
    return false;
  }
  const joinPosition = LogBufferDescriptor.computePosition(
    SetupFlyweight.activeTermId(buffer, offset),
    SetupFlyweight.termOffset(buffer, offset),
    LogBufferDescriptor.positionBitsToShift(SetupFlyweight.termLength(buffer, offset)),
    SetupFlyweight.initialTermId(buffer, offset),
  );
  return joinPosition >= 0 && joinPosition <= MAX_JOIN_POSITION;
}

function randomId(context: DriverContext): bigint {
  const { random } = context.platform;
  return (BigInt(random.nextInt32()) << 32n) | BigInt(random.nextInt32() >>> 0);
}

/** How many users there are by key; a key without users is forgotten. */
class RefCounts {
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#counts.size;
  }

  increment(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  decrement(key: string): number {
    const count = (this.#counts.get(key) ?? 0) - 1;
    if (count < 0) {
      throw new AeronError('ILLEGAL_STATE', `nobody refers to stream ${key}`);
    }
    if (count === 0) {
      this.#counts.delete(key);
    } else {
      this.#counts.set(key, count);
    }
    return count;
  }
}
