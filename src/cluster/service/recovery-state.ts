import { AeronError, CountersDescriptor, type CountersReader } from '../../agrona/mod.ts';
import { AeronCounters } from '../../protocol/mod.ts';

/**
 * Key of the counter by which the consensus module says what a member starts from:
 *
 *      0               4               8
 *     +---------------+---------------+
 *     |      leadership term id       |   of the snapshot; -1 when there is none
 *     +---------------+---------------+
 *     |         log position          |   of the snapshot; 0
 *     +---------------+---------------+
 *     |           timestamp           |   of the snapshot; 0
 *     +---------------+---------------+
 *     |  cluster id   | service count |
 *     +---------------+---------------+
 *     |    recording id of service 0  |   as many as there are services
 *     +---------------+---------------+
 *     |              ...              |
 */
const LEADERSHIP_TERM_ID_OFFSET = 0;
const LOG_POSITION_OFFSET = 8;
const TIMESTAMP_OFFSET = 16;
const CLUSTER_ID_OFFSET = 24;
const SERVICE_COUNT_OFFSET = 28;
const SNAPSHOT_RECORDING_IDS_OFFSET = 32;

/** What the services of a member start from. Upstream: `io.aeron.cluster.service.RecoveryState`. */
export interface RecoveryState {
  /** -1 when there is no snapshot. */
  readonly leadershipTermId: number;
  readonly logPosition: number;
  readonly timestamp: bigint;
  /** By service id; empty when there is no snapshot. */
  readonly snapshotRecordingIds: readonly number[];
}

/** undefined while the consensus module has not come as far. */
export function findRecoveryState(counters: CountersReader, clusterId: number): RecoveryState | undefined {
  const counterId = counters.findAllocated(
    (candidate) =>
      counters.getCounterTypeId(candidate) === AeronCounters.CLUSTER_RECOVERY_STATE_TYPE_ID &&
      counters.keyBuffer(candidate).getInt32(CLUSTER_ID_OFFSET) === clusterId,
  );
  if (counterId === CountersDescriptor.NULL_COUNTER_ID) {
    return undefined;
  }
  const key = counters.keyBuffer(counterId);
  const serviceCount = key.getInt32(SERVICE_COUNT_OFFSET);
  const maxCount = (key.capacity - SNAPSHOT_RECORDING_IDS_OFFSET) / 8;
  if (serviceCount < 0 || serviceCount > maxCount) {
    throw new AeronError(
      'RECOVERY_STATE_INVALID',
      `recovery state has ${serviceCount} services of at most ${maxCount}`,
    );
  }
  return {
    leadershipTermId: key.getInt64(LEADERSHIP_TERM_ID_OFFSET),
    logPosition: key.getInt64(LOG_POSITION_OFFSET),
    timestamp: key.getBigInt64(TIMESTAMP_OFFSET),
    snapshotRecordingIds: Array.from({ length: serviceCount }, (_, serviceId) =>
      key.getInt64(SNAPSHOT_RECORDING_IDS_OFFSET + serviceId * 8),
    ),
  };
}

/** @throws AeronError INVALID_SERVICE_ID when the snapshot is of fewer services */
export function snapshotRecordingId(state: RecoveryState, serviceId: number): number {
  const recordingId = state.snapshotRecordingIds[serviceId];
  if (recordingId === undefined) {
    throw new AeronError(
      'INVALID_SERVICE_ID',
      `serviceId ${serviceId} (aeron.cluster.service.id) is not below the ${state.snapshotRecordingIds.length} services ` +
        'of the snapshot',
    );
  }
  return recordingId;
}
