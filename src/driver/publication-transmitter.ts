import type { AtomicBuffer, AtomicCounter } from '../agrona/mod.ts';
import type { Clock, SocketAddress } from '../platform/mod.ts';
import {
  DataHeaderFlyweight,
  FrameDescriptor,
  HeaderFlyweight,
  LogBufferDescriptor,
  RttMeasurementFlyweight,
  SetupFlyweight,
  TermScanner,
} from '../protocol/mod.ts';
import type { DatagramBatch } from './media/datagram-batch.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { NetworkPublicationThreadLocals } from './network-publication-thread-locals.ts';
import type { PublicationParams } from './publication-params.ts';
import type { RawLog } from './raw-log.ts';

const NULL_VALUE = -1;
const SIZE_OF_LONG = 8;

/** What a transmitter is made from. */
export interface PublicationTransmitterOptions {
  readonly params: PublicationParams;
  readonly streamId: number;
  readonly channelEndpoint: SendChannelEndpoint;
  readonly rawLog: RawLog;
  readonly threadLocals: NetworkPublicationThreadLocals;
  readonly shortSends: AtomicCounter;
  readonly clock: Clock;
}

/**
 * Puts one publication on the wire: its log as it lies there, in batches of datagrams, and the frames that
 * are in no log. Whether and when is for others to say. Used by the sender alone.
 */
export class PublicationTransmitter {
  /** Nothing was sent last time because the frame that was there did not fit the window. */
  isWindowTooShort = false;
  private readonly params: PublicationParams;
  private readonly streamId: number;
  private readonly channelEndpoint: SendChannelEndpoint;
  private readonly rawLog: RawLog;
  private readonly threadLocals: NetworkPublicationThreadLocals;
  private readonly shortSends: AtomicCounter;
  private readonly clock: Clock;
  private readonly positionBitsToShift: number;
  /** Of the timestamp in the first frame of a datagram; -1 without one. */
  private readonly timestampOffset: number;
  /** Where a response publication sends to: whoever asked it for a setup. */
  private responseAddress: SocketAddress | undefined;

  constructor(options: PublicationTransmitterOptions) {
    const { udpChannel } = options.channelEndpoint;
    this.params = options.params;
    this.streamId = options.streamId;
    this.channelEndpoint = options.channelEndpoint;
    this.rawLog = options.rawLog;
    this.threadLocals = options.threadLocals;
    this.shortSends = options.shortSends;
    this.clock = options.clock;
    this.positionBitsToShift = LogBufferDescriptor.positionBitsToShift(options.rawLog.termLength);
    this.timestampOffset = udpChannel.isChannelSendTimestampEnabled
      ? DataHeaderFlyweight.HEADER_LENGTH + udpChannel.channelSendTimestampOffset
      : NULL_VALUE;
  }

  /** For a response publication: from now on to this address. */
  onSetupRequested(source: SocketAddress): void {
    if (this.params.isResponse) {
      this.responseAddress = source;
    }
  }

  /**
   * Sends one batch of what lies at `position`: whole frames, in datagrams of at most the MTU, of `window`
   * bytes in all and within the term. Returns the bytes of the stream that went out, padding among them; 0
   * also when nothing was there, or the first frame is longer than the window (`isWindowTooShort`).
   */
  sendLog(position: number, window: number): number {
    const index = LogBufferDescriptor.indexByPosition(position, this.positionBitsToShift);
    const termOffset = LogBufferDescriptor.computeTermOffsetFromPosition(position, this.rawLog.termLength);
    const end = this.fillBatch(index, termOffset, window);
    const { batch } = this.threadLocals;
    if (batch.count === 0) {
      return 0;
    }
    const sent = this.sendBatch(batch);
    if (sent === batch.count) {
      return end - termOffset;
    }
    this.shortSends.increment();
    return batch.offsets[sent]! - batch.offsets[0]!;
  }

  /** As many batches as it takes to send what is at `position` again. Returns the bytes that went out. */
  resendLog(position: number, length: number): number {
    let sent = 0;
    while (sent < length) {
      const bytes = this.sendLog(position + sent, length - sent);
      if (bytes === 0) {
        break;
      }
      sent += bytes;
    }
    return sent;
  }

  /** Whether a frame of this stream begins at a position that was sent: what a NAK says may point anywhere. */
  isFrameAt(termId: number, termOffset: number): boolean {
    const index = LogBufferDescriptor.indexByTerm(this.params.initialTermId, termId);
    const termBuffer = this.rawLog.termBuffers[index]!;
    return (
      FrameDescriptor.frameTermId(termBuffer, termOffset) === termId &&
      DataHeaderFlyweight.termOffset(termBuffer, termOffset) === termOffset &&
      FrameDescriptor.frameSessionId(termBuffer, termOffset) === this.params.sessionId
    );
  }

  /** Tells receivers what the stream is, and that it goes on at `position`. */
  sendSetup(position: number): void {
    const { params } = this;
    const isResponseSetup = !params.isResponse && params.responseCorrelationId !== NULL_VALUE;
    SetupFlyweight.encode(
      this.threadLocals.frameBuffer,
      0,
      (isResponseSetup ? SetupFlyweight.SEND_RESPONSE_SETUP_FLAG : 0) |
        (this.channelEndpoint.udpChannel.hasGroupSemantics ? SetupFlyweight.GROUP_FLAG : 0),
      LogBufferDescriptor.computeTermOffsetFromPosition(position, this.rawLog.termLength),
      params.sessionId,
      this.streamId,
      params.initialTermId,
      this.termIdAt(position),
      this.rawLog.termLength,
      params.mtuLength,
      this.channelEndpoint.multicastTtl,
    );
    this.sendFrame(SetupFlyweight.HEADER_LENGTH);
  }

  /** Tells receivers how far the stream is, and with `flags` whether that is its end. Returns the bytes sent. */
  sendHeartbeat(position: number, flags: number): number {
    DataHeaderFlyweight.encode(
      this.threadLocals.frameBuffer,
      0,
      0,
      flags,
      HeaderFlyweight.HDR_TYPE_DATA,
      LogBufferDescriptor.computeTermOffsetFromPosition(position, this.rawLog.termLength),
      this.params.sessionId,
      this.streamId,
      this.termIdAt(position),
    );
    return this.sendFrame(DataHeaderFlyweight.HEADER_LENGTH);
  }

  /** The answer to a receiver's RTT measurement. */
  sendRttReply(echoTimestampNs: bigint, receiverId: bigint): void {
    RttMeasurementFlyweight.encode(
      this.threadLocals.frameBuffer,
      0,
      0,
      this.params.sessionId,
      this.streamId,
      echoTimestampNs,
      0n,
      receiverId,
    );
    this.sendFrame(RttMeasurementFlyweight.HEADER_LENGTH);
  }

  /** Returns the term offset behind the batch: past the last datagram's end where that ends in padding. */
  private fillBatch(index: number, termOffset: number, window: number): number {
    const { batch } = this.threadLocals;
    const { termLength, memory, termBuffers } = this.rawLog;
    const { mtuLength } = this.params;
    const termBuffer = termBuffers[index]!;
    const termBase = index * termLength;
    const windowEnd = termOffset + window;
    let offset = termOffset;
    batch.memory = memory;
    batch.clear();
    this.isWindowTooShort = false;
    while (batch.count < batch.capacity && offset < windowEnd && offset < termLength) {
      const scanLimit = Math.min(windowEnd - offset, mtuLength);
      const available = TermScanner.scanForAvailability(termBuffer, offset, scanLimit);
      if (available <= 0) {
        this.isWindowTooShort = available < 0 && batch.count === 0;
        break;
      }
      if (this.timestampOffset !== NULL_VALUE) {
        this.applyTimestamp(termBuffer, offset, available);
      }
      batch.add(termBase + offset, available);
      offset += available + TermScanner.padding();
    }
    return offset;
  }

  private applyTimestamp(termBuffer: AtomicBuffer, offset: number, length: number): void {
    const isFirstFragment = (FrameDescriptor.frameFlags(termBuffer, offset) & FrameDescriptor.BEGIN_FRAG_FLAG) !== 0;
    if (
      isFirstFragment &&
      !FrameDescriptor.isPaddingFrame(termBuffer, offset) &&
      this.timestampOffset + SIZE_OF_LONG <= length
    ) {
      termBuffer.putBigInt64(offset + this.timestampOffset, this.clock.epochTimeNs());
    }
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
    if (!this.params.isResponse) {
      return this.channelEndpoint.send(batch);
    }
    return this.responseAddress === undefined ? 0 : this.channelEndpoint.sendBatchTo(batch, this.responseAddress);
  }

  private termIdAt(position: number): number {
    return LogBufferDescriptor.computeTermIdFromPosition(position, this.positionBitsToShift, this.params.initialTermId);
  }
}
