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
  /** Of the last data or heartbeat; 0 before the first. */
  timeOfLastFrameNs = 0;
  isEos = false;
  /** Meaningful once `isEos`. */
  eosPosition = 0;

  constructor(timeOfLastActivityNs: number, controlAddress: SocketAddress) {
    this.timeOfLastActivityNs = timeOfLastActivityNs;
    this.controlAddress = controlAddress;
  }
}

/** The connections of an image by transport index; `undefined` where nothing was heard yet. */
export type ImageConnections = (ImageConnection | undefined)[];
