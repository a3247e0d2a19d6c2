import { ConsensusModuleState } from '../states.ts';
import type { ActionExecutor } from './action-queue.ts';
import type { ConsensusAction } from './actions.ts';
import { type ConsensusConfig, CoreState, type RecoveredState } from './core-state.ts';
import { type Duties, Election } from './election.ts';
import { ElectionState } from './election-state.ts';
import type { ConsensusEvent, LocalEvent, LogImageClosed, LogRecordingStopped, Tick } from './events.ts';
import { Followership } from './followership.ts';
import { Leadership } from './leadership.ts';
import {
  type AppendPosition,
  type CanvassPosition,
  type CommitPosition,
  type ConsensusMessage,
  type NewLeadershipTerm,
  NULL_VALUE,
  type RequestVote,
} from './messages.ts';
import { ClusterRole } from './roles.ts';
import { Termination } from './termination.ts';

/**
 * # The consensus core
 *
 * Elections, quorum, commit position, liveness and termination of one member as a state machine: an event and
 * the time go in, actions come out. No clock, no I/O, no randomness but what it is given.
 *
 *      messages of members --+                             +--> messages to members
 *      recorded position ----+-> step(nowNs, event)        +--> recording log, node state, counters
 *      completions ----------+   perform(executor) --------+--> archive, log, services: answered by events later
 *      tick -----------------+
 *
 * How an agent drives it:
 *
 *      const core = new ConsensusCore(config, recovered);
 *
 *      step(event) {
 *        core.step(nowNs, event);
 *        core.perform(this);             // calls execute(action) for each action, in order
 *      }
 *
 *      step({ type: 'started' });        // once; first election
 *      doWork() {
 *        consensusAdapter.poll(message => step(message));
 *        report completions (image there, replay done, ...) => step(...)
 *        tick.appendPosition = ...; tick.logPosition = ...; step(tick);
 *      }
 *
 *      execute(action): boolean          // false: a `send` or `appendNewLeadershipTermEvent` was not taken
 *
 * `step` may be called from within `execute`, as an action that is done at once answers itself: what that adds
 * is performed behind the rest. When `execute` throws, what is left of the actions is dropped, and the error comes
 * out of `perform`: in an election the agent gives `failed` then, and it begins anew.
 *
 * Time is any steady count of nanoseconds, the same for all calls; it needs no relation to the epoch.
 *
 * Who owns what: the core owns role, leadership term, leader, commit position, quorum, and the election. The
 * agent owns the state of the module (active, suspended, snapshot, ...), sessions, timers, log and services. While
 * it follows, it polls the log adapter up to `logLimit(appendPosition)`, in elections (catch-up) as well.
 *
 * Actions are objects that the core may use again: nobody keeps them, or the message of a `send`, for longer than
 * `execute`.
 *
 * Upstream: `io.aeron.cluster.Election` and the half of `io.aeron.cluster.ConsensusModuleAgent` that is about
 * members.
 */
export class ConsensusCore implements Duties {
  readonly leadership: Leadership;
  readonly followership: Followership;
  readonly #state: CoreState;
  readonly #recovered: RecoveredState;
  readonly #termination: Termination;
  #election: Election | undefined = undefined;
  /** Of the log that this member publishes as leader. */
  #logSessionId = 0;

  /** @throws AeronError when `memberId` is not among the members */
  constructor(config: ConsensusConfig, recovered: RecoveredState) {
    this.#recovered = recovered;
    this.#state = new CoreState(config, recovered);
    this.leadership = new Leadership(this.#state);
    this.followership = new Followership(this.#state);
    this.#termination = new Termination(this.#state);
  }

  get role(): ClusterRole {
    return this.#state.role;
  }

  /** The term of the log as it is applied here; -1 before the first. */
  get leadershipTermId(): number {
    return this.#state.leadershipTermId;
  }

  /** Of the last finished election; -1 before the first. */
  get leaderMemberId(): number {
    return this.#state.leader?.id ?? NULL_VALUE;
  }

  get commitPosition(): number {
    return this.#state.commitPosition;
  }

  /** Of the log, in the archive of this member; -1 when there is none yet. */
  get logRecordingId(): number {
    return this.#state.logRecordingId;
  }

  get isInElection(): boolean {
    return this.#election !== undefined;
  }

  /** CLOSED when there is none. */
  get electionState(): ElectionState {
    return this.#election?.state ?? ElectionState.CLOSED;
  }

  /** Where the cluster is going to end; -1 when nobody has asked for that. */
  get terminationPosition(): number {
    return this.#termination.position;
  }

  /**
   * How far the log may be applied here: what is recorded of what the leader says is committed.
   * @param appendPosition what is recorded; -1 when the recording has stopped
   */
  logLimit(appendPosition: number): number {
    const recorded = appendPosition !== NULL_VALUE ? appendPosition : this.#state.recordingStopPosition;
    return this.#election !== undefined
      ? this.#election.logLimit(recorded)
      : Math.min(recorded, this.followership.notifiedCommitPosition);
  }

  /** Takes an event; what is to be done about it is done by `perform`. @param nowNs never goes back */
  step(nowNs: number, event: ConsensusEvent): void {
    this.#state.nowNs = nowNs;
    switch (event.type) {
      case 'tick':
        this.#onTick(event);
        return;
      case 'started':
        this.#onStarted();
        return;
      case 'canvassPosition':
        this.#onCanvassPosition(event);
        return;
      case 'requestVote':
        this.#onRequestVote(event);
        return;
      case 'vote':
        this.#election?.onVote(event);
        return;
      case 'newLeadershipTerm':
        this.#onNewLeadershipTerm(event);
        return;
      case 'appendPosition':
        this.#onAppendPosition(event);
        return;
      case 'commitPosition':
        this.#onCommitPosition(event);
        return;
      case 'catchupPosition':
        this.leadership.onCatchupPosition(event);
        return;
      case 'stopCatchup':
        this.followership.onStopCatchup(event);
        return;
      case 'terminationPosition':
        if (this.#termination.onTerminationPosition(event)) {
          this.followership.onLeaderActivity(0);
        }
        return;
      case 'terminationAck':
        this.#termination.onTerminationAck(event);
        return;
      default:
        this.#onLocalEvent(event);
        return;
    }
  }

  /** Performs what is to be done, in its order. Called by an action that is being performed, it does nothing. */
  perform(executor: ActionExecutor): void {
    this.#state.actions.perform(executor, this.#onPerformed);
  }

  readonly #onPerformed = (action: ConsensusAction, isTaken: boolean): void => {
    if (action.type === 'send') {
      this.#onSent(action.to, action.message, isTaken);
    } else if (action.type === 'appendNewLeadershipTermEvent' && isTaken) {
      this.#election?.onTermEventAppended();
    }
  };

  #onSent(to: number, message: ConsensusMessage, isTaken: boolean): void {
    switch (message.type) {
      case 'requestVote':
        this.#state.member(to)!.isBallotSent = isTaken;
        break;
      case 'appendPosition':
        if (isTaken) {
          this.#election?.onSent('appendPosition');
        } else {
          this.followership.onAppendPositionNotSent();
          this.#election?.onAppendPositionNotSent();
        }
        break;
      case 'catchupPosition':
        if (isTaken) {
          this.#election?.onSent('catchupPosition');
        }
        break;
      case 'stopCatchup':
        if (isTaken) {
          this.leadership.onStopCatchupSent(this.#state.member(to)!);
        }
        break;
      case 'terminationPosition':
        if (!isTaken) {
          this.#state.report(`failed to send termination position to member=${to}`);
        }
        break;
    }
  }

  #onLocalEvent(event: Exclude<LocalEvent, { type: 'tick' | 'started' }>): void {
    switch (event.type) {
      case 'logPublicationAdded':
        this.#logSessionId = event.sessionId;
        this.#election?.onEvent(event);
        return;
      case 'termReplayed':
        this.#state.setLeadershipTermId(event.leadershipTermId);
        this.#election?.onEvent(event);
        return;
      case 'replayDone':
        this.#state.proposeCommitPosition(event.position);
        this.#election?.onEvent(event);
        return;
      case 'logImageClosed':
        this.#onLogImageClosed(event);
        return;
      case 'logRecordingStopped':
        this.#onLogRecordingStopped(event);
        return;
      case 'catchupReplayFailed':
        this.leadership.onCatchupReplayFailed(event.memberId);
        return;
      case 'failed':
        this.#election?.onError(event.reason);
        return;
      case 'terminateCluster':
        this.#termination.begin(event.logPosition);
        return;
      case 'servicesTerminating':
        this.#termination.onServicesTerminating();
        return;
      case 'servicesTerminated':
        this.#termination.onServicesTerminated(event.logPosition);
        return;
      default:
        this.#election?.onEvent(event);
        return;
    }
  }

  #onStarted(): void {
    const { logLeadershipTermId, termBaseLogPosition, appendPosition } = this.#recovered;
    this.#startElection('node started', true, NULL_VALUE, logLeadershipTermId, termBaseLogPosition, appendPosition);
  }

  #enterElection(reason: string, isEndOfStream = false): void {
    const state = this.#state;
    const { leadershipTermId } = state;
    const termBaseLogPosition = state.terms.find(leadershipTermId)?.termBaseLogPosition;
    this.#startElection(
      reason,
      false,
      isEndOfStream ? this.leaderMemberId : NULL_VALUE,
      leadershipTermId,
      termBaseLogPosition ?? state.recoveredTermBaseLogPosition,
      state.appendPosition,
    );
  }

  #startElection(
    reason: string,
    isNodeStartup: boolean,
    gracefulClosedLeaderId: number,
    leadershipTermId: number,
    termBaseLogPosition: number,
    appendPosition: number,
  ): void {
    const state = this.#state;
    const logPosition = state.commitPosition;
    state.setRole(ClusterRole.FOLLOWER);
    state.actions.push({
      type: 'electionStarted',
      leadershipTermId,
      logPosition,
      appendPosition,
      reason,
      isNodeStartup,
    });
    this.#election = new Election(state, this, {
      isNodeStartup,
      gracefulClosedLeaderId,
      leadershipTermId,
      termBaseLogPosition,
      logPosition,
      appendPosition,
    });
    this.#election.begin();
  }

  onElectionComplete(election: Election): void {
    const state = this.#state;
    const { logPosition } = election;
    state.setLeadershipTermId(election.leadershipTermId);
    state.setLeader(election.leader!);
    state.proposeCommitPosition(logPosition);
    this.leadership.onElectionComplete();
    this.followership.onElectionComplete(logPosition);
    this.#termination.onElectionComplete(election.leadershipTermId);
    state.actions.push({
      type: 'electionComplete',
      role: state.role,
      leaderMemberId: election.leader!.id,
      leadershipTermId: election.leadershipTermId,
      logPosition,
      isStartup: election.isLeaderStartup,
    });
    this.#election = undefined;
  }

  #onTick(tick: Tick): void {
    const state = this.#state;
    state.observe(tick);
    if (this.#election !== undefined) {
      state.proposeCommitPosition(tick.logPosition);
      this.#election.onTick(tick);
    } else if (state.isLeader) {
      this.#lead(tick);
    } else {
      this.#follow(tick);
    }
    this.#termination.onTick();
  }

  #lead(tick: Tick): void {
    const state = this.#state;
    if (tick.appendPosition !== NULL_VALUE) {
      this.leadership.updatePosition(tick.appendPosition, state.boundedQuorumPosition(tick.appendPosition));
    }
    if (state.moduleState === ConsensusModuleState.ACTIVE && !this.leadership.hasActiveQuorum()) {
      this.#enterElection('inactive follower quorum');
    }
  }

  #follow(tick: Tick): void {
    const state = this.#state;
    this.followership.updatePosition(state.leader!, state.leadershipTermId, state.appendPosition, false);
    state.proposeCommitPosition(tick.logPosition);
    if (!state.isActiveOrSuspended) {
      return;
    }
    this.#termination.onFollowerPosition(tick.logPosition);
    if (this.followership.isLeaderSilent() && !this.#termination.isRequested) {
      this.#enterElection('leader heartbeat timeout');
    }
  }

  #onCanvassPosition(message: CanvassPosition): void {
    if (this.#election !== undefined) {
      this.#election.onCanvassPosition(message);
    } else if (this.#state.isLeader) {
      this.leadership.onCanvassPosition(message, this.#logSessionId);
    }
  }

  #onRequestVote(message: RequestVote): void {
    const { leadershipTermId } = this.#state;
    if (this.#election !== undefined) {
      this.#election.onRequestVote(message);
    } else if (message.candidateTermId > leadershipTermId) {
      this.#enterElection(
        `unexpected vote request: this.leadershipTermId=${leadershipTermId} candidateTermId=${message.candidateTermId}`,
      );
    }
  }

  #onNewLeadershipTerm(message: NewLeadershipTerm): void {
    const { leadershipTermId } = this.#state;
    this.#noteLeader(message.leadershipTermId);
    if (this.#election !== undefined) {
      this.#election.onNewLeadershipTerm(message);
    } else if (message.leadershipTermId > leadershipTermId) {
      this.#enterElection(
        'unexpected new leadership term event:' +
          ` this.leadershipTermId=${leadershipTermId} newLeadershipTermId=${message.leadershipTermId}`,
      );
    } else if (message.leadershipTermId === leadershipTermId && this.#isLeader(message.leaderMemberId)) {
      this.followership.onLeaderActivity(message.commitPosition);
    }
  }

  #isLeader(memberId: number): boolean {
    return !this.#state.isLeader && memberId === this.leaderMemberId;
  }

  #onAppendPosition(message: AppendPosition): void {
    const election = this.#election;
    if (election !== undefined) {
      if (election.state !== ElectionState.INIT) {
        this.leadership.onAppendPosition(message, election.leadershipTermId);
      }
    } else if (this.#state.isLeader) {
      this.leadership.onAppendPosition(message, this.#state.leadershipTermId);
    }
  }

  #onCommitPosition(message: CommitPosition): void {
    const state = this.#state;
    this.#noteLeader(message.leadershipTermId);
    if (this.#election !== undefined) {
      this.#election.onCommitPosition(message);
    } else if (message.leadershipTermId > state.leadershipTermId) {
      this.#enterElection(
        `unexpected commit position from new leader: memberId=${state.thisMember.id}` +
          ` leadershipTermId=${state.leadershipTermId} leaderMemberId=${this.leaderMemberId}` +
          ` commitPosition=${state.commitPosition} appendPosition=${state.appendPosition}` +
          ` newLeadershipTermId=${message.leadershipTermId} newLeaderMemberId=${message.leaderMemberId}` +
          ` newCommitPosition=${message.logPosition}`,
      );
    } else if (message.leadershipTermId === state.leadershipTermId && this.#isLeader(message.leaderMemberId)) {
      this.followership.onLeaderActivity(message.logPosition);
    }
  }

  #noteLeader(leadershipTermId: number): void {
    if (leadershipTermId >= this.#state.leadershipTermId) {
      this.#state.timeOfLastLeaderUpdateNs = this.#state.nowNs;
    }
  }

  #onLogImageClosed(event: LogImageClosed): void {
    if (this.#election !== undefined) {
      this.#election.onEvent(event);
    } else if (!this.#state.isLeader && this.#state.isActiveOrSuspended) {
      this.#enterElection(`log disconnected from leader: eos=${event.isEndOfStream}`, event.isEndOfStream);
    }
  }

  #onLogRecordingStopped({ position, isEndOfStream }: LogRecordingStopped): void {
    this.#state.recordingStopPosition = position;
    if (this.#election === undefined && this.#state.moduleState === ConsensusModuleState.ACTIVE) {
      this.#enterElection(`log recording stopped: eos=${isEndOfStream}`, isEndOfStream);
    }
  }
}
