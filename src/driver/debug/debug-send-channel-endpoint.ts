import { AtomicBuffer } from '../../agrona/mod.ts';
import type { Memory, SocketAddress } from '../../platform/mod.ts';
import type { DriverContext } from '../driver-context.ts';
import { DatagramBatch } from '../media/datagram-batch.ts';
import { SendChannelEndpoint, type SendChannelEndpointCounters } from '../media/send-channel-endpoint.ts';
import type { UdpChannel } from '../media/udp-channel.ts';
import type { SendSideConductor } from '../send-side-conductor.ts';
import type { LossGenerator } from './loss-generator.ts';

/** What a sending endpoint is to lose: of what it sends, and of what comes back. */
export interface SendLossGenerators {
  readonly data: LossGenerator | undefined;
  readonly control: LossGenerator | undefined;
}

/**
 * A sending endpoint on a bad network: what is dropped counts as sent.
 *
 * Upstream: `io.aeron.driver.ext.DebugSendChannelEndpoint`.
 */
export class DebugSendChannelEndpoint extends SendChannelEndpoint {
  private readonly lossGenerators: SendLossGenerators;
  private survivors: DatagramBatch | undefined;
  /** Index in the batch asked for of each that survived. */
  private readonly survivorIndexes: number[] = [];
  private inspectedMemory: Memory | undefined;
  private inspectedBuffer: AtomicBuffer | undefined;

  constructor(
    udpChannel: UdpChannel,
    counters: SendChannelEndpointCounters,
    context: DriverContext,
    lossGenerators: SendLossGenerators,
  ) {
    super(udpChannel, counters, context);
    this.lossGenerators = lossGenerators;
  }

  override send(batch: DatagramBatch, to?: SocketAddress): number {
    const { data } = this.lossGenerators;
    if (data === undefined) {
      return super.send(batch, to);
    }
    const survivors = this.dropSome(batch, data, to);
    const sent = survivors.count === 0 ? 0 : super.send(survivors, to);
    return sent === survivors.count ? batch.count : this.survivorIndexes[sent]!;
  }

  protected override onStatusMessage(
    buffer: AtomicBuffer,
    offset: number,
    source: SocketAddress,
    conductor: SendSideConductor,
  ): void {
    if (!this.isControlLost(buffer, offset, source)) {
      super.onStatusMessage(buffer, offset, source, conductor);
    }
  }

  protected override onNakMessage(buffer: AtomicBuffer, offset: number, source: SocketAddress): void {
    if (!this.isControlLost(buffer, offset, source)) {
      super.onNakMessage(buffer, offset, source);
    }
  }

  protected override onRttMeasurement(buffer: AtomicBuffer, offset: number, source: SocketAddress): void {
    if (!this.isControlLost(buffer, offset, source)) {
      super.onRttMeasurement(buffer, offset, source);
    }
  }

  private isControlLost(buffer: AtomicBuffer, offset: number, source: SocketAddress): boolean {
    const { control } = this.lossGenerators;
    return control?.shouldDropFrame(source, buffer, offset, buffer.getInt32(offset)) === true;
  }

  private dropSome(batch: DatagramBatch, data: LossGenerator, to: SocketAddress | undefined): DatagramBatch {
    const buffer = this.bufferOver(batch.memory);
    this.survivors ??= new DatagramBatch(batch.memory, batch.capacity);
    const { survivors, survivorIndexes } = this;
    survivors.memory = batch.memory;
    survivors.clear();
    survivorIndexes.length = 0;
    for (let i = 0; i < batch.count; i++) {
      const offset = batch.offsets[i]!;
      const length = batch.lengths[i]!;
      if (!data.shouldDropFrame(to ?? this.connectAddress, buffer, offset, length)) {
        survivors.add(offset, length);
        survivorIndexes.push(i);
      }
    }
    return survivors;
  }

  private bufferOver(memory: Memory): AtomicBuffer {
    if (this.inspectedBuffer === undefined || this.inspectedMemory !== memory) {
      this.inspectedMemory = memory;
      this.inspectedBuffer = AtomicBuffer.over(memory);
    }
    return this.inspectedBuffer;
  }
}
