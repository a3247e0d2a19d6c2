import type { Memory, SocketAddress } from '../../platform/mod.ts';
import type { ReceiveChannelEndpoint } from './receive-channel-endpoint.ts';
import type { ReceiveDestinationTransport } from './receive-destination-transport.ts';
import type { UdpChannel } from './udp-channel.ts';

/** After so long without a frame a control address may be out of date, and a connection is left alone. */
export const DESTINATION_ADDRESS_TIMEOUT_NS = 5_000_000_000;

/** The part of the conductor that looks names up again; answers with `Receiver.onResolutionChange`. */
export interface ControlResolver {
  reResolveControl(
    control: string,
    udpChannel: UdpChannel,
    channelEndpoint: ReceiveChannelEndpoint,
    address: SocketAddress,
  ): void;
}

/**
 * The destinations of a multi-destination subscription, by transport index. An index that was given back is
 * given out again.
 *
 * Upstream: `io.aeron.driver.media.MultiRcvDestination`.
 */
export class MultiRcvDestination {
  readonly #transports: (ReceiveDestinationTransport | undefined)[] = [];

  close(): void {
    for (const transport of this.#transports) {
      transport?.close();
    }
  }

  add(transport: ReceiveDestinationTransport): number {
    const free = this.#transports.indexOf(undefined);
    const index = free < 0 ? this.#transports.length : free;
    this.#transports[index] = transport;
    return index;
  }

  /** The transport stays open. */
  remove(transportIndex: number): void {
    this.#transports[transportIndex] = undefined;
  }

  get(transportIndex: number): ReceiveDestinationTransport | undefined {
    return this.#transports[transportIndex];
  }

  /** -1 when there is none for an equal channel. */
  indexOf(udpChannel: UdpChannel): number {
    return this.#transports.findIndex(
      (transport) => transport !== undefined && transport.udpChannel.canonicalForm === udpChannel.canonicalForm,
    );
  }

  onActivity(transportIndex: number, nowNs: number): void {
    const transport = this.#transports[transportIndex];
    if (transport !== undefined) {
      transport.timeOfLastActivityNs = nowNs;
    }
  }

  /** True when the system took it, or there is no such destination any more. */
  sendTo(transportIndex: number, memory: Memory, offset: number, length: number, to: SocketAddress): boolean {
    const transport = this.#transports[transportIndex];
    return transport === undefined || transport.sendTo(memory, offset, length, to);
  }

  checkForReResolution(channelEndpoint: ReceiveChannelEndpoint, nowNs: number, resolver: ControlResolver): void {
    for (const transport of this.#transports) {
      const address = transport?.explicitControlAddress;
      if (
        transport !== undefined &&
        address !== undefined &&
        nowNs - transport.timeOfLastActivityNs > DESTINATION_ADDRESS_TIMEOUT_NS
      ) {
        transport.timeOfLastActivityNs = nowNs;
        const control = transport.udpChannel.channelUri.get('control')!;
        resolver.reResolveControl(control, transport.udpChannel, channelEndpoint, address);
      }
    }
  }
}
