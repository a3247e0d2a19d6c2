import { defineEvents, flag, number, text, word } from './event-definition.ts';

/**
 * What happens in a cluster member: upstream's events, with their ids and fields in upstream's order. Positions are
 * in bytes, timestamps in the time unit of the cluster clock.
 *
 * Upstream: `ClusterEventCode` and `ClusterEventLogger`.
 */
export const CLUSTER_EVENTS = defineEvents({
  /** A state of an election gives way to the next. */
  ELECTION_STATE_CHANGE: {
    id: 1,
    fields: {
      memberId: number,
      oldState: word,
      newState: word,
      leaderId: number,
      candidateTermId: number,
      leadershipTermId: number,
      logPosition: number,
      logLeadershipTermId: number,
      appendPosition: number,
      catchupPosition: number,
      reason: text,
    },
  },
  /** A leader has told of its term. */
  NEW_LEADERSHIP_TERM: {
    id: 2,
    fields: {
      memberId: number,
      logLeadershipTermId: number,
      nextLeadershipTermId: number,
      nextTermBaseLogPosition: number,
      nextLogPosition: number,
      leadershipTermId: number,
      termBaseLogPosition: number,
      logPosition: number,
      commitPosition: number,
      leaderRecordingId: number,
      timestamp: number,
      leaderId: number,
      logSessionId: number,
      appVersion: number,
      isStartup: flag,
    },
  },
  /** Of the consensus module: ACTIVE, SUSPENDED, SNAPSHOT, ... */
  STATE_CHANGE: { id: 3, fields: { memberId: number, oldState: word, newState: word, reason: text } },
  /** FOLLOWER, CANDIDATE, LEADER. */
  ROLE_CHANGE: { id: 4, fields: { memberId: number, oldState: word, newState: word, reason: text } },
  CANVASS_POSITION: {
    id: 5,
    fields: {
      memberId: number,
      logLeadershipTermId: number,
      logPosition: number,
      leadershipTermId: number,
      followerMemberId: number,
      protocolVersion: number,
    },
  },
  REQUEST_VOTE: {
    id: 6,
    fields: {
      memberId: number,
      logLeadershipTermId: number,
      logPosition: number,
      candidateTermId: number,
      candidateId: number,
      protocolVersion: number,
    },
  },
  CATCHUP_POSITION: {
    id: 7,
    fields: {
      memberId: number,
      leadershipTermId: number,
      logPosition: number,
      followerMemberId: number,
      catchupEndpoint: text,
    },
  },
  STOP_CATCHUP: { id: 8, fields: { memberId: number, leadershipTermId: number, followerMemberId: number } },
  /** The end of the log that was never committed goes. */
  TRUNCATE_LOG_ENTRY: {
    id: 9,
    fields: {
      memberId: number,
      state: word,
      logLeadershipTermId: number,
      leadershipTermId: number,
      candidateTermId: number,
      commitPosition: number,
      logPosition: number,
      appendPosition: number,
      oldPosition: number,
      newPosition: number,
    },
  },
  /** The log, replayed or live, says that a term begins. */
  REPLAY_NEW_LEADERSHIP_TERM: {
    id: 10,
    fields: {
      memberId: number,
      isInElection: flag,
      leadershipTermId: number,
      logPosition: number,
      timestamp: number,
      termBaseLogPosition: number,
      timeUnit: word,
      appVersion: number,
    },
  },
  APPEND_POSITION: {
    id: 11,
    fields: {
      memberId: number,
      leadershipTermId: number,
      logPosition: number,
      followerMemberId: number,
      flags: number,
    },
  },
  COMMIT_POSITION: {
    id: 12,
    fields: { memberId: number, leadershipTermId: number, logPosition: number, leaderId: number },
  },
  APPEND_SESSION_CLOSE: {
    id: 14,
    fields: {
      memberId: number,
      sessionId: number,
      closeReason: word,
      leadershipTermId: number,
      timestamp: number,
      timeUnit: word,
    },
  },
  /** Of dynamic membership, which upstream has given up: never logged. */
  DYNAMIC_JOIN_STATE_CHANGE_UNUSED: { id: 15, fields: {} },
  /** Of upstream's cluster backup: never logged here. */
  CLUSTER_BACKUP_STATE_CHANGE: {
    id: 16,
    fields: { memberId: number, oldState: word, newState: word, reason: text },
  },
  TERMINATION_POSITION: { id: 17, fields: { memberId: number, logLeadershipTermId: number, logPosition: number } },
  TERMINATION_ACK: {
    id: 18,
    fields: { memberId: number, logLeadershipTermId: number, logPosition: number, senderMemberId: number },
  },
  SERVICE_ACK: {
    id: 19,
    fields: {
      memberId: number,
      logPosition: number,
      timestamp: number,
      timeUnit: word,
      ackId: number,
      relevantId: number,
      serviceId: number,
    },
  },
  REPLICATION_ENDED: {
    id: 20,
    fields: {
      memberId: number,
      purpose: text,
      channel: text,
      srcRecordingId: number,
      dstRecordingId: number,
      position: number,
      hasSynced: flag,
    },
  },
  STANDBY_SNAPSHOT_NOTIFICATION: {
    id: 21,
    fields: {
      memberId: number,
      recordingId: number,
      leadershipTermId: number,
      termBaseLogPosition: number,
      logPosition: number,
      timestamp: number,
      timeUnit: word,
      serviceId: number,
      archiveEndpoint: text,
    },
  },
  NEW_ELECTION: {
    id: 22,
    fields: {
      memberId: number,
      leadershipTermId: number,
      logPosition: number,
      appendPosition: number,
      reason: text,
    },
  },
  APPEND_SESSION_OPEN: {
    id: 23,
    fields: {
      memberId: number,
      sessionId: number,
      leadershipTermId: number,
      logPosition: number,
      timestamp: number,
      timeUnit: word,
    },
  },
  CLUSTER_SESSION_STATE_CHANGE: {
    id: 24,
    fields: { memberId: number, sessionId: number, action: word, oldState: word, newState: word, reason: text },
  },
  VOTE: {
    id: 25,
    fields: {
      memberId: number,
      logLeadershipTermId: number,
      logPosition: number,
      candidateTermId: number,
      candidateId: number,
      voterId: number,
      vote: flag,
    },
  },
  SNAPSHOT_ENTRY_INVALIDATION: {
    id: 26,
    fields: { memberId: number, entryIndex: number, recordingId: number, logPosition: number, serviceId: number },
  },
  /** Logged whenever any event is. */
  START: { id: 27, fields: { version: text } },
});
