import type { ElectionState } from './election-state.ts';
import type { ConsensusMessage } from './messages.ts';
import type { ClusterRole } from './roles.ts';

/*
 * What the core wants done. In the order given; an answer, where there is one, comes as an event at any later
 * time, also at once while the action is performed.
 */

/** Send to a member. Performed when it was sent; when not, the core sends again as upstream would. */
export interface Send {
  readonly type: 'send';
  readonly to: number;
  readonly message: ConsensusMessage;
}

/** The commit position counter takes this value; leader: what is uncommitted up to there is committed. */
interface SetCommitPosition {
  readonly type: 'setCommitPosition';
  readonly position: number;
}

interface SetLeadershipTermId {
  readonly type: 'setLeadershipTermId';
  readonly leadershipTermId: number;
}

interface SetRole {
  readonly type: 'setRole';
  readonly from: ClusterRole;
  readonly to: ClusterRole;
}

/** An election begins: counted and logged. */
interface ElectionStarted {
  readonly type: 'electionStarted';
  readonly leadershipTermId: number;
  readonly logPosition: number;
  readonly appendPosition: number;
  readonly reason: string;
  /** At the start of the node; otherwise `reason` is for the error handler as well. */
  readonly isNodeStartup: boolean;
}

/** The election state counter and the event log. */
interface ElectionStateChanged {
  readonly type: 'electionStateChanged';
  readonly from: ElectionState;
  readonly to: ElectionState;
  readonly leaderMemberId: number;
  readonly candidateTermId: number;
  readonly leadershipTermId: number;
  readonly logPosition: number;
  readonly logLeadershipTermId: number;
  readonly appendPosition: number;
  readonly catchupPosition: number;
  readonly reason: string;
}

/** For the error handler: something went wrong that the core copes with. */
interface Report {
  readonly type: 'report';
  readonly reason: string;
}

/** Into the node state file, and to the disk, before any later action is performed. */
interface PersistCandidateTerm {
  readonly type: 'persistCandidateTerm';
  readonly candidateTermId: number;
  readonly logPosition: number;
}

/** Into the recording log; ends the term before it where this one begins (`RecordingLog.appendTerm`). */
interface AppendTerm {
  readonly type: 'appendTerm';
  readonly recordingId: number;
  readonly leadershipTermId: number;
  readonly termBaseLogPosition: number;
  /** In the unit of the cluster; `undefined`: now. */
  readonly timestamp: bigint | undefined;
}

/** The term of the recording log ends there. */
interface CommitTerm {
  readonly type: 'commitTerm';
  readonly leadershipTermId: number;
  readonly logPosition: number;
}

/** The recording log to the disk, by the file sync level. */
interface ForceRecordingLog {
  readonly type: 'forceRecordingLog';
}

/** The recording of the log loses what is behind this position, which was never committed; its image is left. */
interface TruncateLog {
  readonly type: 'truncateLog';
  readonly oldPosition: number;
  readonly newPosition: number;
  /** The election that has found it out, as it was then. */
  readonly state: ElectionState;
  readonly logLeadershipTermId: number;
  readonly leadershipTermId: number;
  readonly candidateTermId: number;
  readonly commitPosition: number;
  readonly logPosition: number;
}

/**
 * Leave the old term: ingress closed, log adapter and log publication disconnected, recording stopped, everything
 * uncommitted beyond `logPosition` restored, sessions disconnected. Answer: `prepared`.
 */
interface PrepareForNewLeadership {
  readonly type: 'prepareForNewLeadership';
  readonly logPosition: number;
}

/** The log as its leader publishes it, from this position on. Answer: `logPublicationAdded`. */
interface AddLogPublication {
  readonly type: 'addLogPublication';
  readonly position: number;
}

/** Record the log publication and have the services join it. Answer: `joinedLogAsLeader`. */
interface JoinLogAsLeader {
  readonly type: 'joinLogAsLeader';
  readonly leadershipTermId: number;
  readonly logPosition: number;
  readonly logSessionId: number;
  readonly isStartup: boolean;
}

/** The first entry of a term, into the log. Performed when it was taken; when not, it is asked again. */
interface AppendNewLeadershipTermEvent {
  readonly type: 'appendNewLeadershipTermEvent';
  readonly leadershipTermId: number;
  readonly termBaseLogPosition: number;
}

/** The election is over: ingress is connected, toggles are activated, sessions go on. */
interface ElectionComplete {
  readonly type: 'electionComplete';
  readonly role: ClusterRole;
  readonly leaderMemberId: number;
  readonly leadershipTermId: number;
  readonly logPosition: number;
  /** Of a leader: the cluster has just started. */
  readonly isStartup: boolean;
}

/** Replay the recording of the log through the log adapter (and the services). Answer: `replayDone`. */
interface StartReplay {
  readonly type: 'startReplay';
  readonly position: number;
  readonly stopPosition: number;
}

interface StopReplay {
  readonly type: 'stopReplay';
}

/** Replicate from the archive of a member into the recording of the log. Answers: `replicationProgress`, `replicationDone`. */
interface StartReplication {
  readonly type: 'startReplication';
  readonly leaderMemberId: number;
  readonly leaderRecordingId: number;
  /** -1: there is none here yet. */
  readonly recordingId: number;
  readonly stopPosition: number;
}

interface StopReplication {
  readonly type: 'stopReplication';
}

/** Where a log subscription takes the log from: a replay of the leader for this member alone, or from all at once. */
export type LogDestination = 'catchup' | 'live';

/**
 * Subscribe to the log of this session, and look out for its image: `logImageAvailable`. With `catchup`,
 * `catchupEndpointResolved` comes first.
 */
interface AddLogSubscription {
  readonly type: 'addLogSubscription';
  readonly logSessionId: number;
  readonly destination: LogDestination;
}

interface AddLogDestination {
  readonly type: 'addLogDestination';
  readonly destination: LogDestination;
}

interface RemoveLogDestination {
  readonly type: 'removeLogDestination';
  readonly destination: LogDestination;
}

/** And wait until its sockets are closed. */
interface CloseLogSubscription {
  readonly type: 'closeLogSubscription';
}

/** Record the image, have the services join it, poll it. Answer: `joinedLogAsFollower`, or `failed` when it takes too long. */
interface JoinLogAsFollower {
  readonly type: 'joinLogAsFollower';
  readonly joinPosition: number;
  readonly isStartup: boolean;
}

/** Replay the log to a follower, from `position` on, without an end. When that fails: `catchupReplayFailed`. */
interface StartCatchupReplay {
  readonly type: 'startCatchupReplay';
  readonly memberId: number;
  readonly position: number;
  readonly endpoint: string;
}

interface StopCatchupReplay {
  readonly type: 'stopCatchupReplay';
  readonly memberId: number;
}

/** This follower has applied the log up to where the cluster ends: the services are to end. Answer: `servicesTerminated`. */
interface TerminateServices {
  readonly type: 'terminateServices';
  readonly logPosition: number;
}

/** Everything that was to be waited for has happened: stop recording, close, and end as expected. */
interface Terminate {
  readonly type: 'terminate';
}

export type ConsensusAction =
  | Send
  | SetCommitPosition
  | SetLeadershipTermId
  | SetRole
  | ElectionStarted
  | ElectionStateChanged
  | Report
  | PersistCandidateTerm
  | AppendTerm
  | CommitTerm
  | ForceRecordingLog
  | TruncateLog
  | PrepareForNewLeadership
  | AddLogPublication
  | JoinLogAsLeader
  | AppendNewLeadershipTermEvent
  | ElectionComplete
  | StartReplay
  | StopReplay
  | StartReplication
  | StopReplication
  | AddLogSubscription
  | AddLogDestination
  | RemoveLogDestination
  | CloseLogSubscription
  | JoinLogAsFollower
  | StartCatchupReplay
  | StopCatchupReplay
  | TerminateServices
  | Terminate;
