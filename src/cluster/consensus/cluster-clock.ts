import type { Clock } from '../../platform/mod.ts';
import { ClusterTimeUnit } from '../codecs/mod.ts';

/**
 * The time that a leader stamps its log with: epoch time in the unit of the cluster. All members of a cluster
 * use the same unit. Upstream: `io.aeron.cluster.service.ClusterClock`.
 */
export interface ClusterClock {
  readonly timeUnit: ClusterTimeUnit;
  /** Now, in `timeUnit`. */
  time(): bigint;
}

/** Milliseconds, the usual choice. Upstream: `io.aeron.cluster.MillisecondClusterClock`. */
export class MillisecondClusterClock implements ClusterClock {
  readonly timeUnit = ClusterTimeUnit.MILLIS;
  readonly #clock: Clock;
  #lastMs = -1;
  #last = -1n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  time(): bigint {
    const nowMs = this.#clock.epochTimeMs();
    if (nowMs !== this.#lastMs) {
      this.#lastMs = nowMs;
      this.#last = BigInt(nowMs);
    }
    return this.#last;
  }
}

/** Nanoseconds. Upstream: `io.aeron.cluster.NanosecondClusterClock`. */
export class NanosecondClusterClock implements ClusterClock {
  readonly timeUnit = ClusterTimeUnit.NANOS;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  time(): bigint {
    return this.#clock.epochTimeNs();
  }
}

/** 'MILLISECONDS', ...: as upstream's `TimeUnit` prints. */
export function timeUnitName(unit: ClusterTimeUnit): string {
  switch (unit) {
    case ClusterTimeUnit.MILLIS:
      return 'MILLISECONDS';
    case ClusterTimeUnit.MICROS:
      return 'MICROSECONDS';
    case ClusterTimeUnit.NANOS:
      return 'NANOSECONDS';
    default:
      return 'MILLISECONDS';
  }
}

/** A log or snapshot from before units were written down counts milliseconds. */
export function timeUnitOf(unit: ClusterTimeUnit): ClusterTimeUnit {
  return unit === ClusterTimeUnit.NULL_VAL ? ClusterTimeUnit.MILLIS : unit;
}
