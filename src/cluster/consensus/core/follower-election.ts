import { ConsensusModuleState } from '../states.ts';
import type { ClusterMember } from './cluster-member.ts';
import type { Election } from './election.ts';
import { ElectionState } from './election-state.ts';
import type { LocalEvent, Tick } from './events.ts';
import { type NewLeadershipTerm, NULL_VALUE } from './messages.ts';

/** What of the log of the leader is replicated into that of this member. */
interface Replication {
  readonly leadershipTermId: number;
  /** Where that term begins; -1 when it is in the recording log already. */
  readonly termBaseLogPosition: number;
  readonly stopPosition: number;
}

/** From hearing of a leader to following it with the same log. */
export class FollowerElection {
  readonly #election: Election;
  /** Up to where the log is taken from a replay of the leader before the live one is joined; -1: not at all. */
  catchupJoinPosition = NULL_VALUE;
  #leaderRecordingId = NULL_VALUE;
  #termBaseLogPosition = NULL_VALUE;
  #replication: Replication | undefined = undefined;
  #isReplicating = false;
  #replicatedPosition = NULL_VALUE;
  #isReplicationDone = false;
  #leaderDeadlineNs = 0;
  #isReplaying = false;
  #lastPublishedAppendPosition = 0;
  #hasSubscription = false;
  #catchupEndpoint: string | undefined = undefined;
  #image: { readonly joinPosition: number; readonly liveAddWindow: number } | undefined = undefined;
  #isJoining = false;

  constructor(election: Election) {
    this.#election = election;
  }

  onTick(tick: Tick): void {
    switch (this.#election.state) {
      case ElectionState.FOLLOWER_LOG_REPLICATION:
        this.#logReplication();
        break;
      case ElectionState.FOLLOWER_REPLAY:
        this.#replay();
        break;
      case ElectionState.FOLLOWER_CATCHUP_INIT:
        this.#catchupInit();
        break;
      case ElectionState.FOLLOWER_CATCHUP_AWAIT:
        this.#awaitImage('catchup log');
        break;
      case ElectionState.FOLLOWER_CATCHUP:
        this.#catchup(tick);
        break;
      case ElectionState.FOLLOWER_LOG_INIT:
        this.#logInit();
        break;
      case ElectionState.FOLLOWER_LOG_AWAIT:
        this.#awaitImage('live log');
        break;
      case ElectionState.FOLLOWER_READY:
        this.#ready();
        break;
    }
  }

  onEvent(event: LocalEvent): void {
    const election = this.#election;
    switch (event.type) {
      case 'replicationProgress':
        this.#onReplicationProgress(event.recordingId, event.position);
        break;
      case 'replicationDone':
        this.#isReplicationDone = this.#isReplicating;
        this.#onReplicationProgress(event.recordingId, event.position);
        break;
      case 'replayDone':
        if (election.state === ElectionState.FOLLOWER_REPLAY && this.#isReplaying) {
          this.#onReplayDone(event.position);
        }
        break;
      case 'termReplayed':
        if (election.state === ElectionState.FOLLOWER_CATCHUP || election.state === ElectionState.FOLLOWER_REPLAY) {
          const { leadershipTermId, termBaseLogPosition, timestamp } = event;
          election.core.ensureTerms(election.initial, leadershipTermId, termBaseLogPosition, NULL_VALUE, timestamp);
          election.logPosition = event.logPosition;
          election.logLeadershipTermId = leadershipTermId;
        }
        break;
      case 'catchupEndpointResolved':
        this.#catchupEndpoint = event.endpoint;
        break;
      case 'logImageAvailable':
        this.#image = this.#hasSubscription ? event : undefined;
        break;
      case 'joinedLogAsFollower':
        this.#onJoined(event.recordingId);
        break;
      case 'logImageClosed':
        if (election.state === ElectionState.FOLLOWER_CATCHUP) {
          election.fail(`unexpected image close during catchup: position=${election.core.commitPosition}`);
        }
        break;
    }
  }

  /** There is a leader, and its log goes on where this one ends, or has a part that this one lacks. */
  follow(leader: ClusterMember, message: NewLeadershipTerm): void {
    const election = this.#election;
    const isTailUncommitted =
      message.nextTermBaseLogPosition !== NULL_VALUE && message.nextTermBaseLogPosition < election.appendPosition;
    if (isTailUncommitted) {
      this.#truncate(message);
      return;
    }
    election.leader = leader;
    election.isLeaderStartup = message.isStartup;
    election.leadershipTermId = message.leadershipTermId;
    election.candidateTermId = Math.max(message.leadershipTermId, election.candidateTermId);
    election.logSessionId = message.logSessionId;
    election.notifiedCommitPosition = Math.max(election.notifiedCommitPosition, message.commitPosition);
    this.#leaderRecordingId = message.leaderRecordingId;
    this.#termBaseLogPosition = message.termBaseLogPosition;
    this.catchupJoinPosition = election.appendPosition < message.logPosition ? message.logPosition : NULL_VALUE;
    this.onCommitPosition();

    if (election.appendPosition >= message.termBaseLogPosition) {
      election.enter(ElectionState.FOLLOWER_REPLAY);
    } else if (message.nextLeadershipTermId === NULL_VALUE) {
      const { appendPosition } = election;
      const { termBaseLogPosition } = message;
      election.fail(
        `invalid new leadership term: appendPosition=${appendPosition} is less than` +
          ` termBaseLogPosition=${termBaseLogPosition}, and no next term is given`,
      );
    } else {
      this.#replicate(message);
    }
  }

  /** The rest of the last term first; then one term at a time. */
  #replicate(message: NewLeadershipTerm): void {
    const election = this.#election;
    if (election.appendPosition < message.nextTermBaseLogPosition) {
      this.#replication = {
        leadershipTermId: message.logLeadershipTermId,
        termBaseLogPosition: NULL_VALUE,
        stopPosition: message.nextTermBaseLogPosition,
      };
    } else if (message.nextLogPosition !== NULL_VALUE) {
      this.#replication = {
        leadershipTermId: message.nextLeadershipTermId,
        termBaseLogPosition: message.nextTermBaseLogPosition,
        stopPosition: message.nextLogPosition,
      };
    } else {
      return;
    }
    election.enter(ElectionState.FOLLOWER_LOG_REPLICATION);
  }

  /** What is behind `nextTermBaseLogPosition` was never committed. */
  #truncate(message: NewLeadershipTerm): void {
    const election = this.#election;
    const { core, appendPosition } = election;
    const { logLeadershipTermId, nextTermBaseLogPosition: newPosition } = message;
    const positions =
      `commitPosition=${core.commitPosition} appendPosition=${appendPosition}` +
      ` nextTermBaseLogPosition=${newPosition} logLeadershipTermId=${logLeadershipTermId}` +
      ` leaderMemberId=${message.leaderMemberId}`;
    if (newPosition < core.commitPosition) {
      election.fail(`the log of the leader lacks what is committed here: ${positions}`);
      return;
    }
    const { state, leadershipTermId, candidateTermId, logPosition } = election;
    const { commitPosition } = core;
    election.fail(`truncating the log: ${positions}`);
    core.actions.push({
      type: 'truncateLog',
      oldPosition: appendPosition,
      newPosition,
      state,
      logLeadershipTermId,
      leadershipTermId,
      candidateTermId,
      commitPosition,
      logPosition,
    });
    core.terms.commit(logLeadershipTermId, newPosition);
    core.recordingStopPosition = newPosition;
    election.appendPosition = newPosition;
  }

  onLeaderAlive(message: NewLeadershipTerm): void {
    const election = this.#election;
    if (
      election.leader?.id === message.leaderMemberId &&
      message.logLeadershipTermId === election.logLeadershipTermId
    ) {
      this.onCommitPosition();
    }
  }

  onCommitPosition(): void {
    const { core } = this.#election;
    this.#leaderDeadlineNs = core.nowNs + core.config.leaderHeartbeatTimeoutNs;
  }

  #logReplication(): void {
    const election = this.#election;
    const { core } = election;
    const { stopPosition } = this.#replication!;
    if (!this.#isReplicating) {
      if (election.appendPosition < stopPosition) {
        this.#startReplication(stopPosition);
      } else {
        this.#enterReplicatedTerm();
      }
      return;
    }
    const isDone = this.#isReplicationDone;
    this.#sendReplicatedPosition();
    if (!isDone) {
      return;
    }
    if (election.notifiedCommitPosition >= election.appendPosition) {
      election.appendPosition = this.#replicatedPosition;
      core.recordingStopPosition = election.appendPosition;
      this.stopReplication();
      this.#enterReplicatedTerm();
    } else if (core.nowNs >= this.#leaderDeadlineNs) {
      election.fail('timeout awaiting commit position');
    }
  }

  #startReplication(stopPosition: number): void {
    const { core, leader } = this.#election;
    this.#isReplicating = true;
    this.#isReplicationDone = false;
    this.#replicatedPosition = NULL_VALUE;
    this.#leaderDeadlineNs = core.nowNs + core.config.leaderHeartbeatTimeoutNs;
    core.actions.push({
      type: 'startReplication',
      leaderMemberId: leader!.id,
      leaderRecordingId: this.#leaderRecordingId,
      recordingId: core.logRecordingId,
      stopPosition,
    });
  }

  #onReplicationProgress(recordingId: number, position: number): void {
    if (!this.#isReplicating) {
      return;
    }
    const { core, initial } = this.#election;
    if (recordingId !== NULL_VALUE && this.#replicatedPosition === NULL_VALUE) {
      const { leadershipTermId, termBaseLogPosition } = this.#replication!;
      core.logRecordingId = recordingId;
      core.ensureTerms(initial, leadershipTermId, termBaseLogPosition, NULL_VALUE);
    }
    this.#replicatedPosition = Math.max(this.#replicatedPosition, position);
  }

  #sendReplicatedPosition(): void {
    const election = this.#election;
    const { core } = election;
    const position = this.#replicatedPosition;
    const isDue = position === election.appendPosition && election.isUpdateDue(core.config.leaderHeartbeatIntervalNs);
    if (position > election.appendPosition || isDue) {
      this.#sendAppendPosition(position);
      election.appendPosition = position;
      election.timeOfLastUpdateNs = core.nowNs;
    }
  }

  #enterReplicatedTerm(): void {
    const election = this.#election;
    const { leadershipTermId, termBaseLogPosition, stopPosition } = this.#replication!;
    election.core.ensureTerms(election.initial, leadershipTermId, termBaseLogPosition, stopPosition);
    election.logLeadershipTermId = leadershipTermId;
    election.enter(ElectionState.CANVASS);
  }

  stopReplication(): void {
    if (this.#isReplicating) {
      this.#isReplicating = false;
      this.#isReplicationDone = false;
      this.#election.core.actions.push({ type: 'stopReplication' });
    }
  }

  #replay(): void {
    const election = this.#election;
    if (this.#isReplaying) {
      return;
    }
    const { logPosition, appendPosition, notifiedCommitPosition } = election;
    if (logPosition >= appendPosition) {
      this.#joinLog('nothing to replay');
    } else if (notifiedCommitPosition === 0) {
      this.#awaitCommitPosition();
    } else if (logPosition >= notifiedCommitPosition) {
      const relation = logPosition > notifiedCommitPosition ? 'greater than' : 'equal to';
      const reason = `log replay rejected: logPosition=${logPosition} is ${relation} quorumPosition=${notifiedCommitPosition}`;
      election.enter(ElectionState.CANVASS, reason);
    } else {
      this.#isReplaying = true;
      const stopPosition = Math.min(appendPosition, notifiedCommitPosition);
      election.core.actions.push({ type: 'startReplay', position: logPosition, stopPosition });
    }
  }

  /** The leader may be gone before it has said anything. */
  #awaitCommitPosition(): void {
    if (this.#election.core.nowNs >= this.#leaderDeadlineNs) {
      this.#election.fail('timeout awaiting commit position to replay to');
    } else {
      this.#sendAppendPositionOnInterval();
    }
  }

  #onReplayDone(position: number): void {
    const election = this.#election;
    const { appendPosition } = election;
    election.logPosition = position;
    this.#stopReplay();
    if (position === appendPosition) {
      this.#joinLog('log replay done');
    } else {
      const reason = `incomplete log replay: logPosition=${position} appendPosition=${appendPosition}`;
      election.enter(ElectionState.CANVASS, reason);
    }
  }

  #joinLog(reason: string): void {
    const isBehind = this.catchupJoinPosition !== NULL_VALUE;
    this.#election.enter(isBehind ? ElectionState.FOLLOWER_CATCHUP_INIT : ElectionState.FOLLOWER_LOG_INIT, reason);
  }

  #stopReplay(): void {
    if (this.#isReplaying) {
      this.#isReplaying = false;
      this.#election.core.actions.push({ type: 'stopReplay' });
    }
    this.#lastPublishedAppendPosition = 0;
  }

  #sendAppendPositionOnInterval(): void {
    const election = this.#election;
    const { core, appendPosition } = election;
    if (
      this.#lastPublishedAppendPosition !== appendPosition ||
      election.isUpdateDue(core.config.leaderHeartbeatIntervalNs)
    ) {
      this.#sendAppendPosition(appendPosition);
      this.#lastPublishedAppendPosition = appendPosition;
      election.timeOfLastUpdateNs = core.nowNs;
    }
  }

  #sendAppendPosition(logPosition: number): void {
    const { core, leader, leadershipTermId } = this.#election;
    core.send(leader!, {
      type: 'appendPosition',
      leadershipTermId,
      logPosition,
      followerMemberId: core.thisMember.id,
      isCatchup: false,
    });
  }

  #catchupInit(): void {
    const election = this.#election;
    const { core } = election;
    if (!this.#hasSubscription) {
      this.#subscribe('catchup');
    }
    if (this.#isTimedOut('failed to send catchup position') || this.#catchupEndpoint === undefined) {
      return;
    }
    core.send(election.leader!, {
      type: 'catchupPosition',
      leadershipTermId: election.leadershipTermId,
      logPosition: election.logPosition,
      followerMemberId: core.thisMember.id,
      catchupEndpoint: this.#catchupEndpoint,
    });
  }

  #subscribe(destination: 'catchup' | 'live'): void {
    const { core, logSessionId } = this.#election;
    this.#hasSubscription = true;
    this.#catchupEndpoint = undefined;
    this.#image = undefined;
    core.hasCatchupDestination = destination === 'catchup';
    core.hasLiveDestination = destination === 'live';
    core.actions.push({ type: 'addLogSubscription', logSessionId: logSessionId!, destination });
  }

  /** Also says so. */
  #isTimedOut(reason: string): boolean {
    const election = this.#election;
    const isTimedOut = election.isStateOlderThan(election.core.config.leaderHeartbeatTimeoutNs);
    if (isTimedOut) {
      election.fail(reason);
    }
    return isTimedOut;
  }

  onSent(type: 'catchupPosition' | 'appendPosition'): void {
    const election = this.#election;
    if (type === 'catchupPosition' && election.state === ElectionState.FOLLOWER_CATCHUP_INIT) {
      election.duties.followership.onCatchupInitiated();
      election.enter(ElectionState.FOLLOWER_CATCHUP_AWAIT);
    } else if (type === 'appendPosition' && election.state === ElectionState.FOLLOWER_READY) {
      election.complete();
    }
  }

  #awaitImage(what: string): void {
    if (this.#image === undefined) {
      this.#isTimedOut(`failed to join ${what}`);
    } else if (!this.#isJoining) {
      this.#join(this.#image.joinPosition);
    }
  }

  #join(joinPosition: number): void {
    const election = this.#election;
    const { logPosition } = election;
    if (joinPosition !== logPosition) {
      const relation = joinPosition < logPosition ? 'less than' : 'greater than';
      election.fail(`log joined at joinPosition=${joinPosition}, ${relation} logPosition=${logPosition}`);
      return;
    }
    this.#isJoining = true;
    election.core.actions.push({ type: 'joinLogAsFollower', joinPosition, isStartup: election.isLeaderStartup });
  }

  #onJoined(recordingId: number): void {
    const election = this.#election;
    if (!this.#isJoining) {
      return;
    }
    this.#isJoining = false;
    election.core.logRecordingId = recordingId;
    election.duties.followership.onLogJoined(election.logPosition);
    if (election.state === ElectionState.FOLLOWER_CATCHUP_AWAIT) {
      this.#enterCatchupTerm();
      election.enter(ElectionState.FOLLOWER_CATCHUP);
    } else {
      election.enterTerm();
      election.enter(ElectionState.FOLLOWER_READY);
    }
  }

  /**
   * The leader counts what is recorded here. Without the term in the recording log, an election before it is
   * applied would take it for a tail that is to be dropped.
   */
  #enterCatchupTerm(): void {
    const election = this.#election;
    election.core.ensureTerms(election.initial, election.leadershipTermId, this.#termBaseLogPosition, NULL_VALUE);
    election.logLeadershipTermId = election.leadershipTermId;
  }

  #catchup(tick: Tick): void {
    const election = this.#election;
    const { core } = election;
    if (core.isActiveOrSuspended) {
      if (tick.appendPosition === NULL_VALUE) {
        election.fail(`unexpected recording stop during catchup: position=${core.commitPosition}`);
        return;
      }
      const { followership } = election.duties;
      followership.updatePosition(election.leader!, core.leadershipTermId, tick.appendPosition, true);
    }
    if (this.#isCatchupStuck()) {
      return;
    }
    this.#addLiveDestinationWhenNear(tick.logPosition);
    const position = core.commitPosition;
    if (
      position >= this.catchupJoinPosition &&
      position >= election.notifiedCommitPosition &&
      !core.hasCatchupDestination &&
      core.moduleState !== ConsensusModuleState.SNAPSHOT
    ) {
      election.appendPosition = position;
      election.logPosition = position;
      election.enter(ElectionState.FOLLOWER_LOG_INIT);
    }
  }

  #isCatchupStuck(): boolean {
    const election = this.#election;
    const { core, duties } = election;
    const sinceNs = core.nowNs - duties.followership.timeOfLastAppendPositionNs;
    const isStuck = sinceNs > core.config.leaderHeartbeatTimeoutNs && core.moduleState === ConsensusModuleState.ACTIVE;
    if (isStuck) {
      election.fail(
        `no catchup progress: commitPosition=${core.commitPosition}` +
          ` notifiedCommitPosition=${election.notifiedCommitPosition}` +
          ` appendPosition=${core.appendPosition} logPosition=${election.logPosition}`,
      );
    }
    return isStuck;
  }

  #addLiveDestinationWhenNear(logPosition: number): void {
    const { core, notifiedCommitPosition } = this.#election;
    const target = Math.max(this.catchupJoinPosition, notifiedCommitPosition);
    if (!core.hasLiveDestination && logPosition >= target - (this.#image?.liveAddWindow ?? 0)) {
      core.hasLiveDestination = true;
      core.actions.push({ type: 'addLogDestination', destination: 'live' });
    }
  }

  #logInit(): void {
    const election = this.#election;
    if (this.#hasSubscription) {
      election.enter(ElectionState.FOLLOWER_READY);
    } else if (election.logSessionId !== undefined) {
      this.#subscribe('live');
      election.enter(ElectionState.FOLLOWER_LOG_AWAIT);
    }
  }

  #ready(): void {
    if (!this.#isTimedOut('ready follower failed to notify leader')) {
      this.#sendAppendPosition(this.#election.logPosition);
    }
  }

  /** What is left of an attempt to follow that has failed. */
  closeSubscription(): void {
    this.#stopReplay();
    this.catchupJoinPosition = NULL_VALUE;
    this.#isJoining = false;
    this.#image = undefined;
    if (this.#hasSubscription) {
      this.#hasSubscription = false;
      this.#election.core.actions.push({ type: 'closeLogSubscription' });
    }
  }
}
