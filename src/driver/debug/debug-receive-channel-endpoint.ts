import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import type { DataPacketDispatcher } from '../data-packet-dispatcher.ts';
import type { DriverContext } from '../driver-context.ts';
import { ReceiveChannelEndpoint, type ReceiveChannelEndpointCounters } from '../media/receive-channel-endpoint.ts';
import type { UdpChannel } from '../media/udp-channel.ts';
import type { LossGenerator } from './loss-generator.ts';

/** What a receiving endpoint is to lose: of what comes in, and of what it sends back. */
export interface ReceiveLossGenerators {
  readonly data: LossGenerator | undefined;
  readonly control: LossGenerator | undefined;
}

/**
 * A receiving endpoint on a bad network: what is dropped was not received, or counts as sent.
 *
 * Upstream: `io.aeron.driver.ext.DebugReceiveChannelEndpoint`; there, feedback by way of a destination is
 * never dropped, here it is.
 */
export class DebugReceiveChannelEndpoint extends ReceiveChannelEndpoint {
  private readonly lossGenerators: ReceiveLossGenerators;

  constructor(
    udpChannel: UdpChannel,
    dispatcher: DataPacketDispatcher,
    counters: ReceiveChannelEndpointCounters,
    context: DriverContext,
    lossGenerators: ReceiveLossGenerators,
  ) {
    super(udpChannel, dispatcher, counters, context);
    this.lossGenerators = lossGenerators;
  }

  protected override onDataPacket(
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    source: SocketAddress,
    transportIndex: number,
  ): void {
    if (!this.isLost(buffer, offset, length, source)) {
      super.onDataPacket(buffer, offset, length, source, transportIndex);
    }
  }

  protected override onSetupMessage(
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    transportIndex: number,
  ): void {
    if (!this.isLost(buffer, offset, buffer.getInt32(offset), source)) {
      super.onSetupMessage(buffer, offset, source, transportIndex);
    }
  }

  protected override onRttMeasurement(
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    transportIndex: number,
  ): void {
    if (!this.isLost(buffer, offset, buffer.getInt32(offset), source)) {
      super.onRttMeasurement(buffer, offset, source, transportIndex);
    }
  }

  protected override sendFeedback(transportIndex: number, length: number, to: SocketAddress): void {
    if (this.lossGenerators.control?.shouldDropFrame(to, this.feedback, 0, length) !== true) {
      super.sendFeedback(transportIndex, length, to);
    }
  }

  private isLost(buffer: AtomicBuffer, offset: number, length: number, source: SocketAddress): boolean {
    return this.lossGenerators.data?.shouldDropFrame(source, buffer, offset, length) === true;
  }
}
