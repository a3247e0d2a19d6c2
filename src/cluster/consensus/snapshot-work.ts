import { ArchiveError, ArchiveErrorCode } from '../../archive/client/mod.ts';
import { CONSENSUS_MODULE_SERVICE_ID } from '../files/mod.ts';
import { ClusterError, ClusterEvent } from './errors.ts';
import type { Member } from './member.ts';
import type { Procedure } from './procedure.ts';
import type { ServiceAck } from './service-acks.ts';
import { type EncodedMessages, encodeSnapshot } from './snapshot-encoder.ts';
import { SnapshotRecording } from './snapshot-recording.ts';
import { ClusterControlToggle, ConsensusModuleState } from './states.ts';

const NULL_VALUE = -1;

/**
 * All services have taken their snapshots at a position: takes that of the consensus module, enters them into the
 * recording log, and goes on, or ends when that was asked for. Without those of all services none is entered.
 */
export function completeSnapshot(
  member: Member,
  logPosition: number,
  timestamp: bigint,
  acks: readonly ServiceAck[],
): Procedure<void> {
  const { leadershipTermId, context, replicated } = member;
  const { clock, appVersion } = context;
  const marks = { logPosition, leadershipTermId, timeUnit: clock.timeUnit, appVersion };
  const failed = acks.flatMap(({ relevantId }, serviceId) => (relevantId === NULL_VALUE ? [serviceId] : []));
  for (const serviceId of failed) {
    member.report(new ClusterEvent(`service=${serviceId} failed to take snapshot`));
  }
  // At this instant: the log stands still, but what services say goes on.
  const messages = failed.length === 0 ? encodeSnapshot(marks, replicated.content) : undefined;
  const steps = complete(member, { ...marks, timestamp, acks, messages });
  steps.next();
  return steps;
}

interface SnapshotAt {
  readonly logPosition: number;
  readonly leadershipTermId: number;
  readonly timestamp: bigint;
  readonly acks: readonly ServiceAck[];
  readonly messages: EncodedMessages | undefined;
}

/** Whatever comes of the snapshot, and also when it is given up from its first step on, the member goes on. */
function* complete(member: Member, snapshot: SnapshotAt): Procedure<void> {
  try {
    yield;
    if (snapshot.messages !== undefined) {
      yield* take(member, snapshot, snapshot.messages);
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    member.report(new ClusterError('SNAPSHOT_FAILED', `failed to take snapshot: ${why}`, { cause }));
    if (cause instanceof ArchiveError && cause.errorCode === ArchiveErrorCode.STORAGE_SPACE) {
      member.terminateUnexpectedly(why);
    }
  } finally {
    member.replicated.sessions.updateTimeOfLastActivity();
    goOn(member);
  }
}

function* take(member: Member, snapshot: SnapshotAt, messages: EncodedMessages): Procedure<void> {
  const { aeron, archive, context, resources, log } = member;
  const { recordingLog, counters } = resources;
  const recordingId = yield* new SnapshotRecording(aeron, archive, context).take(messages);
  const { leadershipTermId, logPosition, timestamp, acks } = snapshot;
  const { termBaseLogPosition } = recordingLog.getTermEntry(leadershipTermId);
  const entry = { leadershipTermId, termBaseLogPosition, logPosition, timestamp };
  for (const [serviceId, ack] of [...acks.entries()].reverse()) {
    recordingLog.appendSnapshot({ ...entry, recordingId: ack.relevantId, serviceId });
  }
  recordingLog.appendSnapshot({ ...entry, recordingId, serviceId: CONSENSUS_MODULE_SERVICE_ID });
  recordingLog.force(context.fileSyncLevel);
  yield* log.refreshPlan();
  member.snapshotDuration.end(member.nowNs);
  counters.snapshotCount.incrementRelease();
}

function goOn(member: Member): void {
  const { state, isLeader, core, resources } = member;
  member.isSnapshotAcked = false;
  if (!state.is(ConsensusModuleState.SNAPSHOT)) {
    return;
  }
  if (member.isTerminating) {
    member.terminateServices(core!.terminationPosition);
    member.step({ type: 'servicesTerminating' });
    state.set(ConsensusModuleState.TERMINATING, 'snapshot complete: the cluster ends');
    return;
  }
  state.set(ConsensusModuleState.ACTIVE, 'snapshot complete');
  if (isLeader) {
    resources.counters.controlToggle.set(ClusterControlToggle.NEUTRAL);
  }
}
