import type { ResourceConductor } from './resource-conductor.ts';

/**
 * Something that the conductor looks at once every timer interval and lets go of at its end of life.
 *
 * Upstream: `io.aeron.driver.DriverManagedResource`.
 */
export interface DriverManagedResource {
  /** Gives back counters and links; called once, when `hasReachedEndOfLife()`. */
  close(): void;
  onTimeEvent(timeNs: number, timeMs: number, conductor: ResourceConductor): void;
  hasReachedEndOfLife(): boolean;
}
