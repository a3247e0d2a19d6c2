import { AeronError, type AtomicBuffer, type AtomicCounter } from '../agrona/mod.ts';
import type { SocketAddress } from '../platform/mod.ts';
import {
  DataHeaderFlyweight,
  ErrorCode,
  FrameDescriptor,
  LogBufferDescriptor,
  RttMeasurementFlyweight,
  SetupFlyweight,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
  TermGapFiller,
  TermRebuilder,
} from '../protocol/mod.ts';
import { type CongestionControl, outcomeForcesStatusMessage, outcomeWindowLength } from './congestion-control.ts';
import { INVALID_PACKET, stampReceiveTime, validateDataPacket } from './data-packet-validation.ts';
import type { DriverContext } from './driver-context.ts';
import type { DriverManagedResource } from './driver-managed-resource.ts';
import type { FeedbackDelayGenerator } from './feedback-delay-generator.ts';
import { LossDetector } from './loss-detector.ts';
import { LossRecorder } from './loss-recorder.ts';
import { ImageConnections } from './media/image-connection.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { ReceiveDestinationTransport } from './media/receive-destination-transport.ts';
import type { Position, ReadablePosition } from './position.ts';
import type { RawLog } from './raw-log.ts';
import type { ResourceConductor } from './resource-conductor.ts';
import type { Subscribable } from './subscribable.ts';
import type { SubscriptionLink } from './subscription-link.ts';
import { type UntetheredStream, UntetheredSubscriptions, type UntetheredTimeouts } from './untethered-subscriptions.ts';

/** Status message intervals that a drained image goes on telling the sender that it is done. */
const SM_EOS_MULTIPLE = 5;

/** What an image is made of; ownership of log, counters and congestion control goes to the image. */
export interface PublicationImageSpec {
  readonly correlationId: number;
  readonly channelEndpoint: ReceiveChannelEndpoint;
  /** On which the setup came. */
  readonly transportIndex: number;
  /** Where feedback for that transport goes. */
  readonly controlAddress: SocketAddress;
  readonly sessionId: number;
  readonly streamId: number;
  readonly initialTermId: number;
  readonly activeTermId: number;
  readonly termOffset: number;
  /** Of the setup frame. */
  readonly flags: number;
  /** Ask for what was lost; otherwise fill it with padding. */
  readonly isReliable: boolean;
  readonly untetheredTimeouts: UntetheredTimeouts;
  readonly rawLog: RawLog;
  readonly delayGenerator: FeedbackDelayGenerator;
  readonly hwmPosition: Position;
  readonly rebuildPosition: Position;
  readonly receiverNaksSent: AtomicCounter;
  readonly sourceIdentity: string;
  readonly congestionControl: CongestionControl;
}

/**
 * The copy of a remote publication's log that the receiver rebuilds from datagrams and clients read.
 *
 *     cleaned ... | slowest consumer    | fastest   | rebuilt     gap   | highest seen
 *     ------------+---------------------+-----------+-------------.....-+
 *                 |<--------- receiver window, told in status messages ------------>|
 *
 * Two agents share it. The receiver inserts packets, sends status messages, NAKs and RTT measurements; the
 * conductor looks for gaps (`trackRebuild`), moves the window with the consumers and ends the image's life:
 *
 *     INIT --activate--> ACTIVE --end of stream, no subscribers, no data--> DRAINING --read to the end-->
 *     LINGER --clients had time to let go--> DONE
 *
 * Subscribers are added right after it was made, before it is handed to the receiver.
 *
 * Upstream: `io.aeron.driver.PublicationImage`.
 */
export class PublicationImage implements DriverManagedResource, Subscribable, UntetheredStream {
  readonly correlationId: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly sourceIdentity: string;
  readonly channelEndpoint: ReceiveChannelEndpoint;
  readonly rawLog: RawLog;
  /** Set where this is one end of a response channel: the session on which the far end finds the answers. */
  responseSessionId: number | undefined;

  readonly #ctx: DriverContext;
  readonly #flags: number;
  readonly #initialTermId: number;
  readonly #termLength: number;
  readonly #positionBitsToShift: number;
  readonly #termBuffers: RawLog['termBuffers'];
  readonly #metaData: AtomicBuffer;
  readonly #isReliable: boolean;
  readonly #imageLivenessTimeoutNs: number;
  readonly #smTimeoutNs: number;
  readonly #maxReceiverWindowLength: number;
  readonly #maxMessageLength: number;
  /** Bytes into a data frame, or -1. */
  readonly #receiveTimestampOffset: number;
  readonly #congestionControl: CongestionControl;
  readonly #imageConnections = new ImageConnections();
  readonly #lossDetector: LossDetector;
  readonly #lossRecorder: LossRecorder;
  readonly #hwmPosition: Position;
  readonly #rebuildPosition: Position;
  readonly #untetheredSubscriptions: UntetheredSubscriptions;
  readonly #hasTransport = (transportIndex: number) => this.channelEndpoint.hasDestination(transportIndex);
  readonly #invalidPackets: AtomicCounter;
  readonly #heartbeatsReceived: AtomicCounter;
  readonly #statusMessagesSent: AtomicCounter;
  readonly #nakMessagesSent: AtomicCounter;
  readonly #receiverNaksSent: AtomicCounter;
  readonly #flowControlUnderRuns: AtomicCounter;
  readonly #flowControlOverRuns: AtomicCounter;
  readonly #lossGapFills: AtomicCounter;
  readonly #publicationImagesRevoked: AtomicCounter;

  #state: 'INIT' | 'ACTIVE' | 'DRAINING' | 'LINGER' | 'DONE' = 'INIT';
  #timeOfLastStateChangeNs: number;
  #timeOfLastPacketNs: number;
  #isEndOfStream = false;
  #isSendingEosSm = false;
  #isRebuilding = true;
  #isReceiverReleaseTriggered = false;
  #hasReceiverReleased = false;
  #smEnabled = true;
  #isInvalidPacketReported = false;
  #rejectionReason: string | undefined;

  #subscriberPositions: ReadablePosition[] = [];
  #cleanPosition: number;
  /** What the two counters say, without reading shared memory. */
  #hwm: number;
  #rebuilt: number;

  /** Scheduled by the conductor, sent by the receiver. */
  #smChangeNumber = 0;
  #nextSmPosition: number;
  #nextSmReceiverWindowLength: number;
  #lastSmChangeNumber = 0;
  #lastSmPosition: number;
  #lastOverrunThreshold: number;
  #nextSmDeadlineNs = 0;

  /** Found by the conductor, asked for by the receiver. */
  #lossChangeNumber = 0;
  #lastLossChangeNumber = 0;
  #lossTermId = 0;
  #lossTermOffset = 0;
  #lossLength = 0;

  constructor(ctx: DriverContext, spec: PublicationImageSpec) {
    const { rawLog, congestionControl } = spec;
    this.#ctx = ctx;
    this.correlationId = spec.correlationId;
    this.channelEndpoint = spec.channelEndpoint;
    this.sessionId = spec.sessionId;
    this.streamId = spec.streamId;
    this.sourceIdentity = spec.sourceIdentity;
    this.rawLog = rawLog;
    this.#flags = spec.flags;
    this.#initialTermId = spec.initialTermId;
    this.#termLength = rawLog.termLength;
    this.#positionBitsToShift = LogBufferDescriptor.positionBitsToShift(rawLog.termLength);
    this.#termBuffers = rawLog.termBuffers;
    this.#metaData = rawLog.metaData;
    this.#isReliable = spec.isReliable;
    this.#imageLivenessTimeoutNs = ctx.imageLivenessTimeoutNs;
    this.#smTimeoutNs = ctx.statusMessageTimeoutNs;
    this.#congestionControl = congestionControl;
    this.#maxReceiverWindowLength = congestionControl.maxWindowLength();
    this.#maxMessageLength = FrameDescriptor.computeMaxMessageLength(rawLog.termLength);
    this.#hwmPosition = spec.hwmPosition;
    this.#rebuildPosition = spec.rebuildPosition;
    this.#receiverNaksSent = spec.receiverNaksSent;
    this.#untetheredSubscriptions = new UntetheredSubscriptions(this, spec.untetheredTimeouts);
    this.#lossRecorder = new LossRecorder(ctx.lossReport, this);
    this.#lossDetector = new LossDetector(spec.delayGenerator, (termId, termOffset, length) =>
      this.#onGapDetected(termId, termOffset, length),
    );

    const { udpChannel } = spec.channelEndpoint;
    this.#receiveTimestampOffset = udpChannel.isChannelReceiveTimestampEnabled
      ? DataHeaderFlyweight.HEADER_LENGTH + udpChannel.channelReceiveTimestampOffset
      : -1;

    const counters = ctx.systemCounters;
    this.#invalidPackets = counters.get(SystemCounterDescriptor.INVALID_PACKETS);
    this.#heartbeatsReceived = counters.get(SystemCounterDescriptor.HEARTBEATS_RECEIVED);
    this.#statusMessagesSent = counters.get(SystemCounterDescriptor.STATUS_MESSAGES_SENT);
    this.#nakMessagesSent = counters.get(SystemCounterDescriptor.NAK_MESSAGES_SENT);
    this.#flowControlUnderRuns = counters.get(SystemCounterDescriptor.FLOW_CONTROL_UNDER_RUNS);
    this.#flowControlOverRuns = counters.get(SystemCounterDescriptor.FLOW_CONTROL_OVER_RUNS);
    this.#lossGapFills = counters.get(SystemCounterDescriptor.LOSS_GAP_FILLS);
    this.#publicationImagesRevoked = counters.get(SystemCounterDescriptor.PUBLICATION_IMAGES_REVOKED);

    const nowNs = ctx.receiverCachedNanoClock.nanoTime();
    this.#timeOfLastStateChangeNs = nowNs;
    this.#timeOfLastPacketNs = nowNs;
    this.#imageConnections.add(spec.transportIndex, nowNs, spec.controlAddress);

    const position = LogBufferDescriptor.computePosition(
      spec.activeTermId,
      spec.termOffset,
      this.#positionBitsToShift,
      spec.initialTermId,
    );
    this.#nextSmPosition = position;
    this.#nextSmReceiverWindowLength = congestionControl.initialWindowLength();
    this.#lastSmPosition = position;
    this.#lastOverrunThreshold = position + this.#termLength / 2;
    this.#cleanPosition = position;
    this.#hwm = position;
    this.#rebuilt = position;
    this.#hwmPosition.setRelease(position);
    this.#rebuildPosition.setRelease(position);
  }

  get channel(): string {
    return this.channelEndpoint.originalUriString;
  }

  get logFileName(): string {
    return this.rawLog.fileName;
  }

  get state(): 'INIT' | 'ACTIVE' | 'DRAINING' | 'LINGER' | 'DONE' {
    return this.#state;
  }

  /** Every sender has said that the stream ends, though not all of it need be here. */
  get isEndOfStream(): boolean {
    return this.#isEndOfStream;
  }

  /** The sender wants to be told of the session on which it gets its responses. */
  get hasSendResponseSetup(): boolean {
    return (this.#flags & SetupFlyweight.SEND_RESPONSE_SETUP_FLAG) !== 0;
  }

  subscribableRegistrationId(): number {
    return this.correlationId;
  }

  // ---- for the conductor ----

  addSubscriber(link: SubscriptionLink, position: ReadablePosition, nowNs: number): void {
    this.addSubscriberPosition(position);
    if (!link.isTether) {
      this.#untetheredSubscriptions.add(link, position, nowNs);
    }
  }

  removeSubscriber(link: SubscriptionLink, position: ReadablePosition): void {
    this.removeSubscriberPosition(position);
    position.close();
    if (!link.isTether) {
      this.#untetheredSubscriptions.remove(link);
    }
    if (this.#subscriberPositions.length === 0) {
      this.#isRebuilding = false;
    }
  }

  addSubscriberPosition(position: ReadablePosition): void {
    this.#subscriberPositions.push(position);
  }

  removeSubscriberPosition(position: ReadablePosition): void {
    this.#subscriberPositions = this.#subscriberPositions.filter((other) => other !== position);
  }

  isAcceptingSubscriptions(): boolean {
    if (this.#subscriberPositions.length === 0) {
      return false;
    }
    return this.#state === 'INIT' || this.#state === 'ACTIVE' || (this.#state === 'DRAINING' && !this.#isDrained());
  }

  /** Where a subscriber that comes later starts: behind nobody, and where there is no gap. */
  joinPosition(): number {
    let position = this.#rebuilt;
    for (const subscriberPosition of this.#subscriberPositions) {
      position = Math.min(position, subscriberPosition.get());
    }
    return position;
  }

  /**
   * Part of the conductor's duty cycle: finds out how far the stream is rebuilt, where the first gap is, and
   * whether consumers have moved far enough for a status message. Returns 1 when one was scheduled.
   */
  trackRebuild(nowNs: number): number {
    const subscriberPositions = this.#subscriberPositions;
    if (!this.#isRebuilding || subscriberPositions.length === 0) {
      return 0;
    }
    let minSubscriberPosition = Number.MAX_SAFE_INTEGER;
    let maxSubscriberPosition = 0;
    for (let i = 0; i < subscriberPositions.length; i++) {
      const position = subscriberPositions[i]!.get();
      minSubscriberPosition = Math.min(minSubscriberPosition, position);
      maxSubscriberPosition = Math.max(maxSubscriberPosition, position);
    }

    const hwmPosition = this.#hwm;
    const rebuildPosition = Math.max(this.#rebuilt, possiblePosition(maxSubscriberPosition, hwmPosition));
    const rebuildOffset = this.#lossDetector.scan(
      this.#termBuffers[LogBufferDescriptor.indexByPosition(rebuildPosition, this.#positionBitsToShift)]!,
      rebuildPosition,
      hwmPosition,
      nowNs,
      this.#termLength,
      this.#initialTermId,
    );
    const newRebuildPosition = rebuildPosition - (rebuildPosition & (this.#termLength - 1)) + rebuildOffset;
    if (newRebuildPosition > this.#rebuilt) {
      this.#rebuilt = newRebuildPosition;
      this.#rebuildPosition.setRelease(newRebuildPosition);
    }

    const outcome = this.#congestionControl.onTrackRebuild(
      nowNs,
      minSubscriberPosition,
      this.#nextSmPosition,
      hwmPosition,
      rebuildPosition,
      newRebuildPosition,
      this.#lossDetector.lossFound,
    );
    const windowLength = outcomeWindowLength(outcome);
    if (
      outcomeForcesStatusMessage(outcome) ||
      minSubscriberPosition > this.#nextSmPosition + (windowLength >> 2) ||
      windowLength !== this.#nextSmReceiverWindowLength
    ) {
      this.#cleanBufferTo(minSubscriberPosition - this.#termLength);
      this.#scheduleStatusMessage(minSubscriberPosition, windowLength);
      return 1;
    }
    return 0;
  }

  onTimeEvent(timeNs: number, _timeMs: number, conductor: ResourceConductor): void {
    switch (this.#state) {
      case 'ACTIVE':
        this.#checkActive(timeNs, conductor);
        break;
      case 'DRAINING':
        this.#checkDraining(timeNs, conductor);
        break;
      case 'LINGER':
        if (
          this.#subscriberPositions.length === 0 ||
          timeNs - this.#timeOfLastStateChangeNs > this.#imageLivenessTimeoutNs
        ) {
          conductor.cleanupImage(this);
          this.#transitionTo('DONE', timeNs);
        }
        break;
      default:
        break;
    }
  }

  hasReachedEndOfLife(): boolean {
    return this.#hasReceiverReleased && this.#state === 'DONE';
  }

  /** Gives back the counters; the log stays, for the conductor to free. */
  close(): void {
    this.#hwmPosition.close();
    this.#rebuildPosition.close();
    this.#receiverNaksSent.close();
    for (const position of this.#subscriberPositions) {
      position.close();
    }
    this.#untetheredSubscriptions.close();
    this.#congestionControl.close();
  }

  /** What rides on the status message timer is sent with the receiver's next duty cycle. */
  requestNextSmDeadlineReset(): void {
    this.#nextSmDeadlineNs = this.#ctx.receiverCachedNanoClock.nanoTime() - 1;
  }

  // ---- for the receiver ----

  activate(): void {
    this.#transitionTo('ACTIVE', this.#ctx.receiverCachedNanoClock.nanoTime());
  }

  deactivate(): void {
    if (this.#state !== 'ACTIVE') {
      return;
    }
    const nowNs = this.#ctx.receiverCachedNanoClock.nanoTime();
    this.#isRebuilding = false;
    this.#isSendingEosSm = this.#isSendingEosSm || !this.#isEndOfStream || this.#rebuilt === this.#hwm;
    if (this.#isSendingEosSm) {
      this.#nextSmDeadlineNs = nowNs - 1;
    }
    this.#transitionTo('DRAINING', nowNs);
  }

  removeFromDispatcher(): void {
    this.channelEndpoint.dispatcher.removePublicationImage(this);
  }

  /** The receiver does not look at the image again. */
  receiverRelease(): void {
    this.#hasReceiverReleased = true;
  }

  addDestination(transportIndex: number, transport: ReceiveDestinationTransport): void {
    this.#imageConnections.expect(transportIndex);
    const controlAddress = transport.isMulticast
      ? transport.udpChannel.remoteControl
      : transport.explicitControlAddress;
    if (controlAddress !== undefined) {
      this.#imageConnections.add(transportIndex, this.#ctx.receiverCachedNanoClock.nanoTime(), controlAddress);
    }
  }

  removeDestination(transportIndex: number): void {
    this.#imageConnections.remove(transportIndex);
    this.#updateActiveTransportCount();
  }

  addDestinationConnectionIfUnknown(transportIndex: number, source: SocketAddress): void {
    this.#imageConnections.track(transportIndex, source, this.#ctx.receiverCachedNanoClock.nanoTime());
  }

  /**
   * Takes a datagram of data, padding or a heartbeat at an 8-aligned `offset`, if it is well formed and within
   * the window; counts it where it is not. Returns the bytes taken or harmlessly ignored, 0 when refused.
   */
  insertPacket(
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    transportIndex: number,
    source: SocketAddress,
  ): number {
    if (this.#rejectionReason !== undefined) {
      return 0;
    }
    const coveredLength = validateDataPacket(buffer, offset, length, this.#termLength);
    if (coveredLength === INVALID_PACKET) {
      this.#onInvalidPacket(buffer, offset, length, source);
      return 0;
    }
    const termOffset = DataHeaderFlyweight.termOffset(buffer, offset);
    const packetPosition = LogBufferDescriptor.computePosition(
      DataHeaderFlyweight.termId(buffer, offset),
      termOffset,
      this.#positionBitsToShift,
      this.#initialTermId,
    );
    if (this.#isOverrun(packetPosition, length, coveredLength)) {
      this.#flowControlOverRuns.incrementRelease();
      return length;
    }
    if (coveredLength === 0) {
      this.#onHeartbeat(buffer, offset, packetPosition, transportIndex, source);
      return length;
    }

    const nowNs = this.#ctx.receiverCachedNanoClock.nanoTime();
    if (packetPosition < this.#lastSmPosition) {
      this.#flowControlUnderRuns.incrementRelease();
      if (packetPosition >= this.#lastSmPosition - this.#maxReceiverWindowLength) {
        this.#imageConnections.track(transportIndex, source, nowNs);
      }
      return length;
    }
    this.#timeOfLastPacketNs = nowNs;
    this.#imageConnections.track(transportIndex, source, nowNs);
    if (this.#receiveTimestampOffset >= 0) {
      stampReceiveTime(buffer, offset, length, this.#receiveTimestampOffset, this.#ctx.platform.clock.epochTimeNs());
    }
    const index = LogBufferDescriptor.indexByPosition(packetPosition, this.#positionBitsToShift);
    TermRebuilder.insert(this.#termBuffers[index]!, termOffset, buffer, offset, length);
    this.#proposeHwm(packetPosition + coveredLength);
    return length;
  }

  /**
   * Whether a sender has gone further than half a term beyond the slowest subscriber. It does not count padding,
   * of which it sends the header alone, and may stand behind it. Padding is no longer than a message with its
   * headers. A heartbeat is taken from where what is missing can still be sent again; an image that has fallen
   * further behind is to die and join anew. Upstream refuses both, and loses the image of a subscriber that has
   * stood still with a window of half a term.
   */
  #isOverrun(packetPosition: number, length: number, coveredLength: number): boolean {
    const threshold = this.#lastOverrunThreshold;
    if (coveredLength === 0) {
      return packetPosition > Math.max(threshold, this.#rebuilt + this.#termLength / 2 + this.#maxMessageLength);
    }
    return (
      packetPosition + length > threshold || packetPosition + coveredLength > threshold + 2 * this.#maxMessageLength
    );
  }

  /** Data or a heartbeat came within the image liveness timeout, and the conductor has not taken leave. */
  isConnected(nowNs: number): boolean {
    return nowNs - this.#timeOfLastPacketNs <= this.#imageLivenessTimeoutNs && !this.#isReceiverReleaseTriggered;
  }

  checkEosForDrainTransition(nowNs: number): void {
    if (this.#isEndOfStream && !this.#isSendingEosSm && this.#rebuilt === this.#hwm && this.#state === 'ACTIVE') {
      this.#isRebuilding = false;
      this.#isSendingEosSm = true;
      this.#nextSmDeadlineNs = nowNs - 1;
      this.#transitionTo('DRAINING', nowNs);
    }
  }

  /** Returns 1 when a status message (for a rejected image: an error frame) was due. */
  sendPendingStatusMessage(nowNs: number): number {
    const hasTimedOut = this.#smEnabled && nowNs > this.#nextSmDeadlineNs;
    if (!hasTimedOut && this.#smChangeNumber === this.#lastSmChangeNumber) {
      return 0;
    }
    if (this.#rejectionReason !== undefined) {
      return this.#sendRejection(hasTimedOut, this.#rejectionReason, nowNs);
    }
    if (hasTimedOut && this.responseSessionId !== undefined) {
      this.channelEndpoint.sendResponseSetup(
        this.#imageConnections,
        this.sessionId,
        this.streamId,
        this.responseSessionId,
      );
    }
    const smPosition = this.#nextSmPosition;
    this.channelEndpoint.sendStatusMessage(
      this.#imageConnections,
      this.sessionId,
      this.streamId,
      LogBufferDescriptor.computeTermIdFromPosition(smPosition, this.#positionBitsToShift, this.#initialTermId),
      smPosition & (this.#termLength - 1),
      this.#nextSmReceiverWindowLength,
      this.#isSendingEosSm ? StatusMessageFlyweight.END_OF_STREAM_FLAG : 0,
    );
    this.#statusMessagesSent.incrementRelease();
    this.#lastSmPosition = smPosition;
    this.#lastOverrunThreshold = smPosition + this.#termLength / 2;
    this.#lastSmChangeNumber = this.#smChangeNumber;
    this.#nextSmDeadlineNs = nowNs + this.#smTimeoutNs;
    this.#updateActiveTransportCount();
    return 1;
  }

  /** Asks for what the conductor found missing, or fills the gap of a stream that does not ask. */
  processPendingLoss(): number {
    if (
      this.#lossChangeNumber === this.#lastLossChangeNumber ||
      LogBufferDescriptor.isPublicationRevoked(this.#metaData)
    ) {
      return 0;
    }
    this.#lastLossChangeNumber = this.#lossChangeNumber;
    if (this.#isReliable) {
      this.channelEndpoint.sendNakMessage(
        this.#imageConnections,
        this.sessionId,
        this.streamId,
        this.#lossTermId,
        this.#lossTermOffset,
        this.#lossLength,
      );
      this.#nakMessagesSent.incrementRelease();
      this.#receiverNaksSent.incrementRelease();
    } else {
      const termBuffer = this.#termBuffers[LogBufferDescriptor.indexByTerm(this.#initialTermId, this.#lossTermId)]!;
      if (
        TermGapFiller.tryFillGap(this.#metaData, termBuffer, this.#lossTermId, this.#lossTermOffset, this.#lossLength)
      ) {
        this.#lossGapFills.incrementRelease();
      }
    }
    return 1;
  }

  initiateAnyRttMeasurements(nowNs: number): number {
    if (!this.#congestionControl.shouldMeasureRtt(nowNs)) {
      return 0;
    }
    const preciseTimeNs = this.#ctx.platform.clock.nanoTime();
    this.channelEndpoint.sendRttMeasurement(this.#imageConnections, this.sessionId, this.streamId, preciseTimeNs);
    this.#congestionControl.onRttMeasurementSent(preciseTimeNs);
    return 1;
  }

  /** The answer to a measurement of ours; the frame has been validated. */
  onRttMeasurement(buffer: AtomicBuffer, offset: number, source: SocketAddress): void {
    const nowNs = this.#ctx.platform.clock.nanoTime();
    const elapsedNs =
      BigInt(nowNs) -
      RttMeasurementFlyweight.echoTimestampNs(buffer, offset) -
      RttMeasurementFlyweight.receptionDeltaNs(buffer, offset);
    this.#congestionControl.onRttMeasurement(nowNs, Number(elapsedNs), source);
  }

  /** From now on the sender gets error frames instead of status messages, and nothing is taken from it. */
  reject(reason: string): void {
    this.#rejectionReason = reason;
  }

  /** Another image is about to take the place of this one. */
  stopStatusMessagesIfNotActive(): void {
    if (this.#state !== 'ACTIVE') {
      this.#smEnabled = false;
    }
  }

  #onInvalidPacket(buffer: AtomicBuffer, offset: number, length: number, source: SocketAddress): void {
    this.#invalidPackets.increment();
    if (!this.#isInvalidPacketReported) {
      this.#isInvalidPacketReported = true;
      const termOffset = DataHeaderFlyweight.termOffset(buffer, offset);
      this.#ctx.errorHandler(
        new AeronError(
          'INVALID_FRAME',
          `data of ${length} bytes at term offset ${termOffset} does not fit a term of ${this.#termLength} bytes: ` +
            `session ${this.sessionId} of stream ${this.streamId} from ${source} on ${this.channel}`,
        ),
      );
    }
  }

  #onHeartbeat(
    buffer: AtomicBuffer,
    offset: number,
    packetPosition: number,
    transportIndex: number,
    source: SocketAddress,
  ): void {
    if (packetPosition < Math.max(0, this.#lastSmPosition - this.#termLength)) {
      this.#flowControlUnderRuns.incrementRelease();
      return;
    }
    const nowNs = this.#ctx.receiverCachedNanoClock.nanoTime();
    this.#timeOfLastPacketNs = nowNs;
    const connection = this.#imageConnections.track(transportIndex, source, nowNs);
    if (DataHeaderFlyweight.isEndOfStream(buffer, offset)) {
      connection.isEos = true;
      connection.eosPosition = packetPosition;
      if (!this.#isEndOfStream && this.#imageConnections.isAllEos(this.#hasTransport)) {
        this.#onEndOfStream(DataHeaderFlyweight.isRevoked(buffer, offset));
      }
    }
    this.#proposeHwm(packetPosition);
    this.#heartbeatsReceived.incrementRelease();
  }

  #onEndOfStream(isRevoked: boolean): void {
    if (isRevoked) {
      LogBufferDescriptor.putIsPublicationRevoked(this.#metaData, true);
      this.#publicationImagesRevoked.increment();
    }
    LogBufferDescriptor.putEndOfStreamPosition(this.#metaData, this.#imageConnections.eosPosition());
    this.#isEndOfStream = true;
  }

  #updateActiveTransportCount(): void {
    const nowNs = this.#ctx.receiverCachedNanoClock.nanoTime();
    const count = this.#imageConnections.countAlive(nowNs - this.#imageLivenessTimeoutNs);
    if (LogBufferDescriptor.activeTransportCount(this.#metaData) !== count) {
      LogBufferDescriptor.putActiveTransportCount(this.#metaData, count);
    }
  }

  #proposeHwm(position: number): void {
    if (position > this.#hwm) {
      this.#hwm = position;
      this.#hwmPosition.setRelease(position);
    }
  }

  #sendRejection(hasTimedOut: boolean, reason: string, nowNs: number): number {
    if (!hasTimedOut) {
      return 0;
    }
    this.channelEndpoint.sendErrorFrame(
      this.#imageConnections,
      this.sessionId,
      this.streamId,
      ErrorCode.IMAGE_REJECTED,
      reason,
    );
    this.#nextSmDeadlineNs = nowNs + this.#smTimeoutNs;
    return 1;
  }

  #onGapDetected(termId: number, termOffset: number, length: number): void {
    this.#lossTermId = termId;
    this.#lossTermOffset = termOffset;
    this.#lossLength = length;
    this.#lossChangeNumber++;
    this.#lossRecorder.onGap(termId, termOffset, length, this.#ctx.platform.clock.epochTimeMs());
  }

  #scheduleStatusMessage(smPosition: number, windowLength: number): void {
    this.#nextSmPosition = smPosition;
    this.#nextSmReceiverWindowLength = windowLength;
    this.#smChangeNumber++;
  }

  /** Zeroes what lies a term or more behind the slowest consumer, up to the end of its term at a time. */
  #cleanBufferTo(position: number): void {
    const cleanPosition = this.#cleanPosition;
    if (position <= cleanPosition) {
      return;
    }
    const termOffset = cleanPosition & (this.#termLength - 1);
    const length = Math.min(position - cleanPosition, this.#termLength - termOffset);
    const index = LogBufferDescriptor.indexByPosition(cleanPosition, this.#positionBitsToShift);
    this.#termBuffers[index]!.setMemory(termOffset, length, 0);
    this.#cleanPosition = cleanPosition + length;
  }

  #checkActive(nowNs: number, conductor: ResourceConductor): void {
    if (LogBufferDescriptor.isPublicationRevoked(this.#metaData)) {
      this.#transitionTo('DRAINING', this.#timeOfLastStateChangeNs);
    } else if (!this.#untetheredSubscriptions.isEmpty) {
      this.#untetheredSubscriptions.check(nowNs, this.#untetheredWindowLimit(), conductor);
    }
  }

  #checkDraining(nowNs: number, conductor: ResourceConductor): void {
    const isRevoked = LogBufferDescriptor.isPublicationRevoked(this.#metaData);
    const isDone =
      isRevoked || (this.#isDrained() && nowNs - this.#timeOfLastStateChangeNs > SM_EOS_MULTIPLE * this.#smTimeoutNs);
    if (!isDone) {
      return;
    }
    if (isRevoked) {
      this.#isRebuilding = false;
      this.#isSendingEosSm = true;
      this.requestNextSmDeadlineReset();
    }
    conductor.transitionImageToLinger(this);
    this.#isReceiverReleaseTriggered = true;
    this.channelEndpoint.decRefImages();
    conductor.tryCloseReceiveChannelEndpoint(this.channelEndpoint);
    this.#transitionTo('LINGER', nowNs);
  }

  #isDrained(): boolean {
    for (const position of this.#subscriberPositions) {
      if (position.get() < this.#rebuilt) {
        return false;
      }
    }
    return true;
  }

  /** A quarter of the window above where the fastest consumer makes the slowest hold back the sender. */
  #untetheredWindowLimit(): number {
    let maxConsumerPosition = 0;
    for (const position of this.#subscriberPositions) {
      maxConsumerPosition = Math.max(maxConsumerPosition, position.get());
    }
    const windowLength = this.#nextSmReceiverWindowLength;
    return maxConsumerPosition - windowLength + (windowLength >> 2);
  }

  #transitionTo(state: 'INIT' | 'ACTIVE' | 'DRAINING' | 'LINGER' | 'DONE', nowNs: number): void {
    this.#state = state;
    this.#timeOfLastStateChangeNs = nowNs;
  }
}

/** Clients write their positions: whatever one says, the scan stays within what was received and on a frame's start. */
function possiblePosition(subscriberPosition: number, hwmPosition: number): number {
  return Math.min(subscriberPosition - (subscriberPosition % FrameDescriptor.FRAME_ALIGNMENT), hwmPosition);
}
