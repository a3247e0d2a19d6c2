import { PlatformError, type SocketPoller, type UdpSocket } from '../mod.ts';
import type { Gate, SimulatedSocket } from './simulated-socket.ts';

/** Lets the world run until the condition holds, for at most so many nanoseconds. */
type WaitFor = (durationNs: number, condition: () => boolean) => void;

export class SimulatedPoller implements SocketPoller {
  readonly #gate: Gate;
  readonly #waitFor: WaitFor;
  readonly #sockets = new Set<SimulatedSocket>();
  readonly #readable = new Set<UdpSocket>();
  #isOpen = true;
  readonly #hasReadable = (): boolean => {
    for (const socket of this.#sockets) {
      if (socket.isReadable) {
        return true;
      }
    }
    return false;
  };

  constructor(gate: Gate, waitFor: WaitFor) {
    this.#gate = gate;
    this.#waitFor = waitFor;
  }

  add(socket: UdpSocket): void {
    this.#enter('add');
    const simulated = socket as SimulatedSocket;
    if (!simulated.isOpen) {
      throw new PlatformError('EBADF', 'add', `cannot wait for ${socket.localAddress.key}: the socket is closed`);
    }
    this.#sockets.add(simulated);
  }

  remove(socket: UdpSocket): void {
    this.#gate('remove');
    this.#sockets.delete(socket as SimulatedSocket);
    this.#readable.delete(socket);
  }

  wait(timeoutNs: number): number {
    this.#enter('wait');
    if (timeoutNs > 0 && !this.#hasReadable()) {
      this.#waitFor(timeoutNs, this.#hasReadable);
    }
    this.#readable.clear();
    for (const socket of this.#sockets) {
      if (!socket.isOpen) {
        this.#sockets.delete(socket);
      } else if (socket.isReadable) {
        this.#readable.add(socket);
      }
    }
    return this.#readable.size;
  }

  isReadable(socket: UdpSocket): boolean {
    return this.#readable.has(socket);
  }

  close(): void {
    this.#isOpen = false;
    this.#sockets.clear();
    this.#readable.clear();
  }

  #enter(operation: string): void {
    this.#gate(operation);
    if (!this.#isOpen) {
      throw new PlatformError('EBADF', operation, `cannot ${operation}: the poller is closed`);
    }
  }
}
