import type { SocketAddress } from '../mod.ts';
import { type Libc, libc } from './libc.ts';
import { MessageHeaders } from './message-headers.ts';
import { encodeAddress } from './native-socket-address.ts';
import { system } from './system.ts';

const SEND_CAPACITY = 64;

/**
 * Hands messages to the system and takes them from it, as many a call as it can. One for each thread: what
 * is to be sent is prepared in headers that all its sockets share.
 */
export class MessageTransfer {
  readonly capacity = SEND_CAPACITY;
  private readonly headers = new MessageHeaders(SEND_CAPACITY, 1);
  private readonly lib: Libc = libc();
  private readonly hasBatchCalls: boolean;
  private preparedAddress: SocketAddress | undefined;
  private preparedFamily = 0;

  constructor(hasBatchCalls: boolean) {
    this.hasBatchCalls = hasBatchCalls;
  }

  /** Where the next messages go, and the family of the socket that they leave from. */
  address(to: SocketAddress, family: 4 | 6): void {
    if (to !== this.preparedAddress || family !== this.preparedFamily) {
      const { headers } = this;
      const length = encodeAddress(headers.bytes, headers.namesOffset, to, family);
      for (let i = 0; i < SEND_CAPACITY; i++) {
        headers.setNameLength(i, length);
      }
      this.preparedAddress = to;
      this.preparedFamily = family;
    }
  }

  setMessage(index: number, address: number, length: number): void {
    this.headers.setBuffer(index, address, length);
  }

  /** Sends the first `count` prepared messages; returns how many went, or -1 and errno when not even one did. */
  send(fd: number, count: number): number {
    const { lib, headers } = this;
    if (count === 1) {
      return lib.sendmsg(fd, headers.addresses[0] as number, system.doNotWait) < 0 ? -1 : 1;
    }
    if (this.hasBatchCalls) {
      return lib.sendmmsg(fd, headers.addresses[0] as number, count, system.doNotWait);
    }
    for (let i = 0; i < count; i++) {
      if (lib.sendmsg(fd, headers.addresses[i] as number, system.doNotWait) < 0) {
        return i === 0 ? -1 : i;
      }
    }
    return count;
  }

  /** Fills messages from the first on; returns how many, or -1 and errno when there is none. */
  receive(fd: number, headers: MessageHeaders): number {
    const { lib } = this;
    if (this.hasBatchCalls) {
      return lib.recvmmsg(fd, headers.addresses[0] as number, headers.capacity, system.doNotWait, 0);
    }
    for (let i = 0; i < headers.capacity; i++) {
      const length = lib.recvmsg(fd, headers.addresses[i] as number, system.doNotWait);
      if (length < 0) {
        return i === 0 ? -1 : i;
      }
      headers.setMessageLength(i, length);
    }
    return headers.capacity;
  }
}
