import { AgentTerminationError } from '../../agrona/mod.ts';
import type { ClusteredService } from './clustered-service.ts';
import { findRecoveryState, type RecoveryState, snapshotRecordingId } from './recovery-state.ts';
import { NULL_VALUE, type ServiceAcks } from './service-acks.ts';
import type { ServiceCluster } from './service-cluster.ts';
import type { ServiceSnapshots } from './service-snapshots.ts';

export interface ServiceStartParameters {
  readonly cluster: ServiceCluster;
  readonly service: ClusteredService;
  readonly snapshots: ServiceSnapshots;
  readonly acks: ServiceAcks;
}

/**
 * Starts the service, from a snapshot or with nothing, as the consensus module says, and tells that whether it went
 * well.
 *
 * @returns false while the consensus module has not said it
 * @throws AgentTerminationError when it did not go well
 */
export function tryStartService(parameters: ServiceStartParameters): boolean {
  const { aeron, context } = parameters.cluster;
  const state = findRecoveryState(aeron.countersReader, context.clusterId);
  if (state === undefined) {
    return false;
  }
  const failure = start(parameters, state);
  acknowledge(parameters, failure === undefined ? aeron.clientId : NULL_VALUE);
  if (failure !== undefined) {
    throw failure;
  }
  return true;
}

function start(
  { cluster, service, snapshots }: ServiceStartParameters,
  state: RecoveryState,
): AgentTerminationError | undefined {
  const { leadershipTermId } = state;
  const { serviceId } = cluster.context;
  cluster.logPosition = state.logPosition;
  cluster.time = state.timestamp;
  cluster.sessionHeader.leadershipTermId = leadershipTermId;
  try {
    cluster.during('onStart', () => {
      if (leadershipTermId === NULL_VALUE) {
        cluster.promisedCallbacks.check('onStart', service.onStart?.(cluster, undefined));
      } else {
        snapshots.load(snapshotRecordingId(state, serviceId));
      }
    });
    return undefined;
  } catch (cause) {
    const advice =
      leadershipTermId === NULL_VALUE
        ? ''
        : ': if its snapshot is damaged, `aeron cluster-tool <cluster-dir> invalidate-latest-snapshot` makes an earlier one count';
    return new AgentTerminationError(
      `failed to start service=${serviceId} leadershipTermId=${leadershipTermId} logPosition=${cluster.logPosition} ` +
        `clusterTime=${cluster.time} snapshotRecordingId=${state.snapshotRecordingIds[serviceId] ?? NULL_VALUE}${advice}`,
      { cause },
    );
  }
}

function acknowledge({ cluster, acks }: ServiceStartParameters, relevantId: number): void {
  try {
    acks.send(cluster.logPosition, relevantId);
  } catch (cause) {
    throw new AgentTerminationError(`service=${cluster.context.serviceId} cannot say whether it has started`, {
      cause,
    });
  }
}
