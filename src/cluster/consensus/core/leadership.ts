import type { Send } from './actions.ts';
import type { ClusterMember } from './cluster-member.ts';
import { type CoreState, LONG_AGO_NS } from './core-state.ts';
import {
  type AppendPosition,
  type CanvassPosition,
  type CatchupPosition,
  type CommitPosition,
  NULL_VALUE,
} from './messages.ts';
import { hasActiveQuorum } from './quorum.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a leader does for its followers: the commit position, which is its heartbeat, and their catching up. */
export class Leadership {
  readonly #state: CoreState;
  readonly #commitPosition: Mutable<CommitPosition>;
  readonly #sends: readonly Send[];
  #timeOfLastCommitPositionNs = LONG_AGO_NS;
  #backtrackedPosition = NULL_VALUE;

  constructor(state: CoreState) {
    this.#state = state;
    this.#commitPosition = {
      type: 'commitPosition',
      leadershipTermId: NULL_VALUE,
      logPosition: 0,
      leaderMemberId: state.thisMember.id,
    };
    this.#sends = state.members
      .filter((member) => member !== state.thisMember)
      .map(({ id }): Send => ({ type: 'send', to: id, message: this.#commitPosition }));
  }

  /** Of logs that were. */
  onPrepareForNewLeadership(): void {
    this.#backtrackedPosition = NULL_VALUE;
  }

  onElectionComplete(): void {
    this.#timeOfLastCommitPositionNs = LONG_AGO_NS;
  }

  /** Every round: commits what a quorum has, and tells so, at least once an interval. */
  updatePosition(appendPosition: number, quorumPosition: number): void {
    const state = this.#state;
    const { nowNs, thisMember } = state;
    thisMember.logPosition = appendPosition;
    thisMember.timeOfLastAppendPositionNs = nowNs;
    const isDue = nowNs - this.#timeOfLastCommitPositionNs >= state.config.leaderHeartbeatIntervalNs;
    if (quorumPosition <= state.commitPosition && !isDue) {
      return;
    }
    this.#reportBacktrack(quorumPosition);
    this.publishCommitPosition(quorumPosition, state.leadershipTermId);
    state.proposeCommitPosition(quorumPosition);
    this.#timeOfLastCommitPositionNs = nowNs;
  }

  #reportBacktrack(quorumPosition: number): void {
    const { commitPosition } = this.#state;
    if (quorumPosition < commitPosition && commitPosition > this.#backtrackedPosition) {
      this.#backtrackedPosition = commitPosition;
      this.#state.report(
        `quorum position went backwards: commitPosition=${commitPosition} quorumPosition=${quorumPosition}`,
      );
    }
  }

  publishCommitPosition(logPosition: number, leadershipTermId: number): void {
    const state = this.#state;
    if (!state.actions.isIdle) {
      const leaderMemberId = state.thisMember.id;
      state.sendToOthers({ type: 'commitPosition', leadershipTermId, logPosition, leaderMemberId });
      return;
    }
    this.#commitPosition.leadershipTermId = leadershipTermId;
    this.#commitPosition.logPosition = logPosition;
    for (const send of this.#sends) {
      state.actions.push(send);
    }
  }

  /** A quorum of members has told its position lately. */
  hasActiveQuorum(): boolean {
    const { members, nowNs, config } = this.#state;
    return members.length === 1 || hasActiveQuorum(members, nowNs, config.leaderHeartbeatTimeoutNs);
  }

  /** A member that is in an election, while this one leads without one: it learns of the term. */
  onCanvassPosition(message: CanvassPosition, logSessionId: number): void {
    const state = this.#state;
    const follower = state.member(message.followerMemberId);
    if (follower === undefined || message.logLeadershipTermId > state.leadershipTermId) {
      return;
    }
    follower.updateLogPosition(message.logLeadershipTermId, message.logPosition, state.nowNs);
    this.#stopCatchupReplay(follower);
    follower.isCatchingUp = false;
    follower.isLogReplayed = false;

    const { leadershipTermId } = state;
    const termBaseLogPosition = this.#termBaseLogPosition();
    const isBehind = message.logLeadershipTermId < leadershipTermId;
    const next = isBehind ? state.terms.find(message.logLeadershipTermId + 1) : undefined;
    state.send(follower, {
      type: 'newLeadershipTerm',
      logLeadershipTermId: message.logLeadershipTermId,
      nextLeadershipTermId: isBehind ? (next?.leadershipTermId ?? leadershipTermId) : NULL_VALUE,
      nextTermBaseLogPosition: isBehind ? (next?.termBaseLogPosition ?? termBaseLogPosition) : NULL_VALUE,
      nextLogPosition: next?.logPosition ?? NULL_VALUE,
      leadershipTermId,
      termBaseLogPosition,
      logPosition: Math.max(state.publicationPosition, state.commitPosition),
      commitPosition: state.commitPosition,
      leaderRecordingId: state.logRecordingId,
      leaderMemberId: state.thisMember.id,
      logSessionId,
      isStartup: false,
    });
  }

  #termBaseLogPosition(): number {
    const { terms, leadershipTermId, recoveredTermBaseLogPosition } = this.#state;
    return terms.find(leadershipTermId)?.termBaseLogPosition ?? recoveredTermBaseLogPosition;
  }

  /** `newestTermId` is of the election while there is one. */
  onAppendPosition(message: AppendPosition, newestTermId: number): void {
    const follower = this.#state.member(message.followerMemberId);
    if (follower === undefined || message.leadershipTermId > newestTermId) {
      return;
    }
    // While it catches up, it gives the term of what it has applied, but has recorded what this leader replays to it.
    const termId = message.isCatchup && follower.isLogReplayed ? newestTermId : message.leadershipTermId;
    follower.updateLogPosition(termId, message.logPosition, this.#state.nowNs);
    this.#trackCatchup(follower, message.leadershipTermId, message.isCatchup);
  }

  #trackCatchup(follower: ClusterMember, leadershipTermId: number, isCatchup: boolean): void {
    const { isLeader, publicationPosition } = this.#state;
    const isCatchingUp = follower.isCatchingUp || isCatchup;
    if (!isLeader || !isCatchingUp || publicationPosition < 0 || follower.logPosition < publicationPosition) {
      return;
    }
    this.#stopCatchupReplay(follower);
    this.#state.send(follower, { type: 'stopCatchup', leadershipTermId, followerMemberId: follower.id });
  }

  onStopCatchupSent(follower: ClusterMember): void {
    follower.isCatchingUp = false;
  }

  /** A follower wants a replay of what it lacks. */
  onCatchupPosition(message: CatchupPosition): void {
    const state = this.#state;
    const follower = state.member(message.followerMemberId);
    if (
      follower === undefined ||
      follower.isCatchingUp ||
      !state.isLeader ||
      message.leadershipTermId > state.leadershipTermId
    ) {
      return;
    }
    follower.isCatchingUp = true;
    follower.isLogReplayed = true;
    follower.hasCatchupReplay = true;
    state.actions.push({
      type: 'startCatchupReplay',
      memberId: follower.id,
      position: message.logPosition,
      endpoint: message.catchupEndpoint,
    });
  }

  onCatchupReplayFailed(memberId: number): void {
    const follower = this.#state.member(memberId);
    if (follower !== undefined) {
      follower.isCatchingUp = false;
      follower.isLogReplayed = false;
      follower.hasCatchupReplay = false;
    }
  }

  stopAllCatchups(): void {
    for (const member of this.#state.members) {
      this.#stopCatchupReplay(member);
      member.isCatchingUp = false;
      member.isLogReplayed = false;
    }
  }

  #stopCatchupReplay(follower: ClusterMember): void {
    if (follower.hasCatchupReplay) {
      follower.hasCatchupReplay = false;
      this.#state.actions.push({ type: 'stopCatchupReplay', memberId: follower.id });
    }
  }
}
