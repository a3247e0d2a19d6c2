import type { RecordingSignalEvent } from '../../archive/client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import type { Entry } from '../files/mod.ts';
import { ClusterError } from './errors.ts';
import { RecordingReplication } from './log-replication.ts';
import type { Member } from './member.ts';
import type { Procedure } from './procedure.ts';

/** A snapshot of all services and the consensus module, in the archive of a standby. */
interface StandbySet {
  readonly endpoint: string;
  readonly entries: readonly Entry[];
}

/**
 * Copies the latest snapshot that a standby has, and this member has not, from the standby's archive, and enters it
 * into the recording log. One standby after the other is tried, the latest snapshot first.
 * Upstream: `io.aeron.cluster.StandbySnapshotReplicator`.
 *
 * @throws ClusterError STANDBY_SNAPSHOT when there is one and none of the standbys could give it
 */
export function* replicateStandbySnapshots(member: Member): Procedure<void> {
  const sets = newerSets(member);
  const failures: string[] = [];
  for (const set of sets) {
    try {
      yield* replicate(member, set);
      return;
    } catch (error) {
      failures.push(`${set.endpoint}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (sets.length > 0) {
    throw new ClusterError(
      'STANDBY_SNAPSHOT',
      `failed to replicate any standby snapshots, errors: ${failures.join('; ')}`,
    );
  }
}

/** The latest snapshot first. */
function newerSets({ resources, context }: Member): StandbySet[] {
  const { recordingLog } = resources;
  const isNewer = ({ serviceId, logPosition }: Entry) =>
    logPosition > (recordingLog.getLatestSnapshot(serviceId)?.logPosition ?? -1);
  return [...recordingLog.latestStandbySnapshots(context.serviceCount)]
    .map(([endpoint, entries]) => ({ endpoint, entries: entries.filter(isNewer) }))
    .filter(({ entries }) => entries.length > 0)
    .sort((a, b) => b.entries[0]!.logPosition - a.entries[0]!.logPosition || a.endpoint.localeCompare(b.endpoint));
}

function* replicate(member: Member, { endpoint, entries }: StandbySet): Procedure<void> {
  const { recordingLog, counters } = member.resources;
  const recordingIds: number[] = [];
  for (const { recordingId } of entries) {
    recordingIds.push(yield* copy(member, endpoint, recordingId));
  }
  entries.forEach(({ leadershipTermId, termBaseLogPosition, logPosition, timestamp, serviceId }, index) => {
    const recordingId = recordingIds[index]!;
    recordingLog.appendSnapshot({
      recordingId,
      leadershipTermId,
      termBaseLogPosition,
      logPosition,
      timestamp,
      serviceId,
    });
  });
  recordingLog.force(member.context.fileSyncLevel);
  counters.snapshotCount.incrementRelease();
}

/** The recording here. A copy that ends before it has all is begun again. */
function* copy(member: Member, endpoint: string, srcRecordingId: number): Procedure<number> {
  const { archive, aeron, context, signalListeners, background } = member;
  for (;;) {
    const srcControlChannel = ChannelUri.createDestinationUri(context.leaderArchiveControlChannel, endpoint);
    const replication = new RecordingReplication(archive, {
      srcRecordingId,
      srcControlChannel,
      srcControlStreamId: archive.context.controlRequestStreamId,
      params: {
        replicationChannel: context.replicationChannel,
        replicationSessionId: aeron.nextCorrelationId() | 0,
      },
      progressTimeoutNs: context.replicationProgressTimeoutNs,
      progressIntervalNs: context.replicationProgressIntervalNs,
    });
    const onSignal = (event: RecordingSignalEvent) => replication.onSignal(event);
    signalListeners.add(onSignal);
    try {
      yield* replication.start(member.nowNs);
      while (!replication.hasEnded) {
        replication.poll(member.nowNs);
        yield;
      }
      replication.logEnd(member.events, member.memberId, 'STANDBY_SNAPSHOT');
      if (replication.hasSynced) {
        return replication.recordingId;
      }
    } finally {
      signalListeners.delete(onSignal);
      // Should it still go on.
      background.addCleanUp(replication.stop());
    }
  }
}
