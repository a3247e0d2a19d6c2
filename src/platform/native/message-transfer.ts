import type { SocketAddress } from '../mod.ts';
import { type Libc, libc } from './libc.ts';
import { MessageHeaders } from './message-headers.ts';
import { encodeAddress } from './native-socket-address.ts';
import { system } from './system.ts';

const SEND_CAPACITY = 64;
/** What Linux cuts one message into at most (UDP_MAX_SEGMENTS of its older releases), and how long that may be. */
const MAX_SEGMENTS = 64;
const MAX_SEGMENTED_LENGTH = 65_000;

/**
 * Hands messages to the system and takes them from it, as many a call as it can. One for each thread: what
 * is to be sent is prepared in headers that all its sockets share.
 */
export class MessageTransfer {
  readonly capacity = SEND_CAPACITY;
  private readonly headers = new MessageHeaders(SEND_CAPACITY, 1);
  /** Of each prepared message. */
  private readonly datagrams = new Int32Array(SEND_CAPACITY);
  private readonly lib: Libc = libc();
  private readonly hasBatchCalls: boolean;
  private preparedAddress: SocketAddress | undefined;
  private preparedFamily = 0;

  constructor(hasBatchCalls: boolean) {
    this.hasBatchCalls = hasBatchCalls;
  }

  /** A message may be several datagrams, which the system cuts it into. */
  get canSegment(): boolean {
    return this.hasBatchCalls && system.udpSegment !== 0;
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

  /** One datagram. */
  setMessage(index: number, address: number, length: number): void {
    this.headers.setBuffer(index, address, length);
    this.headers.setSegmentLength(index, 0);
    this.datagrams[index] = 1;
  }

  /**
   * As many of the datagrams from `first` on as one message can carry: those that lie behind one another, all of the same
   * length but for a shorter last one. They pass through the system together. Returns how many these are.
   */
  setSegments(
    index: number,
    base: number,
    offsets: Float64Array,
    lengths: Int32Array,
    first: number,
    count: number,
  ): number {
    const start = offsets[first]!;
    const segmentLength = lengths[first]!;
    const limit = Math.min(count, first + MAX_SEGMENTS);
    let end = start + segmentLength;
    let next = first + 1;
    while (next < limit && offsets[next] === end && end - start === (next - first) * segmentLength) {
      const length = lengths[next]!;
      if (length > segmentLength || length === 0 || end + length - start > MAX_SEGMENTED_LENGTH) {
        break;
      }
      end += length;
      next++;
    }
    this.headers.setBuffer(index, base + start, end - start);
    this.headers.setSegmentLength(index, next - first > 1 ? segmentLength : 0);
    this.datagrams[index] = next - first;
    return next - first;
  }

  /** How many datagrams the first `count` prepared messages are. */
  datagramsOf(count: number): number {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += this.datagrams[i]!;
    }
    return sum;
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
