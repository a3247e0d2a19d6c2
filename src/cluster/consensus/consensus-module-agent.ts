import { type Agent, AgentTerminationError, DutyCycleTracker } from '../../agrona/mod.ts';
import {
  ArchiveClientState,
  ArchiveError,
  ArchiveErrorCode,
  RecordingSignal,
  type RecordingSignalEvent,
} from '../../archive/client/mod.ts';
import type { ConsensusModuleContext } from './context.ts';
import { checkControlToggle, checkNodeControlToggle } from './control-toggles.ts';
import type { Tick } from './core/events.ts';
import { ClusterError, ClusterEvent } from './errors.ts';
import type { Member } from './member.ts';
import { createMember, recover } from './member-start.ts';
import type { Procedure } from './procedure.ts';
import type { Resources } from './resources.ts';
import { replicateStandbySnapshots } from './standby-snapshots.ts';
import { ConsensusModuleState } from './states.ts';

const SLOW_TICK_INTERVAL_NS = 10_000_000;
const MARK_FILE_UPDATE_INTERVAL_NS = 1_000_000_000;
/** In one round. */
const POLLS_WHEN_BEHIND = 20;
const NULL_VALUE = -1;

/**
 * Drives a member: recovers it, then gives it its rounds. It never waits: what takes its time is taken up again in
 * the next round. Upstream: `io.aeron.cluster.ConsensusModuleAgent`.
 */
export class ConsensusModuleAgent implements Agent {
  readonly roleName: string;
  readonly #context: ConsensusModuleContext;
  readonly #resources: Resources;
  readonly #dutyCycle: DutyCycleTracker;
  readonly #tick: Tick = {
    type: 'tick',
    moduleState: ConsensusModuleState.INIT,
    appendPosition: NULL_VALUE,
    logPosition: NULL_VALUE,
    publicationPosition: NULL_VALUE,
  };
  readonly #clusterTimeConsumer: ((clusterTime: bigint) => void) | undefined;
  #start: Procedure<void> | undefined;
  /** The end of the log's recording is no loss of it any more. */
  #isClosing = false;
  #member: Member | undefined;
  #slowTickDeadlineNs = Number.NEGATIVE_INFINITY;
  #markFileUpdateDeadlineNs = Number.NEGATIVE_INFINITY;
  #counterHandlerId: number | undefined;

  constructor(context: ConsensusModuleContext, resources: Resources) {
    const { maxCycleTime, cycleTimeExceededCount } = resources.counters;
    this.roleName = context.agentRoleName;
    this.#context = context;
    this.#resources = resources;
    this.#dutyCycle = new DutyCycleTracker(maxCycleTime, cycleTimeExceededCount, context.cycleThresholdNs);
    this.#clusterTimeConsumer = context.clusterTimeConsumerSupplier?.(context.clock.timeUnit);
  }

  onStart(): void {
    this.#start = this.#starting();
    this.#dutyCycle.update(this.#nowNs);
    this.#counterHandlerId = this.#resources.aeron.addUnavailableCounterHandler((_counters, registrationId) =>
      this.#onUnavailableCounter(registrationId),
    );
  }

  doWork(): number {
    const nowNs = this.#nowNs;
    this.#dutyCycle.measureAndUpdate(nowNs);
    try {
      return this.#start !== undefined ? this.#startWork(nowNs) : this.#work(this.#member!, nowNs);
    } catch (error) {
      if (error instanceof AgentTerminationError) {
        this.#runTerminationHook();
      }
      throw error;
    }
  }

  onClose(): void {
    this.#isClosing = true;
    const member = this.#member;
    const { aeron, errorHandler, markFile } = this.#resources;
    // What the archive tells of from now on is of our own doing.
    this.#member = undefined;
    try {
      if (!aeron.isClosed) {
        aeron.removeUnavailableCounterHandler(this.#counterHandlerId ?? NULL_VALUE);
        this.#start?.return();
        if (member !== undefined) {
          this.#closeMember(member);
        }
      }
    } catch (error) {
      errorHandler(error);
    } finally {
      markFile.signalTerminated();
      this.#resources.close();
    }
  }

  get #nowNs(): number {
    return this.#context.platform.clock.nanoTime();
  }

  *#starting(): Procedure<void> {
    this.#member = yield* createMember(this.#context, this.#resources, (event) => this.#onSignal(event));
    yield* this.#replicateStandbySnapshots(this.#member);
    yield* recover(this.#member);
    this.#member.step({ type: 'started' });
    this.#member.state.set(ConsensusModuleState.ACTIVE, 'started');
  }

  /** Without them the member starts from what it has. */
  *#replicateStandbySnapshots(member: Member): Procedure<void> {
    try {
      yield* replicateStandbySnapshots(member);
    } catch (error) {
      member.report(error);
    }
  }

  /** @throws AgentTerminationError when the member cannot start */
  #startWork(nowNs: number): number {
    let workCount = this.#commonWork(nowNs);
    this.#invokeAeron();
    try {
      if (this.#member !== undefined) {
        workCount += this.#member.services.poll();
      }
      if (this.#stepStart().done === true) {
        this.#start = undefined;
        workCount++;
      }
    } catch (cause) {
      if (cause instanceof AgentTerminationError) {
        throw cause;
      }
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#resources.errorHandler(new ClusterError('START_FAILED', `member failed to start: ${why}`, { cause }));
      this.#member?.services.proxy.terminationPosition(0, true);
      throw new AgentTerminationError(`member failed to start: ${why}`, { cause });
    }
    return workCount;
  }

  /** What the archive says unasked is about what is being done with it, as loading a snapshot, which then tells of it. */
  #stepStart(): IteratorResult<void> {
    try {
      if (this.#member !== undefined) {
        this.#archiveWork(this.#member);
      }
    } catch (error) {
      if (error instanceof ArchiveError) {
        return this.#start!.throw(error);
      }
      throw error;
    }
    return this.#start!.next();
  }

  #work(member: Member, nowNs: number): number {
    let workCount = 0;
    try {
      workCount += this.#slowTickWork(member, nowNs);
      workCount += member.consensus.poll();
      workCount += member.services.poll();
      workCount += this.#logWork(member, nowNs);
      if (member.isLeader) {
        workCount += this.#lead(member);
      } else if (!member.isInElection) {
        workCount += this.#ingressWork(member);
      }
      workCount += this.#procedureWork(member);
      this.#tickCore(member);
    } catch (error) {
      this.#onError(member, error);
    }
    this.#clusterTimeConsumer?.(member.time);
    return workCount;
  }

  /** When it is time for it. What fails there waits for the next time, and keeps the member from nothing else. */
  #slowTickWork(member: Member, nowNs: number): number {
    if (nowNs - this.#slowTickDeadlineNs < 0) {
      return 0;
    }
    this.#slowTickDeadlineNs = nowNs + SLOW_TICK_INTERVAL_NS;
    let workCount = this.#commonWork(nowNs);
    try {
      workCount += this.#slowTick(member, nowNs);
    } catch (error) {
      this.#onError(member, error);
    }
    if (workCount > 0) {
      this.#slowTickDeadlineNs = nowNs + 1;
    }
    return workCount;
  }

  /** Timers, messages of services and clients, as long as the log takes them. */
  #lead(member: Member): number {
    if (member.isInElection || !member.state.is(ConsensusModuleState.ACTIVE)) {
      return 0;
    }
    return (
      member.replicated.lead(member.log.publisher, member.leadershipTermId, this.#context.clock) +
      this.#ingressWork(member)
    );
  }

  /** What clients ask for. What fails there keeps the member from nothing else. */
  #ingressWork(member: Member): number {
    try {
      return member.ingressAdapter.poll();
    } catch (error) {
      this.#onError(member, error);
      return 1;
    }
  }

  /** What is replayed, caught up with or followed. */
  #logWork(member: Member, nowNs: number): number {
    const { log, state } = member;
    const isPaused = state.is(ConsensusModuleState.SNAPSHOT);
    let workCount = log.observe(nowNs, isPaused);
    if (log.adapter.image !== undefined && state.isActiveOrSuspended) {
      const fragments = this.#pollLog(member);
      workCount += fragments;
      if (fragments === 0 && !log.isReplaying && log.adapter.isImageClosed) {
        member.step({ type: 'logImageClosed', isEndOfStream: log.adapter.isEndOfStream });
      }
    }
    return workCount;
  }

  /** As the service's: more than one poll while there is much to catch up with, unless an action has changed the state. */
  #pollLog({ log, state, core }: Member): number {
    const { logFragmentLimit } = this.#context;
    const limit = core!.logLimit(log.recording.position);
    let fragments = 0;
    for (let polls = 0; polls < POLLS_WHEN_BEHIND && fragments === polls * logFragmentLimit; polls++) {
      fragments += state.isActiveOrSuspended ? log.poll(limit) : 0;
    }
    return fragments;
  }

  #procedureWork(member: Member): number {
    const { procedures, background } = member;
    if (procedures.isEmpty && background.isEmpty) {
      return 0;
    }
    this.#invokeAeron();
    return procedures.step() + this.#backgroundWork(member);
  }

  /** What fails there is of no concern to the rest. */
  #backgroundWork({ background, report }: Member): number {
    try {
      return background.step();
    } catch (error) {
      report(error);
      return 1;
    }
  }

  #tickCore(member: Member): void {
    const { log, state } = member;
    this.#tick.moduleState = state.value;
    this.#tick.appendPosition = log.recording.position;
    this.#tick.logPosition = log.appliedPosition;
    this.#tick.publicationPosition = log.publishedPosition;
    member.step(this.#tick);
  }

  /** Signs of life, and the client's conductor. @throws AgentTerminationError when the client has closed */
  #commonWork(nowNs: number): number {
    const workCount = this.#invokeAeron();
    if (this.#resources.aeron.isClosed) {
      throw new AgentTerminationError('unexpected Aeron close');
    }
    if (nowNs - this.#markFileUpdateDeadlineNs >= 0) {
      this.#markFileUpdateDeadlineNs = nowNs + MARK_FILE_UPDATE_INTERVAL_NS;
      this.#resources.markFile.updateActivityTimestamp(this.#context.platform.clock.epochTimeMs());
    }
    return workCount;
  }

  #slowTick(member: Member, nowNs: number): number {
    const { state, replicated, backups, links, ingress, catchups } = member;
    if (state.is(ConsensusModuleState.CLOSED)) {
      member.terminateUnexpectedly('State.CLOSED == state');
    }
    let workCount = this.#archiveWork(member);
    workCount += links.poll(nowNs) + ingress.poll(nowNs) + catchups.poll();
    workCount += replicated.sessions.processTurnedAway(nowNs, member.leadership);
    workCount += backups.processStandbySnapshots(member.commitPosition, nowNs);
    if (member.isInElection) {
      return workCount;
    }
    workCount += backups.process(nowNs, member.leadershipTermId, member.leaderMemberId);
    if (member.isLeader) {
      workCount += checkControlToggle(member);
      if (state.is(ConsensusModuleState.ACTIVE)) {
        workCount += replicated.sessions.processPending(nowNs, member.leadershipTermId);
        workCount += replicated.sessions.check(nowNs, member.leadership);
      }
    }
    if (state.is(ConsensusModuleState.ACTIVE)) {
      workCount += checkNodeControlToggle(member);
    }
    return workCount;
  }

  /** Signals of the archive, errors that it sends unasked, and whether it is there. */
  #archiveWork(member: Member): number {
    const { archive, catchups } = member;
    if (archive.state !== ArchiveClientState.CONNECTED || !archive.controlResponsePoller.subscription.isConnected) {
      const reason = 'local archive is not connected';
      member.report(new ClusterEvent(reason));
      member.terminateUnexpectedly(reason);
    }
    try {
      return archive.pollForRecordingSignals();
    } catch (error) {
      if (!(error instanceof ArchiveError && catchups.onError(error))) {
        throw error;
      }
      return 1;
    }
  }

  #onSignal(event: RecordingSignalEvent): void {
    const member = this.#member;
    if (member === undefined || this.#isClosing) {
      return;
    }
    const { log } = member;
    log.onSignal(event);
    for (const listener of member.signalListeners) {
      listener(event);
    }
    if (event.signal === RecordingSignal.STOP && event.recordingId === log.recording.recordingId) {
      const isEndOfStream = log.adapter.isEndOfStreamAt(event.position);
      log.recording.stopPosition = event.position;
      member.step({ type: 'logRecordingStopped', position: event.position, isEndOfStream });
    }
  }

  #onUnavailableCounter(registrationId: number): void {
    const member = this.#member;
    if (member === undefined || member.state.is(ConsensusModuleState.TERMINATING)) {
      return;
    }
    const serviceId = member.services.serviceOfClient(registrationId);
    if (serviceId !== undefined) {
      const reason = `Aeron client in service closed unexpectedly: serviceId=${serviceId}`;
      member.report(new ClusterEvent(reason));
      member.state.set(ConsensusModuleState.CLOSED, reason);
      return;
    }
    member.log.recording.onUnavailableCounter(registrationId);
  }

  /** An error in an election begins it anew. @throws AgentTerminationError for one that ends the member */
  #onError(member: Member, error: unknown): void {
    if (error instanceof AgentTerminationError) {
      throw error;
    }
    member.report(error);
    if (error instanceof ArchiveError && error.errorCode === ArchiveErrorCode.STORAGE_SPACE) {
      member.terminateUnexpectedly(error.message);
    }
    if (member.archive.state !== ArchiveClientState.CONNECTED) {
      member.terminateUnexpectedly('local archive is not connected');
    }
    if (member.isInElection) {
      member.procedures.clear();
      member.log.stopAwaiting();
      member.step({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #closeMember(member: Member): void {
    const { archive, log, services, replicated, backups, ingress, links, consensus, state } = member;
    services.proxy.terminationPosition(member.commitPosition, false);
    member.procedures.clear();
    member.background.clear();
    log.close();
    this.#stopRecording(member);
    archive.close();
    if (!this.#resources.ownsAeron) {
      links.close();
      ingress.close();
      consensus.close();
      services.close();
      replicated.sessions.close();
      backups.close();
    }
    state.set(ConsensusModuleState.CLOSED, 'closed');
  }

  #stopRecording({ archive, log }: Member): void {
    const { recordingId } = log.recording;
    if (recordingId === NULL_VALUE || archive.state !== ArchiveClientState.CONNECTED) {
      return;
    }
    try {
      archive.tryStopRecordingByIdentity(recordingId).block();
    } catch (error) {
      this.#resources.errorHandler(error);
    }
  }

  #invokeAeron(): number {
    return this.#resources.aeron.conductorAgentInvoker!.invoke();
  }

  #runTerminationHook(): void {
    try {
      this.#context.terminationHook?.();
    } catch (error) {
      this.#resources.errorHandler(error);
    }
  }
}
