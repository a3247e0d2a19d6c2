import { ConsensusModuleState } from '../states.ts';
import { ActionQueue } from './action-queue.ts';
import type { ClusterMember } from './cluster-member.ts';
import { determineMember } from './cluster-members.ts';
import type { Tick } from './events.ts';
import { type ConsensusMessage, NULL_VALUE } from './messages.ts';
import { quorumPosition, quorumThreshold } from './quorum.ts';
import { ClusterRole } from './roles.ts';
import { type TermEntry, TermLog } from './term-log.ts';

/** All times in nanoseconds; the names are those of the options of the consensus module. */
export interface ConsensusConfig {
  readonly memberId: number;
  /** All members, this one among them. The core keeps its notes on them. */
  readonly members: readonly ClusterMember[];
  /** The only one that may nominate itself; -1 for anyone. */
  readonly appointedLeaderId: number;
  readonly startupCanvassTimeoutNs: number;
  readonly electionTimeoutNs: number;
  readonly electionStatusIntervalNs: number;
  readonly leaderHeartbeatTimeoutNs: number;
  readonly leaderHeartbeatIntervalNs: number;
  readonly terminationTimeoutNs: number;
  /** From 0 up to but without 1: decides how long a nomination waits. */
  readonly random: () => number;
}

/** What a member finds when it starts: recovery plan, recording log and node state. */
export interface RecoveredState {
  /** The last term of the recording log and where it begins; -1 and 0 of an empty one. */
  readonly logLeadershipTermId: number;
  readonly termBaseLogPosition: number;
  /** Of the snapshot that was loaded: its term and up to where it goes; -1 and 0 without one. */
  readonly snapshotLeadershipTermId: number;
  readonly commitPosition: number;
  /** Where the recording of the log ends. */
  readonly appendPosition: number;
  /** Of the log; -1 when there is none. */
  readonly logRecordingId: number;
  /** Of the node state file; -1 of a new one. */
  readonly candidateTermId: number;
  /** Valid term entries of the recording log. */
  readonly terms: readonly TermEntry[];
}

/** Before anything that was measured: what is timed from here on is due at once. */
export const LONG_AGO_NS = Number.MIN_SAFE_INTEGER;

/**
 * What election, leader and follower share: who is who, where the log is, and the way out for actions.
 */
export class CoreState {
  readonly config: ConsensusConfig;
  readonly members: readonly ClusterMember[];
  readonly thisMember: ClusterMember;
  readonly actions = new ActionQueue();
  readonly terms: TermLog;
  nowNs = 0;
  role: ClusterRole = ClusterRole.FOLLOWER;
  /** `undefined` until there was one. */
  leader: ClusterMember | undefined = undefined;
  leadershipTermId: number;
  /** Where the log of `leadershipTermId` began, when it is not in the recording log. */
  recoveredTermBaseLogPosition: number;
  /** The highest that was ever persisted. */
  candidateTermId: number;
  commitPosition: number;
  logRecordingId: number;
  /** Of this member's own log publication, as leader. */
  publicationPosition = NULL_VALUE;
  /** By the recording position counter; -1 while the log is not being recorded. */
  recordedPosition = NULL_VALUE;
  /** Where the recording ended when it was last stopped. */
  recordingStopPosition: number;
  moduleState: ConsensusModuleState = ConsensusModuleState.INIT;
  /** When a leader of this term or a newer one was last heard of. */
  timeOfLastLeaderUpdateNs = LONG_AGO_NS;
  hasCatchupDestination = false;
  hasLiveDestination = false;
  /** Of the entries now being added to the recording log. */
  #termTimestamp: bigint | undefined = undefined;
  readonly #byId: ReadonlyMap<number, ClusterMember>;
  readonly #ranked: number[];
  /** Used anew in each step. */
  readonly #setCommitPosition = { type: 'setCommitPosition' as const, position: 0 };

  constructor(config: ConsensusConfig, recovered: RecoveredState) {
    this.config = config;
    this.members = config.members;
    this.#byId = new Map(config.members.map((member) => [member.id, member]));
    this.thisMember = determineMember(config.members, config.memberId, '');
    this.#ranked = new Array<number>(quorumThreshold(config.members.length)).fill(0);
    this.leadershipTermId = recovered.snapshotLeadershipTermId;
    this.recoveredTermBaseLogPosition = recovered.termBaseLogPosition;
    this.candidateTermId = recovered.candidateTermId;
    this.commitPosition = recovered.commitPosition;
    this.logRecordingId = recovered.logRecordingId;
    this.recordingStopPosition = recovered.appendPosition;
    this.terms = new TermLog(recovered.terms, {
      appendTerm: ({ leadershipTermId, termBaseLogPosition }) =>
        this.actions.push({
          type: 'appendTerm',
          recordingId: this.logRecordingId,
          leadershipTermId,
          termBaseLogPosition,
          timestamp: this.#termTimestamp,
        }),
      commitTerm: (leadershipTermId, logPosition) =>
        this.actions.push({ type: 'commitTerm', leadershipTermId, logPosition }),
    });
  }

  member(id: number): ClusterMember | undefined {
    return this.#byId.get(id);
  }

  get isLeader(): boolean {
    return this.role === ClusterRole.LEADER;
  }

  /** As is allowed in these two: followers go on with the log while the cluster is suspended. */
  get isActiveOrSuspended(): boolean {
    return this.moduleState === ConsensusModuleState.ACTIVE || this.moduleState === ConsensusModuleState.SUSPENDED;
  }

  /** What is known to be recorded, also when the recording has stopped. */
  get appendPosition(): number {
    return this.recordedPosition !== NULL_VALUE ? this.recordedPosition : this.recordingStopPosition;
  }

  observe(tick: Tick): void {
    this.moduleState = tick.moduleState;
    this.recordedPosition = tick.appendPosition;
    this.publicationPosition = tick.publicationPosition;
  }

  send(to: ClusterMember, message: ConsensusMessage): void {
    this.actions.push({ type: 'send', to: to.id, message });
  }

  sendToOthers(message: ConsensusMessage): void {
    for (const member of this.members) {
      if (member !== this.thisMember) {
        this.send(member, message);
      }
    }
  }

  report(reason: string): void {
    this.actions.push({ type: 'report', reason });
  }

  setRole(role: ClusterRole): void {
    if (role !== this.role) {
      this.actions.push({ type: 'setRole', from: this.role, to: role });
      this.role = role;
    }
  }

  setLeadershipTermId(leadershipTermId: number): void {
    if (leadershipTermId !== this.leadershipTermId) {
      this.leadershipTermId = leadershipTermId;
      this.actions.push({ type: 'setLeadershipTermId', leadershipTermId });
    }
  }

  setLeader(leader: ClusterMember): void {
    this.leader = leader;
    for (const member of this.members) {
      member.isLeader = member === leader;
    }
  }

  /** @returns whether that is further than before */
  proposeCommitPosition(position: number): boolean {
    if (position <= this.commitPosition) {
      return false;
    }
    this.commitPosition = position;
    if (this.actions.isPerforming) {
      this.actions.push({ type: 'setCommitPosition', position });
    } else {
      this.#setCommitPosition.position = position;
      this.actions.push(this.#setCommitPosition);
    }
    return true;
  }

  /** The term is on the disk before anybody hears of it. @returns the highest known */
  proposeCandidateTermId(candidateTermId: number, logPosition: number): number {
    if (candidateTermId > this.candidateTermId) {
      this.candidateTermId = candidateTermId;
      this.actions.push({ type: 'persistCandidateTerm', candidateTermId, logPosition });
    }
    return this.candidateTermId;
  }

  /** The terms up to this one are in the recording log. Without a recording there is nothing to enter yet. */
  ensureTerms(
    initial: { readonly leadershipTermId: number; readonly termBaseLogPosition: number },
    leadershipTermId: number,
    termBaseLogPosition: number,
    logPosition: number,
    timestamp?: bigint,
  ): void {
    if (this.logRecordingId === NULL_VALUE) {
      return;
    }
    const base = termBaseLogPosition !== NULL_VALUE ? termBaseLogPosition : initial.termBaseLogPosition;
    this.#termTimestamp = timestamp;
    this.terms.ensureCoherent(initial, leadershipTermId, base, logPosition);
    this.actions.push({ type: 'forceRecordingLog' });
  }

  /** Of a quorum, but no further than the log of the leader: its archive may be the slower one. */
  boundedQuorumPosition(leaderAppendPosition: number): number {
    const { leaderHeartbeatTimeoutNs } = this.config;
    const position = quorumPosition(
      this.members,
      this.#ranked,
      this.#matchingPosition,
      this.nowNs,
      leaderHeartbeatTimeoutNs,
    );
    return Math.min(position, leaderAppendPosition);
  }

  /**
   * How far the log of a member is that of the leader. A member that has not come to the newest term may have a
   * tail of its own last one, longer than what the leader has of it, that it will lose: it must not count.
   */
  readonly #matchingPosition = (member: ClusterMember): number => {
    const newest = this.terms.last;
    if (newest === undefined || member.leadershipTermId >= newest.leadershipTermId) {
      return member.logPosition;
    }
    return Math.min(member.logPosition, this.terms.endOf(member.leadershipTermId));
  };
}
