import { SocketAddress, type UdpSocket } from '../src/platform/mod.ts';
import { nativePlatform } from '../src/platform/native/mod.ts';

/*
 * UDP ports for the tests of a process. Files of tests run beside each other, and their ports lie fallow while a
 * driver is started again: so each process has a block of its own, and its last port stays bound as long as the
 * process lives.
 *
 *     22000         22300         22600                      32500
 *     +-----------+-+-----------+-+-----------+-+-- ... ---+-+
 *     | a block   |*| a block   |*| a block   |*|          |*|
 *     +-----------+-+-----------+-+-----------+-+-- ... ---+-+
 *                  * who has it, has the block
 */

const FIRST_PORT = 22_000;
const BLOCK_LENGTH = 300;
/** Up to where the system begins to choose ports by itself. */
const BLOCKS = 35;

let held: UdpSocket | undefined;
let nextPort = 0;

/** undefined when somebody uses it. */
function bind(port: number): UdpSocket | undefined {
  try {
    return nativePlatform().network.openUdp({ bind: SocketAddress.of('0.0.0.0', port) });
  } catch {
    return undefined;
  }
}

/** The first of 299 ports in a row that no other process of tests has. Always the same one. */
export function ownPorts(): number {
  for (let i = 0; i < BLOCKS && held === undefined; i++) {
    held = bind(FIRST_PORT + ((process.pid + i) % BLOCKS) * BLOCK_LENGTH + BLOCK_LENGTH - 1);
  }
  if (held === undefined) {
    throw new Error(`no block of ${BLOCK_LENGTH} ports from ${FIRST_PORT} on is free`);
  }
  return held.localAddress.port - BLOCK_LENGTH + 1;
}

/** One of them that nobody uses now; another one each time. */
export function freePort(): number {
  for (let i = 0; i < BLOCK_LENGTH; i++) {
    const port = ownPorts() + (nextPort++ % (BLOCK_LENGTH - 1));
    const socket = bind(port);
    if (socket !== undefined) {
      socket.close();
      return port;
    }
  }
  throw new Error(`all ports from ${ownPorts()} on are in use`);
}
