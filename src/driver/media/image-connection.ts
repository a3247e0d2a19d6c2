import type { SocketAddress } from '../../platform/mod.ts';

/**
 * One way by which an image is reached: the sender behind one transport of its channel.
 *
 * Upstream: `io.aeron.driver.media.ImageConnection`.
 */
export class ImageConnection {
  /** Where status messages and NAKs go. */
  readonly controlAddress: SocketAddress;
  timeOfLastActivityNs: number;
  /** Of the last data or heartbeat; long ago before the first. */
  timeOfLastFrameNs = Number.NEGATIVE_INFINITY;
  isEos = false;
  /** Meaningful once `isEos`. */
  eosPosition = 0;

  constructor(timeOfLastActivityNs: number, controlAddress: SocketAddress) {
    this.timeOfLastActivityNs = timeOfLastActivityNs;
    this.controlAddress = controlAddress;
  }
}

/** The connections of one image, by transport index. */
export class ImageConnections {
  #connections: (ImageConnection | undefined)[] = [];

  /** One more than the highest transport index there was. */
  get length(): number {
    return this.#connections.length;
  }

  /** undefined where nothing was heard yet, or is to be heard any more. */
  get(transportIndex: number): ImageConnection | undefined {
    return this.#connections[transportIndex];
  }

  /** A connection whose control address is known before anything came by it. */
  add(transportIndex: number, nowNs: number, controlAddress: SocketAddress): void {
    this.#connections[transportIndex] = new ImageConnection(nowNs, controlAddress);
  }

  /** There is one more transport that the stream may come by: it has not ended before that has ended, too. */
  expect(transportIndex: number): void {
    if (transportIndex >= this.#connections.length) {
      this.#connections[transportIndex] = undefined;
    }
  }

  remove(transportIndex: number): void {
    this.#connections[transportIndex] = undefined;
  }

  /** A frame came: the first one of a transport tells where its feedback goes. */
  track(transportIndex: number, source: SocketAddress, nowNs: number): ImageConnection {
    let connection = this.#connections[transportIndex];
    if (connection === undefined) {
      connection = new ImageConnection(nowNs, source);
      this.#connections[transportIndex] = connection;
    }
    connection.timeOfLastActivityNs = nowNs;
    connection.timeOfLastFrameNs = nowNs;
    return connection;
  }

  /** Every sender has said that the stream ends; a transport that is there and silent has one that has not. */
  isAllEos(hasTransport: (transportIndex: number) => boolean): boolean {
    for (let i = 0; i < this.#connections.length; i++) {
      const connection = this.#connections[i];
      if (connection === undefined ? hasTransport(i) : !connection.isEos) {
        return false;
      }
    }
    return true;
  }

  /** The furthest position at which a sender has said that the stream ends. */
  eosPosition(): number {
    let position = 0;
    for (const connection of this.#connections) {
      if (connection?.isEos) {
        position = Math.max(position, connection.eosPosition);
      }
    }
    return position;
  }

  /** How many had a frame after `sinceNs`. */
  countAlive(sinceNs: number): number {
    let count = 0;
    for (const connection of this.#connections) {
      if (connection !== undefined && connection.timeOfLastFrameNs > sinceNs) {
        count++;
      }
    }
    return count;
  }
}
