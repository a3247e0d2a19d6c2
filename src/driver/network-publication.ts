import type { AtomicBuffer, AtomicCounter, NanoClock } from '../agrona/mod.ts';
import type { SocketAddress } from '../platform/mod.ts';
import {
  DataHeaderFlyweight,
  ErrorFlyweight,
  FrameDescriptor,
  HeaderFlyweight,
  LogBufferDescriptor,
  LogBufferUnblocker,
  NakFlyweight,
  RttMeasurementFlyweight,
  SetupFlyweight,
  StatusMessageFlyweight,
  SystemCounterDescriptor,
  TermScanner,
} from '../protocol/mod.ts';
import type { DriverContext } from './driver-context.ts';
import type { DriverManagedResource } from './driver-managed-resource.ts';
import type { FlowControl } from './flow-control/flow-control.ts';
import type { DatagramBatch } from './media/datagram-batch.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { NetworkPublicationThreadLocals } from './network-publication-thread-locals.ts';
import type { Position, ReadablePosition } from './position.ts';
import type { PublicationParams } from './publication-params.ts';
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
const SIZE_OF_LONG = 8;
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
  private readonly termLengthMask: number;
  private readonly positionBitsToShift: number;
  private readonly termBuffers: RawLog['termBuffers'];
  private readonly metaData: AtomicBuffer;
  private readonly isResponse: boolean;
  private readonly hasGroupSemantics: boolean;
  private readonly sendTimestampOffset: number;
  private readonly flowControl: FlowControl;
  private readonly retransmitHandler: RetransmitHandler;
  private readonly threadLocals: NetworkPublicationThreadLocals;
  private readonly nanoClock: NanoClock;
  private readonly livenessTracker = new ReceiverLivenessTracker();

  private readonly publisherPos: Position;
  private readonly publisherLimit: Position;
  private readonly senderPosition: Position;
  private readonly senderLimit: Position;
  private readonly senderBpe: AtomicCounter;
  private readonly senderNaksReceived: AtomicCounter;
  private readonly heartbeatsSent: AtomicCounter;
  private readonly shortSends: AtomicCounter;
  private readonly retransmitsSent: AtomicCounter;
  private readonly retransmittedBytes: AtomicCounter;
  private readonly senderFlowControlLimits: AtomicCounter;
  private readonly unblockedPublications: AtomicCounter;
  private readonly publicationsRevoked: AtomicCounter;

  // The conductor's.
  private readonly untetheredSubscriptions: UntetheredSubscriptions;
  private currentState: NetworkPublicationState = 'ACTIVE';
  private refCount = 0;
  private cleanPosition: number;
  private timeOfLastActivityNs: number;
  private lastSenderPosition: number;
  private spyPositions: ReadablePosition[] = [];
  private isConnected = false;

  // The sender's. Position and limit are what the counters say: nobody else writes them.
  timeOfLastStatusMessageNs = 0;
  private position: number;
  private limit: number;
  private timeOfLastDataOrHeartbeatNs: number;
  private timeOfLastSetupNs: number;
  private isTrackingSenderLimits = false;
  private isSetupElicited = false;
  private hasInitialConnection = false;
  /** The last batch ended where a whole frame was there but did not fit the window. */
  private isWindowTooShort = false;
  /** Where a response publication sends to: whoever asked it for a setup. */
  private responseAddress: SocketAddress | undefined;

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
    this.termLengthMask = rawLog.termLength - 1;
    this.positionBitsToShift = LogBufferDescriptor.positionBitsToShift(rawLog.termLength);
    this.termBuffers = rawLog.termBuffers;
    this.metaData = rawLog.metaData;
    this.isResponse = params.isResponse;
    this.hasGroupSemantics = channelEndpoint.udpChannel.hasGroupSemantics;
    this.sendTimestampOffset = channelEndpoint.udpChannel.isChannelSendTimestampEnabled
      ? DataHeaderFlyweight.HEADER_LENGTH + channelEndpoint.udpChannel.channelSendTimestampOffset
      : NULL_VALUE;
    this.flowControl = options.flowControl;
    this.retransmitHandler = options.retransmitHandler;
    this.threadLocals = options.threadLocals;
    this.nanoClock = context.senderCachedNanoClock;

    this.publisherPos = counters.publisherPos;
    this.publisherLimit = counters.publisherLimit;
    this.senderPosition = counters.senderPosition;
    this.senderLimit = counters.senderLimit;
    this.senderBpe = counters.senderBpe;
    this.senderNaksReceived = counters.senderNaksReceived;
    const { systemCounters } = context;
    this.heartbeatsSent = systemCounters.get(SystemCounterDescriptor.HEARTBEATS_SENT);
    this.shortSends = systemCounters.get(SystemCounterDescriptor.SHORT_SENDS);
    this.retransmitsSent = systemCounters.get(SystemCounterDescriptor.RETRANSMITS_SENT);
    this.retransmittedBytes = systemCounters.get(SystemCounterDescriptor.RETRANSMITTED_BYTES);
    this.senderFlowControlLimits = systemCounters.get(SystemCounterDescriptor.SENDER_FLOW_CONTROL_LIMITS);
    this.unblockedPublications = systemCounters.get(SystemCounterDescriptor.UNBLOCKED_PUBLICATIONS);
    this.publicationsRevoked = systemCounters.get(SystemCounterDescriptor.PUBLICATIONS_REVOKED);

    this.untetheredSubscriptions = new UntetheredSubscriptions(this, {
      windowLimitNs: params.untetheredWindowLimitTimeoutNs,
      lingerNs: params.untetheredLingerTimeoutNs,
      restingNs: params.untetheredRestingTimeoutNs,
    });
    const nowNs = this.nanoClock.nanoTime();
    this.timeOfLastDataOrHeartbeatNs = nowNs - PUBLICATION_HEARTBEAT_TIMEOUT_NS - 1;
    this.timeOfLastSetupNs = nowNs - PUBLICATION_SETUP_TIMEOUT_NS - 1;
    this.timeOfLastActivityNs = nowNs;
    this.position = this.senderPosition.get();
    this.limit = this.senderLimit.get();
    this.lastSenderPosition = this.position;
    this.cleanPosition = this.position;
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
    const tailOffset = LogBufferDescriptor.activeRawTailVolatile(this.metaData);
    return LogBufferDescriptor.computePosition(
      LogBufferDescriptor.rawTailTermId(),
      Math.min(tailOffset, this.termBufferLength),
      this.positionBitsToShift,
      this.initialTermId,
    );
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
      this.cleanBufferTo(senderPosition - this.termBufferLength);
      return 1;
    }
    return 0;
  }

  onTimeEvent(timeNs: number, _timeMs: number, conductor: ResourceConductor): void {
    switch (this.currentState) {
      case 'ACTIVE':
        if (LogBufferDescriptor.isPublicationRevoked(this.metaData)) {
          this.onRevoked(conductor);
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
    this.cleanBufferTo(minConsumerPosition - this.termBufferLength);
    if (this.isCleanUpTo(newLimit)) {
      this.publisherLimit.setRelease(newLimit);
    }
    return 1;
  }

  /** A partition is written again two terms after it was: it has to be clean by then. */
  private isCleanUpTo(limit: number): boolean {
    const dirtyTerm = Math.floor(this.cleanPosition / this.termBufferLength);
    const termGap = Math.floor(limit / this.termBufferLength) - dirtyTerm;
    return termGap < 2 || (termGap === 2 && (this.cleanPosition & this.termLengthMask) !== 0);
  }

  /** Zeroes at most to the end of a term; the first word of it last, so that a frame never seems to be there. */
  private cleanBufferTo(position: number): void {
    const { cleanPosition } = this;
    if (position <= cleanPosition) {
      return;
    }
    const termBuffer = this.termBuffers[LogBufferDescriptor.indexByPosition(cleanPosition, this.positionBitsToShift)]!;
    const termOffset = cleanPosition & this.termLengthMask;
    const length = Math.min(position - cleanPosition, this.termBufferLength - termOffset);
    termBuffer.setMemory(termOffset + SIZE_OF_LONG, length - SIZE_OF_LONG, 0);
    termBuffer.putInt64Release(termOffset, 0);
    this.cleanPosition = cleanPosition + length;
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

  private onRevoked(conductor: ResourceConductor): void {
    const revokedPosition = this.producerPosition();
    this.publisherLimit.setRelease(revokedPosition);
    LogBufferDescriptor.putEndOfStreamPosition(this.metaData, revokedPosition);
    this.updateConnectedState(false);
    this.isEndOfStream = true;
    conductor.cleanupSpies(this);
    this.currentState = 'LINGER';
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
      this.checkForBlockedPublisher(producerPosition, senderPosition, timeNs);
    }
  }

  private checkDraining(timeNs: number, conductor: ResourceConductor): void {
    const producerPosition = this.producerPosition();
    this.publisherPos.setRelease(producerPosition);
    const senderPosition = this.senderPosition.get();
    if (producerPosition > senderPosition) {
      if (this.unblock(senderPosition) || this.hasReceivers) {
        return;
      }
    } else {
      this.isEndOfStream = true;
    }
    if (this.spiesFinishedConsuming(conductor, producerPosition)) {
      this.timeOfLastActivityNs = timeNs;
      this.currentState = 'LINGER';
    }
  }

  private checkLinger(timeNs: number, conductor: ResourceConductor): void {
    const hasLingered = this.timeOfLastActivityNs + this.params.lingerTimeoutNs < timeNs;
    if (this.refCount === 0 && (this.hasReceivedUnicastEos || hasLingered)) {
      this.channelEndpoint.decRef();
      conductor.cleanupPublication(this);
      this.timeOfLastActivityNs = timeNs;
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

  private checkForBlockedPublisher(producerPosition: number, senderPosition: number, nowNs: number): void {
    if (senderPosition === this.lastSenderPosition && this.isPossiblyBlocked(producerPosition, senderPosition)) {
      if (this.timeOfLastActivityNs + this.context.publicationUnblockTimeoutNs < nowNs) {
        this.unblock(senderPosition);
      }
    } else {
      this.timeOfLastActivityNs = nowNs;
      this.lastSenderPosition = senderPosition;
    }
  }

  private isPossiblyBlocked(producerPosition: number, consumerPosition: number): boolean {
    const consumerTermCount = Math.floor(consumerPosition / this.termBufferLength);
    return (
      LogBufferDescriptor.activeTermCount(this.metaData) !== consumerTermCount || producerPosition > consumerPosition
    );
  }

  private unblock(senderPosition: number): boolean {
    if (!LogBufferUnblocker.unblock(this.termBuffers, this.metaData, senderPosition, this.termBufferLength)) {
      return false;
    }
    this.unblockedPublications.incrementRelease();
    return true;
  }

  // ---- The sender's side ----

  /** By the sender when it has let go of the publication. */
  senderRelease(): void {
    this.hasSenderReleased = true;
  }

  /** Each duty cycle of the sender. Returns the bytes of the stream, or of a heartbeat, that were sent. */
  send(nowNs: number): number {
    const termOffset = this.position & this.termLengthMask;
    if (!this.hasInitialConnection || this.isSetupElicited) {
      this.setupMessageCheck(nowNs, termOffset);
    }
    let bytesSent = this.sendData(nowNs, termOffset);
    if (bytesSent === 0) {
      bytesSent = this.heartbeatMessageCheck(nowNs, termOffset);
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
    if (this.isResponse) {
      this.responseAddress = source;
    }
  }

  /** Whether a receiver of this stream can be where the status message says: near where the sender is. */
  isValidStatusMessage(buffer: AtomicBuffer, offset: number): boolean {
    const position = LogBufferDescriptor.computePosition(
      StatusMessageFlyweight.consumptionTermId(buffer, offset),
      StatusMessageFlyweight.consumptionTermOffset(buffer, offset),
      this.positionBitsToShift,
      this.initialTermId,
    );
    return position >= 0 && Math.abs(position - this.position) <= this.termBufferLength >> 1;
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

  /** A NAK within the length of a term. */
  onNak(buffer: AtomicBuffer, offset: number): void {
    this.senderNaksReceived.incrementRelease();
    this.retransmitHandler.onNak(
      NakFlyweight.termId(buffer, offset),
      NakFlyweight.termOffset(buffer, offset),
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
      conductorProxy.onPublicationError(
        this.registrationId,
        destinationRegistrationId,
        this.sessionId,
        this.streamId,
        receiverId,
        ErrorFlyweight.groupTag(buffer, offset),
        source,
        ErrorFlyweight.errorCode(buffer, offset),
        ErrorFlyweight.errorMessage(buffer, offset),
      );
    }
  }

  /** A receiver asks how long the way is. */
  onRttMeasurement(buffer: AtomicBuffer, offset: number): void {
    if ((HeaderFlyweight.flags(buffer, offset) & RttMeasurementFlyweight.REPLY_FLAG) === 0) {
      return;
    }
    RttMeasurementFlyweight.encode(
      this.threadLocals.frameBuffer,
      0,
      0,
      this.sessionId,
      this.streamId,
      RttMeasurementFlyweight.echoTimestampNs(buffer, offset),
      0n,
      RttMeasurementFlyweight.receiverId(buffer, offset),
    );
    this.sendFrame(RttMeasurementFlyweight.HEADER_LENGTH);
  }

  resend(termId: number, termOffset: number, length: number): void {
    const position = LogBufferDescriptor.computePosition(
      termId,
      termOffset,
      this.positionBitsToShift,
      this.initialTermId,
    );
    if (!this.isWithinResendWindow(position)) {
      return;
    }
    const index = LogBufferDescriptor.indexByPosition(position, this.positionBitsToShift);
    if (!this.isFrameAt(this.termBuffers[index]!, termId, termOffset)) {
      return;
    }
    let offset = termOffset;
    const limit = termOffset + length;
    while (offset < limit) {
      const end = this.fillBatch(index, offset, limit - offset);
      const { batch } = this.threadLocals;
      const sent = batch.count === 0 ? 0 : this.sendBatch(batch);
      if (sent < batch.count) {
        this.shortSends.increment();
        offset = batch.offsets[sent]! - index * this.termBufferLength;
        break;
      }
      if (end === offset) {
        break;
      }
      offset = end;
    }
    if (offset > termOffset) {
      this.retransmitsSent.incrementRelease();
      this.retransmittedBytes.getAndAddRelease(offset - termOffset);
    }
  }

  /** Sent already, and neither overwritten nor about to be. */
  private isWithinResendWindow(position: number): boolean {
    const bottom =
      this.position - (this.termBufferLength >> 1) - FrameDescriptor.computeMaxMessageLength(this.termBufferLength);
    return position >= 0 && position >= bottom && position < this.position;
  }

  /** A NAK may point anywhere; only where a frame begins is there something to resend. */
  private isFrameAt(termBuffer: AtomicBuffer, termId: number, termOffset: number): boolean {
    return (
      FrameDescriptor.frameTermId(termBuffer, termOffset) === termId &&
      DataHeaderFlyweight.termOffset(termBuffer, termOffset) === termOffset &&
      FrameDescriptor.frameSessionId(termBuffer, termOffset) === this.sessionId
    );
  }

  private sendData(nowNs: number, termOffset: number): number {
    const availableWindow = this.limit - this.position;
    if (availableWindow <= 0) {
      this.onSenderLimit();
      return 0;
    }
    const index = LogBufferDescriptor.indexByPosition(this.position, this.positionBitsToShift);
    const end = this.fillBatch(index, termOffset, availableWindow);
    const { batch } = this.threadLocals;
    if (batch.count === 0) {
      if (this.isWindowTooShort) {
        this.onSenderLimit();
      }
      return 0;
    }
    const sent = this.sendBatch(batch);
    let bytesSent = end - termOffset;
    if (sent < batch.count) {
      this.shortSends.increment();
      bytesSent = batch.offsets[sent]! - batch.offsets[0]!;
    }
    if (sent > 0) {
      this.timeOfLastDataOrHeartbeatNs = nowNs;
      this.isTrackingSenderLimits = true;
      this.position += bytesSent;
      this.senderPosition.setRelease(this.position);
    }
    return bytesSent;
  }

  /**
   * Collects whole frames from `termOffset` on in datagrams of at most the MTU, and `window` bytes in all.
   * Returns the term offset behind them, which is past the last datagram where that ends in padding.
   */
  private fillBatch(index: number, termOffset: number, window: number): number {
    const termBuffer = this.termBuffers[index]!;
    const { batch } = this.threadLocals;
    const termBase = index * this.termBufferLength;
    const windowEnd = termOffset + window;
    let offset = termOffset;
    batch.memory = this.rawLog.memory;
    batch.clear();
    this.isWindowTooShort = false;
    while (batch.count < batch.capacity && offset < windowEnd && offset < this.termBufferLength) {
      const scanLimit = Math.min(windowEnd - offset, this.mtuLength);
      const available = TermScanner.scanForAvailability(termBuffer, offset, scanLimit);
      if (available <= 0) {
        this.isWindowTooShort = available < 0;
        break;
      }
      if (this.sendTimestampOffset !== NULL_VALUE) {
        this.applySendTimestamp(termBuffer, offset, available);
      }
      batch.add(termBase + offset, available);
      offset += available + TermScanner.padding();
    }
    return offset;
  }

  private onSenderLimit(): void {
    if (this.isTrackingSenderLimits) {
      this.isTrackingSenderLimits = false;
      this.senderBpe.incrementRelease();
      this.senderFlowControlLimits.incrementRelease();
    }
  }

  private setupMessageCheck(nowNs: number, termOffset: number): void {
    if (this.timeOfLastSetupNs + PUBLICATION_SETUP_TIMEOUT_NS >= nowNs) {
      return;
    }
    this.timeOfLastSetupNs = nowNs;
    const isResponseSetup = !this.isResponse && this.responseCorrelationId !== NULL_VALUE;
    SetupFlyweight.encode(
      this.threadLocals.frameBuffer,
      0,
      (isResponseSetup ? SetupFlyweight.SEND_RESPONSE_SETUP_FLAG : 0) |
        (this.hasGroupSemantics ? SetupFlyweight.GROUP_FLAG : 0),
      termOffset,
      this.sessionId,
      this.streamId,
      this.initialTermId,
      this.activeTermId(),
      this.termBufferLength,
      this.mtuLength,
      this.channelEndpoint.multicastTtl,
    );
    if (this.isSetupElicited) {
      this.flowControl.onSetup(this.limit, nowNs);
    }
    this.sendFrame(SetupFlyweight.HEADER_LENGTH);
    if (this.hasReceivers) {
      this.isSetupElicited = false;
    }
  }

  private heartbeatMessageCheck(nowNs: number, termOffset: number): number {
    if (!this.hasInitialConnection || this.timeOfLastDataOrHeartbeatNs + PUBLICATION_HEARTBEAT_TIMEOUT_NS >= nowNs) {
      return 0;
    }
    DataHeaderFlyweight.encode(
      this.threadLocals.frameBuffer,
      0,
      0,
      this.heartbeatFlags(),
      HeaderFlyweight.HDR_TYPE_DATA,
      termOffset,
      this.sessionId,
      this.streamId,
      this.activeTermId(),
    );
    const bytesSent = this.sendFrame(DataHeaderFlyweight.HEADER_LENGTH);
    this.timeOfLastDataOrHeartbeatNs = nowNs;
    this.heartbeatsSent.incrementRelease();
    return bytesSent;
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

  private activeTermId(): number {
    return LogBufferDescriptor.computeTermIdFromPosition(this.position, this.positionBitsToShift, this.initialTermId);
  }

  /** The frame of `length` bytes at the start of the shared frame buffer. Returns the bytes sent. */
  private sendFrame(length: number): number {
    if (this.sendBatch(this.threadLocals.frameBatch(length)) === 1) {
      return length;
    }
    this.shortSends.increment();
    return 0;
  }

  private sendBatch(batch: DatagramBatch): number {
    if (!this.isResponse) {
      return this.channelEndpoint.send(batch);
    }
    return this.responseAddress === undefined ? 0 : this.channelEndpoint.sendBatchTo(batch, this.responseAddress);
  }

  private applySendTimestamp(termBuffer: AtomicBuffer, offset: number, length: number): void {
    const isFirstFragment = (FrameDescriptor.frameFlags(termBuffer, offset) & FrameDescriptor.BEGIN_FRAG_FLAG) !== 0;
    if (
      isFirstFragment &&
      !FrameDescriptor.isPaddingFrame(termBuffer, offset) &&
      this.sendTimestampOffset + SIZE_OF_LONG <= length
    ) {
      termBuffer.putBigInt64(offset + this.sendTimestampOffset, this.context.platform.clock.epochTimeNs());
    }
  }
}
