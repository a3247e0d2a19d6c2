/**
 * Where a member is in an election; the value of the election state counter.
 * Upstream: `io.aeron.cluster.ElectionState`.
 *
 *     INIT --> CANVASS <-----------------------------------------------+-------------------+
 *                |   |                                                 |                   |
 *                |   +-- elected elsewhere --> FOLLOWER_LOG_REPLICATION|                   |
 *                |                             FOLLOWER_REPLAY --> FOLLOWER_CATCHUP_INIT   |
 *                v                                   |             FOLLOWER_CATCHUP_AWAIT  |
 *             NOMINATE                               v             FOLLOWER_CATCHUP        |
 *                v                             FOLLOWER_LOG_INIT <------+                  |
 *         CANDIDATE_BALLOT                     FOLLOWER_LOG_AWAIT             FOLLOWER_BALLOT (has voted)
 *                v                             FOLLOWER_READY
 *     LEADER_LOG_REPLICATION                         |
 *     LEADER_REPLAY                                  v
 *     LEADER_INIT --> LEADER_READY -------------> CLOSED
 */
export const ElectionState = {
  /** Puts its own house in order: stops what the last election and the last term left running. */
  INIT: 0,
  /** Tells the others how long its log is, and learns it of them. */
  CANVASS: 1,
  /** Could win; waits for a random while so that not all do at once. */
  NOMINATE: 2,
  /** Has asked for votes. */
  CANDIDATE_BALLOT: 3,
  /** Has voted for another. */
  FOLLOWER_BALLOT: 4,
  /** Has won; waits until a quorum has as much of the log as itself. */
  LEADER_LOG_REPLICATION: 5,
  /** Applies what of its own log it has not yet. */
  LEADER_REPLAY: 6,
  /** Has its log recorded and its services join it. */
  LEADER_INIT: 7,
  /** Waits until a quorum has joined the term. */
  LEADER_READY: 8,
  /** Copies from the archive of the leader what its log lacks of earlier terms. */
  FOLLOWER_LOG_REPLICATION: 9,
  /** Applies what of its own log it has not yet. */
  FOLLOWER_REPLAY: 10,
  /** Asks the leader for a replay of what it lacks of this term. */
  FOLLOWER_CATCHUP_INIT: 11,
  /** Waits for that replay. */
  FOLLOWER_CATCHUP_AWAIT: 12,
  /** Takes the replay, and the live log as well once it is near. */
  FOLLOWER_CATCHUP: 13,
  /** Joins the live log, when there was nothing to catch up with. */
  FOLLOWER_LOG_INIT: 14,
  /** Waits for the live log. */
  FOLLOWER_LOG_AWAIT: 15,
  /** Tells the leader that it follows. */
  FOLLOWER_READY: 16,
  /** Over. */
  CLOSED: 17,
} as const;
export type ElectionState = (typeof ElectionState)[keyof typeof ElectionState];

const NAMES = Object.keys(ElectionState);

/** 'CANVASS', ... */
export function electionStateName(state: ElectionState): string {
  return NAMES[state] ?? String(state);
}
