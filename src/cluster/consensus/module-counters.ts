import { type AtomicCounter, type CountersReader, formatDuration } from '../../agrona/mod.ts';
import type { Aeron, Counter } from '../../client/mod.ts';
import { AeronCounters } from '../../protocol/mod.ts';
import { asyncAddClusterCounter, hasClusterCounter } from './cluster-counters.ts';
import type { ConsensusModuleContext } from './context.ts';
import { ClusterError } from './errors.ts';

/** The counters by which services, tools and operators see a consensus module. Upstream's types and labels. */
export interface ModuleCounters {
  /** A `ConsensusModuleState`. */
  readonly state: AtomicCounter;
  readonly electionState: AtomicCounter;
  readonly electionCount: AtomicCounter;
  readonly leadershipTermId: AtomicCounter;
  /** A `ClusterRole`. */
  readonly role: AtomicCounter;
  /** Bounds what services read of the log. */
  readonly commitPosition: AtomicCounter;
  /** A `ClusterControlToggle`, set by operators. */
  readonly controlToggle: AtomicCounter;
  /** A `NodeControlToggle`, set by operators. */
  readonly nodeControlToggle: AtomicCounter;
  readonly snapshotCount: AtomicCounter;
  readonly timedOutClientCount: AtomicCounter;
  readonly maxCycleTime: AtomicCounter;
  readonly cycleTimeExceededCount: AtomicCounter;
  readonly maxSnapshotDuration: AtomicCounter;
  readonly snapshotDurationExceededCount: AtomicCounter;
  /** With `acceptStandbySnapshots`. */
  readonly standbySnapshotCount: AtomicCounter | undefined;
}

/**
 * Adds them all, waiting by `await`.
 * @throws ClusterError ACTIVE_MODULE when a consensus module of this cluster uses the driver already
 */
export function addModuleCounters(
  aeron: Aeron,
  context: ConsensusModuleContext,
  awaitCounter: (correlationId: number) => Counter,
): ModuleCounters {
  const { clusterId, cycleThresholdNs, totalSnapshotDurationThresholdNs } = context;
  const T = AeronCounters;
  checkAlone(aeron.countersReader, clusterId, context.aeronDirectoryName);
  const add = (typeId: number, name: string) => awaitCounter(asyncAddClusterCounter(aeron, typeId, name, clusterId));
  return {
    state: add(T.CLUSTER_CONSENSUS_MODULE_STATE_TYPE_ID, 'Consensus Module state'),
    electionState: add(T.CLUSTER_ELECTION_STATE_TYPE_ID, 'Cluster election state'),
    electionCount: add(T.CLUSTER_ELECTION_COUNT_TYPE_ID, 'Cluster election count'),
    leadershipTermId: add(T.CLUSTER_LEADERSHIP_TERM_ID_TYPE_ID, 'Cluster leadership term id'),
    role: add(T.CLUSTER_NODE_ROLE_TYPE_ID, 'Cluster node role'),
    commitPosition: add(T.CLUSTER_COMMIT_POSITION_TYPE_ID, 'Cluster commit-pos:'),
    controlToggle: add(T.CLUSTER_CONTROL_TOGGLE_TYPE_ID, 'Cluster control toggle'),
    nodeControlToggle: add(T.NODE_CONTROL_TOGGLE_TYPE_ID, 'Node control toggle'),
    snapshotCount: add(T.CLUSTER_SNAPSHOT_COUNTER_TYPE_ID, 'Cluster snapshot count'),
    timedOutClientCount: add(T.CLUSTER_CLIENT_TIMEOUT_COUNT_TYPE_ID, 'Cluster timed out client count'),
    standbySnapshotCount: context.acceptStandbySnapshots
      ? add(T.CLUSTER_STANDBY_SNAPSHOT_COUNTER_TYPE_ID, 'Cluster standby snapshots received')
      : undefined,
    maxCycleTime: add(T.CLUSTER_MAX_CYCLE_TIME_TYPE_ID, 'Cluster max cycle time in ns'),
    cycleTimeExceededCount: add(
      T.CLUSTER_CYCLE_TIME_THRESHOLD_EXCEEDED_TYPE_ID,
      `Cluster work cycle time exceeded count: threshold=${formatDuration(cycleThresholdNs)}`,
    ),
    maxSnapshotDuration: add(T.CLUSTER_TOTAL_MAX_SNAPSHOT_DURATION_TYPE_ID, 'Total max snapshot duration in ns'),
    snapshotDurationExceededCount: add(
      T.CLUSTER_TOTAL_SNAPSHOT_DURATION_THRESHOLD_EXCEEDED_TYPE_ID,
      `Total max snapshot duration exceeded count: threshold=${formatDuration(totalSnapshotDurationThresholdNs)}`,
    ),
  };
}

function checkAlone(counters: CountersReader, clusterId: number, aeronDirectoryName: string): void {
  if (hasClusterCounter(counters, AeronCounters.CLUSTER_CONSENSUS_MODULE_STATE_TYPE_ID, clusterId)) {
    throw new ClusterError(
      'ACTIVE_MODULE',
      `existing consensus module detected for clusterId=${clusterId} on the driver of ${aeronDirectoryName}`,
    );
  }
}
