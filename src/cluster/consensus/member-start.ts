import { AeronArchive, type RecordingSignalEvent } from '../../archive/client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import { EntryType, NULL_VALUE, type RecoveryPlan } from '../files/mod.ts';
import { asyncAddRecoveryStateCounter } from './cluster-counters.ts';
import type { ConsensusModuleContext } from './context.ts';
import { ConsensusCore } from './core/consensus-core.ts';
import { ClusterError } from './errors.ts';
import { stopLeftRecording } from './log-recording.ts';
import { LogSide } from './log-side.ts';
import { Member } from './member.ts';
import { type Procedure, until } from './procedure.ts';
import type { Resources } from './resources.ts';
import { SnapshotRecording } from './snapshot-recording.ts';

/** Connects a member to archive and streams. Nothing is recovered yet. Given up, it leaves nothing in the client. */
export function* createMember(
  context: ConsensusModuleContext,
  resources: Resources,
  onSignal: (event: RecordingSignalEvent) => void,
): Procedure<Member> {
  const { aeron, archiveOptions, recordingLog } = resources;
  const { controlChannel } = context;
  const consensusId = aeron.asyncAddSubscription(consensusChannel(context), context.consensusStreamId);
  const serviceId = aeron.asyncAddSubscription(controlChannel, context.consensusModuleStreamId);
  const proxyId = aeron.asyncAddPublication(controlChannel, context.serviceStreamId);
  let archive: AeronArchive | undefined;
  let member: Member | undefined;
  try {
    const consensusSubscription = yield* until(() => aeron.getSubscription(consensusId));
    const serviceSubscription = yield* until(() => aeron.getSubscription(serviceId));
    const servicePublication = yield* until(() => aeron.getPublication(proxyId));
    archive = yield* connectArchive({ ...archiveOptions, recordingSignalConsumer: onSignal });
    const lastRecordingId = recordingLog.findLastTermRecordingId();
    if (lastRecordingId !== NULL_VALUE) {
      yield* stopLeftRecording(archive, lastRecordingId);
    }
    member = new Member({
      context,
      resources,
      archive,
      consensusSubscription,
      serviceSubscription,
      servicePublication,
    });
    return member;
  } finally {
    if (member === undefined) {
      archive?.close();
      aeron.asyncRemoveSubscription(consensusId);
      aeron.asyncRemoveSubscription(serviceId);
      aeron.asyncRemovePublication(proxyId);
    }
  }
}

/**
 * Loads the latest snapshot, lets the services do so as well, and makes the core of what recording log and archive
 * know. The log behind the snapshot is replayed by the first election.
 *
 * @throws ClusterError SNAPSHOT_INVALID, APP_VERSION, TIME_UNIT, SERVICE_START; AeronError RECORDING_UNKNOWN,
 *   RECORDING_LOG_INVALID; ArchiveError
 */
export function* recover(member: Member): Procedure<void> {
  const { aeron, context, resources, services, log } = member;
  const plan = yield* log.refreshPlan();
  log.recording.recordingId = plan.log?.recordingId ?? NULL_VALUE;
  log.recording.stopPosition = plan.appendedLogPosition;
  const counterId = asyncAddRecoveryStateCounter(aeron, context.clusterId, plan.snapshots);
  try {
    yield* until(() => aeron.getCounter(counterId));
    const logPosition = yield* loadSnapshot(member, plan);
    yield* services.awaitStart(logPosition);
  } finally {
    if (!aeron.isClosed) {
      aeron.asyncRemoveCounter(counterId);
    }
  }
  member.core = createCore(member, plan);
  resources.counters.leadershipTermId.setRelease(member.leadershipTermId);
}

/** Up to where it goes; 0 without one. */
function* loadSnapshot(member: Member, plan: RecoveryPlan): Procedure<number> {
  const { aeron, archive, context, resources, replicated } = member;
  const [snapshot] = plan.snapshots;
  if (snapshot === undefined) {
    return 0;
  }
  try {
    yield* new SnapshotRecording(aeron, archive, context).load(snapshot.recordingId, new LogSide(member));
    replicated.verifyLoaded();
  } catch (cause) {
    if (cause instanceof ClusterError && (cause.code === 'APP_VERSION' || cause.code === 'TIME_UNIT')) {
      throw cause;
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ClusterError(
      'SNAPSHOT_INVALID',
      `the consensus module's snapshot at logPosition=${snapshot.logPosition} (recordingId=${snapshot.recordingId}) ` +
        `cannot be loaded: ${why}; \`aeron cluster-tool <cluster-dir> invalidate-latest-snapshot\` makes an earlier one count`,
      { cause },
    );
  }
  resources.counters.commitPosition.setRelease(snapshot.logPosition);
  return snapshot.logPosition;
}

function createCore({ context, resources, log }: Member, plan: RecoveryPlan): ConsensusCore {
  const { platform, members, thisMember } = context;
  const [snapshot] = plan.snapshots;
  return new ConsensusCore(
    {
      memberId: thisMember.id,
      members,
      appointedLeaderId: context.appointedLeaderId,
      startupCanvassTimeoutNs: context.startupCanvassTimeoutNs,
      electionTimeoutNs: context.electionTimeoutNs,
      electionStatusIntervalNs: context.electionStatusIntervalNs,
      leaderHeartbeatTimeoutNs: context.leaderHeartbeatTimeoutNs,
      leaderHeartbeatIntervalNs: context.leaderHeartbeatIntervalNs,
      terminationTimeoutNs: context.terminationTimeoutNs,
      random: () => platform.random.nextDouble(),
    },
    {
      logLeadershipTermId: plan.lastLeadershipTermId,
      termBaseLogPosition: plan.lastTermBaseLogPosition,
      snapshotLeadershipTermId: snapshot?.leadershipTermId ?? NULL_VALUE,
      commitPosition: snapshot?.logPosition ?? 0,
      appendPosition: plan.appendedLogPosition,
      logRecordingId: log.recording.recordingId,
      candidateTermId: resources.nodeState.candidateTermId(),
      terms: resources.recordingLog.entries.filter(({ type, isValid }) => isValid && type === EntryType.TERM),
    },
  );
}

function consensusChannel({ consensusChannel: channel, thisMember }: ConsensusModuleContext): string {
  const uri = ChannelUri.parse(channel);
  if (!uri.containsKey('endpoint')) {
    uri.put('endpoint', thisMember.endpoints.consensus);
  }
  return uri.toString();
}

function* connectArchive(options: Parameters<typeof AeronArchive.asyncConnect>[0]): Procedure<AeronArchive> {
  const connecting = AeronArchive.asyncConnect(options);
  let archive: AeronArchive | undefined;
  try {
    archive = yield* until(() => connecting.poll());
    return archive;
  } finally {
    if (archive === undefined) {
      connecting.close();
    }
  }
}
