import { AeronError, type AtomicBuffer, type AtomicCounter } from '../../agrona/mod.ts';
import type { Memory, ReceiveBatch, SocketAddress, UdpSocket, UdpSocketOptions } from '../../platform/mod.ts';
import {
  ChannelEndpointStatus,
  describeRefusal,
  FrameRefusal,
  SystemCounterDescriptor,
  validateFrame,
} from '../../protocol/mod.ts';
import type { DriverContext } from '../driver-context.ts';
import type { DatagramBatch } from './datagram-batch.ts';
import { anyAddress } from './interface-search.ts';
import type { UdpChannel } from './udp-channel.ts';
import type { WildcardPortManager } from './wildcard-port-manager.ts';

/** Which addresses of a channel a transport stands between. */
export interface TransportAddresses {
  /** The group to join when the channel is multicast. */
  readonly endPointAddress: SocketAddress;
  readonly bindAddress: SocketAddress;
  /** Where everything goes; undefined for a transport that only receives, or is told each time. */
  readonly connectAddress: SocketAddress | undefined;
}

/** Addresses whose errors one transport reports at a time. */
const UNREACHABLE_MAX = 64;

/**
 * The sockets of one channel endpoint: one for both directions, or two where a multicast group is sent to,
 * since what is sent has to come from a port of its own.
 *
 *     unicast, MDC          one socket bound to the local address
 *     multicast, sending    one socket to send from, another bound to the group's port and joined
 *     multicast, receiving  one socket bound to the group's port and joined; answers go out of it
 *
 * Opened and closed by the conductor, used by the sender or the receiver in between.
 *
 * Upstream: `io.aeron.driver.media.UdpChannelTransport`.
 */
export abstract class UdpChannelTransport {
  readonly udpChannel: UdpChannel;
  readonly socketSndbufLength: number;
  readonly socketRcvbufLength: number;
  protected readonly context: DriverContext;
  protected readonly invalidPackets: AtomicCounter;
  /** Where everything goes, undefined when each send says so. */
  protected connectAddress: SocketAddress | undefined;
  protected sendSocket: UdpSocket | undefined;
  private readonly endPointAddress: SocketAddress;
  private readonly portManager: WildcardPortManager;
  private bindAddress: SocketAddress;
  private socketForReceive: UdpSocket | undefined;
  private ttl = 0;
  /** Addresses that the system last refused to send to. */
  private readonly unreachable = new Set<string>();
  /** One bit for each `FrameRefusal`. */
  private reportedRefusals = 0;

  /** Buffer lengths are those of the channel, or else of the driver's options. */
  protected constructor(
    udpChannel: UdpChannel,
    addresses: TransportAddresses,
    portManager: WildcardPortManager,
    context: DriverContext,
    socketRcvbufLength = udpChannel.socketRcvbufLengthOrDefault(context.socketRcvbufLength),
    socketSndbufLength = udpChannel.socketSndbufLengthOrDefault(context.socketSndbufLength),
  ) {
    this.udpChannel = udpChannel;
    this.context = context;
    this.portManager = portManager;
    this.endPointAddress = addresses.endPointAddress;
    this.bindAddress = addresses.bindAddress;
    this.connectAddress = addresses.connectAddress;
    this.socketRcvbufLength = socketRcvbufLength;
    this.socketSndbufLength = socketSndbufLength;
    this.invalidPackets = context.systemCounters.get(SystemCounterDescriptor.INVALID_PACKETS);
  }

  get isMulticast(): boolean {
    return this.udpChannel.isMulticast;
  }

  /** TTL of what is sent to a group, 0 when it is the system's choice. */
  get multicastTtl(): number {
    return this.ttl;
  }

  /** The socket to poll; undefined while closed. */
  get receiveSocket(): UdpSocket | undefined {
    return this.socketForReceive;
  }

  /** 'host:port' of the socket that receives, with the port that was given; '' while closed. */
  get bindAddressAndPort(): string {
    return this.socketForReceive === undefined ? '' : this.socketForReceive.localAddress.key;
  }

  /** @throws AeronError CHANNEL_ENDPOINT_ERROR; the indicator then says ERRORED. */
  openDatagramChannel(statusIndicator: AtomicCounter | undefined): void {
    try {
      if (this.isMulticast) {
        this.openMulticast();
      } else {
        this.bindAddress = this.portManager.getManagedPort(this.udpChannel, this.bindAddress);
        this.sendSocket = this.openSocket({ bind: this.bindAddress });
        this.socketForReceive = this.sendSocket;
      }
    } catch (cause) {
      statusIndicator?.setRelease(ChannelEndpointStatus.ERRORED);
      this.closeSockets();
      throw new AeronError(
        'CHANNEL_ENDPOINT_ERROR',
        `channel error - ${(cause as Error).message}: ${this.udpChannel.originalUriString}`,
        { cause },
      );
    }
  }

  close(): void {
    this.closeSockets();
    this.portManager.freeManagedPort(this.bindAddress);
  }

  /** Sends elsewhere from now on. */
  updateEndpoint(newAddress: SocketAddress): void {
    this.connectAddress = newAddress;
  }

  /** How many datagrams came into `batch`; 0 while closed. @throws PlatformError */
  receive(batch: ReceiveBatch): number {
    return this.socketForReceive === undefined ? 0 : this.socketForReceive.receive(batch);
  }

  /**
   * Whether the datagram of `length` bytes at `offset` is a frame of a type and version that we know, with
   * fields that are possible. Otherwise it is counted as an invalid packet, and reported once for each reason.
   * Whether it fits the stream is for others to check.
   */
  isValidFrame(buffer: AtomicBuffer, offset: number, length: number, source: SocketAddress): boolean {
    const refusal = validateFrame(buffer, offset, length);
    if (refusal === FrameRefusal.NONE) {
      return true;
    }
    this.invalidPackets.increment();
    if ((this.reportedRefusals & (1 << refusal)) === 0) {
      this.reportedRefusals |= 1 << refusal;
      const what = describeRefusal(refusal, buffer, offset, length);
      this.context.errorHandler(
        new AeronError('INVALID_FRAME', `${what}: from ${source} on ${this.udpChannel.originalUriString}`),
      );
    }
    return false;
  }

  /** True when the system took the datagram. An error is reported once until the address works again. */
  sendTo(memory: Memory, offset: number, length: number, to: SocketAddress): boolean {
    if (this.sendSocket === undefined) {
      return false;
    }
    try {
      const isSent = this.sendSocket.send(memory, offset, length, to);
      this.onSent(isSent, to);
      return isSent;
    } catch (error) {
      this.onSendError(error, to);
      return false;
    }
  }

  /** How many datagrams of the batch, from the first on, the system took; errors as of `sendTo`. */
  sendBatchTo(batch: DatagramBatch, to: SocketAddress): number {
    if (this.sendSocket === undefined) {
      return 0;
    }
    try {
      const sent = this.sendSocket.sendBatch(batch.memory, batch.offsets, batch.lengths, batch.count, to);
      this.onSent(sent > 0, to);
      return sent;
    } catch (error) {
      this.onSendError(error, to);
      return 0;
    }
  }

  private onSent(isSent: boolean, to: SocketAddress): void {
    if (isSent && this.unreachable.size > 0) {
      this.unreachable.delete(to.key);
    }
  }

  private onSendError(cause: unknown, to: SocketAddress): void {
    if (this.unreachable.has(to.key) || this.unreachable.size >= UNREACHABLE_MAX) {
      return;
    }
    this.unreachable.add(to.key);
    this.context.errorHandler(
      new AeronError('SEND_FAILED', `failed to send datagram to ${to}, cause: ${(cause as Error).message}`, { cause }),
    );
  }

  private openMulticast(): void {
    const { localInterface, family } = this.udpChannel;
    this.ttl = this.udpChannel.multicastTtl === 0 ? this.context.socketMulticastTtl : this.udpChannel.multicastTtl;
    const sending = { multicastInterface: localInterface, multicastTtl: this.ttl };
    this.socketForReceive = this.openSocket({
      ...sending,
      bind: anyAddress(family).withPort(this.endPointAddress.port),
      reuseAddress: true,
      multicastGroup: this.endPointAddress,
    });
    this.sendSocket =
      this.connectAddress === undefined
        ? this.socketForReceive
        : this.openSocket({ ...sending, bind: anyAddress(family) });
  }

  /**
   * Systems count the memory that datagrams take, which may be twice their length: so that a window of them fits, they
   * are asked for more than the channel says, as far as they give it.
   */
  private openSocket(options: UdpSocketOptions): UdpSocket {
    const { socketRcvbufLength, context } = this;
    const roomForWindow = Math.min(2 * socketRcvbufLength, context.osMaxSocketRcvbufLength);
    return context.platform.network.openUdp({
      ...options,
      receiveBufferLength: Math.max(socketRcvbufLength, roomForWindow),
      sendBufferLength: this.socketSndbufLength,
    });
  }

  private closeSockets(): void {
    if (this.socketForReceive !== this.sendSocket) {
      this.socketForReceive?.close();
    }
    this.sendSocket?.close();
    this.sendSocket = undefined;
    this.socketForReceive = undefined;
  }
}
