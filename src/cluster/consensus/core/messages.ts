/**
 * What members tell each other on the consensus stream, as the core takes and gives it. The agent writes and
 * reads the bytes (`aeron-cluster-codecs.xml`), and adds what the core does not care for: protocol and
 * application version, and the time.
 *
 * Terms and positions are `number`, `NULL_VALUE` (-1) where there is none.
 */

/** Neither a term, a position, a member nor a recording. */
export const NULL_VALUE = -1;

/** How far my log goes; said over and over before an election. */
export interface CanvassPosition {
  readonly type: 'canvassPosition';
  /** The last term in the log of the sender, and where that log ends. */
  readonly logLeadershipTermId: number;
  readonly logPosition: number;
  /** The newest term the sender has seen a leader of. */
  readonly leadershipTermId: number;
  readonly followerMemberId: number;
}

/** Vote for me. */
export interface RequestVote {
  readonly type: 'requestVote';
  readonly logLeadershipTermId: number;
  readonly logPosition: number;
  readonly candidateTermId: number;
  readonly candidateMemberId: number;
}

/** What the sender answers to that, with the end of its own log. */
export interface Vote {
  readonly type: 'vote';
  readonly candidateTermId: number;
  readonly logLeadershipTermId: number;
  readonly logPosition: number;
  readonly candidateMemberId: number;
  readonly followerMemberId: number;
  readonly vote: boolean;
}

/** I lead, and this is how your log becomes like mine. */
export interface NewLeadershipTerm {
  readonly type: 'newLeadershipTerm';
  /** The last term in the log of whom this is sent to, ... */
  readonly logLeadershipTermId: number;
  /** ... the one behind it in the log of the leader, ... */
  readonly nextLeadershipTermId: number;
  /** ... where that begins: what the receiver has beyond it in its own last term was never committed, ... */
  readonly nextTermBaseLogPosition: number;
  /** ... and where that ends; `NULL_VALUE` for the term that goes on. */
  readonly nextLogPosition: number;
  /** The term of the leader, where it begins and how far its log goes now. */
  readonly leadershipTermId: number;
  readonly termBaseLogPosition: number;
  readonly logPosition: number;
  readonly commitPosition: number;
  /** Of the log in the archive of the leader. */
  readonly leaderRecordingId: number;
  readonly leaderMemberId: number;
  /** Of the live log. */
  readonly logSessionId: number;
  readonly isStartup: boolean;
}

/** So much of the log have I recorded. */
export interface AppendPosition {
  readonly type: 'appendPosition';
  readonly leadershipTermId: number;
  readonly logPosition: number;
  readonly followerMemberId: number;
  /** The position comes from a catch-up replay. */
  readonly isCatchup: boolean;
}

/** So much of the log has a quorum; the heartbeat of a leader. */
export interface CommitPosition {
  readonly type: 'commitPosition';
  readonly leadershipTermId: number;
  readonly logPosition: number;
  readonly leaderMemberId: number;
}

/** Replay your log to me, from here on and to there. */
export interface CatchupPosition {
  readonly type: 'catchupPosition';
  readonly leadershipTermId: number;
  readonly logPosition: number;
  readonly followerMemberId: number;
  readonly catchupEndpoint: string;
}

/** You have caught up: the live log will do. */
export interface StopCatchup {
  readonly type: 'stopCatchup';
  readonly leadershipTermId: number;
  readonly followerMemberId: number;
}

/** The cluster ends here. */
export interface TerminationPosition {
  readonly type: 'terminationPosition';
  readonly leadershipTermId: number;
  readonly logPosition: number;
}

/** I have got there, and end. */
export interface TerminationAck {
  readonly type: 'terminationAck';
  readonly leadershipTermId: number;
  readonly logPosition: number;
  readonly memberId: number;
}

export type ConsensusMessage =
  | CanvassPosition
  | RequestVote
  | Vote
  | NewLeadershipTerm
  | AppendPosition
  | CommitPosition
  | CatchupPosition
  | StopCatchup
  | TerminationPosition
  | TerminationAck;
