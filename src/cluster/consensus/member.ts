import { AgentTerminationError, type AuthorisationService, type ErrorHandler } from '../../agrona/mod.ts';
import type { AeronArchive, RecordingSignalEvent } from '../../archive/client/mod.ts';
import type { Aeron, ConcurrentPublication, Subscription } from '../../client/mod.ts';
import { type ClusterEventLog, openClusterEventLog } from '../../events/mod.ts';
import { guardAuthorisation } from './authorisation.ts';
import { BackupRequests } from './backup-requests.ts';
import { CatchupReplays } from './catchup-replays.ts';
import { ClientSessions, type Leadership, type ResponseRequest } from './client-sessions.ts';
import { ConsensusAdapter } from './consensus-adapter.ts';
import { ConsensusPublisher } from './consensus-publisher.ts';
import { ConsensusSide } from './consensus-side.ts';
import type { ConsensusModuleContext } from './context.ts';
import type { ActionExecutor } from './core/action-queue.ts';
import { encodeClusterMembers, encodeIngressEndpoints } from './core/cluster-members.ts';
import type { ConsensusCore } from './core/consensus-core.ts';
import type { ConsensusEvent } from './core/events.ts';
import { ClusterRole } from './core/roles.ts';
import { EgressPublisher } from './egress-publisher.ts';
import { ElectionWork } from './election-work.ts';
import { ClusterError, ClusterEvent } from './errors.ts';
import { IngressAdapter } from './ingress-adapter.ts';
import { IngressChannels } from './ingress-channels.ts';
import { IngressSide } from './ingress-side.ts';
import { LogSide } from './log-side.ts';
import { MemberLinks } from './member-links.ts';
import { MemberLog } from './member-log.ts';
import { ModuleState } from './module-state.ts';
import { ProcedureQueue } from './procedure.ts';
import { ReplicatedState } from './replicated-state.ts';
import type { Resources } from './resources.ts';
import { ServiceAdapter } from './service-adapter.ts';
import { ServiceProxy } from './service-proxy.ts';
import { ServiceSide } from './service-side.ts';
import { Services } from './services.ts';
import { SessionEvents } from './session-events.ts';
import { PublishedSessionResponse, type SessionResponse } from './session-response.ts';
import { SnapshotDuration } from './snapshot-duration.ts';
import { ConsensusModuleState } from './states.ts';

const NULL_VALUE = -1;

export interface MemberParameters {
  readonly context: ConsensusModuleContext;
  readonly resources: Resources;
  readonly archive: AeronArchive;
  readonly consensusSubscription: Subscription;
  readonly serviceSubscription: Subscription;
  readonly servicePublication: ConcurrentPublication;
}

/**
 * A member of a cluster, of what it is made:
 *
 *     clients  ──▶ IngressAdapter ──▶ IngressSide ───┐          ┌──▶ EgressPublisher ──▶ clients
 *     members  ──▶ ConsensusAdapter ▶ ConsensusSide ─┤  state,  ├──▶ ConsensusPublisher ▶ members
 *     services ──▶ ServiceAdapter ──▶ ServiceSide ───┤  core    ├──▶ ServiceProxy ─────▶ services
 *     log      ──▶ LogAdapter ──────▶ LogSide ───────┘          └──▶ LogPublisher ─────▶ log
 *
 *     core ── actions ──▶ ElectionWork ──▶ log, archive, recording log ── events ──▶ core
 *
 * What comes in goes to the state that all members have alike (`replicated`), to the state of this one, and to
 * the core, which says what is to be done.
 */
export class Member {
  readonly context: ConsensusModuleContext;
  readonly resources: Resources;
  readonly aeron: Aeron;
  readonly archive: AeronArchive;
  readonly events: ClusterEventLog | undefined;
  readonly report: ErrorHandler;
  readonly authorisationService: AuthorisationService;
  readonly state: ModuleState;
  readonly egress: EgressPublisher;
  readonly publisher: ConsensusPublisher;
  readonly consensus: ConsensusAdapter;
  readonly services: Services;
  readonly replicated: ReplicatedState;
  readonly backups: BackupRequests;
  readonly log: MemberLog;
  readonly catchups: CatchupReplays;
  readonly links: MemberLinks;
  readonly ingressAdapter: IngressAdapter;
  readonly ingress: IngressChannels;
  readonly snapshotDuration: SnapshotDuration;
  /** What takes more than a round: of elections, snapshots. */
  readonly procedures = new ProcedureQueue();
  /** What takes its time beside all that. */
  readonly background = new ProcedureQueue();
  /** Told of signals of the archive. */
  readonly signalListeners = new Set<(event: RecordingSignalEvent) => void>();
  /** Once the member has recovered. */
  core: ConsensusCore | undefined;
  /** All services have taken the snapshot that is being taken: what they ack now is something else. */
  isSnapshotAcked = false;
  /** The leader ends the cluster at the end of the snapshot that is being taken. */
  isTerminating = false;
  readonly #executor: ActionExecutor;
  readonly #sessionEvents: SessionEvents | undefined;
  readonly #ingressEndpoints: string;

  constructor(parameters: MemberParameters) {
    const { context, resources, archive } = parameters;
    const { platform, serviceCount, clock } = context;
    const { aeron, counters } = resources;
    this.context = context;
    this.resources = resources;
    this.aeron = aeron;
    this.archive = archive;
    this.report = resources.errorHandler;
    this.authorisationService = guardAuthorisation(context.authorisationService, this.report);
    this.events = openClusterEventLog(platform);
    this.events?.log('START', { version: '1.52.2 aeron-ts' });
    this.#sessionEvents =
      this.events === undefined ? undefined : new SessionEvents(this.events, context.clusterMemberId, clock.timeUnit);
    this.state = new ModuleState(context.clusterMemberId, counters.state, this.events);
    this.egress = new EgressPublisher(context.leaderHeartbeatTimeoutNs);
    this.publisher = new ConsensusPublisher({ appVersion: context.appVersion, time: () => clock.time() });
    this.consensus = new ConsensusAdapter(parameters.consensusSubscription, new ConsensusSide(this));
    this.services = new Services({
      serviceCount,
      proxy: new ServiceProxy(parameters.servicePublication),
      adapter: new ServiceAdapter(parameters.serviceSubscription, new ServiceSide(this)),
      clock: platform.clock,
      lateAfterNs: context.leaderHeartbeatTimeoutNs,
      onLateStart: (serviceIds) => this.#onLateStart(serviceIds),
      onLateJoin: (serviceIds, logPosition) => this.#onLateJoin(serviceIds, logPosition),
    });
    this.log = new MemberLog({
      aeron,
      archive,
      context,
      recordingLog: resources.recordingLog,
      services: this.services,
      listener: new LogSide(this),
      events: this.events,
      step: (event) => this.step(event),
    });
    this.replicated = new ReplicatedState(this.#newSessions(), serviceCount);
    this.backups = this.#newBackups();
    this.catchups = new CatchupReplays(archive, context, this.report, (memberId) =>
      this.step({ type: 'catchupReplayFailed', memberId }),
    );
    this.links = new MemberLinks(aeron, context, this.report);
    const ingressSide = new IngressSide(this);
    this.ingressAdapter = new IngressAdapter(ingressSide, context.ingressFragmentLimit);
    this.ingress = new IngressChannels(aeron, context, this.ingressAdapter, (image) =>
      ingressSide.onUnavailableImage(image),
    );
    this.snapshotDuration = new SnapshotDuration(
      counters.maxSnapshotDuration,
      counters.snapshotDurationExceededCount,
      context.totalSnapshotDurationThresholdNs,
    );
    this.#executor = new ElectionWork(this);
    this.#ingressEndpoints = encodeIngressEndpoints(context.members);
  }

  get memberId(): number {
    return this.context.thisMember.id;
  }

  /** By a clock that only grows. */
  get nowNs(): number {
    return this.context.platform.clock.nanoTime();
  }

  /** Cluster time. */
  get time(): bigint {
    return this.context.clock.time();
  }

  get role(): ClusterRole {
    return this.core?.role ?? ClusterRole.FOLLOWER;
  }

  get isLeader(): boolean {
    return this.role === ClusterRole.LEADER;
  }

  get isInElection(): boolean {
    return this.core?.isInElection ?? true;
  }

  get leadershipTermId(): number {
    return this.core?.leadershipTermId ?? NULL_VALUE;
  }

  /** As clients are told; this member while there is no other. */
  get leadership(): Leadership {
    return {
      leadershipTermId: this.leadershipTermId,
      leaderMemberId: this.leaderMemberId,
      ingressEndpoints: this.#ingressEndpoints,
    };
  }

  get leaderMemberId(): number {
    const id = this.core?.leaderMemberId ?? NULL_VALUE;
    return id === NULL_VALUE ? this.memberId : id;
  }

  get commitPosition(): number {
    return this.resources.counters.commitPosition.getPlain();
  }

  /** Tells the core, and does what it wants done. */
  step(event: ConsensusEvent): void {
    const { core } = this;
    if (core !== undefined) {
      core.step(this.nowNs, event);
      core.perform(this.#executor);
    }
  }

  /** The services have to end, and are to say so when they have. */
  terminateServices(logPosition: number): void {
    if (!this.services.proxy.terminationPosition(logPosition, true)) {
      this.report(new ClusterEvent('failed to send service termination position'));
    }
  }

  /** This member cannot go on. @throws AgentTerminationError always */
  terminateUnexpectedly(reason: string): never {
    this.services.proxy.terminationPosition(0, true);
    this.state.set(ConsensusModuleState.CLOSED, reason);
    throw new AgentTerminationError(reason);
  }

  #onLateStart(serviceIds: readonly number[]): void {
    this.report(
      new ClusterEvent(
        `service=${serviceIds.join(',')} has not started yet: this member waits for it. It may be loading its snapshot,` +
          ` or not be running (serviceCount=${this.context.serviceCount})`,
      ),
    );
  }

  /**
   * A service that hangs must not keep the cluster down: a leader that cannot go on without it stands back until it has
   * joined. A follower holds up nobody, and a member that is alone has nobody to stand back for.
   */
  #onLateJoin(serviceIds: readonly number[], logPosition: number): void {
    const { leaderHeartbeatTimeoutNs, members } = this.context;
    const standsBack = this.isLeader && members.length > 1;
    const error = new ClusterError(
      'SERVICE_LATE',
      `service=${serviceIds.join(',')} has not joined the log at logPosition=${logPosition} within` +
        ` leaderHeartbeatTimeoutNs=${leaderHeartbeatTimeoutNs}: this member` +
        (standsBack ? ' leaves the lead to others and' : '') +
        ' waits for it. It may be busy still, or hang in one of its callbacks: then restart the node',
    );
    if (standsBack) {
      throw error;
    }
    this.report(error);
  }

  #newSessions(): ClientSessions {
    const { context, resources } = this;
    const { platform, clock } = context;
    return new ClientSessions({
      memberId: this.memberId,
      sessionTimeoutNs: context.sessionTimeoutNs,
      maxConcurrentSessions: context.maxConcurrentSessions,
      authenticator: context.authenticator,
      egress: this.egress,
      log: this.log.publisher,
      newResponse: this.#newResponse,
      report: this.report,
      events: this.#sessionEvents,
      onTimedOut: () => resources.counters.timedOutClientCount.incrementRelease(),
      time: () => clock.time(),
      nanoTime: () => platform.clock.nanoTime(),
      epochTimeMs: () => platform.clock.epochTimeMs(),
    });
  }

  #newBackups(): BackupRequests {
    const { context, resources } = this;
    const { platform } = context;
    return new BackupRequests({
      memberId: this.memberId,
      serviceCount: context.serviceCount,
      clusterMembers: encodeClusterMembers(context.members),
      commitPositionCounterId: resources.counters.commitPosition.id,
      sessionTimeoutNs: context.sessionTimeoutNs,
      acceptStandbySnapshots: context.acceptStandbySnapshots,
      standbySnapshotNotificationProcessingDelayNs: context.standbySnapshotNotificationProcessingDelayNs,
      authenticator: context.authenticator,
      authorisationService: this.authorisationService,
      egress: this.egress,
      publisher: this.publisher,
      recordingLog: resources.recordingLog,
      newResponse: this.#newResponse,
      report: this.report,
      events: this.#sessionEvents,
      onStandbySnapshot: () => resources.counters.standbySnapshotCount?.incrementRelease(),
      nanoTime: () => platform.clock.nanoTime(),
      epochTimeMs: () => platform.clock.epochTimeMs(),
    });
  }

  readonly #newResponse = ({ sessionId, sessionInfo, channel, streamId }: ResponseRequest): SessionResponse =>
    new PublishedSessionResponse({
      aeron: this.aeron,
      clusterId: this.context.clusterId,
      sessionId,
      sessionInfo,
      channel,
      streamId,
    });
}
