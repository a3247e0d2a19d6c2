import type { ClusterMember } from './cluster-member.ts';
import { compareLog } from './cluster-member.ts';
import { type CoreState, LONG_AGO_NS } from './core-state.ts';
import { ElectionState, electionStateName } from './election-state.ts';
import type { LocalEvent, Tick } from './events.ts';
import { FollowerElection } from './follower-election.ts';
import type { Followership } from './followership.ts';
import { LeaderElection } from './leader-election.ts';
import type { Leadership } from './leadership.ts';
import {
  type CanvassPosition,
  type CommitPosition,
  type NewLeadershipTerm,
  NULL_VALUE,
  type RequestVote,
  type Vote,
} from './messages.ts';
import {
  becomeCandidate,
  isQuorumCandidate,
  isQuorumLeader,
  isUnanimousCandidate,
  isUnanimousLeader,
} from './quorum.ts';
import { ClusterRole } from './roles.ts';

/** What an election begins with. */
export interface ElectionStart {
  readonly isNodeStartup: boolean;
  /** A leader that has ended in good order and is not waited for; -1 when there is none. */
  readonly gracefulClosedLeaderId: number;
  readonly leadershipTermId: number;
  readonly termBaseLogPosition: number;
  readonly logPosition: number;
  readonly appendPosition: number;
}

/** The parts that elections and normal times have in common. */
export interface Duties {
  readonly leadership: Leadership;
  readonly followership: Followership;
  /** The election has made this member a leader or follower of a new term. */
  onElectionComplete(election: Election): void;
}

/**
 * How members agree on a leader, and how this one comes to lead or to follow with the same log.
 * Upstream: `io.aeron.cluster.Election`.
 *
 * Here is what it takes to find out who leads, and what both ways share; the ways themselves are
 * `LeaderElection` and `FollowerElection`.
 */
export class Election {
  readonly core: CoreState;
  readonly duties: Duties;
  readonly isNodeStartup: boolean;
  /** What the log began with: for terms of which nothing is known. */
  readonly initial: { readonly leadershipTermId: number; readonly termBaseLogPosition: number };
  state: ElectionState = ElectionState.INIT;
  leader: ClusterMember | undefined = undefined;
  /** The newest term that this member has a leader of, or is elected for. */
  leadershipTermId: number;
  /** The last term that the log has an entry of. */
  logLeadershipTermId: number;
  candidateTermId: number;
  /** How far the log is applied. */
  logPosition: number;
  /** How far it is recorded. */
  appendPosition: number;
  /** Of the live log; `undefined` before there is one. */
  logSessionId: number | undefined = undefined;
  notifiedCommitPosition = 0;
  isLeaderStartup = false;
  timeOfLastStateChangeNs: number;
  /** When something was last sent that is sent on an interval. */
  timeOfLastUpdateNs = LONG_AGO_NS;
  timeOfLastCommitPositionUpdateNs = LONG_AGO_NS;
  readonly #asLeader: LeaderElection;
  readonly #asFollower: FollowerElection;
  #gracefulClosedLeaderId: number;
  #isFirstInit = true;
  #isPreparing = false;
  #isPrepared = false;
  /** It does not go on before. */
  #retryNs = LONG_AGO_NS;
  #isExtendedCanvass: boolean;
  #nominationDeadlineNs = 0;
  /** The last term of the log when this member was elected. */
  #electedLogLeadershipTermId = NULL_VALUE;

  constructor(core: CoreState, duties: Duties, start: ElectionStart) {
    this.core = core;
    this.duties = duties;
    this.isNodeStartup = start.isNodeStartup;
    this.#isExtendedCanvass = start.isNodeStartup;
    this.#gracefulClosedLeaderId = start.gracefulClosedLeaderId;
    this.initial = start;
    this.leadershipTermId = start.leadershipTermId;
    this.logLeadershipTermId = start.leadershipTermId;
    this.candidateTermId = start.leadershipTermId;
    this.logPosition = start.logPosition;
    this.appendPosition = start.appendPosition;
    this.timeOfLastStateChangeNs = core.nowNs;
    this.#asLeader = new LeaderElection(this);
    this.#asFollower = new FollowerElection(this);
  }

  /** Takes the first step at once, so that messages that come next are heard. */
  begin(): void {
    this.#init();
  }

  onTick(tick: Tick): void {
    switch (this.state) {
      case ElectionState.INIT:
        this.#init();
        break;
      case ElectionState.CANVASS:
        this.#canvass();
        break;
      case ElectionState.NOMINATE:
        this.#nominate();
        break;
      case ElectionState.CANDIDATE_BALLOT:
        this.#candidateBallot();
        break;
      case ElectionState.FOLLOWER_BALLOT:
        this.#followerBallot();
        break;
      case ElectionState.CLOSED:
        break;
      default:
        this.#asLeader.onTick();
        this.#asFollower.onTick(tick);
    }
  }

  /** What was begun has come to its end. Those that answer to an earlier election are not for this one. */
  onEvent(event: LocalEvent): void {
    if (event.type === 'prepared') {
      this.#onPrepared(event.appendPosition);
    } else if (this.state !== ElectionState.INIT) {
      this.#asLeader.onEvent(event);
      this.#asFollower.onEvent(event);
    }
  }

  /** The first entry of the new term is in the log. */
  onTermEventAppended(): void {
    this.#asLeader.onTermEventAppended();
  }

  onSent(type: 'catchupPosition' | 'appendPosition'): void {
    this.#asFollower.onSent(type);
  }

  onAppendPositionNotSent(): void {
    this.timeOfLastUpdateNs = LONG_AGO_NS;
  }

  /** How far the log may be applied now; no further than it is. */
  logLimit(appendPosition: number): number {
    return this.state === ElectionState.FOLLOWER_CATCHUP
      ? Math.min(appendPosition, this.notifiedCommitPosition)
      : this.logPosition;
  }

  onCanvassPosition(message: CanvassPosition): void {
    const follower = this.core.member(message.followerMemberId);
    if (this.state === ElectionState.INIT) {
      return;
    }
    this.#noteAlive(message.followerMemberId);
    if (follower === undefined || follower === this.core.thisMember) {
      return;
    }
    follower.updateLogPosition(message.logLeadershipTermId, message.logPosition, this.core.nowNs);
    if (message.logLeadershipTermId <= this.leadershipTermId) {
      if (this.core.isLeader && this.#isNewerLog(message)) {
        this.fail(`member ${message.followerMemberId} has a newer log: ${message.logPosition} is not to be dropped`);
      } else if (this.core.isLeader) {
        this.#asLeader.sendNewLeadershipTerm(follower, message.logLeadershipTermId);
      }
    } else if (this.#isLeaderInDoubt()) {
      this.fail('potential new election in progress');
    }
  }

  /**
   * The member would have to drop entries of a term that is newer than the last of this leader. That term had a leader
   * whom this one has not heard of, as when not all members see each other, and it may have committed them.
   */
  #isNewerLog({ logLeadershipTermId, logPosition }: CanvassPosition): boolean {
    const end = this.core.terms.endOf(logLeadershipTermId);
    return (
      logLeadershipTermId > this.#electedLogLeadershipTermId &&
      logLeadershipTermId < this.leadershipTermId &&
      logPosition > (end === NULL_VALUE ? this.appendPosition : end)
    );
  }

  #isLeaderInDoubt(): boolean {
    return this.state === ElectionState.LEADER_LOG_REPLICATION || this.state === ElectionState.LEADER_READY;
  }

  onRequestVote(message: RequestVote): void {
    const candidate = this.core.member(message.candidateMemberId);
    if (this.state === ElectionState.INIT || candidate === this.core.thisMember) {
      return;
    }
    if (message.candidateTermId <= this.candidateTermId) {
      this.#placeVote(message, candidate, false);
    } else if (this.#isLogLongerThanOf(message)) {
      this.candidateTermId = this.core.proposeCandidateTermId(message.candidateTermId, this.logPosition);
      this.#placeVote(message, candidate, false);
      if (candidate !== undefined && this.core.isLeader) {
        this.#asLeader.sendNewLeadershipTerm(candidate, message.logLeadershipTermId);
      }
    } else if (this.#isVoter()) {
      this.candidateTermId = this.core.proposeCandidateTermId(message.candidateTermId, this.logPosition);
      this.#placeVote(message, candidate, true);
      this.enter(ElectionState.FOLLOWER_BALLOT);
    }
  }

  #isLogLongerThanOf({ logLeadershipTermId, logPosition }: RequestVote): boolean {
    return compareLog(this.logLeadershipTermId, this.appendPosition, logLeadershipTermId, logPosition) > 0;
  }

  #isVoter(): boolean {
    return this.state >= ElectionState.CANVASS && this.state <= ElectionState.FOLLOWER_BALLOT;
  }

  #placeVote(request: RequestVote, candidate: ClusterMember | undefined, vote: boolean): void {
    if (candidate !== undefined) {
      this.core.send(candidate, {
        type: 'vote',
        candidateTermId: request.candidateTermId,
        logLeadershipTermId: this.logLeadershipTermId,
        logPosition: this.appendPosition,
        candidateMemberId: request.candidateMemberId,
        followerMemberId: this.core.thisMember.id,
        vote,
      });
    }
  }

  onVote(message: Vote): void {
    const { core } = this;
    const voter = core.member(message.followerMemberId);
    const isForThisBallot =
      this.state === ElectionState.CANDIDATE_BALLOT &&
      message.candidateTermId === this.candidateTermId &&
      message.candidateMemberId === core.thisMember.id;
    if (isForThisBallot && voter !== undefined) {
      voter.candidateTermId = message.candidateTermId;
      voter.vote = message.vote;
      voter.updateLogPosition(message.logLeadershipTermId, message.logPosition, core.nowNs);
    }
  }

  onNewLeadershipTerm(message: NewLeadershipTerm): void {
    const { core } = this;
    const leader = core.member(message.leaderMemberId);
    const isOwn = leader === core.thisMember && message.leadershipTermId === this.leadershipTermId;
    if (this.state === ElectionState.INIT || leader === undefined || isOwn) {
      return;
    }
    this.#noteAlive(message.leaderMemberId);
    if (this.#isOvertaken(message.leadershipTermId)) {
      this.fail(`new leader detected: ${describeTerm(message)}, this.leadershipTermId=${this.leadershipTermId}`);
      return;
    }
    if (this.#isAwaitingTerm(message.leadershipTermId)) {
      if (message.logLeadershipTermId === this.logLeadershipTermId) {
        this.#asFollower.follow(leader, message);
      } else {
        this.enter(ElectionState.CANVASS);
      }
    }
    this.#asFollower.onLeaderAlive(message);
  }

  #isAwaitingTerm(leadershipTermId: number): boolean {
    const isInBallot = this.state === ElectionState.FOLLOWER_BALLOT || this.state === ElectionState.CANDIDATE_BALLOT;
    return this.state === ElectionState.CANVASS || (isInBallot && leadershipTermId === this.candidateTermId);
  }

  onCommitPosition(message: CommitPosition): void {
    if (this.state === ElectionState.INIT) {
      return;
    }
    if (this.leader?.id === message.leaderMemberId) {
      this.notifiedCommitPosition = Math.max(this.notifiedCommitPosition, message.logPosition);
      this.#asFollower.onCommitPosition();
    } else if (this.#isOvertaken(message.leadershipTermId)) {
      this.fail(
        `new leader detected due to commit position: ${describeTerm(message)}` +
          `, this.leadershipTermId=${this.leadershipTermId}`,
      );
    }
  }

  /** Others have elected a leader without this one, who thinks that it is. */
  #isOvertaken(leadershipTermId: number): boolean {
    return this.core.isLeader && leadershipTermId > this.leadershipTermId;
  }

  #noteAlive(memberId: number): void {
    if (memberId === this.#gracefulClosedLeaderId) {
      this.#gracefulClosedLeaderId = NULL_VALUE;
    }
  }

  /** Something went wrong, which is reported: it begins anew. */
  fail(reason: string): void {
    this.core.report(reason);
    this.#beginAnew(reason);
  }

  /** An error of this member, which may come again as often as it is tried: it begins anew, and then waits a while. */
  onError(reason: string): void {
    this.#retryNs = this.core.nowNs + this.core.config.leaderHeartbeatIntervalNs;
    this.#beginAnew(reason);
  }

  /** From what is committed. */
  #beginAnew(reason: string): void {
    this.logPosition = this.core.commitPosition;
    this.#isPreparing = false;
    this.#isPrepared = false;
    this.enter(ElectionState.INIT, reason);
  }

  #init(): void {
    if (this.#isPreparing) {
      return;
    }
    if (this.#isPrepared) {
      this.#proceedInTime();
      return;
    }
    const isRestart = !this.#isFirstInit;
    this.#isFirstInit = false;
    if (isRestart) {
      this.#asFollower.stopReplication();
      this.duties.leadership.stopAllCatchups();
    }
    if (isRestart || !this.isNodeStartup) {
      this.#prepareForNewLeadership();
    } else {
      this.#proceed();
    }
  }

  #prepareForNewLeadership(): void {
    const { core, duties } = this;
    this.#isPreparing = true;
    core.setRole(ClusterRole.FOLLOWER);
    duties.followership.removeDestinations();
    duties.leadership.onPrepareForNewLeadership();
    core.actions.push({ type: 'prepareForNewLeadership', logPosition: this.logPosition });
  }

  #onPrepared(appendPosition: number): void {
    if (!this.#isPreparing) {
      return;
    }
    const { core, duties } = this;
    this.#isPreparing = false;
    if (appendPosition !== NULL_VALUE) {
      this.appendPosition = appendPosition;
      core.recordingStopPosition = appendPosition;
      duties.followership.onLogJoined(appendPosition);
    }
    this.logSessionId = undefined;
    this.#asLeader.stopReplay();
    this.#asFollower.closeSubscription();
    this.#isPrepared = true;
    this.#proceedInTime();
  }

  #proceedInTime(): void {
    if (this.core.nowNs >= this.#retryNs) {
      this.#isPrepared = false;
      this.#proceed();
    }
  }

  #proceed(): void {
    const { core } = this;
    this.notifiedCommitPosition = 0;
    this.logLeadershipTermId = core.terms.last?.leadershipTermId ?? this.logLeadershipTermId;
    this.candidateTermId = Math.max(core.candidateTermId, this.leadershipTermId);
    if (core.members.length === 1) {
      this.candidateTermId = core.proposeCandidateTermId(this.candidateTermId + 1, this.logPosition);
      this.#lead('single-node cluster leader');
    } else {
      this.enter(ElectionState.CANVASS);
    }
  }

  #lead(reason: string): void {
    this.leader = this.core.thisMember;
    this.leadershipTermId = this.candidateTermId;
    this.#electedLogLeadershipTermId = this.logLeadershipTermId;
    this.enter(ElectionState.LEADER_LOG_REPLICATION, reason);
  }

  #canvass(): void {
    const { core } = this;
    const { config, nowNs, members, thisMember } = core;
    this.#canvassOnInterval();
    if (config.appointedLeaderId !== NULL_VALUE && config.appointedLeaderId !== thisMember.id) {
      return;
    }
    const isLate = this.#isExtendedCanvass
      ? nowNs - this.timeOfLastStateChangeNs >= config.startupCanvassTimeoutNs
      : nowNs - core.timeOfLastLeaderUpdateNs >= config.leaderHeartbeatTimeoutNs;
    if (
      isUnanimousCandidate(members, thisMember, this.#gracefulClosedLeaderId) ||
      (isLate && isQuorumCandidate(members, thisMember))
    ) {
      this.#nominationDeadlineNs = nowNs + Math.floor(config.random() * Math.floor(config.electionTimeoutNs / 2));
      this.enter(ElectionState.NOMINATE);
    }
  }

  #canvassOnInterval(): void {
    const { core } = this;
    if (!this.isUpdateDue(core.config.electionStatusIntervalNs)) {
      return;
    }
    this.timeOfLastUpdateNs = core.nowNs;
    core.sendToOthers({
      type: 'canvassPosition',
      logLeadershipTermId: this.logLeadershipTermId,
      logPosition: this.appendPosition,
      leadershipTermId: this.leadershipTermId,
      followerMemberId: core.thisMember.id,
    });
  }

  #nominate(): void {
    const { core } = this;
    if (core.nowNs < this.#nominationDeadlineNs) {
      this.#canvassOnInterval();
      return;
    }
    this.candidateTermId = core.proposeCandidateTermId(this.candidateTermId + 1, this.logPosition);
    becomeCandidate(core.members, this.candidateTermId, core.thisMember.id);
    this.enter(ElectionState.CANDIDATE_BALLOT);
  }

  #candidateBallot(): void {
    const { core, candidateTermId } = this;
    if (isUnanimousLeader(core.members, candidateTermId, this.#gracefulClosedLeaderId)) {
      this.#lead('unanimous leader');
    } else if (this.isStateOlderThan(core.config.electionTimeoutNs)) {
      if (isQuorumLeader(core.members, candidateTermId)) {
        this.#lead('quorum leader');
      } else {
        this.enter(ElectionState.CANVASS);
      }
    } else {
      this.#requestVotes();
    }
  }

  #requestVotes(): void {
    const { core } = this;
    for (const member of core.members) {
      if (!member.isBallotSent) {
        member.isBallotSent = true;
        core.send(member, {
          type: 'requestVote',
          logLeadershipTermId: this.logLeadershipTermId,
          logPosition: this.appendPosition,
          candidateTermId: this.candidateTermId,
          candidateMemberId: core.thisMember.id,
        });
      }
    }
  }

  #followerBallot(): void {
    if (this.isStateOlderThan(this.core.config.electionTimeoutNs)) {
      this.enter(ElectionState.CANVASS);
    }
  }

  isStateOlderThan(timeoutNs: number): boolean {
    return this.core.nowNs - this.timeOfLastStateChangeNs >= timeoutNs;
  }

  isUpdateDue(intervalNs: number): boolean {
    return this.core.nowNs - this.timeOfLastUpdateNs >= intervalNs;
  }

  enter(state: ElectionState, reason = ''): void {
    const { core } = this;
    const from = this.state;
    if (state === from) {
      return;
    }
    if (from === ElectionState.CANVASS) {
      this.#isExtendedCanvass = false;
    }
    this.#onEnter(state);
    core.actions.push({
      type: 'electionStateChanged',
      from,
      to: state,
      leaderMemberId: this.leader?.id ?? NULL_VALUE,
      candidateTermId: this.candidateTermId,
      leadershipTermId: this.leadershipTermId,
      logPosition: this.logPosition,
      logLeadershipTermId: this.logLeadershipTermId,
      appendPosition: this.appendPosition,
      catchupPosition: this.#asFollower.catchupJoinPosition,
      reason,
    });
    this.state = state;
    this.timeOfLastStateChangeNs = core.nowNs;
    this.timeOfLastUpdateNs = LONG_AGO_NS;
    this.timeOfLastCommitPositionUpdateNs = LONG_AGO_NS;
  }

  #onEnter(state: ElectionState): void {
    switch (state) {
      case ElectionState.CANVASS:
        this.#forgetMembers();
        this.core.setRole(ClusterRole.FOLLOWER);
        break;
      case ElectionState.CANDIDATE_BALLOT:
        this.core.setRole(ClusterRole.CANDIDATE);
        break;
      case ElectionState.LEADER_LOG_REPLICATION:
        this.core.setRole(ClusterRole.LEADER);
        this.#asLeader.begin();
        break;
      case ElectionState.FOLLOWER_LOG_REPLICATION:
      case ElectionState.FOLLOWER_REPLAY:
        this.core.setRole(ClusterRole.FOLLOWER);
        break;
    }
  }

  #forgetMembers(): void {
    for (const member of this.core.members) {
      member.reset();
    }
    this.core.thisMember.leadershipTermId = this.leadershipTermId;
    this.core.thisMember.logPosition = this.appendPosition;
    this.leader = undefined;
  }

  /** The terms up to that of the election are in the recording log. */
  enterTerm(): void {
    this.core.ensureTerms(this.initial, this.leadershipTermId, this.logPosition, NULL_VALUE);
    this.logLeadershipTermId = this.leadershipTermId;
  }

  complete(): void {
    this.duties.onElectionComplete(this);
    this.enter(ElectionState.CLOSED);
  }

  /** For logs. */
  toString(): string {
    return (
      `${electionStateName(this.state)} term=${this.leadershipTermId} candidate=${this.candidateTermId}` +
      ` log=${this.logLeadershipTermId}:${this.appendPosition} applied=${this.logPosition}` +
      ` leader=${this.leader?.id ?? NULL_VALUE}`
    );
  }
}

function describeTerm({ leadershipTermId, leaderMemberId, logPosition }: NewLeadershipTerm | CommitPosition): string {
  return `leadershipTermId=${leadershipTermId} leaderMemberId=${leaderMemberId} logPosition=${logPosition}`;
}
