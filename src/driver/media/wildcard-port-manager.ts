import { AeronError } from '../../agrona/mod.ts';
import type { SocketAddress } from '../../platform/mod.ts';
import type { UdpChannel } from './udp-channel.ts';

/** First and last port, both inclusive; both 0 where the system is to choose. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Gives ports out of a configured range (`senderWildcardPortRange`, `receiverWildcardPortRange`) to channels
 * that ask for port 0, instead of the system's ephemeral ones. Used by the conductor alone.
 */
export class WildcardPortManager {
  private readonly range: PortRange;
  private readonly isSender: boolean;
  private readonly ports = new Set<number>();
  private nextPort: number;

  constructor(range: PortRange, isSender: boolean) {
    this.range = range;
    this.isSender = isSender;
    this.nextPort = range.low;
  }

  /**
   * The address to bind to. A publication without explicit control keeps its ephemeral port: nobody has to
   * know it in advance.
   *
   * @throws AeronError EADDRINUSE when the range is used up.
   */
  getManagedPort(udpChannel: UdpChannel, bindAddress: SocketAddress): SocketAddress {
    if (bindAddress.port !== 0) {
      this.ports.add(bindAddress.port);
      return bindAddress;
    }
    const systemChooses = this.range.high === 0 || (this.isSender && !udpChannel.hasExplicitControl);
    return systemChooses ? bindAddress : bindAddress.withPort(this.allocateOpenPort());
  }

  freeManagedPort(bindAddress: SocketAddress): void {
    this.ports.delete(bindAddress.port);
  }

  private allocateOpenPort(): number {
    const { low, high } = this.range;
    for (let count = high - low + 1, port = this.nextPort; count > 0; count--) {
      const next = port === high ? low : port + 1;
      if (!this.ports.has(port)) {
        this.ports.add(port);
        this.nextPort = next;
        return port;
      }
      port = next;
    }
    throw new AeronError('EADDRINUSE', `no available ports in range ${low} ${high}`);
  }
}

/**
 * Of '20700 20799', two ports with blanks between; undefined or '' lets the system choose.
 *
 * @throws AeronError CONFIGURATION
 */
export function parsePortRange(value: string | undefined): PortRange {
  if (value === undefined || value === '') {
    return { low: 0, high: 0 };
  }
  const match = /^(\d{1,5}) +(\d{1,5})$/.exec(value);
  if (match === null) {
    throw new AeronError('CONFIGURATION', `port range "${value}" incorrect format: two ports with a blank between`);
  }
  const low = Number(match[1]);
  const high = Number(match[2]);
  if (low > 65535 || high > 65535) {
    throw new AeronError('CONFIGURATION', `port range "${value}": port must be an integer value between 0 and 65535`);
  }
  if (low > high) {
    throw new AeronError('CONFIGURATION', `port range "${value}": low port value must be lower than high port value`);
  }
  return { low, high };
}
