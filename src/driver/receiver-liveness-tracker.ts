import { RECEIVERS_MAX } from './flow-control/min-multicast-flow-control.ts';

interface Receiver {
  readonly receiverId: bigint;
  timeOfLastStatusMessageNs: number;
}

/**
 * Which receivers of a publication are there: those heard of within the connection time-out that have not
 * said goodbye.
 *
 * Upstream: `io.aeron.driver.ReceiverLivenessTracker`.
 */
export class ReceiverLivenessTracker {
  private readonly receivers: Receiver[] = [];

  get hasReceivers(): boolean {
    return this.receivers.length > 0;
  }

  /** A receiver beyond the limit is not tracked: those that are keep the publication connected. */
  onStatusMessage(receiverId: bigint, nowNs: number): void {
    const index = this.indexOf(receiverId);
    if (index >= 0) {
      this.receivers[index]!.timeOfLastStatusMessageNs = nowNs;
    } else if (this.receivers.length < RECEIVERS_MAX) {
      this.receivers.push({ receiverId, timeOfLastStatusMessageNs: nowNs });
    }
  }

  /** Whether the receiver had been known. */
  onRemoteClose(receiverId: bigint): boolean {
    const index = this.indexOf(receiverId);
    if (index >= 0) {
      this.removeAt(index);
    }
    return index >= 0;
  }

  /** Forgets who has been silent for `timeoutNs`. */
  onIdle(nowNs: number, timeoutNs: number): void {
    for (let i = this.receivers.length - 1; i >= 0; i--) {
      if (this.receivers[i]!.timeOfLastStatusMessageNs + timeoutNs <= nowNs) {
        this.removeAt(i);
      }
    }
  }

  private indexOf(receiverId: bigint): number {
    const { receivers } = this;
    for (let i = 0; i < receivers.length; i++) {
      if (receivers[i]!.receiverId === receiverId) {
        return i;
      }
    }
    return -1;
  }

  private removeAt(index: number): void {
    this.receivers[index] = this.receivers[this.receivers.length - 1]!;
    this.receivers.pop();
  }
}
