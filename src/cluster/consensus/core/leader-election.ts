import type { ClusterMember } from './cluster-member.ts';
import { LONG_AGO_NS } from './core-state.ts';
import type { Election } from './election.ts';
import { ElectionState } from './election-state.ts';
import type { LocalEvent } from './events.ts';
import { NULL_VALUE } from './messages.ts';
import { hasQuorumAtPosition } from './quorum.ts';

/** From a won ballot to the first entry of the new term. */
export class LeaderElection {
  readonly #election: Election;
  #lastPublishedCommitPosition = 0;
  #isReplaying = false;
  #isJoining = false;

  constructor(election: Election) {
    this.#election = election;
  }

  begin(): void {
    const { core, appendPosition } = this.#election;
    this.#lastPublishedCommitPosition = 0;
    this.#isJoining = false;
    core.actions.push({ type: 'addLogPublication', position: appendPosition });
  }

  onTick(): void {
    switch (this.#election.state) {
      case ElectionState.LEADER_LOG_REPLICATION:
        this.#logReplication();
        break;
      case ElectionState.LEADER_REPLAY:
        this.#replay();
        break;
      case ElectionState.LEADER_INIT:
        this.#joinLog();
        break;
      case ElectionState.LEADER_READY:
        this.#ready();
        break;
    }
  }

  onEvent(event: LocalEvent): void {
    const { state } = this.#election;
    if (event.type === 'logPublicationAdded' && state === ElectionState.LEADER_LOG_REPLICATION) {
      this.#election.logSessionId = event.sessionId;
      this.#election.timeOfLastUpdateNs = LONG_AGO_NS;
    } else if (event.type === 'replayDone' && state === ElectionState.LEADER_REPLAY && this.#isReplaying) {
      this.#onReplayDone();
    } else if (event.type === 'joinedLogAsLeader' && state === ElectionState.LEADER_INIT && this.#isJoining) {
      this.#onJoined(event.recordingId);
    }
  }

  /** Followers get the log up to where it ends here, so that what a quorum has can be committed. */
  #logReplication(): void {
    const election = this.#election;
    this.#noteOwnPosition();
    const quorumPosition = this.#publish();
    if (quorumPosition >= election.appendPosition && election.logSessionId !== undefined) {
      election.enter(ElectionState.LEADER_REPLAY);
    }
  }

  #replay(): void {
    const election = this.#election;
    const { core } = election;
    if (!this.#isReplaying) {
      election.isLeaderStartup = election.isNodeStartup;
      this.#noteOwnPosition();
      if (election.logPosition < election.appendPosition) {
        this.#isReplaying = true;
        const { logPosition: position, appendPosition: stopPosition } = election;
        core.actions.push({ type: 'startReplay', position, stopPosition });
      } else {
        election.enter(ElectionState.LEADER_INIT);
      }
    }
    this.#publish();
  }

  #onReplayDone(): void {
    this.stopReplay();
    this.#election.logPosition = this.#election.appendPosition;
    this.#election.enter(ElectionState.LEADER_INIT);
  }

  stopReplay(): void {
    if (this.#isReplaying) {
      this.#isReplaying = false;
      this.#election.core.actions.push({ type: 'stopReplay' });
    }
  }

  #joinLog(): void {
    const election = this.#election;
    this.#noteOwnPosition();
    if (!this.#isJoining) {
      this.#isJoining = true;
      election.core.setLeadershipTermId(election.leadershipTermId);
      election.core.actions.push({
        type: 'joinLogAsLeader',
        leadershipTermId: election.leadershipTermId,
        logPosition: election.logPosition,
        logSessionId: election.logSessionId!,
        isStartup: election.isLeaderStartup,
      });
    }
    this.#publish();
  }

  #onJoined(recordingId: number): void {
    this.#isJoining = false;
    const { core } = this.#election;
    core.logRecordingId = recordingId;
    if (core.members.length === 1) {
      this.#enterTerm();
    }
    this.#election.enter(ElectionState.LEADER_READY);
  }

  #ready(): void {
    const election = this.#election;
    const { core, leadershipTermId, logPosition, appendPosition } = election;
    const quorumPosition = core.boundedQuorumPosition(appendPosition);
    election.duties.leadership.updatePosition(appendPosition, quorumPosition);
    this.#sendNewLeadershipTermOnInterval();
    const timeoutNs = core.config.leaderHeartbeatTimeoutNs;
    if (hasQuorumAtPosition(core.members, leadershipTermId, logPosition, core.nowNs, timeoutNs)) {
      this.#enterTerm();
      core.actions.push({
        type: 'appendNewLeadershipTermEvent',
        leadershipTermId,
        termBaseLogPosition: logPosition,
      });
    }
  }

  /**
   * Not before a quorum has joined: with a term in its recording log of which nobody else knows, this member would
   * later count as newer than those that have gone on without it.
   */
  #enterTerm(): void {
    if (this.#election.logLeadershipTermId !== this.#election.leadershipTermId) {
      this.#election.enterTerm();
    }
  }

  onTermEventAppended(): void {
    if (this.#election.state === ElectionState.LEADER_READY) {
      this.#election.complete();
    }
  }

  #noteOwnPosition(): void {
    const { core, appendPosition, leadershipTermId } = this.#election;
    core.thisMember.leadershipTermId = leadershipTermId;
    core.thisMember.logPosition = appendPosition;
    core.thisMember.timeOfLastAppendPositionNs = core.nowNs;
  }

  /** @returns what a quorum has */
  #publish(): number {
    const { core, appendPosition } = this.#election;
    const quorumPosition = core.boundedQuorumPosition(appendPosition);
    this.#sendNewLeadershipTermOnInterval();
    this.#publishCommitPositionOnInterval(quorumPosition);
    return quorumPosition;
  }

  #sendNewLeadershipTermOnInterval(): void {
    const election = this.#election;
    const { core } = election;
    if (!election.isUpdateDue(core.config.leaderHeartbeatIntervalNs)) {
      return;
    }
    election.timeOfLastUpdateNs = core.nowNs;
    for (const member of core.members) {
      this.sendNewLeadershipTerm(member, election.logLeadershipTermId);
    }
  }

  /** Tells a member whose log ends in `logLeadershipTermId` who leads, and what comes behind that term. */
  sendNewLeadershipTerm(member: ClusterMember, logLeadershipTermId: number): void {
    const election = this.#election;
    const { core, leadershipTermId, appendPosition, logSessionId } = election;
    if (member === core.thisMember || logSessionId === undefined) {
      return;
    }
    const next = core.terms.find(logLeadershipTermId + 1);
    const nextLogPosition = next === undefined || next.logPosition !== NULL_VALUE ? next?.logPosition : appendPosition;
    core.send(member, {
      type: 'newLeadershipTerm',
      logLeadershipTermId,
      nextLeadershipTermId: next?.leadershipTermId ?? leadershipTermId,
      nextTermBaseLogPosition: next?.termBaseLogPosition ?? appendPosition,
      nextLogPosition: nextLogPosition ?? NULL_VALUE,
      leadershipTermId,
      termBaseLogPosition: appendPosition,
      logPosition: appendPosition,
      commitPosition: core.boundedQuorumPosition(appendPosition),
      leaderRecordingId: core.logRecordingId,
      leaderMemberId: core.thisMember.id,
      logSessionId,
      isStartup: election.isLeaderStartup,
    });
  }

  /** Not when it went backwards: the announcement of the term goes on anyway. */
  #publishCommitPositionOnInterval(quorumPosition: number): void {
    const election = this.#election;
    const { core } = election;
    const isAgain =
      this.#lastPublishedCommitPosition === quorumPosition &&
      core.nowNs - election.timeOfLastCommitPositionUpdateNs >= core.config.leaderHeartbeatIntervalNs;
    if (this.#lastPublishedCommitPosition < quorumPosition || isAgain) {
      election.timeOfLastCommitPositionUpdateNs = core.nowNs;
      this.#lastPublishedCommitPosition = quorumPosition;
      election.duties.leadership.publishCommitPosition(quorumPosition, election.leadershipTermId);
    }
  }
}
