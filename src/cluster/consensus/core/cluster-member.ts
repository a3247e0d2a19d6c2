import { NULL_VALUE } from './messages.ts';

/** Where a member is reached, as `clusterMembers` gives it: host and port, or a name for the name resolver. */
export interface MemberEndpoints {
  /** Clients send to. */
  readonly ingress: string;
  /** Members talk to each other at. */
  readonly consensus: string;
  /** The live log comes to. */
  readonly log: string;
  /** A replay for catching up comes to; port 0 for any. */
  readonly catchup: string;
  /** Control requests to its archive go to. */
  readonly archive: string;
  /** For replication by response channels; `undefined`: not used. */
  readonly archiveResponse: string | undefined;
  /** For egress by response channels; `undefined`: not used. */
  readonly egressResponse: string | undefined;
}

/**
 * One member of a cluster: where it is, and what is known of it at the moment.
 * Upstream: `io.aeron.cluster.ClusterMember`.
 */
export class ClusterMember {
  readonly id: number;
  readonly endpoints: MemberEndpoints;
  isLeader = false;
  /** Has acknowledged that the cluster ends. */
  hasTerminated = false;
  /** Has been asked for its vote in the running ballot. */
  isBallotSent = false;
  /** In the ballot of `candidateTermId`; `undefined` as long as it has not answered. */
  vote: boolean | undefined = undefined;
  candidateTermId = NULL_VALUE;
  /** The last term of its log and where its log ends, -1 when not known. */
  leadershipTermId = NULL_VALUE;
  logPosition = NULL_VALUE;
  /** Of when it last told its position; far in the past before it ever did. */
  timeOfLastAppendPositionNs = Number.MIN_SAFE_INTEGER;
  /** It has a replay of the log, or has not yet been told that it needs none anymore. */
  isCatchingUp = false;
  /** What it records comes from this leader, by a replay that it has asked for. */
  isLogReplayed = false;
  /** The archive is replaying to it. */
  hasCatchupReplay = false;

  constructor(id: number, endpoints: MemberEndpoints) {
    this.id = id;
    this.endpoints = endpoints;
  }

  /** Forgets what it learned in earlier elections. */
  reset(): void {
    this.isBallotSent = false;
    this.isLeader = false;
    this.hasTerminated = false;
    this.isLogReplayed = false;
    this.vote = undefined;
    this.candidateTermId = NULL_VALUE;
    this.leadershipTermId = NULL_VALUE;
    this.logPosition = NULL_VALUE;
  }

  /** The member has told where its log ends. */
  updateLogPosition(leadershipTermId: number, logPosition: number, nowNs: number): void {
    this.leadershipTermId = leadershipTermId;
    this.logPosition = logPosition;
    this.timeOfLastAppendPositionNs = nowNs;
  }

  isActive(nowNs: number, timeoutNs: number): boolean {
    return nowNs - this.timeOfLastAppendPositionNs < timeoutNs;
  }

  /** Also when it is not heard of anymore: otherwise nobody would be nominated for as long as a member is down. */
  willVoteFor(candidate: ClusterMember): boolean {
    return this.logPosition !== NULL_VALUE && compareLogs(this, candidate) <= 0;
  }

  hasReached(leadershipTermId: number, position: number, nowNs: number, timeoutNs: number): boolean {
    return (
      this.isActive(nowNs, timeoutNs) && this.leadershipTermId === leadershipTermId && this.logPosition >= position
    );
  }
}

/** Negative when the first log is behind the second, 0 when they end at the same place of the same term. */
export function compareLog(termId: number, position: number, otherTermId: number, otherPosition: number): number {
  return termId === otherTermId ? position - otherPosition : termId - otherTermId;
}

function compareLogs(a: ClusterMember, b: ClusterMember): number {
  return compareLog(a.leadershipTermId, a.logPosition, b.leadershipTermId, b.logPosition);
}
