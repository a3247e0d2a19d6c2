import { AeronError, type AtomicBuffer, type AtomicCounter } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import { ErrorFlyweight, HeaderFlyweight, LogBufferDescriptor, StatusMessageFlyweight } from '../../protocol/mod.ts';
import {
  calculateRetransmissionLength,
  type FlowControl,
  type FlowControlParameters,
  type FlowControlParams,
} from './flow-control.ts';

/** Receivers that one publication tracks at most; the status messages of more are not heard. */
export const RECEIVERS_MAX = 1024;

const NO_LIMIT = Number.MAX_SAFE_INTEGER;
const NULL_LIMIT = -1;

interface Receiver {
  readonly receiverId: bigint;
  lastPositionPlusWindow: number;
  timeOfLastStatusMessageNs: number;
  eosFlagged: boolean;
}

/**
 * The slowest receiver of the group says how far to go. A receiver joins with a status message that is not
 * hopelessly behind, and leaves with an end of stream, an error frame or silence (`t:`). With fewer receivers
 * than `g:/n` the publication is not connected.
 *
 * Upstream: `io.aeron.driver.MinMulticastFlowControl`, `AbstractMinMulticastFlowControl`.
 */
export class MinMulticastFlowControl implements FlowControl {
  hasRequiredReceivers: boolean;
  private readonly groupMinSize: number;
  private readonly receiverTimeoutNs: number;
  private readonly retransmitReceiverWindowMultiple: number;
  private readonly receiverCount: AtomicCounter;
  private readonly params: FlowControlParams;
  private readonly receivers: Receiver[] = [];
  private isOverflowReported = false;
  /** The sender limit when a receiver of the group was last sent a setup: it holds until that receiver has joined. */
  private lastSetupSenderLimit = NULL_LIMIT;
  private timeOfLastSetupNs = 0;
  private isSetupTriggeredByGroup = false;

  constructor(params: FlowControlParams, parameters: FlowControlParameters) {
    const { defaults } = params;
    this.params = params;
    this.receiverTimeoutNs = parameters.receiverTimeoutNs ?? defaults.flowControlReceiverTimeoutNs;
    this.groupMinSize = parameters.groupMinSize ?? defaults.flowControlGroupMinSize;
    this.retransmitReceiverWindowMultiple =
      parameters.retransmitReceiverWindowMultiple ?? defaults.multicastFlowControlRetransmitReceiverWindowMultiple;
    this.hasRequiredReceivers = this.groupMinSize === 0;
    this.receiverCount = params.newReceiversCounter();
  }

  onStatusMessage(
    buffer: AtomicBuffer,
    offset: number,
    _receiverAddress: SocketAddress,
    senderLimit: number,
    initialTermId: number,
    positionBitsToShift: number,
    timeNs: number,
  ): number {
    const isOfGroup = this.isStatusMessageOfGroup(buffer, offset);
    const receiverId = StatusMessageFlyweight.receiverId(buffer, offset);
    const windowLength = StatusMessageFlyweight.receiverWindowLength(buffer, offset);
    const position = LogBufferDescriptor.computePosition(
      StatusMessageFlyweight.consumptionTermId(buffer, offset),
      StatusMessageFlyweight.consumptionTermOffset(buffer, offset),
      positionBitsToShift,
      initialTermId,
    );
    const positionPlusWindow = position + windowLength;
    const eosFlagged = (HeaderFlyweight.flags(buffer, offset) & StatusMessageFlyweight.END_OF_STREAM_FLAG) !== 0;

    const receivers = this.receivers;
    let isExisting = false;
    let minPosition = this.activeSetupSenderLimit(timeNs);
    for (let i = 0; i < receivers.length; i++) {
      const receiver = receivers[i]!;
      if (isOfGroup && receiver.receiverId === receiverId) {
        receiver.eosFlagged = eosFlagged;
        receiver.lastPositionPlusWindow = positionPlusWindow;
        receiver.timeOfLastStatusMessageNs = timeNs;
        isExisting = true;
      }
      minPosition = Math.min(minPosition, receiver.lastPositionPlusWindow);
    }

    const isCloseEnough = receivers.length === 0 || positionPlusWindow >= minPosition - windowLength;
    if (isOfGroup && !isExisting && !eosFlagged && isCloseEnough && this.hasRoomForReceiver()) {
      receivers.push({
        receiverId,
        lastPositionPlusWindow: positionPlusWindow,
        timeOfLastStatusMessageNs: timeNs,
        eosFlagged: false,
      });
      this.onReceiversChange();
      this.lastSetupSenderLimit = NULL_LIMIT;
      minPosition = Math.min(minPosition, positionPlusWindow);
    }

    if (receivers.length < this.groupMinSize) {
      return senderLimit;
    }
    return Math.max(senderLimit, receivers.length === 0 ? positionPlusWindow : minPosition);
  }

  onTriggerSendSetup(buffer: AtomicBuffer, offset: number): void {
    this.isSetupTriggeredByGroup ||= this.isStatusMessageOfGroup(buffer, offset);
  }

  onSetup(senderLimit: number, timeNs: number): void {
    if (this.isSetupTriggeredByGroup && this.receivers.length > 0) {
      this.timeOfLastSetupNs = timeNs;
      this.lastSetupSenderLimit = senderLimit;
    }
    this.isSetupTriggeredByGroup = false;
  }

  onError(buffer: AtomicBuffer, offset: number): void {
    if (!this.isErrorOfGroup(buffer, offset)) {
      return;
    }
    const receiverId = ErrorFlyweight.receiverId(buffer, offset);
    const receiver = this.receivers.find((candidate) => candidate.receiverId === receiverId);
    if (receiver !== undefined) {
      receiver.eosFlagged = true;
    }
  }

  onIdle(timeNs: number, senderLimit: number): number {
    const receivers = this.receivers;
    const countBefore = receivers.length;
    let minLimitPosition = this.activeSetupSenderLimit(timeNs);
    for (let i = receivers.length - 1; i >= 0; i--) {
      const receiver = receivers[i]!;
      if (receiver.eosFlagged || receiver.timeOfLastStatusMessageNs + this.receiverTimeoutNs < timeNs) {
        receivers[i] = receivers[receivers.length - 1]!;
        receivers.pop();
      } else {
        minLimitPosition = Math.min(minLimitPosition, receiver.lastPositionPlusWindow);
      }
    }
    if (receivers.length !== countBefore) {
      this.onReceiversChange();
    }
    return receivers.length === 0 || receivers.length < this.groupMinSize ? senderLimit : minLimitPosition;
  }

  maxRetransmissionLength(termOffset: number, resendLength: number, termBufferLength: number): number {
    return calculateRetransmissionLength(
      resendLength,
      termBufferLength,
      termOffset,
      this.retransmitReceiverWindowMultiple,
    );
  }

  close(): void {
    this.receiverCount.close();
  }

  protected isStatusMessageOfGroup(_buffer: AtomicBuffer, _offset: number): boolean {
    return true;
  }

  protected isErrorOfGroup(_buffer: AtomicBuffer, _offset: number): boolean {
    return true;
  }

  private activeSetupSenderLimit(nowNs: number): number {
    if (this.lastSetupSenderLimit !== NULL_LIMIT && this.timeOfLastSetupNs + this.receiverTimeoutNs < nowNs) {
      this.lastSetupSenderLimit = NULL_LIMIT;
    }
    return this.lastSetupSenderLimit === NULL_LIMIT ? NO_LIMIT : this.lastSetupSenderLimit;
  }

  private hasRoomForReceiver(): boolean {
    if (this.receivers.length < RECEIVERS_MAX) {
      return true;
    }
    if (!this.isOverflowReported) {
      this.isOverflowReported = true;
      const { streamId, sessionId, udpChannel } = this.params;
      this.params.onError(
        new AeronError(
          'TOO_MANY_RECEIVERS',
          `flow control tracks at most ${RECEIVERS_MAX} receivers: streamId=${streamId} sessionId=${sessionId}` +
            ` channel=${udpChannel.originalUriString}`,
        ),
      );
    }
    return false;
  }

  private onReceiversChange(): void {
    this.hasRequiredReceivers = this.receivers.length >= this.groupMinSize;
    this.receiverCount.setRelease(this.receivers.length);
  }
}
