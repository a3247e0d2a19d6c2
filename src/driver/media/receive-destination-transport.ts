import { AeronError, type AtomicCounter } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import { ChannelEndpointStatus, LocalSocketAddressStatus } from '../../protocol/mod.ts';
import type { DriverContext } from '../driver-context.ts';
import type { ReceiveChannelEndpoint } from './receive-channel-endpoint.ts';
import type { UdpChannel } from './udp-channel.ts';
import { UdpChannelTransport } from './udp-channel-transport.ts';

/**
 * The socket of one destination of a multi-destination subscription. Its buffers are as long as those of the
 * endpoint it belongs to.
 *
 * Upstream: `io.aeron.driver.media.ReceiveDestinationTransport`.
 */
export class ReceiveDestinationTransport extends UdpChannelTransport {
  readonly channelEndpoint: ReceiveChannelEndpoint;
  /** Of the receiver's clock. */
  timeOfLastActivityNs: number;
  private readonly localSocketAddressIndicator: AtomicCounter;
  private currentControlAddress: SocketAddress | undefined;

  /** The transport closes the indicator, a 'rcv-local-sockaddr'. */
  constructor(
    udpChannel: UdpChannel,
    localSocketAddressIndicator: AtomicCounter,
    channelEndpoint: ReceiveChannelEndpoint,
    context: DriverContext,
  ) {
    super(
      udpChannel,
      { endPointAddress: udpChannel.remoteData, bindAddress: udpChannel.remoteData, connectAddress: undefined },
      context.receiverPortManager,
      context,
      channelEndpoint.socketRcvbufLength,
      channelEndpoint.socketSndbufLength,
    );
    this.channelEndpoint = channelEndpoint;
    this.localSocketAddressIndicator = localSocketAddressIndicator;
    this.currentControlAddress = udpChannel.hasExplicitControl ? udpChannel.localControl : undefined;
    this.timeOfLastActivityNs = context.receiverCachedNanoClock.nanoTime();
  }

  /** Where the sender is asked for its setup, with `control=` in the destination. */
  get explicitControlAddress(): SocketAddress | undefined {
    return this.currentControlAddress;
  }

  /** @throws AeronError CHANNEL_ENDPOINT_ERROR; the indicator then says ERRORED. */
  openChannel(): void {
    this.openDatagramChannel(this.localSocketAddressIndicator);
  }

  /** @throws AeronError ILLEGAL_STATE unless just opened. */
  indicateActive(): void {
    const status = this.localSocketAddressIndicator.get();
    if (status !== ChannelEndpointStatus.INITIALIZING) {
      throw new AeronError('ILLEGAL_STATE', `channel cannot be registered unless INITIALIZING: status=${status}`);
    }
    LocalSocketAddressStatus.updateBindAddress(
      this.localSocketAddressIndicator,
      this.bindAddressAndPort,
      this.context.countersManager.metaDataBuffer,
    );
    this.localSocketAddressIndicator.setRelease(ChannelEndpointStatus.ACTIVE);
  }

  override close(): void {
    super.close();
    this.localSocketAddressIndicator.close();
  }

  updateControlAddress(newAddress: SocketAddress): void {
    this.currentControlAddress = newAddress;
  }
}
