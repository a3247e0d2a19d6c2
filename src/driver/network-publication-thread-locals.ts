import { AtomicBuffer } from '../agrona/mod.ts';
import type { Memory, Platform } from '../platform/mod.ts';
import { DatagramBatch } from './media/datagram-batch.ts';

const FRAME_BUFFER_LENGTH = 64;

/**
 * What the publications of one sender thread share because only one of them sends at a time: memory for the
 * frames that are not in a log (setup, heartbeat, RTT), and the batch in which datagrams are collected.
 *
 * Upstream: `io.aeron.driver.NetworkPublicationThreadLocals`.
 */
export class NetworkPublicationThreadLocals {
  readonly memory: Memory;
  /** Over `memory`; a frame is built at its start. */
  readonly frameBuffer: AtomicBuffer;
  readonly batch: DatagramBatch;

  /** `maxMessagesPerSend` datagrams of a publication at most go out in one call. */
  constructor(platform: Platform, maxMessagesPerSend: number) {
    this.memory = platform.allocate(FRAME_BUFFER_LENGTH);
    this.frameBuffer = AtomicBuffer.over(this.memory);
    this.batch = new DatagramBatch(this.memory, maxMessagesPerSend);
  }

  /** A batch of the one frame of `length` bytes that `frameBuffer` begins with. */
  frameBatch(length: number): DatagramBatch {
    this.batch.memory = this.memory;
    this.batch.clear();
    this.batch.add(0, length);
    return this.batch;
  }
}
