import type { AtomicBuffer, AtomicCounter, NanoClock } from '../agrona/mod.ts';
import type { SocketAddress } from '../platform/mod.ts';
import {
  DataHeaderFlyweight,
  ErrorFlyweight,
  FrameDescriptor,
  HeaderFlyweight,
  LogBufferDescriptor,
  NakFlyweight,
  RttMeasurementFlyweight,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
} from '../protocol/mod.ts';
import type { DriverContext } from './driver-context.ts';
import type { DriverManagedResource } from './driver-managed-resource.ts';
import type { FlowControl } from './flow-control/flow-control.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { NetworkPublicationThreadLocals } from './network-publication-thread-locals.ts';
import type { Position, ReadablePosition } from './position.ts';
import { PublicationLogKeeper } from './publication-log-keeper.ts';
import type { PublicationParams } from './publication-params.ts';
import { PublicationTransmitter } from './publication-transmitter.ts';
import type { RawLog } from './raw-log.ts';
import { ReceiverLivenessTracker } from './receiver-liveness-tracker.ts';
import type { ResourceConductor } from './resource-conductor.ts';
import type { RetransmitHandler, RetransmitSender } from './retransmit-handler.ts';
import type { SendSideConductor } from './send-side-conductor.ts';
import type { Subscribable } from './subscribable.ts';
import type { SubscriptionLink } from './subscription-link.ts';
import { type UntetheredStream, UntetheredSubscriptions } from './untethered-subscriptions.ts';

/** How often a setup frame goes out while nobody has answered, or one is asked for. */
const PUBLICATION_SETUP_TIMEOUT_NS = 100_000_000;
/** After this time without data a heartbeat goes out. */
const PUBLICATION_HEARTBEAT_TIMEOUT_NS = 100_000_000;

const NULL_VALUE = -1;
const IPC_CHANNEL = 'aeron:ipc';

/** The counters of one publication, which closes them. */
interface NetworkPublicationCounters {
  readonly publisherPos: Position;
  readonly publisherLimit: Position;
  readonly senderPosition: Position;
  readonly senderLimit: Position;
  /** Times that the sender had to stop at its limit. */
  readonly senderBpe: AtomicCounter;
  readonly senderNaksReceived: AtomicCounter;
}

/** What `NetworkPublication` is made from, by the conductor. */
export interface NetworkPublicationOptions {
  readonly registrationId: number;
  readonly context: DriverContext;
  readonly params: PublicationParams;
  readonly channelEndpoint: SendChannelEndpoint;
  readonly rawLog: RawLog;
  readonly counters: NetworkPublicationCounters;
  readonly streamId: number;
  readonly flowControl: FlowControl;
  readonly retransmitHandler: RetransmitHandler;
  readonly threadLocals: NetworkPublicationThreadLocals;
  readonly isExclusive: boolean;
}

/**
 *     ACTIVE    clients publish
 *     DRAINING  the last client has let go; what is in the log is still sent, and spies read on
 *     LINGER    all was sent; it stays for those who still miss something
 *     DONE      given up to the sender, which releases it
 */
export type NetworkPublicationState = 'ACTIVE' | 'DRAINING' | 'LINGER' | 'DONE';

/**
 * A publication over UDP: takes what clients write into the log and sends it as fast as flow control lets
 * it, answers NAKs out of the log, and limits the publishers so that neither what a receiver may still ask
 * for nor what a spy has not read is overwritten.
 *
 *     ... clean | resendable | senderPosition ... senderLimit | ... publisherLimit
 *                 half a term   in flight: receivers' windows   in the log, not sent
 *
 * The conductor and the sender both work on it, each on its own fields; what crosses are counters and flags.
 * Positions are in bytes from the start of the stream.
 *
 * Upstream: `io.aeron.driver.NetworkPublication`.
 */
export class NetworkPublication implements RetransmitSender, DriverManagedResource, Subscribable, UntetheredStream {
  readonly registrationId: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly initialTermId: number;
  readonly startingTermId: number;
  readonly startingTermOffset: number;
  readonly mtuLength: number;
  readonly termBufferLength: number;
  /** The entity tag. */
  readonly tag: number;
  readonly isExclusive: boolean;
  readonly spiesSimulateConnection: boolean;
  /** -1 without one. */
  readonly responseCorrelationId: number;
  readonly channelEndpoint: SendChannelEndpoint;
  readonly rawLog: RawLog;
  readonly sourceIdentity = IPC_CHANNEL;

  private readonly context: DriverContext;
  private readonly params: PublicationParams;
  private readonly termWindowLength: number;
  private readonly positionBitsToShift: number;
  private readonly metaData: AtomicBuffer;
  private readonly hasGroupSemantics: boolean;
  private readonly flowControl: FlowControl;
  private readonly retransmitHandler: RetransmitHandler;
  private readonly nanoClock: NanoClock;
  private readonly livenessTracker = new ReceiverLivenessTracker();

  private readonly publisherPos: Position;
  private readonly publisherLimit: Position;
  private readonly senderPosition: Position;
  private readonly senderLimit: Position;
  private readonly senderBpe: AtomicCounter;
  private readonly senderNaksReceived: AtomicCounter;
  private readonly heartbeatsSent: AtomicCounter;
  private readonly retransmitsSent: AtomicCounter;
  private readonly retransmittedBytes: AtomicCounter;
  private readonly senderFlowControlLimits: AtomicCounter;
  private readonly publicationsRevoked: AtomicCounter;

  // The conductor's.
  private readonly logKeeper: PublicationLogKeeper;
  private readonly untetheredSubscriptions: UntetheredSubscriptions;
  private currentState: NetworkPublicationState = 'ACTIVE';
  private refCount = 0;
  private lingerStartNs = 0;
  private spyPositions: ReadablePosition[] = [];
  private isConnected = false;

  // The sender's. Position and limit are what the counters say: nobody else writes them.
  private readonly transmitter: PublicationTransmitter;
  timeOfLastStatusMessageNs = 0;
  private position: number;
  private limit: number;
  private timeOfLastDataOrHeartbeatNs: number;
  private timeOfLastSetupNs: number;
  private isTrackingSenderLimits = false;
  private isSetupElicited = false;
  private hasInitialConnection = false;

  // Written by the one, read by the other.
  private maxSpyPosition = 0;
  private spiesPresent = false;
  private hasReceivers = false;
  private isEndOfStream = false;
  private hasSenderReleased = false;
  private hasReceivedUnicastEos = false;

  constructor(options: NetworkPublicationOptions) {
    const { context, params, channelEndpoint, rawLog, counters } = options;
    this.registrationId = options.registrationId;
    this.sessionId = params.sessionId;
    this.streamId = options.streamId;
    this.initialTermId = params.initialTermId;
    this.startingTermId = params.termId;
    this.startingTermOffset = params.termOffset;
    this.mtuLength = params.mtuLength;
    this.termBufferLength = rawLog.termLength;
    this.tag = params.entityTag;
    this.isExclusive = options.isExclusive;
    this.spiesSimulateConnection = params.spiesSimulateConnection;
    this.responseCorrelationId = params.responseCorrelationId;
    this.channelEndpoint = channelEndpoint;
    this.rawLog = rawLog;

    this.context = context;
    this.params = params;
    this.termWindowLength = params.publicationWindowLength;
    this.positionBitsToShift = LogBufferDescriptor.positionBitsToShift(rawLog.termLength);
    this.metaData = rawLog.metaData;
    this.hasGroupSemantics = channelEndpoint.udpChannel.hasGroupSemantics;
    this.flowControl = options.flowControl;
    this.retransmitHandler = options.retransmitHandler;
    this.nanoClock = context.senderCachedNanoClock;

    this.publisherPos = counters.publisherPos;
    this.publisherLimit = counters.publisherLimit;
    this.senderPosition = counters.senderPosition;
    this.senderLimit = counters.senderLimit;
    this.senderBpe = counters.senderBpe;
    this.senderNaksReceived = counters.senderNaksReceived;
    const { systemCounters } = context;
    this.heartbeatsSent = systemCounters.get(SystemCounterDescriptor.HEARTBEATS_SENT);
    this.retransmitsSent = systemCounters.get(SystemCounterDescriptor.RETRANSMITS_SENT);
    this.retransmittedBytes = systemCounters.get(SystemCounterDescriptor.RETRANSMITTED_BYTES);
    this.senderFlowControlLimits = systemCounters.get(SystemCounterDescriptor.SENDER_FLOW_CONTROL_LIMITS);
    this.publicationsRevoked = systemCounters.get(SystemCounterDescriptor.PUBLICATIONS_REVOKED);

    this.untetheredSubscriptions = new UntetheredSubscriptions(this, {
      windowLimitNs: params.untetheredWindowLimitTimeoutNs,
      lingerNs: params.untetheredLingerTimeoutNs,
      restingNs: params.untetheredRestingTimeoutNs,
    });
    const nowNs = this.nanoClock.nanoTime();
    this.timeOfLastDataOrHeartbeatNs = nowNs - PUBLICATION_HEARTBEAT_TIMEOUT_NS - 1;
    this.timeOfLastSetupNs = nowNs - PUBLICATION_SETUP_TIMEOUT_NS - 1;
    this.position = this.senderPosition.get();
    this.limit = this.senderLimit.get();
    this.logKeeper = new PublicationLogKeeper({
      rawLog,
      initialTermId: params.initialTermId,
      position: this.position,
      unblockTimeoutNs: context.publicationUnblockTimeoutNs,
      unblockedPublications: systemCounters.get(SystemCounterDescriptor.UNBLOCKED_PUBLICATIONS),
      nowNs,
    });
    this.transmitter = new PublicationTransmitter({
      params,
      streamId: options.streamId,
      channelEndpoint,
      rawLog,
      threadLocals: options.threadLocals,
      shortSends: systemCounters.get(SystemCounterDescriptor.SHORT_SENDS),
      clock: context.platform.clock,
    });
  }

  /** The channel as the client gave it. */
  get channel(): string {
    return this.channelEndpoint.originalUriString;
  }

  get logFileName(): string {
    return this.rawLog.fileName;
  }

  get state(): NetworkPublicationState {
    return this.currentState;
  }

  get publisherLimitId(): number {
    return this.publisherLimit.id;
  }

  get hasSpies(): boolean {
    return this.spiesPresent;
  }

  /** Whether a spy can still join. */
  get isAcceptingSubscriptions(): boolean {
    return (
      this.currentState === 'ACTIVE' ||
      (this.currentState === 'DRAINING' && this.spiesPresent && this.producerPosition() > this.consumerPosition())
    );
  }

  subscribableRegistrationId(): number {
    return this.registrationId;
  }

  /** Where the publishers are. */
  producerPosition(): number {
    return this.logKeeper.producerPosition();
  }

  /** Up to where it was sent. */
  consumerPosition(): number {
    return this.senderPosition.get();
  }

  joinPosition(): number {
    return this.consumerPosition();
  }

  close(): void {
    this.publisherPos.close();
    this.publisherLimit.close();
    this.senderPosition.close();
    this.senderLimit.close();
    this.senderBpe.close();
    this.senderNaksReceived.close();
    for (const position of this.spyPositions) {
      position.close();
    }
    this.untetheredSubscriptions.close();
    this.flowControl.close();
  }

  // ---- The conductor's side ----

  incRef(): void {
    this.refCount++;
  }

  /** The stream ends here when nobody else publishes. */
  decRef(): void {
    if (--this.refCount !== 0) {
      return;
    }
    const producerPosition = this.producerPosition();
    this.publisherLimit.setRelease(producerPosition);
    LogBufferDescriptor.putEndOfStreamPosition(this.metaData, producerPosition);
    if (!LogBufferDescriptor.isPublicationRevoked(this.metaData)) {
      this.isEndOfStream = this.consumerPosition() >= producerPosition;
      this.currentState = 'DRAINING';
    }
  }

  /** What was not sent is not going to be: the stream ends where the sender is. */
  revoke(): void {
    LogBufferDescriptor.putIsPublicationRevoked(this.metaData, true);
  }

  addSubscriber(subscriptionLink: SubscriptionLink, position: ReadablePosition, nowNs: number): void {
    this.addSubscriberPosition(position);
    if (!subscriptionLink.isTether) {
      this.untetheredSubscriptions.add(subscriptionLink, position, nowNs);
    }
    if (this.spiesSimulateConnection) {
      this.updateConnectedState(true);
    }
  }

  removeSubscriber(subscriptionLink: SubscriptionLink, position: ReadablePosition): void {
    this.removeSubscriberPosition(position);
    position.close();
    if (!subscriptionLink.isTether) {
      this.untetheredSubscriptions.remove(subscriptionLink);
    }
    if (this.spiesSimulateConnection) {
      this.updateConnectedState(this.hasSubscribers());
    }
  }

  addSubscriberPosition(position: ReadablePosition): void {
    this.spyPositions = [...this.spyPositions, position];
    this.spiesPresent = true;
  }

  removeSubscriberPosition(position: ReadablePosition): void {
    this.spyPositions = this.spyPositions.filter((candidate) => candidate !== position);
    this.spiesPresent = this.spyPositions.length > 0;
  }

  /** Each duty cycle of the conductor: lets the publishers go as far as the slowest consumer allows. */
  updatePublisherPositionAndLimit(): number {
    if (this.currentState !== 'ACTIVE') {
      return 0;
    }
    const senderPosition = this.senderPosition.get();
    this.publisherPos.setRelease(this.producerPosition());
    if (this.hasSubscribers()) {
      return this.extendPublisherLimit(this.minConsumerPosition(senderPosition));
    }
    if (this.publisherLimit.get() > senderPosition) {
      this.updateConnectedState(false);
      this.publisherLimit.setRelease(senderPosition);
      this.logKeeper.cleanTo(senderPosition - this.termBufferLength);
      return 1;
    }
    return 0;
  }

  onTimeEvent(timeNs: number, _timeMs: number, conductor: ResourceConductor): void {
    switch (this.currentState) {
      case 'ACTIVE':
        if (LogBufferDescriptor.isPublicationRevoked(this.metaData)) {
          this.onRevoked(timeNs, conductor);
        } else {
          this.checkActive(timeNs, conductor);
        }
        break;
      case 'DRAINING':
        this.checkDraining(timeNs, conductor);
        break;
      case 'LINGER':
        this.checkLinger(timeNs, conductor);
        break;
      case 'DONE':
        break;
    }
  }

  hasReachedEndOfLife(): boolean {
    return this.hasSenderReleased;
  }

  private minConsumerPosition(senderPosition: number): number {
    let min = senderPosition;
    let max = senderPosition;
    const spyPositions = this.spyPositions;
    for (let i = 0; i < spyPositions.length; i++) {
      const position = spyPositions[i]!.get();
      min = Math.min(min, position);
      max = Math.max(max, position);
    }
    this.maxSpyPosition = Math.max(this.maxSpyPosition, max);
    return min;
  }

  private extendPublisherLimit(minConsumerPosition: number): number {
    const newLimit = minConsumerPosition + this.termWindowLength;
    if (newLimit <= this.publisherLimit.get()) {
      return 0;
    }
    this.logKeeper.cleanTo(minConsumerPosition - this.termBufferLength);
    if (this.logKeeper.isCleanUpTo(newLimit)) {
      this.publisherLimit.setRelease(newLimit);
    }
    return 1;
  }

  private hasSubscribers(): boolean {
    return (
      (this.spiesSimulateConnection && this.spiesPresent) ||
      (this.hasReceivers && this.flowControl.hasRequiredReceivers)
    );
  }

  private updateConnectedState(isConnected: boolean): void {
    if (isConnected !== this.isConnected) {
      LogBufferDescriptor.putIsConnected(this.metaData, isConnected);
      this.isConnected = isConnected;
    }
  }

  private onRevoked(timeNs: number, conductor: ResourceConductor): void {
    const revokedPosition = this.producerPosition();
    this.publisherLimit.setRelease(revokedPosition);
    LogBufferDescriptor.putEndOfStreamPosition(this.metaData, revokedPosition);
    this.updateConnectedState(false);
    this.isEndOfStream = true;
    conductor.cleanupSpies(this);
    this.startLinger(timeNs);
    this.publicationsRevoked.increment();
  }

  private checkActive(timeNs: number, conductor: ResourceConductor): void {
    const senderPosition = this.senderPosition.get();
    if (!this.untetheredSubscriptions.isEmpty) {
      const windowLimit = senderPosition - this.termWindowLength + (this.termWindowLength >> 2);
      this.untetheredSubscriptions.check(timeNs, windowLimit, conductor);
    }
    this.updateConnectedState(this.hasSubscribers());
    const producerPosition = this.producerPosition();
    this.publisherPos.setRelease(producerPosition);
    if (!this.isExclusive) {
      this.logKeeper.checkForBlockedPublisher(producerPosition, senderPosition, timeNs);
    }
  }

  private checkDraining(timeNs: number, conductor: ResourceConductor): void {
    const producerPosition = this.producerPosition();
    this.publisherPos.setRelease(producerPosition);
    const senderPosition = this.senderPosition.get();
    if (producerPosition > senderPosition) {
      if (this.logKeeper.unblock(senderPosition, { isAbandoned: true }) || this.hasReceivers) {
        return;
      }
    } else {
      this.isEndOfStream = true;
    }
    if (this.spiesFinishedConsuming(conductor, producerPosition)) {
      this.startLinger(timeNs);
    }
  }

  private startLinger(timeNs: number): void {
    this.lingerStartNs = timeNs;
    this.currentState = 'LINGER';
  }

  private checkLinger(timeNs: number, conductor: ResourceConductor): void {
    const hasLingered = this.lingerStartNs + this.params.lingerTimeoutNs < timeNs;
    if (this.refCount === 0 && (this.hasReceivedUnicastEos || hasLingered)) {
      this.channelEndpoint.decRef();
      conductor.cleanupPublication(this);
      this.currentState = 'DONE';
    }
  }

  private spiesFinishedConsuming(conductor: ResourceConductor, eosPosition: number): boolean {
    if (!this.spiesPresent) {
      return true;
    }
    if (this.spyPositions.some((position) => position.get() < eosPosition)) {
      return false;
    }
    this.spiesPresent = false;
    conductor.cleanupSpies(this);
    return true;
  }

  // ---- The sender's side ----

  /** By the sender when it has let go of the publication. */
  senderRelease(): void {
    this.hasSenderReleased = true;
  }

  /** Each duty cycle of the sender. Returns the bytes of the stream, or of a heartbeat, that were sent. */
  send(nowNs: number): number {
    if (!this.hasInitialConnection || this.isSetupElicited) {
      this.setupMessageCheck(nowNs);
    }
    let bytesSent = this.sendData(nowNs);
    if (bytesSent === 0) {
      bytesSent = this.heartbeatMessageCheck(nowNs);
      this.onIdle(nowNs);
    }
    this.retransmitHandler.processTimeouts(nowNs, this);
    return bytesSent;
  }

  /** A status message for this stream that asks for a setup frame. */
  triggerSendSetupFrame(buffer: AtomicBuffer, offset: number, source: SocketAddress): void {
    if (this.isEndOfStream) {
      return;
    }
    this.timeOfLastStatusMessageNs = this.nanoClock.nanoTime();
    this.isSetupElicited = true;
    this.flowControl.onTriggerSendSetup(buffer, offset, source, this.timeOfLastStatusMessageNs);
    this.transmitter.onSetupRequested(source);
  }

  /**
   * Whether a receiver of this stream can be where the status message says: within half a term of the sender. A
   * sender that padding has taken beyond its limit (upstream leaves that out) is still at its limit to a
   * receiver with the largest window, who would otherwise not be heard until it moves on.
   */
  isValidStatusMessage(buffer: AtomicBuffer, offset: number): boolean {
    const position = this.positionOf(
      StatusMessageFlyweight.consumptionTermId(buffer, offset),
      StatusMessageFlyweight.consumptionTermOffset(buffer, offset),
    );
    const window = this.termBufferLength >> 1;
    const lowest = Math.max(0, Math.min(this.position, this.limit) - window);
    return position >= lowest && position <= this.position + window;
  }

  /** A valid status message. */
  onStatusMessage(
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    conductorProxy: SendSideConductor,
  ): void {
    const timeNs = this.nanoClock.nanoTime();
    const receiverId = StatusMessageFlyweight.receiverId(buffer, offset);
    if ((HeaderFlyweight.flags(buffer, offset) & StatusMessageFlyweight.END_OF_STREAM_FLAG) !== 0) {
      this.livenessTracker.onRemoteClose(receiverId);
      this.hasReceivedUnicastEos ||= !this.hasGroupSemantics;
    } else {
      this.livenessTracker.onStatusMessage(receiverId, timeNs);
    }
    if (!this.hasReceivers && this.livenessTracker.hasReceivers && this.responseCorrelationId !== NULL_VALUE) {
      conductorProxy.responseConnected(this.responseCorrelationId);
    }
    this.hasReceivers = this.livenessTracker.hasReceivers;
    this.hasInitialConnection = true;
    this.timeOfLastStatusMessageNs = timeNs;
    this.updateSenderLimit(
      this.flowControl.onStatusMessage(
        buffer,
        offset,
        source,
        this.limit,
        this.initialTermId,
        this.positionBitsToShift,
        timeNs,
      ),
    );
    this.updateConnectedState(this.hasSubscribers());
  }

  /** A NAK within the length of a term. One that cannot be answered must not keep those waiting that can. */
  onNak(buffer: AtomicBuffer, offset: number): void {
    this.senderNaksReceived.incrementRelease();
    const termId = NakFlyweight.termId(buffer, offset);
    const termOffset = NakFlyweight.termOffset(buffer, offset);
    if (!this.canResend(termId, termOffset)) {
      return;
    }
    this.retransmitHandler.onNak(
      termId,
      termOffset,
      NakFlyweight.length(buffer, offset),
      this.termBufferLength,
      this.mtuLength,
      this.flowControl,
      this,
      this.nanoClock.nanoTime(),
    );
  }

  /** A receiver refuses the stream. */
  onError(
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    destinationRegistrationId: number,
    conductorProxy: SendSideConductor,
  ): void {
    this.flowControl.onError(buffer, offset, source, this.nanoClock.nanoTime());
    const receiverId = ErrorFlyweight.receiverId(buffer, offset);
    if (this.livenessTracker.onRemoteClose(receiverId)) {
      conductorProxy.onPublicationError({
        registrationId: this.registrationId,
        destinationRegistrationId,
        sessionId: this.sessionId,
        streamId: this.streamId,
        receiverId,
        groupTag: ErrorFlyweight.groupTag(buffer, offset),
        sourceAddress: source,
        errorCode: ErrorFlyweight.errorCode(buffer, offset),
        errorMessage: ErrorFlyweight.errorMessage(buffer, offset),
      });
    }
  }

  /** A receiver asks how long the way is. */
  onRttMeasurement(buffer: AtomicBuffer, offset: number): void {
    if ((HeaderFlyweight.flags(buffer, offset) & RttMeasurementFlyweight.REPLY_FLAG) === 0) {
      return;
    }
    this.transmitter.sendRttReply(
      RttMeasurementFlyweight.echoTimestampNs(buffer, offset),
      RttMeasurementFlyweight.receiverId(buffer, offset),
    );
  }

  resend(termId: number, termOffset: number, length: number): void {
    if (!this.canResend(termId, termOffset)) {
      return;
    }
    const bytesSent = this.transmitter.resendLog(this.positionOf(termId, termOffset), length);
    if (bytesSent > 0) {
      this.retransmitsSent.incrementRelease();
      this.retransmittedBytes.getAndAddRelease(bytesSent);
    }
  }

  /** Whether a frame begins there that was sent already, and is neither overwritten nor about to be. */
  private canResend(termId: number, termOffset: number): boolean {
    const position = this.positionOf(termId, termOffset);
    const bottom =
      this.position - (this.termBufferLength >> 1) - FrameDescriptor.computeMaxMessageLength(this.termBufferLength);
    return (
      position >= 0 && position >= bottom && position < this.position && this.transmitter.isFrameAt(termId, termOffset)
    );
  }

  private positionOf(termId: number, termOffset: number): number {
    return LogBufferDescriptor.computePosition(termId, termOffset, this.positionBitsToShift, this.initialTermId);
  }

  private sendData(nowNs: number): number {
    const availableWindow = this.limit - this.position;
    const bytesSent = availableWindow > 0 ? this.transmitter.sendLog(this.position, availableWindow) : 0;
    if (bytesSent > 0) {
      this.timeOfLastDataOrHeartbeatNs = nowNs;
      this.isTrackingSenderLimits = true;
      this.position += bytesSent;
      this.senderPosition.setRelease(this.position);
    } else if (availableWindow <= 0 || this.transmitter.isWindowTooShort) {
      this.onSenderLimit();
    }
    return bytesSent;
  }

  private onSenderLimit(): void {
    if (this.isTrackingSenderLimits) {
      this.isTrackingSenderLimits = false;
      this.senderBpe.incrementRelease();
      this.senderFlowControlLimits.incrementRelease();
    }
  }

  private setupMessageCheck(nowNs: number): void {
    if (this.timeOfLastSetupNs + PUBLICATION_SETUP_TIMEOUT_NS >= nowNs) {
      return;
    }
    this.timeOfLastSetupNs = nowNs;
    if (this.isSetupElicited) {
      this.flowControl.onSetup(this.limit, nowNs);
    }
    this.transmitter.sendSetup(this.position);
    if (this.hasReceivers) {
      this.isSetupElicited = false;
    }
  }

  private heartbeatMessageCheck(nowNs: number): number {
    if (!this.hasInitialConnection || this.timeOfLastDataOrHeartbeatNs + PUBLICATION_HEARTBEAT_TIMEOUT_NS >= nowNs) {
      return 0;
    }
    this.timeOfLastDataOrHeartbeatNs = nowNs;
    this.heartbeatsSent.incrementRelease();
    return this.transmitter.sendHeartbeat(this.position, this.heartbeatFlags());
  }

  private heartbeatFlags(): number {
    if (LogBufferDescriptor.isPublicationRevoked(this.metaData)) {
      return DataHeaderFlyweight.BEGIN_END_EOS_AND_REVOKED_FLAGS;
    }
    return this.params.signalEos && this.isEndOfStream
      ? DataHeaderFlyweight.BEGIN_END_AND_EOS_FLAGS
      : DataHeaderFlyweight.BEGIN_AND_END_FLAGS;
  }

  private onIdle(nowNs: number): void {
    if (this.spiesSimulateConnection && this.spiesPresent && !this.hasReceivers) {
      this.position = Math.max(this.maxSpyPosition, this.position);
      this.senderPosition.setRelease(this.position);
      this.updateSenderLimit(this.flowControl.onIdle(nowNs, this.position, this.position, this.isEndOfStream));
    } else {
      this.updateSenderLimit(this.flowControl.onIdle(nowNs, this.limit, this.position, this.isEndOfStream));
    }
    this.livenessTracker.onIdle(nowNs, this.context.publicationConnectionTimeoutNs);
    this.hasReceivers = this.livenessTracker.hasReceivers;
  }

  private updateSenderLimit(newLimit: number): void {
    if (newLimit !== this.limit) {
      this.limit = newLimit;
      this.senderLimit.setRelease(newLimit);
    }
  }
}
