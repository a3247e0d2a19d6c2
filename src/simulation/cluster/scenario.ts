import type { DiskFaults, LinkFaults } from '../../platform/simulated/mod.ts';

/** What a member consists of, when it is not one loop. */
export const COMPONENTS = ['driver', 'archive', 'consensus-module', 'service-0'] as const;

/** Everything about one run, drawn from its seed. Times in nanoseconds, at and for. */
export interface ClusterScenario {
  readonly seed: number;
  readonly cycleNs: number;
  readonly idleNs: number;
  readonly members: readonly MemberScenario[];
  readonly clients: readonly ClusterClientScenario[];
  readonly links: Partial<LinkFaults>;
  /** How long there are faults. */
  readonly faultsNs: number;
  readonly faults: readonly ClusterFault[];
  readonly timeouts: ClusterTimeouts;
  /** Between snapshots; Infinity for none. */
  readonly snapshotIntervalNs: number;
  /** 0 unless hosts crash: what was acknowledged must then be on disk. */
  readonly fileSyncLevel: number;
  readonly keys: readonly string[];
  /** Of each member. */
  readonly serviceCount: number;
  /** Chance that a question is longer than a datagram. */
  readonly longQuestions: number;
}

export interface MemberScenario {
  readonly name: string;
  readonly address: string;
  /** One loop for all, or a process for each component. */
  readonly isOneLoop: boolean;
  readonly clockDriftPpm: number;
  readonly clockOffsetMs: number;
}

export interface ClusterClientScenario {
  readonly name: string;
  readonly address: string;
  /** Between an answer and the next question. */
  readonly thinkNs: number;
}

export interface ClusterTimeouts {
  readonly leaderHeartbeatTimeoutNs: number;
  readonly leaderHeartbeatIntervalNs: number;
  readonly electionTimeoutNs: number;
  readonly electionStatusIntervalNs: number;
  readonly startupCanvassTimeoutNs: number;
  readonly sessionTimeoutNs: number;
}

export type ClusterFault =
  /** All processes of a member, or of its leader (`member` undefined), at once. */
  | {
      readonly kind: 'kill';
      readonly atNs: number;
      readonly member: Whom;
      readonly afterOperations: number;
      readonly restartAfterNs: number;
    }
  /** One process of a member, the others of which go on; all of one that is a single loop. It is seen later. */
  | {
      readonly kind: 'kill-component';
      readonly atNs: number;
      readonly member: Whom;
      readonly component: (typeof COMPONENTS)[number];
      readonly noticedAfterNs: number;
    }
  /** The machine loses what was not on disk. */
  | { readonly kind: 'crash'; readonly atNs: number; readonly member: Whom; readonly restartAfterNs: number }
  /** All members at nearly the same time, by their processes or by their machines. */
  | {
      readonly kind: 'kill-all';
      readonly atNs: number;
      readonly isCrash: boolean;
      readonly spreadNs: number;
      readonly restartAfterNs: number;
    }
  /** All that the member has on disk is gone. It is started again with nothing. */
  | { readonly kind: 'wipe'; readonly atNs: number; readonly member: Whom; readonly restartAfterNs: number }
  /** The disk has errors, and the node is started again when it has none any more. */
  | {
      readonly kind: 'disk';
      readonly atNs: number;
      readonly member: Whom;
      readonly forNs: number;
      readonly faults: Partial<DiskFaults>;
    }
  | { readonly kind: 'pause'; readonly atNs: number; readonly member: Whom; readonly forNs: number }
  /** It has the processor for a moment, then others have it for a longer one, and so on. */
  | {
      readonly kind: 'slow';
      readonly atNs: number;
      readonly member: Whom;
      readonly forNs: number;
      readonly runsNs: number;
      readonly standsNs: number;
    }
  | {
      readonly kind: 'partition';
      readonly atNs: number;
      readonly member: Whom;
      readonly forNs: number;
      /** Others that stay with it. */
      readonly companions: number;
      readonly direction: 'both' | 'from' | 'to';
    }
  | { readonly kind: 'weather'; readonly atNs: number; readonly forNs: number; readonly links: Partial<LinkFaults> }
  /** A client stops in the middle and never comes back under its session. */
  | { readonly kind: 'kill-client'; readonly atNs: number; readonly client: number };

/** A member by number, or whoever leads when it happens. */
export type Whom = number | 'leader';
