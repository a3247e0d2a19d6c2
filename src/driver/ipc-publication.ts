import { SocketAddress } from '../platform/mod.ts';
import { ErrorCode, LogBufferDescriptor, LogBufferUnblocker, SystemCounterDescriptor } from '../protocol/mod.ts';
import type { DriverContext } from './driver-context.ts';
import type { DriverManagedResource } from './driver-managed-resource.ts';
import type { Position, ReadablePosition } from './position.ts';
import type { PublicationParams } from './publication-params.ts';
import type { RawLog } from './raw-log.ts';
import type { ResourceConductor } from './resource-conductor.ts';
import type { Subscribable } from './subscribable.ts';
import type { SubscriptionLink } from './subscription-link.ts';
import { type UntetheredStream, UntetheredSubscriptions } from './untethered-subscriptions.ts';

const IPC_SOURCE_ADDRESS = SocketAddress.of('127.0.0.1', 0);
const IPC_CHANNEL = 'aeron:ipc';
const NULL_ID = -1;

/** What an IPC publication is made of. */
export interface IpcPublicationSpec {
  readonly registrationId: number;
  readonly channel: string;
  readonly streamId: number;
  readonly isExclusive: boolean;
  readonly params: PublicationParams;
  readonly rawLog: RawLog;
  readonly publisherPosition: Position;
  readonly publisherLimit: Position;
}

/**
 * A stream between clients of one driver: publishers write the log that subscribers read, and the conductor
 * alone stands between them - it lets the publishers go as far as a window ahead of the slowest subscriber,
 * and cleans the log behind it.
 *
 *     cleaned ... consumed ... | slowest subscriber      | fastest      | producer        | limit
 *     ------------------------>+------------------------>+------------->+---------------->|
 *                              |<------------- window: half a term by default ----------->|
 *
 * ACTIVE until its last publisher is gone or it is revoked; DRAINING until what was written is read;
 * LINGER until nobody refers to it any more; DONE.
 *
 * Upstream: `io.aeron.driver.IpcPublication`.
 */
export class IpcPublication implements DriverManagedResource, Subscribable, UntetheredStream {
  readonly registrationId: number;
  readonly channel: string;
  readonly tag: number;
  readonly sessionId: number;
  readonly streamId: number;
  readonly isExclusive: boolean;
  readonly initialTermId: number;
  readonly startingTermId: number;
  readonly startingTermOffset: number;
  readonly termBufferLength: number;
  readonly mtuLength: number;
  readonly responseCorrelationId: number;
  readonly rawLog: RawLog;
  private readonly ctx: DriverContext;
  private readonly positionBitsToShift: number;
  private readonly termWindowLength: number;
  private readonly tripGain: number;
  private readonly publisherPosition: Position;
  private readonly publisherLimit: Position;
  private readonly untetheredSubscriptions: UntetheredSubscriptions;
  private subscriberPositions: ReadablePosition[] = [];
  private currentState: 'ACTIVE' | 'DRAINING' | 'LINGER' | 'DONE' = 'ACTIVE';
  private tripLimit = 0;
  private consumerPosition: number;
  private lastConsumerPosition: number;
  private timeOfLastConsumerPositionUpdateNs: number;
  private cleanPosition: number;
  private refCount = 0;
  private reachedEndOfLife = false;
  private inCoolDown = false;
  private coolDownExpireTimeNs = 0;

  constructor(ctx: DriverContext, spec: IpcPublicationSpec) {
    const { params, rawLog } = spec;
    this.ctx = ctx;
    this.registrationId = spec.registrationId;
    this.channel = spec.channel;
    this.streamId = spec.streamId;
    this.isExclusive = spec.isExclusive;
    this.rawLog = rawLog;
    this.publisherPosition = spec.publisherPosition;
    this.publisherLimit = spec.publisherLimit;
    this.tag = params.entityTag;
    this.sessionId = params.sessionId;
    this.initialTermId = params.initialTermId;
    this.startingTermId = params.termId;
    this.startingTermOffset = params.termOffset;
    this.termBufferLength = params.termLength;
    this.mtuLength = params.mtuLength;
    this.responseCorrelationId = params.responseCorrelationId;
    this.positionBitsToShift = LogBufferDescriptor.positionBitsToShift(params.termLength);
    this.termWindowLength = params.publicationWindowLength;
    this.tripGain = this.termWindowLength >> 3;
    this.untetheredSubscriptions = new UntetheredSubscriptions(this, {
      windowLimitNs: params.untetheredWindowLimitTimeoutNs,
      lingerNs: params.untetheredLingerTimeoutNs,
      restingNs: params.untetheredRestingTimeoutNs,
    });

    const startingPosition = this.producerPosition();
    this.consumerPosition = startingPosition;
    this.lastConsumerPosition = startingPosition;
    this.cleanPosition = startingPosition;
    this.timeOfLastConsumerPositionUpdateNs = ctx.cachedNanoClock.nanoTime();
  }

  get state(): 'ACTIVE' | 'DRAINING' | 'LINGER' | 'DONE' {
    return this.currentState;
  }

  get publisherLimitId(): number {
    return this.publisherLimit.id;
  }

  subscribableRegistrationId(): number {
    return this.registrationId;
  }

  get logFileName(): string {
    return this.rawLog.fileName;
  }

  get sourceIdentity(): string {
    return IPC_CHANNEL;
  }

  addSubscriberPosition(position: ReadablePosition): void {
    this.subscriberPositions.push(position);
  }

  removeSubscriberPosition(position: ReadablePosition): void {
    const index = this.subscriberPositions.indexOf(position);
    if (index >= 0) {
      this.subscriberPositions.splice(index, 1);
    }
  }

  incRef(): void {
    this.refCount++;
  }

  /** The last publisher gone: the stream ends where it stands. */
  decRef(): void {
    if (--this.refCount > 0) {
      return;
    }
    const { metaData } = this.rawLog;
    const producerPosition = this.producerPosition();
    this.publisherLimit.setRelease(producerPosition);
    LogBufferDescriptor.putEndOfStreamPosition(metaData, producerPosition);
    if (!LogBufferDescriptor.isPublicationRevoked(metaData)) {
      this.currentState = 'DRAINING';
    }
  }

  /** Ends the stream at once, whatever subscribers have not read yet. */
  revoke(): void {
    LogBufferDescriptor.putIsPublicationRevoked(this.rawLog.metaData, true);
  }

  /** A subscriber refuses the stream: everybody loses the image for the image liveness timeout. */
  reject(reason: string, conductor: ResourceConductor, nowNs: number): void {
    conductor.onPublicationError({
      registrationId: this.registrationId,
      destinationRegistrationId: NULL_ID,
      sessionId: this.sessionId,
      streamId: this.streamId,
      receiverId: BigInt(NULL_ID),
      groupTag: BigInt(NULL_ID),
      sourceAddress: IPC_SOURCE_ADDRESS,
      errorCode: ErrorCode.IMAGE_REJECTED,
      errorMessage: reason,
    });
    if (!this.inCoolDown) {
      this.updateConnectedStatus(false);
      conductor.unlinkIpcSubscriptions(this);
      for (const position of this.subscriberPositions) {
        position.close();
      }
      this.subscriberPositions = [];
      this.untetheredSubscriptions.close();
      this.inCoolDown = true;
    }
    this.coolDownExpireTimeNs = nowNs + this.ctx.imageLivenessTimeoutNs;
  }

  addSubscriber(subscriptionLink: SubscriptionLink, subscriberPosition: ReadablePosition, nowNs: number): void {
    this.addSubscriberPosition(subscriberPosition);
    if (!subscriptionLink.isTether) {
      this.untetheredSubscriptions.add(subscriptionLink, subscriberPosition, nowNs);
    }
    this.updateConnectedStatus(true);
  }

  removeSubscriber(subscriptionLink: SubscriptionLink, subscriberPosition: ReadablePosition): void {
    this.removeSubscriberPosition(subscriberPosition);
    subscriberPosition.close();
    if (!subscriptionLink.isTether) {
      this.untetheredSubscriptions.remove(subscriptionLink);
    }
    if (this.subscriberPositions.length === 0) {
      this.updateConnectedStatus(false);
    }
  }

  /** Each duty cycle of the conductor. Returns 1 when the limit was moved. */
  updatePublisherPositionAndLimit(): number {
    if (this.currentState !== 'ACTIVE') {
      return 0;
    }
    this.publisherPosition.setRelease(this.producerPosition());
    if (this.subscriberPositions.length > 0) {
      return this.followSubscribers();
    }
    const consumerPosition = this.consumerPosition;
    if (this.publisherLimit.get() <= consumerPosition) {
      return 0;
    }
    this.tripLimit = consumerPosition;
    this.publisherLimit.setRelease(consumerPosition);
    this.cleanBufferTo(consumerPosition);
    return 1;
  }

  onTimeEvent(timeNs: number, _timeMs: number, conductor: ResourceConductor): void {
    switch (this.currentState) {
      case 'ACTIVE':
        if (LogBufferDescriptor.isPublicationRevoked(this.rawLog.metaData)) {
          this.onRevoked(conductor);
        } else {
          this.whileActive(timeNs, conductor);
        }
        break;
      case 'DRAINING':
        this.whileDraining(conductor);
        break;
      case 'LINGER':
        if (this.refCount === 0) {
          conductor.cleanupIpcPublication(this);
          this.reachedEndOfLife = true;
          this.currentState = 'DONE';
        }
        break;
      case 'DONE':
        break;
    }
  }

  hasReachedEndOfLife(): boolean {
    return this.reachedEndOfLife;
  }

  close(): void {
    this.publisherPosition.close();
    this.publisherLimit.close();
    for (const position of this.subscriberPositions) {
      position.close();
    }
    this.untetheredSubscriptions.close();
  }

  isAcceptingSubscriptions(): boolean {
    if (this.inCoolDown) {
      return false;
    }
    const state = this.currentState;
    return state === 'ACTIVE' || (state === 'DRAINING' && !this.isDrained(this.producerPosition()));
  }

  /** Where a new subscriber starts: with the slowest of the others, or else where the last one was. */
  joinPosition(): number {
    let position = this.consumerPosition;
    for (const subscriberPosition of this.subscriberPositions) {
      position = Math.min(position, subscriberPosition.get());
    }
    return position;
  }

  producerPosition(): number {
    const termOffset = Math.min(LogBufferDescriptor.activeRawTailVolatile(this.rawLog.metaData), this.termBufferLength);
    const termId = LogBufferDescriptor.rawTailTermId();
    return LogBufferDescriptor.computePosition(termId, termOffset, this.positionBitsToShift, this.initialTermId);
  }

  private followSubscribers(): number {
    let minSubscriberPosition = Number.MAX_SAFE_INTEGER;
    let maxSubscriberPosition = this.consumerPosition;
    const positions = this.subscriberPositions;
    for (let i = 0; i < positions.length; i++) {
      const position = positions[i]!.get();
      minSubscriberPosition = Math.min(minSubscriberPosition, position);
      maxSubscriberPosition = Math.max(maxSubscriberPosition, position);
    }
    this.consumerPosition = maxSubscriberPosition;

    const newLimitPosition = minSubscriberPosition + this.termWindowLength;
    if (newLimitPosition < this.tripLimit) {
      return 0;
    }
    this.cleanBufferTo(minSubscriberPosition);
    this.publisherLimit.setRelease(newLimitPosition);
    this.tripLimit = newLimitPosition + this.tripGain;
    return 1;
  }

  private onRevoked(conductor: ResourceConductor): void {
    const { metaData } = this.rawLog;
    const revokedPosition = this.producerPosition();
    this.publisherLimit.setRelease(revokedPosition);
    LogBufferDescriptor.putEndOfStreamPosition(metaData, revokedPosition);
    this.updateConnectedStatus(false);
    conductor.transitionIpcPublicationToLinger(this);
    this.currentState = 'LINGER';
    this.ctx.systemCounters.get(SystemCounterDescriptor.PUBLICATIONS_REVOKED).incrementRelease();
  }

  private whileActive(timeNs: number, conductor: ResourceConductor): void {
    if (!this.untetheredSubscriptions.isEmpty) {
      const windowLimit = this.consumerPosition - this.termWindowLength + (this.termWindowLength >> 2);
      this.untetheredSubscriptions.check(timeNs, windowLimit, conductor);
    }
    this.updateConnectedStatus(this.subscriberPositions.length > 0);
    const producerPosition = this.producerPosition();
    this.publisherPosition.setRelease(producerPosition);
    if (!this.isExclusive) {
      this.checkForBlockedPublisher(producerPosition, timeNs);
    }
    if (this.inCoolDown && this.coolDownExpireTimeNs < timeNs) {
      this.inCoolDown = false;
      this.coolDownExpireTimeNs = 0;
      conductor.linkIpcSubscriptions(this);
    }
  }

  private whileDraining(conductor: ResourceConductor): void {
    const producerPosition = this.producerPosition();
    this.publisherPosition.setRelease(producerPosition);
    if (this.isDrained(producerPosition)) {
      conductor.transitionIpcPublicationToLinger(this);
      this.currentState = 'LINGER';
    } else {
      this.unblock({ isAbandoned: true });
    }
  }

  private isDrained(producerPosition: number): boolean {
    return this.subscriberPositions.every((position) => position.get() >= producerPosition);
  }

  private checkForBlockedPublisher(producerPosition: number, timeNs: number): void {
    const consumerPosition = this.consumerPosition;
    if (consumerPosition !== this.lastConsumerPosition || !this.isPossiblyBlocked(producerPosition)) {
      this.timeOfLastConsumerPositionUpdateNs = timeNs;
      this.lastConsumerPosition = consumerPosition;
    } else if (timeNs - this.timeOfLastConsumerPositionUpdateNs > this.ctx.publicationUnblockTimeoutNs) {
      this.unblock({ isAbandoned: false });
    }
  }

  private isPossiblyBlocked(producerPosition: number): boolean {
    const producerTermCount = LogBufferDescriptor.activeTermCount(this.rawLog.metaData);
    const expectedTermCount = Math.floor(this.consumerPosition / this.termBufferLength);
    return producerTermCount !== expectedTermCount || producerPosition > this.consumerPosition;
  }

  private unblock({ isAbandoned }: { isAbandoned: boolean }): void {
    const { termBuffers, metaData } = this.rawLog;
    const { consumerPosition, termBufferLength } = this;
    if (LogBufferUnblocker.unblock(termBuffers, metaData, consumerPosition, termBufferLength, isAbandoned)) {
      this.ctx.systemCounters.get(SystemCounterDescriptor.UNBLOCKED_PUBLICATIONS).incrementRelease();
    }
  }

  private updateConnectedStatus(isConnected: boolean): void {
    const { metaData } = this.rawLog;
    if (LogBufferDescriptor.isConnected(metaData) !== isConnected) {
      LogBufferDescriptor.putIsConnected(metaData, isConnected);
    }
  }

  /**
   * Zeroes what everybody has read, as publishers expect it, up to the end of the term at most. The first
   * length field goes last: as long as it is there a publisher that is a whole buffer ahead sees it is not
   * clean.
   */
  private cleanBufferTo(position: number): void {
    const cleanPosition = this.cleanPosition;
    if (position <= cleanPosition) {
      return;
    }
    const termLength = this.termBufferLength;
    const termOffset = LogBufferDescriptor.computeTermOffsetFromPosition(cleanPosition, termLength);
    const length = Math.min(position - cleanPosition, termLength - termOffset);
    const index = LogBufferDescriptor.indexByPosition(cleanPosition, this.positionBitsToShift);
    const dirtyTerm = this.rawLog.termBuffers[index]!;
    dirtyTerm.setMemory(termOffset + 8, length - 8, 0);
    dirtyTerm.putInt64Release(termOffset, 0);
    this.cleanPosition = cleanPosition + length;
  }
}
