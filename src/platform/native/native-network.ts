import type {
  Network,
  NetworkInterface,
  ReceiveBatch,
  SocketAddress,
  SocketPoller,
  UdpSocket,
  UdpSocketOptions,
} from '../mod.ts';
import { MessageTransfer } from './message-transfer.ts';
import { resolveName } from './name-resolution.ts';
import { NativeReceiveBatch } from './native-receive-batch.ts';
import { NativeSocketPoller } from './native-socket-poller.ts';
import { NativeUdpSocket } from './native-udp-socket.ts';
import { listInterfaces } from './network-interfaces.ts';
import { SourceCache } from './source-cache.ts';

export class NativeNetwork implements Network {
  private readonly sources = new SourceCache();
  private readonly hasBatchCalls: boolean;
  private transfer: MessageTransfer | undefined;

  constructor(hasBatchCalls: boolean) {
    this.hasBatchCalls = hasBatchCalls;
  }

  resolve(host: string, family?: 4 | 6): SocketAddress[] {
    return resolveName(host, family);
  }

  interfaces(): NetworkInterface[] {
    return listInterfaces();
  }

  openUdp(options: UdpSocketOptions): UdpSocket {
    this.transfer ??= new MessageTransfer(this.hasBatchCalls);
    return new NativeUdpSocket(options, this.transfer);
  }

  createPoller(): SocketPoller {
    return new NativeSocketPoller(this.hasBatchCalls);
  }

  createReceiveBatch(slots: number, slotLength: number): ReceiveBatch {
    return new NativeReceiveBatch(slots, slotLength, this.sources);
  }
}
