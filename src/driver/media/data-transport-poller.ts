import { AtomicBuffer, type ErrorHandler } from '../../agrona/mod.ts';
import type { Network, ReceiveBatch, UdpSocket } from '../../platform/mod.ts';
import type { ControlResolver } from './multi-rcv-destination.ts';
import type { ReadableSockets } from './readable-sockets.ts';
import type { ReceiveChannelEndpoint } from './receive-channel-endpoint.ts';
import type { UdpChannelTransport } from './udp-channel-transport.ts';

/** No datagram over IPv4 or IPv6 is longer. */
const BATCH_SLOT_LENGTH = 64 * 1024;

interface ChannelAndTransport {
  readonly channelEndpoint: ReceiveChannelEndpoint;
  readonly transport: UdpChannelTransport;
  readonly socket: UdpSocket;
  readonly transportIndex: number;
}

/**
 * Receives from the sockets of all receive channel endpoints, into one batch of slots that they share, and
 * hands each datagram to its endpoint before the next socket is asked.
 *
 * Upstream: `io.aeron.driver.media.DataTransportPoller`.
 */
export class DataTransportPoller {
  readonly #errorHandler: ErrorHandler;
  readonly #readableSockets: ReadableSockets;
  readonly #batch: ReceiveBatch;
  readonly #buffer: AtomicBuffer;
  #transports: ChannelAndTransport[] = [];

  /**
   * @param readableSockets the thread's: what waits for sockets between duty cycles waits for these too.
   * @param batchSlots datagrams that a socket gives in one duty cycle at most.
   */
  constructor(network: Network, readableSockets: ReadableSockets, batchSlots: number, errorHandler: ErrorHandler) {
    this.#errorHandler = errorHandler;
    this.#readableSockets = readableSockets;
    this.#batch = network.createReceiveBatch(batchSlots, BATCH_SLOT_LENGTH);
    this.#buffer = AtomicBuffer.over(this.#batch.memory);
  }

  /** Begins to receive from an open transport. */
  registerForRead(
    channelEndpoint: ReceiveChannelEndpoint,
    transport: UdpChannelTransport,
    transportIndex: number,
  ): void {
    const socket = transport.receiveSocket;
    if (socket !== undefined) {
      this.#readableSockets.add(socket);
      this.#transports.push({ channelEndpoint, transport, socket, transportIndex });
    }
  }

  cancelRead(channelEndpoint: ReceiveChannelEndpoint, transport: UdpChannelTransport): void {
    this.#cancel((entry) => entry.channelEndpoint === channelEndpoint && entry.transport === transport);
  }

  cancelReadForAllTransports(channelEndpoint: ReceiveChannelEndpoint): void {
    this.#cancel((entry) => entry.channelEndpoint === channelEndpoint);
  }

  /** Returns the bytes received. Errors go to the handler: one socket's do not keep others from being read. */
  pollTransports(): number {
    const transports = this.#transports;
    let bytesReceived = 0;
    for (let i = 0; i < transports.length; i++) {
      const entry = transports[i]!;
      if (this.#readableSockets.isReadable(entry.socket)) {
        bytesReceived += this.#poll(entry);
      }
    }
    return bytesReceived;
  }

  checkForReResolutions(nowNs: number, resolver: ControlResolver): void {
    for (const { channelEndpoint } of this.#transports) {
      channelEndpoint.checkForReResolution(nowNs, resolver);
    }
  }

  /** Closes every endpoint that is still read from. */
  close(): void {
    const endpoints = new Set(this.#transports.map((entry) => entry.channelEndpoint));
    for (const channelEndpoint of endpoints) {
      this.cancelReadForAllTransports(channelEndpoint);
      try {
        channelEndpoint.close();
      } catch (error) {
        this.#errorHandler(error);
      }
    }
  }

  #poll(entry: ChannelAndTransport): number {
    let count = 0;
    try {
      count = entry.transport.receive(this.#batch);
    } catch (error) {
      this.#errorHandler(error);
    }
    let bytesReceived = 0;
    for (let i = 0; i < count; i++) {
      bytesReceived += this.#batch.lengths[i]!;
      this.#dispatch(entry, i);
    }
    return bytesReceived;
  }

  #dispatch(entry: ChannelAndTransport, slot: number): void {
    const batch = this.#batch;
    try {
      entry.channelEndpoint.onFrame(
        this.#buffer,
        slot * BATCH_SLOT_LENGTH,
        batch.lengths[slot]!,
        batch.source(slot),
        entry.transportIndex,
      );
    } catch (error) {
      this.#errorHandler(error);
    }
  }

  #cancel(isCancelled: (entry: ChannelAndTransport) => boolean): void {
    const [cancelled, kept] = partition(this.#transports, isCancelled);
    this.#transports = kept;
    for (const { socket } of cancelled) {
      this.#readableSockets.remove(socket);
    }
  }
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
