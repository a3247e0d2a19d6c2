import type { SocketAddress } from '../platform/mod.ts';
import type { PublicationErrorFrame } from '../protocol/mod.ts';
import type { PublicationImageRequest } from './image-creator.ts';
import type { ReceiveChannelEndpoint } from './media/receive-channel-endpoint.ts';
import type { ReceiveDestinationTransport } from './media/receive-destination-transport.ts';
import type { SendChannelEndpoint } from './media/send-channel-endpoint.ts';
import type { UdpChannel } from './media/udp-channel.ts';
import type { ReceiveSideConductor } from './receiver.ts';
import type { SendSideConductor } from './send-side-conductor.ts';

/** What sender and receiver ask of the conductor, done in its own duty cycle. */
export interface ConductorRequests extends Pick<SendSideConductor, 'onPublicationError' | 'responseSetup'> {
  onCreatePublicationImage(request: PublicationImageRequest): void;
  onReResolveEndpoint(endpoint: string, channelEndpoint: SendChannelEndpoint, address: SocketAddress): void;
  onReResolveControl(
    control: string,
    udpChannel: UdpChannel,
    channelEndpoint: ReceiveChannelEndpoint,
    address: SocketAddress,
  ): void;
  onSendChannelEndpointClosed(channelEndpoint: SendChannelEndpoint): void;
  onReceiveChannelEndpointClosed(channelEndpoint: ReceiveChannelEndpoint): void;
  onCloseReceiveDestination(transport: ReceiveDestinationTransport): void;
  responseConnected(responseCorrelationId: number): void;
}

/**
 * The conductor as sender and receiver ask things of it. Requests are noted and done in the conductor's duty
 * cycle also when all run in one thread, so that no list changes under the hands of whoever asks. Across
 * threads the list would be a queue.
 *
 * Upstream: `io.aeron.driver.DriverConductorProxy`.
 */
export class DriverConductorProxy implements SendSideConductor, ReceiveSideConductor {
  private requests: ((conductor: ConductorRequests) => void)[] = [];

  /** By the conductor: does what was asked so far, and what that leads to. Returns how much there was. */
  drain(conductor: ConductorRequests, onError: (error: unknown) => void): number {
    let count = 0;
    while (this.requests.length > 0) {
      const requests = this.requests;
      this.requests = [];
      for (const request of requests) {
        try {
          request(conductor);
        } catch (error) {
          onError(error);
        }
        count++;
      }
    }
    return count;
  }

  createPublicationImage(request: PublicationImageRequest): void {
    this.requests.push((conductor) => conductor.onCreatePublicationImage(request));
  }

  reResolveEndpoint(endpoint: string, channelEndpoint: SendChannelEndpoint, address: SocketAddress): void {
    this.requests.push((conductor) => conductor.onReResolveEndpoint(endpoint, channelEndpoint, address));
  }

  reResolveControl(
    control: string,
    udpChannel: UdpChannel,
    channelEndpoint: ReceiveChannelEndpoint,
    address: SocketAddress,
  ): void {
    this.requests.push((conductor) => conductor.onReResolveControl(control, udpChannel, channelEndpoint, address));
  }

  sendChannelEndpointClosed(channelEndpoint: SendChannelEndpoint): void {
    this.requests.push((conductor) => conductor.onSendChannelEndpointClosed(channelEndpoint));
  }

  receiveChannelEndpointClosed(channelEndpoint: ReceiveChannelEndpoint): void {
    this.requests.push((conductor) => conductor.onReceiveChannelEndpointClosed(channelEndpoint));
  }

  closeReceiveDestination(transport: ReceiveDestinationTransport): void {
    this.requests.push((conductor) => conductor.onCloseReceiveDestination(transport));
  }

  responseSetup(responseCorrelationId: number, responseSessionId: number): void {
    this.requests.push((conductor) => conductor.responseSetup(responseCorrelationId, responseSessionId));
  }

  responseConnected(responseCorrelationId: number): void {
    this.requests.push((conductor) => conductor.responseConnected(responseCorrelationId));
  }

  onPublicationError(frame: PublicationErrorFrame): void {
    this.requests.push((conductor) => conductor.onPublicationError(frame));
  }
}
