import { ClusterAction } from '../codecs/mod.ts';
import { ClusterEvent } from './errors.ts';
import type { Member } from './member.ts';
import { ClusterActionFlags, ClusterControlToggle, ConsensusModuleState, NodeControlToggle } from './states.ts';

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

/** What operators have asked of this member by its own toggle. */
export function checkNodeControlToggle(member: Member): number {
  const toggle = member.resources.counters.nodeControlToggle;
  const request = toggle.get();
  if (
    request !== NodeControlToggle.REPLICATE_STANDBY_SNAPSHOT &&
    request !== NodeControlToggle.VALIDATE_RECORDING_LOG
  ) {
    return 0;
  }
  toggle.set(NodeControlToggle.NEUTRAL);
  const name = Object.entries(NodeControlToggle).find(([, value]) => value === request)![0];
  member.report(new ClusterEvent(`node control request ${name} is not supported here`));
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
