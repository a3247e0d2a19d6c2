/**
 * What a consensus module is doing; the value of its state counter.
 * Upstream: `io.aeron.cluster.ConsensusModule.State`.
 */
export const ConsensusModuleState = {
  /** Starting and recovering. */
  INIT: 0,
  /** Serving clients, or following a leader. */
  ACTIVE: 1,
  /** Ingress and timers stand still until it is resumed. */
  SUSPENDED: 2,
  /** A snapshot is being taken; ingress stands still. */
  SNAPSHOT: 3,
  /** Leaving the cluster. */
  QUITTING: 4,
  /** Waiting for services and members before it ends. */
  TERMINATING: 5,
  /** Ended. */
  CLOSED: 6,
} as const;
export type ConsensusModuleState = (typeof ConsensusModuleState)[keyof typeof ConsensusModuleState];

/** 'ACTIVE', ... */
export function consensusModuleStateName(state: ConsensusModuleState): string {
  return Object.keys(ConsensusModuleState)[state] ?? String(state);
}

/**
 * What an operator asks of a cluster, by the control toggle counter of its leader.
 * Upstream: `io.aeron.cluster.ClusterControl.ToggleState`.
 */
export const ClusterControlToggle = {
  /** No leader here: nothing is taken. */
  INACTIVE: 0,
  /** Ready for a request. */
  NEUTRAL: 1,
  SUSPEND: 2,
  RESUME: 3,
  SNAPSHOT: 4,
  SHUTDOWN: 5,
  ABORT: 6,
  STANDBY_SNAPSHOT: 7,
} as const;

/** What an operator asks of one member. Upstream: `io.aeron.cluster.NodeControl.ToggleState`. */
export const NodeControlToggle = {
  INACTIVE: 0,
  NEUTRAL: 1,
  REPLICATE_STANDBY_SNAPSHOT: 2,
  VALIDATE_RECORDING_LOG: 3,
} as const;

/** Of a `ClusterActionRequest` in the log. */
export const ClusterActionFlags = {
  DEFAULT: 0,
  /** The snapshot is for standby nodes alone. */
  STANDBY_SNAPSHOT: 1,
} as const;
