import type { SocketAddress } from '../platform/mod.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';

/**
 * A setup that was asked for. One that came of a data frame is forgotten after a while, so that the next frame
 * asks again; a periodic one, for a sender at a known control address, is asked for again and again.
 *
 * Upstream: `io.aeron.driver.PendingSetupMessageFromSource`.
 */
export interface PendingSetupMessage {
  readonly sessionId: number;
  readonly streamId: number;
  readonly transportIndex: number;
  readonly channelEndpoint: ReceiveChannelEndpoint;
  readonly isPeriodic: boolean;
  controlAddress: SocketAddress;
  timeOfStatusMessageNs: number;
}
