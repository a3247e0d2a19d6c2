import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import {
  type Memory,
  type Platform,
  PlatformError,
  type ReceiveBatch,
  SocketAddress,
  type UdpSocket,
  type UdpSocketOptions,
} from '../../../src/platform/mod.ts';

export interface PlatformUnderTest {
  readonly platform: Platform;
  /** A numeric IPv4 address that sockets can be bound to and that reaches them. */
  readonly host: string;
  /** The same for IPv6; undefined where there is none. */
  readonly hostIpv6: string | undefined;
  /** An empty directory for the suite alone. */
  readonly scratchDirectory: string;
  cleanup(): void;
}

export type MakePlatform = () => PlatformUnderTest;

/** The platform of a suite, made before its tests and cleaned up after them. */
export function platformFor(makePlatform: MakePlatform): PlatformUnderTest {
  let made: PlatformUnderTest | undefined;
  before(() => {
    made = makePlatform();
  });
  after(() => made?.cleanup());
  const current = () => {
    assert(made !== undefined, 'the platform is there only while tests run');
    return made;
  };
  return {
    get platform() {
      return current().platform;
    },
    get host() {
      return current().host;
    },
    get hostIpv6() {
      return current().hostIpv6;
    },
    get scratchDirectory() {
      return current().scratchDirectory;
    },
    cleanup: () => current().cleanup(),
  };
}

export function throwsCode(code: string, action: () => unknown): void {
  assert.throws(
    action,
    (error) => {
      assert(error instanceof PlatformError, `a PlatformError, not ${error}`);
      assert.equal(error.code, code, error.message);
      return true;
    },
    `expected ${code}`,
  );
}

export const ONE_SECOND_NS = 1_000_000_000;
const DEADLINE_NS = 5 * ONE_SECOND_NS;

export interface Datagram {
  readonly content: number[];
  readonly source: SocketAddress;
}

/** Sockets of one test, closed together. */
export class Sockets implements Disposable {
  readonly platform: Platform;
  readonly memory: Memory;
  readonly batch: ReceiveBatch;
  readonly #open: UdpSocket[] = [];

  constructor(platform: Platform, slots = 8, slotLength = 2048) {
    this.platform = platform;
    this.memory = platform.allocate(70_000);
    this.batch = platform.network.createReceiveBatch(slots, slotLength);
  }

  open(host: string, options?: Partial<UdpSocketOptions>): UdpSocket {
    const socket = this.platform.network.openUdp({ bind: SocketAddress.of(host, 0), ...options });
    this.#open.push(socket);
    return socket;
  }

  send(from: UdpSocket, to: SocketAddress, content: readonly number[]): boolean {
    new Uint8Array(this.memory.arrayBuffer).set(content, 64);
    return from.send(this.memory, 64, content.length, to);
  }

  /** Waits until `count` datagrams came; fails when they do not within some seconds of the platform's time. */
  receive(socket: UdpSocket, count: number): Datagram[] {
    const { clock, network } = this.platform;
    const poller = network.createPoller();
    poller.add(socket);
    const deadlineNs = clock.nanoTime() + DEADLINE_NS;
    const received: Datagram[] = [];
    while (received.length < count) {
      assert(clock.nanoTime() < deadlineNs, `${received.length} of ${count} datagrams came`);
      poller.wait(ONE_SECOND_NS / 100);
      received.push(...this.receiveNow(socket));
    }
    poller.close();
    return received;
  }

  receiveNow(socket: UdpSocket): Datagram[] {
    const { batch } = this;
    const count = socket.receive(batch);
    return Array.from({ length: count }, (_, i) => ({
      content: [...new Uint8Array(batch.memory.arrayBuffer, i * batch.slotLength, batch.lengths[i])],
      source: batch.source(i),
    }));
  }

  /** For what is to be shown not to come. */
  settle(): void {
    this.platform.park(ONE_SECOND_NS / 50);
  }

  [Symbol.dispose](): void {
    for (const socket of this.#open) {
      socket.close();
    }
  }
}
