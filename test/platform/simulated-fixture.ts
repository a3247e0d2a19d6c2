import assert from 'node:assert/strict';
import { type Platform, PlatformError, SocketAddress, type UdpSocket } from '../../src/platform/mod.ts';
import { type LinkFaults, SimulatedWorld } from '../../src/platform/simulated/mod.ts';

export const ONE_MS_NS = 1_000_000;
export const ONE_SECOND_NS = 1_000_000_000;
export const PORT = 4000;

export function throwsCode(code: string, action: () => unknown): void {
  assert.throws(action, (error) => {
    assert(error instanceof PlatformError, `a PlatformError, not ${error}`);
    assert.equal(error.code, code, error.message);
    return true;
  });
}

/** Two hosts, a (10.0.0.1) and b (10.0.0.2), with a process and a socket at port 4000 each. */
export function twoHosts(seed: number, links: Partial<LinkFaults> = {}) {
  const world = new SimulatedWorld({ seed, links });
  const side = (name: string, address: string) => {
    const host = world.host(name, { addresses: [address] });
    const running = host.process(name);
    const { platform } = running;
    return { host, running, platform, socket: open(platform, address), address: SocketAddress.of(address, PORT) };
  };
  return { world, a: side('a', '10.0.0.1'), b: side('b', '10.0.0.2') };
}

export function open(platform: Platform, address: string, port = PORT): UdpSocket {
  return platform.network.openUdp({ bind: SocketAddress.of(address, port), receiveBufferLength: 1 << 20 });
}

/** Sends a datagram with a number in it. */
export function sendNumber(platform: Platform, socket: UdpSocket, to: SocketAddress, value: number): boolean {
  const memory = platform.allocate(8);
  new Float64Array(memory.arrayBuffer)[0] = value;
  return socket.send(memory, 0, 8, to);
}

/** All numbers that have arrived. */
export function receiveNumbers(platform: Platform, socket: UdpSocket): number[] {
  const batch = platform.network.createReceiveBatch(64, 8);
  const received: number[] = [];
  for (let count = socket.receive(batch); count > 0; count = socket.receive(batch)) {
    received.push(...new Float64Array(batch.memory.arrayBuffer, 0, count));
  }
  return received;
}
