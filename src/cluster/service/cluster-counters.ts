import { AtomicBuffer, type CountersReader } from '../../agrona/mod.ts';
import type { Aeron } from '../../client/mod.ts';

/**
 * Counters of a cluster carry its id in their key, those of a service also the service's:
 *
 *      0               4               8
 *     +---------------+---------------+
 *     |  cluster id   | (service id)  |
 *     +---------------+---------------+
 *
 * Upstream: `io.aeron.cluster.service.ClusterCounters`.
 */
const CLUSTER_ID_OFFSET = 0;
const SERVICE_ID_OFFSET = 4;

/** The counter of a type and a cluster, or `CountersDescriptor.NULL_COUNTER_ID`. */
export function findCounter(counters: CountersReader, typeId: number, clusterId: number): number {
  return counters.findAllocated(
    (counterId) =>
      counters.getCounterTypeId(counterId) === typeId &&
      counters.keyBuffer(counterId).getInt32(CLUSTER_ID_OFFSET) === clusterId,
  );
}

/** The clusters that have a counter of a type, in order. */
export function clusterIdsOf(counters: CountersReader, typeId: number): number[] {
  const ids: number[] = [];
  counters.forEachMetaData((_counterId, counterTypeId, keyBuffer) => {
    if (counterTypeId === typeId) {
      ids.push(keyBuffer.getInt32(CLUSTER_ID_OFFSET));
    }
  });
  return ids.sort((a, b) => a - b);
}

/** Adds a counter of a service; the correlation id to get it with. */
export function asyncAddServiceCounter(
  aeron: Aeron,
  typeId: number,
  name: string,
  { clusterId, serviceId }: { readonly clusterId: number; readonly serviceId: number },
  suffix = '',
): number {
  const key = AtomicBuffer.allocate(8);
  key.putInt32(CLUSTER_ID_OFFSET, clusterId);
  key.putInt32(SERVICE_ID_OFFSET, serviceId);
  const label = `${name} - clusterId=${clusterId} serviceId=${serviceId}${suffix}`;
  return aeron.asyncAddCounter(typeId, label, key.copyBytes(0, key.capacity));
}
