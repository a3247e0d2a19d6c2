import type { SocketAddress } from '../platform/mod.ts';
import type { ChannelUri } from '../protocol/mod.ts';
import type { DriverContext } from './driver-context.ts';
import { UdpChannel } from './media/udp-channel.ts';
import type { NameResolver } from './name-resolver.ts';

/**
 * Makes channels of what clients send, and addresses of names. A look-up blocks; how long is tracked.
 *
 * Upstream: `io.aeron.driver.NativeResourceAgent`, `TimeTrackingNameResolver`.
 */
export class ChannelParser {
  private readonly ctx: DriverContext;
  private readonly nameResolver: NameResolver;

  constructor(ctx: DriverContext) {
    this.ctx = ctx;
    this.nameResolver = this.tracked(ctx.nameResolver);
  }

  /** @throws AeronError INVALID_CHANNEL, UNKNOWN_HOST */
  parse(channel: string, isDestination = false): UdpChannel {
    const environment = { network: this.ctx.platform.network, nameResolver: this.nameResolver };
    return UdpChannel.parse(channel, environment, isDestination);
  }

  /** @throws AeronError INVALID_CHANNEL, UNKNOWN_HOST */
  destinationAddress(uri: ChannelUri): SocketAddress {
    return UdpChannel.destinationAddress(uri, this.nameResolver);
  }

  /** undefined when the name is not known now. */
  reResolve(endpoint: string, uriParamName: string): SocketAddress | undefined {
    return UdpChannel.resolve(endpoint, uriParamName, true, this.nameResolver);
  }

  private tracked(resolver: NameResolver): NameResolver {
    const { clock } = this.ctx.platform;
    const timeTracker = this.ctx.nameResolverTimeTracker;
    return {
      name: resolver.name,
      lookup: (name, uriParamName, isReResolution) => resolver.lookup(name, uriParamName, isReResolution),
      resolve: (host, uriParamName, isReResolution) => {
        const beginNs = clock.nanoTime();
        try {
          return resolver.resolve(host, uriParamName, isReResolution);
        } finally {
          timeTracker.reportMeasurement(clock.nanoTime() - beginNs);
        }
      },
    };
  }
}
