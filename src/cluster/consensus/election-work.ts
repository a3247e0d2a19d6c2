import { AgentTerminationError } from '../../agrona/mod.ts';
import { ConsensusEvents } from './consensus-events.ts';
import type { ActionExecutor } from './core/action-queue.ts';
import type { ConsensusAction } from './core/actions.ts';
import { ElectionState } from './core/election-state.ts';
import { ClusterRole } from './core/roles.ts';
import { ClusterEvent } from './errors.ts';
import type { Member } from './member.ts';
import type { Procedure } from './procedure.ts';
import { ClusterControlToggle, ConsensusModuleState, NodeControlToggle } from './states.ts';

type ActionOf<Type extends ConsensusAction['type']> = Extract<ConsensusAction, { type: Type }>;

/**
 * Does what the core wants done. What is done at once is done at once; what takes its time is queued, one after
 * the other, and answered by an event when it is done.
 */
export class ElectionWork implements ActionExecutor {
  readonly #member: Member;
  readonly #events: ConsensusEvents | undefined;

  constructor(member: Member) {
    this.#member = member;
    this.#events = member.events === undefined ? undefined : new ConsensusEvents(member.events, member.memberId);
  }

  execute(action: ConsensusAction): boolean {
    this.#events?.onAction(action);
    const member = this.#member;
    switch (action.type) {
      case 'send':
        return this.#send(action);
      case 'appendNewLeadershipTermEvent':
        return this.#appendNewLeadershipTermEvent(action);
      case 'setCommitPosition':
        this.#setCommitPosition(action.position);
        return true;
      case 'setLeadershipTermId':
        member.resources.counters.leadershipTermId.setRelease(action.leadershipTermId);
        return true;
      case 'setRole':
        member.resources.counters.role.setRelease(action.to);
        return true;
      case 'report':
        member.report(new ClusterEvent(action.reason));
        return true;
      case 'startCatchupReplay':
        member.catchups.start(action.memberId, {
          recordingId: member.log.recording.recordingId,
          position: action.position,
          endpoint: action.endpoint,
          logSessionId: member.log.publisher.sessionId,
        });
        return true;
      case 'stopCatchupReplay':
        member.catchups.stop(action.memberId);
        return true;
      case 'terminateServices':
        member.state.set(ConsensusModuleState.TERMINATING, `terminationPosition=${action.logPosition}`);
        member.terminateServices(action.logPosition);
        return true;
      case 'terminate':
        member.state.set(ConsensusModuleState.CLOSED, 'expected termination');
        throw new AgentTerminationError('the cluster has ended as it was told', { isExpected: true });
      case 'electionStarted':
      case 'electionStateChanged':
      case 'electionComplete':
        this.#onElection(action);
        return true;
      case 'persistCandidateTerm':
      case 'appendTerm':
      case 'commitTerm':
      case 'forceRecordingLog':
        this.#write(action);
        return true;
      default:
        this.#executeLogAction(action);
        return true;
    }
  }

  /** A member that cannot be reached is no reason to leave out what is to be done besides. */
  #send({ to, message }: ActionOf<'send'>): boolean {
    const { publisher, links, report } = this.#member;
    try {
      return publisher.send(links.get(to), message);
    } catch (error) {
      report(error);
      return false;
    }
  }

  #onElection(action: ActionOf<'electionStarted' | 'electionStateChanged' | 'electionComplete'>): void {
    const { counters } = this.#member.resources;
    switch (action.type) {
      case 'electionStarted':
        counters.electionCount.incrementRelease();
        if (!action.isNodeStartup) {
          this.#member.report(new ClusterEvent(action.reason));
        }
        return;
      case 'electionStateChanged':
        counters.electionState.setRelease(action.to);
        if (action.to === ElectionState.INIT) {
          // What the last attempt waits for may never come.
          this.#member.procedures.clear();
        }
        return;
      case 'electionComplete':
        this.#complete(action);
    }
  }

  #write(action: ActionOf<'persistCandidateTerm' | 'appendTerm' | 'commitTerm' | 'forceRecordingLog'>): void {
    const { context, resources, time } = this.#member;
    const { recordingLog, nodeState } = resources;
    switch (action.type) {
      case 'persistCandidateTerm':
        nodeState.proposeMaxCandidateTermId(
          action.candidateTermId,
          action.logPosition,
          context.platform.clock.epochTimeMs(),
        );
        return;
      case 'appendTerm':
        recordingLog.appendTerm(
          action.recordingId,
          action.leadershipTermId,
          action.termBaseLogPosition,
          action.timestamp ?? time,
        );
        return;
      case 'commitTerm':
        recordingLog.commitLogPosition(action.leadershipTermId, action.logPosition);
        return;
      case 'forceRecordingLog':
        recordingLog.force(context.fileSyncLevel);
    }
  }

  #executeLogAction(
    action: ActionOf<
      | 'truncateLog'
      | 'prepareForNewLeadership'
      | 'addLogPublication'
      | 'joinLogAsLeader'
      | 'startReplay'
      | 'stopReplay'
      | 'startReplication'
      | 'stopReplication'
      | 'addLogSubscription'
      | 'addLogDestination'
      | 'removeLogDestination'
      | 'closeLogSubscription'
      | 'joinLogAsFollower'
    >,
  ): void {
    const { log, procedures } = this.#member;
    switch (action.type) {
      case 'addLogDestination':
        log.addDestination(action.destination);
        return;
      case 'removeLogDestination':
        log.removeDestination(action.destination);
        return;
      case 'prepareForNewLeadership':
        procedures.add(this.#prepare(action.logPosition));
        return;
      case 'addLogPublication':
        procedures.add(this.#addLogPublication(action.position));
        return;
      case 'joinLogAsLeader':
        procedures.add(this.#joinAsLeader({ ...action }));
        return;
      case 'joinLogAsFollower':
        procedures.add(this.#joinAsFollower({ ...action }));
        return;
      case 'addLogSubscription':
        procedures.add(this.#addLogSubscription({ ...action }));
        return;
      case 'closeLogSubscription':
        procedures.addCleanUp(this.#quietly(log.closeSubscription()));
        return;
      case 'startReplay':
        procedures.add(log.startReplay(action.position, action.stopPosition));
        return;
      case 'stopReplay':
        procedures.addCleanUp(this.#quietly(log.stopReplay()));
        return;
      case 'startReplication':
        procedures.add(this.#startReplication({ ...action }));
        return;
      case 'stopReplication':
        procedures.addCleanUp(this.#quietly(log.stopReplication()));
        return;
      case 'truncateLog':
        procedures.add(log.truncate(action.newPosition));
    }
  }

  #appendNewLeadershipTermEvent({
    leadershipTermId,
    termBaseLogPosition,
  }: ActionOf<'appendNewLeadershipTermEvent'>): boolean {
    const { log, context, time, memberId } = this.#member;
    return log.publisher.appendNewLeadershipTermEvent({
      leadershipTermId,
      timestamp: time,
      termBaseLogPosition,
      leaderMemberId: memberId,
      timeUnit: context.clock.timeUnit,
      appVersion: context.appVersion,
    });
  }

  #setCommitPosition(position: number): void {
    const { resources, replicated, isLeader } = this.#member;
    resources.counters.commitPosition.setRelease(position);
    if (isLeader) {
      replicated.onCommitted(position);
    }
  }

  *#prepare(logPosition: number): Procedure<void> {
    const member = this.#member;
    const { log, ingress, replicated, resources, state } = member;
    ingress.close();
    member.isTerminating = false;
    member.catchups.stopAll();
    resources.counters.controlToggle.set(ClusterControlToggle.INACTIVE);
    const appendPosition = yield* log.leave();
    const restored = replicated.restoreUncommitted(logPosition, member.leadershipTermId);
    if (restored !== undefined && !state.is(ConsensusModuleState.CLOSED)) {
      state.set(restored, 'rollback');
    }
    member.step({ type: 'prepared', appendPosition });
  }

  *#addLogPublication(position: number): Procedure<void> {
    const sessionId = yield* this.#member.log.addPublication(position);
    this.#member.step({ type: 'logPublicationAdded', sessionId });
  }

  *#joinAsLeader({ logSessionId, logPosition, isStartup }: ActionOf<'joinLogAsLeader'>): Procedure<void> {
    const { log } = this.#member;
    yield* log.joinAsLeader(logSessionId, logPosition, isStartup);
    this.#member.step({ type: 'joinedLogAsLeader', recordingId: log.recording.recordingId });
  }

  *#joinAsFollower({ joinPosition, isStartup }: ActionOf<'joinLogAsFollower'>): Procedure<void> {
    const { log } = this.#member;
    yield* log.joinAsFollower(joinPosition, isStartup);
    this.#member.step({ type: 'joinedLogAsFollower', recordingId: log.recording.recordingId });
  }

  *#addLogSubscription({ logSessionId, destination }: ActionOf<'addLogSubscription'>): Procedure<void> {
    const endpoint = yield* this.#member.log.addSubscription(logSessionId, destination);
    if (endpoint !== undefined) {
      this.#member.step({ type: 'catchupEndpointResolved', endpoint });
    }
  }

  *#startReplication(action: ActionOf<'startReplication'>): Procedure<void> {
    const { context, log, nowNs } = this.#member;
    const { archive, archiveResponse } = context.members.find(({ id }) => id === action.leaderMemberId)!.endpoints;
    const source = {
      archiveEndpoint: archive,
      archiveResponseEndpoint: archiveResponse,
      recordingId: action.leaderRecordingId,
    };
    yield* log.startReplication(source, action.stopPosition, nowNs);
  }

  /** What is to be ended may have ended by itself. */
  *#quietly(steps: Procedure<void>): Procedure<void> {
    try {
      yield* steps;
    } catch (error) {
      this.#member.report(error);
    }
  }

  #complete({ role, isStartup }: ActionOf<'electionComplete'>): void {
    const { resources, replicated, ingress, log, procedures } = this.#member;
    const isLeader = role === ClusterRole.LEADER;
    if (isLeader) {
      resources.counters.controlToggle.set(ClusterControlToggle.NEUTRAL);
      replicated.sessions.prepareForNewTerm(isStartup);
    }
    resources.counters.nodeControlToggle.set(NodeControlToggle.NEUTRAL);
    procedures.add(
      (function* () {
        yield* log.refreshPlan();
      })(),
    );
    ingress.open(isLeader);
  }
}
