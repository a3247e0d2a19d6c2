import { ClusterAction } from '../codecs/mod.ts';
import type { Member } from './member.ts';
import { replicateStandbySnapshots } from './standby-snapshots.ts';
import { ClusterActionFlags, ClusterControlToggle, ConsensusModuleState, NodeControlToggle } from './states.ts';
import { validateRecordingLog } from './validate-recording-log.ts';

/** As leader: what operators have asked for by the control toggle. Returns whether there was anything. */
export function checkControlToggle(member: Member): number {
  const { state, resources } = member;
  const toggle = resources.counters.controlToggle;
  const request = toggle.get();
  if (state.is(ConsensusModuleState.SUSPENDED)) {
    if (request === ClusterControlToggle.RESUME && appendAction(member, ClusterAction.RESUME)) {
      state.set(ConsensusModuleState.ACTIVE, 'ClusterControl.RESUME');
      toggle.set(ClusterControlToggle.NEUTRAL);
      return 1;
    }
    return 0;
  }
  return state.is(ConsensusModuleState.ACTIVE) ? onRequest(member, request) : 0;
}

function onRequest(member: Member, request: number): number {
  const { state, resources, nowNs, log } = member;
  switch (request) {
    case ClusterControlToggle.SUSPEND:
      if (appendAction(member, ClusterAction.SUSPEND)) {
        state.set(ConsensusModuleState.SUSPENDED, 'ClusterControl.SUSPEND');
      }
      return 1;
    case ClusterControlToggle.SNAPSHOT:
      if (appendAction(member, ClusterAction.SNAPSHOT)) {
        state.set(ConsensusModuleState.SNAPSHOT, 'ClusterControl.SNAPSHOT');
        member.snapshotDuration.begin(nowNs);
      }
      return 1;
    case ClusterControlToggle.STANDBY_SNAPSHOT:
      if (appendAction(member, ClusterAction.SNAPSHOT, ClusterActionFlags.STANDBY_SNAPSHOT)) {
        resources.counters.controlToggle.set(ClusterControlToggle.NEUTRAL);
      }
      return 1;
    case ClusterControlToggle.SHUTDOWN:
      if (appendAction(member, ClusterAction.SNAPSHOT)) {
        member.isTerminating = true;
        member.step({ type: 'terminateCluster', logPosition: log.publisher.position });
        state.set(ConsensusModuleState.SNAPSHOT, 'ClusterControl.SHUTDOWN');
        member.snapshotDuration.begin(nowNs);
      }
      return 1;
    case ClusterControlToggle.ABORT: {
      const logPosition = log.publisher.position;
      member.isTerminating = true;
      member.step({ type: 'terminateCluster', logPosition });
      member.terminateServices(logPosition);
      state.set(ConsensusModuleState.TERMINATING, 'ClusterControl.ABORT');
      return 1;
    }
    default:
      return 0;
  }
}

/** What operators have asked of this member by its own toggle. Returns whether there was anything. */
export function checkNodeControlToggle(member: Member): number {
  const toggle = member.resources.counters.nodeControlToggle;
  const request = toggle.get();
  if (request === NodeControlToggle.REPLICATE_STANDBY_SNAPSHOT) {
    member.background.add(replicateStandbySnapshots(member));
  } else if (request === NodeControlToggle.VALIDATE_RECORDING_LOG) {
    member.background.add(validateRecordingLog(member));
  } else {
    return 0;
  }
  toggle.set(NodeControlToggle.NEUTRAL);
  return 1;
}

/** Into the log. When the log does not keep it, the state before it comes back. */
function appendAction(member: Member, action: ClusterAction, flags: number = ClusterActionFlags.DEFAULT): boolean {
  const { log, leadershipTermId, time, state, replicated } = member;
  if (!log.publisher.appendClusterAction(leadershipTermId, time, action, flags)) {
    return false;
  }
  if (flags === ClusterActionFlags.DEFAULT) {
    replicated.onAction(log.publisher.position, state.value);
  }
  return true;
}
