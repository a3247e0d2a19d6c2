import { AtomicBuffer, type CountersReader } from '../../agrona/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import { AeronCounters } from '../../protocol/mod.ts';
import type { Snapshot } from '../files/mod.ts';
import { ClusterError } from './errors.ts';

const MAX_KEY_LENGTH = 112;

/** Adds a counter of the cluster, whose id is its key; the id to get it by. Upstream: `ClusterCounters.allocate`. */
export function asyncAddClusterCounter(
  aeron: Aeron,
  typeId: number,
  name: string,
  clusterId: number,
  suffix = '',
): number {
  const key = AtomicBuffer.allocate(4);
  key.putInt32(0, clusterId);
  return aeron.asyncAddCounter(typeId, `${name} - clusterId=${clusterId}${suffix}`, key.copyBytes(0, 4));
}

/** Whether there is a counter of this type and cluster. */
export function hasClusterCounter(counters: CountersReader, typeId: number, clusterId: number): boolean {
  const counterId = counters.findAllocated(
    (id) => counters.getCounterTypeId(id) === typeId && counters.keyBuffer(id).getInt32(0) === clusterId,
  );
  return counterId >= 0;
}

/**
 * Adds the counter by which services learn from where to recover; the id to get it by.
 *
 *     0                 8               16              24           28              32
 *     +-----------------+---------------+---------------+------------+---------------+-------------------+
 *     | leadership term | log position  | timestamp     | cluster id | service count | recording ids ... |
 *     +-----------------+---------------+---------------+------------+---------------+-------------------+
 *
 * Upstream: `io.aeron.cluster.service.RecoveryState`.
 *
 * @param snapshots the consensus module's first, as a recovery plan has them; none to begin anew
 * @throws ClusterError RECOVERY_STATE when there are more services than a key has room for
 */
export function asyncAddRecoveryStateCounter(aeron: Aeron, clusterId: number, snapshots: readonly Snapshot[]): number {
  const [main, ...services] = snapshots;
  const keyLength = 32 + 8 * services.length;
  if (keyLength > MAX_KEY_LENGTH) {
    throw new ClusterError(
      'RECOVERY_STATE',
      `snapshots of ${services.length} services (serviceCount) take a key of ${keyLength} bytes, counters have ${MAX_KEY_LENGTH}`,
    );
  }
  const leadershipTermId = main?.leadershipTermId ?? -1;
  const logPosition = main?.logPosition ?? 0;
  const key = AtomicBuffer.allocate(keyLength);
  key.view.setBigInt64(0, BigInt(leadershipTermId), true);
  key.view.setBigInt64(8, BigInt(logPosition), true);
  key.view.setBigInt64(16, main?.timestamp ?? 0n, true);
  key.view.setInt32(24, clusterId, true);
  key.view.setInt32(28, services.length, true);
  for (const { serviceId, recordingId } of services) {
    key.view.setBigInt64(32 + 8 * serviceId, BigInt(recordingId), true);
  }
  const label = `Cluster recovery: leadershipTermId=${leadershipTermId} logPosition=${logPosition} clusterId=${clusterId}`;
  return aeron.asyncAddCounter(AeronCounters.CLUSTER_RECOVERY_STATE_TYPE_ID, label, key.copyBytes(0, keyLength));
}
