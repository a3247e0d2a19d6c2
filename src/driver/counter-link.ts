import type { AtomicCounter } from '../agrona/mod.ts';
import type { AeronClient } from './aeron-client.ts';
import type { DriverManagedResource } from './driver-managed-resource.ts';
import type { ResourceConductor } from './resource-conductor.ts';

/**
 * A counter that a client has added; it goes with its client.
 *
 * Upstream: `io.aeron.driver.CounterLink`.
 */
export class CounterLink implements DriverManagedResource {
  readonly registrationId: number;
  private readonly client: AeronClient;
  private readonly counter: AtomicCounter;
  private reachedEndOfLife = false;

  constructor(registrationId: number, client: AeronClient, counter: AtomicCounter) {
    this.registrationId = registrationId;
    this.client = client;
    this.counter = counter;
  }

  get counterId(): number {
    return this.counter.id;
  }

  close(): void {
    this.counter.close();
  }

  onTimeEvent(_timeNs: number, _timeMs: number, conductor: ResourceConductor): void {
    if (this.client.hasTimedOut) {
      this.reachedEndOfLife = true;
      conductor.unavailableCounter(this.registrationId, this.counterId);
    }
  }

  hasReachedEndOfLife(): boolean {
    return this.reachedEndOfLife;
  }
}
