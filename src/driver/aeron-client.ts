import type { DriverManagedResource } from './driver-managed-resource.ts';
import type { Position } from './position.ts';
import type { ResourceConductor } from './resource-conductor.ts';

/**
 * A client as the driver knows it: alive as long as it keeps its heartbeat counter fresh. When it does not,
 * everything it has asked for goes with it.
 *
 * Upstream: `io.aeron.driver.AeronClient`.
 */
export class AeronClient implements DriverManagedResource {
  readonly clientId: number;
  private readonly clientLivenessTimeoutMs: number;
  private readonly clientTimeouts: { incrementRelease(): void };
  private readonly heartbeatTimestamp: Position;
  private reachedEndOfLife = false;
  private closedByCommand = false;

  constructor(
    clientId: number,
    clientLivenessTimeoutNs: number,
    clientTimeouts: { incrementRelease(): void },
    heartbeatTimestamp: Position,
  ) {
    this.clientId = clientId;
    this.clientLivenessTimeoutMs = Math.max(1, Math.floor(clientLivenessTimeoutNs / 1_000_000));
    this.clientTimeouts = clientTimeouts;
    this.heartbeatTimestamp = heartbeatTimestamp;
  }

  close(): void {
    this.heartbeatTimestamp.close();
  }

  onTimeEvent(_timeNs: number, timeMs: number, conductor: ResourceConductor): void {
    if (timeMs <= this.heartbeatTimestamp.get() + this.clientLivenessTimeoutMs) {
      return;
    }
    this.reachedEndOfLife = true;
    if (!this.closedByCommand) {
      this.clientTimeouts.incrementRelease();
      conductor.clientTimeout(this.clientId);
    }
    conductor.unavailableCounter(this.clientId, this.heartbeatTimestamp.id);
  }

  hasReachedEndOfLife(): boolean {
    return this.reachedEndOfLife;
  }

  get hasTimedOut(): boolean {
    return this.reachedEndOfLife;
  }

  /** The client said so by command instead of writing its counter, as clients did before there was one. */
  timeOfLastKeepaliveMs(nowMs: number): void {
    this.heartbeatTimestamp.setRelease(nowMs);
  }

  /** The next look at the clock finds it gone, and does not count it as a timeout. */
  onClosedByCommand(): void {
    this.closedByCommand = true;
    this.heartbeatTimestamp.setRelease(0);
  }
}
