import { AtomicBuffer, type ErrorHandler } from '../../agrona/mod.ts';
import type { Platform, ReceiveBatch } from '../../platform/mod.ts';
import type { SendSideConductor } from '../send-side-conductor.ts';
import type { ReadableSockets } from './readable-sockets.ts';
import type { SendChannelEndpoint } from './send-channel-endpoint.ts';

/** Datagrams taken from one endpoint in one round. */
const RECEIVE_SLOTS = 16;
/** The longest control frame is an error frame of 1063 bytes; of anything longer the rest is cut off. */
const RECEIVE_SLOT_LENGTH = 2048;

/**
 * Reads what comes back to the sending endpoints, and closes those that are left in the end.
 *
 * Used by the sender alone. Upstream: `io.aeron.driver.media.ControlTransportPoller`.
 */
export class ControlTransportPoller {
  private readonly readableSockets: ReadableSockets;
  private readonly errorHandler: ErrorHandler;
  private readonly conductorProxy: SendSideConductor;
  private readonly batch: ReceiveBatch;
  private readonly buffer: AtomicBuffer;
  private readonly endpoints: SendChannelEndpoint[] = [];

  /** `readableSockets` is what the driver's thread sleeps on while it is idle; it belongs to the caller. */
  constructor(
    platform: Platform,
    readableSockets: ReadableSockets,
    errorHandler: ErrorHandler,
    conductorProxy: SendSideConductor,
  ) {
    this.readableSockets = readableSockets;
    this.errorHandler = errorHandler;
    this.conductorProxy = conductorProxy;
    this.batch = platform.network.createReceiveBatch(RECEIVE_SLOTS, RECEIVE_SLOT_LENGTH);
    this.buffer = AtomicBuffer.over(this.batch.memory);
  }

  registerForRead(endpoint: SendChannelEndpoint): void {
    const { receiveSocket } = endpoint;
    if (receiveSocket !== undefined) {
      this.readableSockets.add(receiveSocket);
    }
    this.endpoints.push(endpoint);
  }

  cancelRead(endpoint: SendChannelEndpoint): void {
    const index = this.endpoints.indexOf(endpoint);
    if (index < 0) {
      return;
    }
    this.endpoints.splice(index, 1);
    if (endpoint.receiveSocket !== undefined) {
      this.readableSockets.remove(endpoint.receiveSocket);
    }
  }

  /** Bytes received. */
  pollTransports(): number {
    const { endpoints } = this;
    let bytesReceived = 0;
    for (let i = 0; i < endpoints.length; i++) {
      const endpoint = endpoints[i]!;
      if (this.isReadable(endpoint)) {
        bytesReceived += this.poll(endpoint);
      }
    }
    return bytesReceived;
  }

  checkForReResolutions(nowNs: number): void {
    for (const endpoint of this.endpoints) {
      endpoint.checkForReResolution(nowNs, this.conductorProxy);
    }
  }

  close(): void {
    for (const endpoint of [...this.endpoints]) {
      this.cancelRead(endpoint);
      endpoint.close();
    }
  }

  private isReadable(endpoint: SendChannelEndpoint): boolean {
    return endpoint.receiveSocket !== undefined && this.readableSockets.isReadable(endpoint.receiveSocket);
  }

  private poll(endpoint: SendChannelEndpoint): number {
    let bytesReceived = 0;
    try {
      const { batch, buffer } = this;
      const count = endpoint.receive(batch);
      for (let i = 0; i < count; i++) {
        const length = batch.lengths[i]!;
        bytesReceived += length;
        endpoint.onDatagram(buffer, i * batch.slotLength, length, batch.source(i), this.conductorProxy);
      }
    } catch (error) {
      this.errorHandler(error);
    }
    return bytesReceived;
  }
}
