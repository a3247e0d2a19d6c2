import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import { LogBufferDescriptor, StatusMessageFlyweight } from '../../protocol/mod.ts';
import { calculateRetransmissionLength, type FlowControl } from './flow-control.ts';

/**
 * The one receiver says how far to go.
 *
 * Upstream: `io.aeron.driver.UnicastFlowControl`.
 */
export class UnicastFlowControl implements FlowControl {
  readonly hasRequiredReceivers = true;
  private readonly retransmitReceiverWindowMultiple: number;

  constructor(retransmitReceiverWindowMultiple: number) {
    this.retransmitReceiverWindowMultiple = retransmitReceiverWindowMultiple;
  }

  onStatusMessage(
    buffer: AtomicBuffer,
    offset: number,
    _receiverAddress: SocketAddress,
    senderLimit: number,
    initialTermId: number,
    positionBitsToShift: number,
  ): number {
    const position = LogBufferDescriptor.computePosition(
      StatusMessageFlyweight.consumptionTermId(buffer, offset),
      StatusMessageFlyweight.consumptionTermOffset(buffer, offset),
      positionBitsToShift,
      initialTermId,
    );
    return Math.max(senderLimit, position + StatusMessageFlyweight.receiverWindowLength(buffer, offset));
  }

  onTriggerSendSetup(): void {}

  onSetup(): void {}

  onError(): void {}

  onIdle(_timeNs: number, senderLimit: number): number {
    return senderLimit;
  }

  maxRetransmissionLength(termOffset: number, resendLength: number, termBufferLength: number): number {
    return calculateRetransmissionLength(
      resendLength,
      termBufferLength,
      termOffset,
      this.retransmitReceiverWindowMultiple,
    );
  }

  close(): void {}
}
