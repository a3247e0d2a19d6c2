import type { ConsensusModuleState } from '../states.ts';
import type { ConsensusMessage } from './messages.ts';

/**
 * Time passes. Given in every round of the duty cycle, with what the agent sees of its own log. The agent owns
 * one such object and fills it anew; the core does not keep it.
 */
export interface Tick {
  readonly type: 'tick';
  moduleState: ConsensusModuleState;
  /** How far the archive has recorded the log (its recording position counter); -1 while it is not recorded. */
  appendPosition: number;
  /** How far the log adapter has applied the log, in a replay as well as live; -1 without an image. */
  logPosition: number;
  /** Where the log publication is; -1 when this member publishes none. */
  publicationPosition: number;
}

/** The member starts: begins the first election. Once, when snapshot and recording log are loaded. */
interface Started {
  readonly type: 'started';
}

/** Answers `prepareForNewLeadership`. */
interface Prepared {
  readonly type: 'prepared';
  /** Where the recording of the log stopped; -1 when there is none. */
  readonly appendPosition: number;
}

/** Answers `addLogPublication`. */
interface LogPublicationAdded {
  readonly type: 'logPublicationAdded';
  readonly sessionId: number;
}

/** Answers `joinLogAsLeader`: the log is being recorded and the services have joined it. */
interface JoinedLogAsLeader {
  readonly type: 'joinedLogAsLeader';
  readonly recordingId: number;
}

/** Answers `addLogSubscription` with a destination for catch-up: where the leader is to replay to. */
interface CatchupEndpointResolved {
  readonly type: 'catchupEndpointResolved';
  /** `host:port`, with the port that was bound where the configured one is 0. */
  readonly endpoint: string;
}

/** An image with the awaited session has come to the log subscription. */
interface LogImageAvailable {
  readonly type: 'logImageAvailable';
  readonly joinPosition: number;
  /**
   * How close to the live log the live destination may be added, in bytes: a quarter of the term length, at most
   * 32 MiB.
   */
  readonly liveAddWindow: number;
}

/** Answers `joinLogAsFollower`: the image is being recorded, is polled, and the services have joined. */
interface JoinedLogAsFollower {
  readonly type: 'joinedLogAsFollower';
  readonly recordingId: number;
}

/** The image of the log has closed and everything of it is applied. */
export interface LogImageClosed {
  readonly type: 'logImageClosed';
  /** The leader ended it in an orderly way. */
  readonly isEndOfStream: boolean;
}

/** The archive says that it has stopped recording the log. */
export interface LogRecordingStopped {
  readonly type: 'logRecordingStopped';
  readonly position: number;
  readonly isEndOfStream: boolean;
}

/** Answers `startReplay`: all of it is applied. Progress in between is the `logPosition` of ticks. */
interface ReplayDone {
  readonly type: 'replayDone';
  readonly position: number;
}

/** The log adapter has come to the beginning of a term, in replay, catch-up or live. */
interface TermReplayed {
  readonly type: 'termReplayed';
  readonly leadershipTermId: number;
  /** Behind the event. */
  readonly logPosition: number;
  readonly termBaseLogPosition: number;
  /** In the unit of the cluster. */
  readonly timestamp: bigint;
}

/** How far `startReplication` has got; whenever that changes. */
interface ReplicationProgress {
  readonly type: 'replicationProgress';
  /** Here, once it is known; -1 before. */
  readonly recordingId: number;
  readonly position: number;
}

/** Answers `startReplication`: it has ended and its recording has stopped. */
interface ReplicationDone {
  readonly type: 'replicationDone';
  readonly recordingId: number;
  readonly position: number;
}

/** The archive could not go on with, or did not begin, the replay for a follower. */
interface CatchupReplayFailed {
  readonly type: 'catchupReplayFailed';
  readonly memberId: number;
}

/**
 * An action or what it began has failed, which the agent has reported. An election begins anew; without one it is the
 * agent's to cope with.
 */
interface Failed {
  readonly type: 'failed';
  readonly reason: string;
}

/** Of a leader: end the whole cluster at this position of the log (SHUTDOWN, ABORT). */
interface TerminateCluster {
  readonly type: 'terminateCluster';
  readonly logPosition: number;
}

/** Of a leader that took a last snapshot: the services are told now, the others have their time from now on. */
interface ServicesTerminating {
  readonly type: 'servicesTerminating';
}

/** All services have ended, or there is none. */
interface ServicesTerminated {
  readonly type: 'servicesTerminated';
  /** Of their acknowledgements. */
  readonly logPosition: number;
}

export type LocalEvent =
  | Tick
  | Started
  | Prepared
  | LogPublicationAdded
  | JoinedLogAsLeader
  | CatchupEndpointResolved
  | LogImageAvailable
  | JoinedLogAsFollower
  | LogImageClosed
  | LogRecordingStopped
  | ReplayDone
  | TermReplayed
  | ReplicationProgress
  | ReplicationDone
  | CatchupReplayFailed
  | Failed
  | TerminateCluster
  | ServicesTerminating
  | ServicesTerminated;

/** Whatever the core is told: a message of another member, or something that happened here. */
export type ConsensusEvent = ConsensusMessage | LocalEvent;
