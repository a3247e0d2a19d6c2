/**
 * # events
 *
 * The event log: what the components do, a line an event, with upstream's names and fields, so that an election can
 * be followed by reading it. Off unless asked for:
 *
 *     AERON_EVENT_CLUSTER_LOG=all AERON_EVENT_CLUSTER_LOG_DISABLE=CANVASS_POSITION,COMMIT_POSITION node member.js
 *
 *     [2343.051386545] CLUSTER: NEW_ELECTION memberId=1 leadershipTermId=-1 logPosition=0 appendPosition=0 reason="node started"
 *     [2343.221760192] CLUSTER: ELECTION_STATE_CHANGE memberId=1 oldState=CANVASS newState=NOMINATE leaderId=-1 ...
 *
 * In a component:
 *
 *     const events = openClusterEventLog(platform);                 // undefined when off
 *     events?.log('STOP_CATCHUP', { memberId, leadershipTermId, followerMemberId });
 */
export { type ClusterEventLog, openClusterEventLog } from './cluster-event-log.ts';
export { CLUSTER_EVENTS } from './cluster-events.ts';
export { EVENT_OPTIONS } from './event-options.ts';
