import type { AgentInvoker } from '../../agrona/mod.ts';
import { AeronError, type Agent, AgentTerminationError, type IdleStrategy } from '../../agrona/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import { FrameDescriptor } from '../../protocol/mod.ts';
import { awaitPublication, awaitSubscription } from './await-resource.ts';
import { BoundedLogAdapter } from './bounded-log-adapter.ts';
import { SESSION_HEADER_LENGTH } from './client-session.ts';
import { ClusterRole } from './cluster.ts';
import type { ClusteredService } from './clustered-service.ts';
import { CommitPosition } from './commit-position.ts';
import { ConsensusModuleProxy } from './consensus-module-proxy.ts';
import type { ContainerResources } from './container-resources.ts';
import { ClusterTerminationError } from './errors.ts';
import { LogJoin } from './log-join.ts';
import { NULL_VALUE, ServiceAcks } from './service-acks.ts';
import { type ActiveLog, type ConsensusModuleListener, ServiceAdapter } from './service-adapter.ts';
import { ServiceCluster } from './service-cluster.ts';
import { ServiceLogHandler } from './service-log-handler.ts';
import { ServiceSnapshots } from './service-snapshots.ts';
import { tryStartService } from './service-start.ts';

const MILLISECOND_NS = 1_000_000;
const MARK_FILE_UPDATE_INTERVAL_MS = 1000;
/** In one round. While a log is replayed or caught up with, the rest of a round costs more than a poll's fragments. */
const POLLS_WHEN_BEHIND = 20;
/** Of two clusters on a driver one may start before the other. */
const CLUSTER_ID_PATIENCE_NS = 10_000 * MILLISECOND_NS;
const TERMINATION_ACK_ATTEMPTS = 5;
const NULL_POSITION = -1;

/**
 * Brings the log to a service. One round:
 *
 *     every millisecond:  Aeron client, mark file, what the consensus module wants
 *     log up to the commit position  ─▶ service
 *     background work of the service
 *
 * It does not wait for the consensus module, which may live in the same loop and wait for it. What waits is a service
 * that asks `cluster.idleStrategy`, and a snapshot, for the archive: the agent's own idle strategy keeps client, mark
 * file and background work going meanwhile.
 *
 * Upstream: `io.aeron.cluster.service.ClusteredServiceAgent`.
 */
export class ClusteredServiceAgent implements Agent, ConsensusModuleListener {
  readonly roleName: string;
  /** Asked while the agent waits: it then ends instead. */
  shouldStop: (() => boolean) | undefined;
  private readonly resources: ContainerResources;
  private readonly aeron: Aeron;
  private readonly aeronInvoker: AgentInvoker;
  private readonly service: ClusteredService;
  private readonly consensusModuleProxy: ConsensusModuleProxy;
  private readonly serviceAdapter: ServiceAdapter;
  private readonly cluster: ServiceCluster;
  private readonly acks: ServiceAcks;
  private readonly snapshots: ServiceSnapshots;
  private readonly logHandler: ServiceLogHandler;
  private readonly logAdapter: BoundedLogAdapter;
  private activeLog: ActiveLog | undefined;
  private join: LogJoin | undefined;
  private commitPosition: CommitPosition | undefined;
  private isServiceActive = false;
  private isClosed = false;
  private terminationPosition = NULL_POSITION;
  private isTerminationAckRequired = true;
  private clusterIdDeadlineNs: number | undefined;
  private backgroundWorkNs = 0;
  /** One for all rounds. */
  private readonly backgroundWork = () => this.service.doBackgroundWork!(this.backgroundWorkNs);
  private lastSlowTickNs = 0;
  private markFileUpdateDeadlineMs = 0;

  /** Adds its streams on the way, waiting for the driver. */
  constructor(resources: ContainerResources) {
    const { options, aeron, service } = resources;
    const idleStrategy = this.newIdleStrategy(resources.idleStrategy);
    this.resources = resources;
    this.roleName = resources.serviceName;
    this.aeron = aeron;
    this.aeronInvoker = aeron.conductorAgentInvoker!;
    this.service = service;
    const { controlChannel, consensusModuleStreamId, serviceStreamId } = options;
    this.consensusModuleProxy = new ConsensusModuleProxy(
      awaitPublication(aeron, controlChannel, consensusModuleStreamId, idleStrategy),
    );
    this.serviceAdapter = new ServiceAdapter(
      awaitSubscription(aeron, controlChannel, serviceStreamId, idleStrategy),
      this,
    );
    this.cluster = new ServiceCluster(options, aeron, this.consensusModuleProxy, idleStrategy, resources.errorHandler);
    this.acks = new ServiceAcks(this.cluster, this.consensusModuleProxy, resources.errorHandler);
    this.snapshots = new ServiceSnapshots(this.cluster, service, resources.archiveOptions);
    this.logHandler = new ServiceLogHandler({
      cluster: this.cluster,
      service,
      errorHandler: resources.errorHandler,
      takeSnapshot: (logPosition, leadershipTermId) => this.takeSnapshot(logPosition, leadershipTermId),
    });
    this.logAdapter = new BoundedLogAdapter(this.logHandler, options.logFragmentLimit);
  }

  onStart(): void {
    this.resources.dutyCycleTracker.update(this.nanoTime());
  }

  doWork(): number {
    const nowNs = this.nanoTime();
    this.resources.dutyCycleTracker.measureAndUpdate(nowNs);
    try {
      return this.isServiceActive ? this.doServiceWork(nowNs) : this.pollStart(nowNs);
    } catch (error) {
      if (error instanceof AgentTerminationError) {
        this.runTerminationHook();
      }
      throw error;
    }
  }

  onClose(): void {
    this.isClosed = true;
    if (this.isServiceActive) {
      this.terminateService();
    }
    if (!this.aeron.isClosed) {
      this.join?.cancel();
      this.logAdapter.close();
      this.logHandler.onLogClosed();
      this.cluster.sessions.disconnect(this.aeron);
      this.serviceAdapter.close();
      this.consensusModuleProxy.close();
    }
    this.resources.markFile.signalTerminated();
    this.resources.close();
  }

  onJoinLog(log: ActiveLog): void {
    this.logAdapter.maxLogPosition = log.logPosition;
    this.activeLog = log;
    if (this.join?.isAcknowledged === false) {
      // Its log has gone before it could be joined. Only the last one is acknowledged.
      this.join.cancel();
      this.join = undefined;
    }
  }

  onServiceTerminationPosition(logPosition: number, isAckRequired: boolean): void {
    this.terminationPosition = logPosition;
    this.isTerminationAckRequired = isAckRequired;
  }

  onRequestServiceAck(logPosition: number): void {
    this.acks.request(logPosition);
  }

  private doServiceWork(nowNs: number): number {
    let workCount = 0;
    if (this.checkForClockTick(nowNs)) {
      workCount += this.pollConsensusModule();
    }
    workCount += this.join === undefined ? this.pollLog() : this.pollJoin(this.join);
    return workCount + this.invokeBackgroundWork(nowNs);
  }

  /** Starts the service once there is a consensus module that says from what. */
  private pollStart(nowNs: number): number {
    if (!this.checkForClockTick(nowNs)) {
      return 0;
    }
    const { cluster, service, snapshots, acks, resources } = this;
    this.commitPosition ??= CommitPosition.find(this.aeron, resources.options.clusterId);
    if (this.commitPosition === undefined) {
      this.checkClusterId(nowNs);
      return 0;
    }
    if (!tryStartService({ cluster, service, snapshots, acks })) {
      return 0;
    }
    resources.dutyCycleTracker.update(this.nanoTime());
    this.isServiceActive = true;
    return 1;
  }

  /** Says once, when it has waited for long, that there are consensus modules, but not of its own cluster. */
  private checkClusterId(nowNs: number): void {
    const { clusterId } = this.resources.options;
    this.clusterIdDeadlineNs ??= nowNs + CLUSTER_ID_PATIENCE_NS;
    if (nowNs < this.clusterIdDeadlineNs) {
      return;
    }
    this.clusterIdDeadlineNs = Number.POSITIVE_INFINITY;
    const clusterIds = CommitPosition.clusterIds(this.aeron);
    if (clusterIds.length > 0) {
      this.resources.errorHandler(
        new AeronError(
          'CLUSTER_ID',
          `no consensus module of clusterId=${clusterId} (aeron.cluster.id) on the driver, which has those of ` +
            `clusterId=${clusterIds.join(', ')}: ${this.roleName} goes on waiting`,
        ),
      );
    }
  }

  /** Once in a millisecond; true then. @throws AgentTerminationError when driver or consensus module have gone */
  private checkForClockTick(nowNs: number): boolean {
    this.checkAeron();
    if (nowNs - this.lastSlowTickNs <= MILLISECOND_NS) {
      return false;
    }
    this.lastSlowTickNs = nowNs;
    this.aeronInvoker.invoke();
    this.checkAeron();
    this.checkCommitPosition();
    const nowMs = this.resources.platform.clock.epochTimeMs();
    if (nowMs >= this.markFileUpdateDeadlineMs) {
      this.markFileUpdateDeadlineMs = nowMs + MARK_FILE_UPDATE_INTERVAL_MS;
      this.resources.markFile.updateActivityTimestamp(nowMs);
    }
    return true;
  }

  private checkAeron(): void {
    if (this.aeron.isClosed) {
      this.isServiceActive = false;
      throw new AgentTerminationError('unexpected Aeron close');
    }
  }

  private checkCommitPosition(): void {
    if (this.commitPosition?.isClosed === true) {
      this.resources.logErrorHandler(
        new AeronError('CONSENSUS_MODULE_GONE', 'commit-pos counter unexpectedly closed, terminating'),
      );
      throw new ClusterTerminationError(true);
    }
  }

  private pollConsensusModule(): number {
    const workCount = this.serviceAdapter.poll();
    if (this.join !== undefined) {
      this.checkTerminationPosition();
      return workCount;
    }
    if (this.activeLog !== undefined && this.logAdapter.image === undefined) {
      const log = this.activeLog;
      this.activeLog = undefined;
      this.join = new LogJoin(log, this.cluster, this.resources.errorHandler, (position) =>
        this.acks.trySend(position),
      );
    }
    this.checkTerminationPosition();
    this.acks.sendRequested();
    return workCount;
  }

  private pollJoin(join: LogJoin): number {
    this.aeronInvoker.invoke();
    const { cluster } = this;
    let image: ReturnType<LogJoin['poll']>;
    try {
      image = join.poll();
    } catch (cause) {
      this.join = undefined;
      join.cancel();
      // There is no other way into the log, and the consensus module would wait for it without end.
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new AgentTerminationError(`service cannot join the log: ${why}`, { cause });
    }
    if (image === undefined) {
      return 0;
    }
    const { log } = join;
    this.join = undefined;
    this.logHandler.isStandby = log.isStandby;
    this.logAdapter.join(image, this.activeLog?.logPosition ?? log.maxLogPosition);
    cluster.memberId = log.memberId;
    cluster.maxMessageLength = FrameDescriptor.computeMaxMessageLength(image.termBufferLength) - SESSION_HEADER_LENGTH;
    this.resources.markFile.setMemberId(log.memberId);
    if (log.role === ClusterRole.LEADER) {
      cluster.sessions.resetClosing();
    }
    this.setRole(log.role);
    return 1;
  }

  private pollLog(): number {
    const { logAdapter } = this;
    if (logAdapter.image === undefined) {
      return 0;
    }
    if (this.logHandler.isAwaitingSession) {
      this.aeronInvoker.invoke();
    }
    const { logFragmentLimit } = this.resources.options;
    const limit = this.commitPosition!.get();
    let polled = 0;
    for (let polls = 0; polls < POLLS_WHEN_BEHIND && polled === polls * logFragmentLimit; polls++) {
      polled += logAdapter.poll(limit);
    }
    if (polled === 0 && logAdapter.isDone) {
      this.closeLog();
    }
    return polled;
  }

  private closeLog(): void {
    const { cluster, logAdapter } = this;
    cluster.logPosition = Math.max(logAdapter.image!.position, cluster.logPosition);
    logAdapter.close();
    this.logHandler.onLogClosed();
    cluster.sessions.disconnect(this.aeron);
    this.setRole(ClusterRole.FOLLOWER);
  }

  private setRole(role: ClusterRole): void {
    const { cluster } = this;
    if (role !== cluster.role) {
      cluster.role = role;
      cluster.during('onRoleChange', () => this.service.onRoleChange?.(role));
    }
  }

  private invokeBackgroundWork(nowNs: number): number {
    if (this.service.doBackgroundWork === undefined) {
      return 0;
    }
    this.backgroundWorkNs = nowNs;
    return this.cluster.during('doBackgroundWork', this.backgroundWork);
  }

  private checkTerminationPosition(): void {
    const { terminationPosition } = this;
    const { logPosition } = this.cluster;
    if (terminationPosition === NULL_POSITION || logPosition < terminationPosition) {
      return;
    }
    if (logPosition > terminationPosition) {
      this.resources.errorHandler(
        new AeronError(
          'CLUSTER_EVENT',
          `service terminate: logPosition=${logPosition} > terminationPosition=${terminationPosition}`,
        ),
      );
    }
    this.terminationPosition = NULL_POSITION;
    this.terminateService();
    if (this.isTerminationAckRequired) {
      this.ackTermination();
    }
    throw new ClusterTerminationError(logPosition === terminationPosition);
  }

  private terminateService(): void {
    this.isServiceActive = false;
    try {
      this.cluster.during('onTerminate', () => this.service.onTerminate?.(this.cluster));
    } catch (error) {
      this.resources.errorHandler(error);
    }
  }

  private ackTermination(): void {
    try {
      for (let attempt = 0; attempt < TERMINATION_ACK_ATTEMPTS; attempt++) {
        if (this.acks.trySend(this.cluster.logPosition)) {
          return;
        }
        this.cluster.idleStrategy.idle(0);
      }
    } catch (error) {
      this.resources.errorHandler(error);
    }
  }

  /** Takes a snapshot; the consensus module hears of it also when it has failed. */
  private takeSnapshot(logPosition: number, leadershipTermId: number): void {
    const { snapshotDurationTracker } = this.resources;
    let recordingId = NULL_VALUE;
    let failure: unknown;
    snapshotDurationTracker.onSnapshotBegin(this.nanoTime());
    try {
      recordingId = this.snapshots.take(logPosition, leadershipTermId);
    } catch (error) {
      failure = error ?? new AeronError('SNAPSHOT_INVALID', 'the service threw nothing');
    }
    snapshotDurationTracker.onSnapshotEnd(this.nanoTime());
    this.acks.send(logPosition, recordingId);
    if (failure !== undefined) {
      throw failure;
    }
  }

  private newIdleStrategy(idleStrategy: IdleStrategy): IdleStrategy {
    return {
      alias: idleStrategy.alias,
      reset: () => idleStrategy.reset(),
      idle: (workCount) => {
        idleStrategy.idle(workCount);
        if (workCount <= 0) {
          this.doIdleWork();
        }
      },
    };
  }

  private doIdleWork(): void {
    if (this.isClosed || this.shouldStop?.() === true) {
      throw new AgentTerminationError('told to stop while it waited', { isExpected: true });
    }
    const nowNs = this.nanoTime();
    this.checkForClockTick(nowNs);
    if (this.isServiceActive) {
      this.invokeBackgroundWork(nowNs);
    }
  }

  private runTerminationHook(): void {
    try {
      this.resources.options.terminationHook?.();
    } catch (error) {
      this.resources.errorHandler(error);
    }
  }

  private nanoTime(): number {
    return this.resources.platform.clock.nanoTime();
  }
}
