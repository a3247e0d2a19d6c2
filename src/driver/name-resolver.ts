import type { Network, SocketAddress } from '../platform/mod.ts';

/**
 * Turns what a channel says into something that can be sent to. Two steps, so that a resolver may also give
 * a name to a whole `host:port` (`lookup`) before the host part of the outcome is resolved to an address.
 *
 * Called by the conductor alone; a look-up may block.
 */
export interface NameResolver {
  readonly name: string;
  /** The `host:port` that an endpoint or control value stands for; usually the value itself. */
  lookup(name: string, uriParamName: string, isReResolution: boolean): string;
  /** An address (port 0) of a host, or undefined when nobody knows it. */
  resolve(host: string, uriParamName: string, isReResolution: boolean): SocketAddress | undefined;
}

/** Asks the system. An IPv4 address is preferred where a name has both kinds, as in Java. */
export class DefaultNameResolver implements NameResolver {
  readonly name = 'default';
  private readonly network: Network;

  constructor(network: Network) {
    this.network = network;
  }

  lookup(name: string): string {
    return name;
  }

  resolve(host: string): SocketAddress | undefined {
    const addresses = this.network.resolve(host);
    return addresses.find((address) => address.family === 4) ?? addresses[0];
  }
}
