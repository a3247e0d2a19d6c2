import type { SocketPoller, UdpSocket } from '../../platform/mod.ts';

/**
 * Which of a thread's sockets have something to read, asked with one system call a round instead of one for each
 * socket. While nobody calls `refresh` (a sender or receiver that is driven alone), every socket counts as readable
 * and is asked itself.
 *
 * The poller is the thread's: what waits for sockets between two rounds waits for these.
 */
export class ReadableSockets {
  readonly poller: SocketPoller;
  private socketCount = 0;
  private isKnown = false;

  constructor(poller: SocketPoller) {
    this.poller = poller;
  }

  add(socket: UdpSocket): void {
    this.poller.add(socket);
    this.socketCount++;
  }

  remove(socket: UdpSocket): void {
    this.poller.remove(socket);
    this.socketCount--;
  }

  /** Asks the system, once a round. With one socket it is cheaper to try to read it. */
  refresh(): void {
    this.isKnown = this.socketCount > 1;
    if (this.isKnown) {
      this.poller.wait(0);
    }
  }

  /** False when a read would find nothing, as of the last `refresh`. */
  isReadable(socket: UdpSocket): boolean {
    return !this.isKnown || this.poller.isReadable(socket);
  }
}
