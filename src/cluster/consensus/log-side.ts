import { type AtomicBuffer, SemanticVersion } from '../../agrona/mod.ts';
import { type CloseReason, ClusterAction, type ClusterTimeUnit } from '../codecs/mod.ts';
import { timeUnitName, timeUnitOf } from './cluster-clock.ts';
import { checkAppVersion } from './consensus-side.ts';
import { ClusterError } from './errors.ts';
import type { LogListener } from './log-adapter.ts';
import type { Member } from './member.ts';
import type { SnapshotListener } from './snapshot-loader.ts';
import { ClusterActionFlags, ConsensusModuleState } from './states.ts';

/** What the log and snapshots say, and what is done about it. */
export class LogSide implements LogListener, SnapshotListener {
  readonly #member: Member;

  constructor(member: Member) {
    this.#member = member;
  }

  onReplayServiceMessage(clusterSessionId: bigint): void {
    this.#member.replicated.onReplayServiceMessage(clusterSessionId);
  }

  onReplayTimerEvent(correlationId: bigint): void {
    this.#member.replicated.onReplayTimer(correlationId);
  }

  onReplaySessionOpen(event: {
    readonly logPosition: number;
    readonly correlationId: number;
    readonly clusterSessionId: number;
    readonly responseStreamId: number;
    readonly responseChannel: string;
  }): void {
    this.#member.replicated.sessions.onReplayOpen(event);
  }

  onReplaySessionClose(clusterSessionId: number, closeReason: CloseReason): void {
    this.#member.replicated.sessions.onReplayClose(clusterSessionId, closeReason);
  }

  onReplayClusterAction(
    leadershipTermId: number,
    _logPosition: number,
    _timestamp: bigint,
    action: ClusterAction,
    flags: number,
  ): void {
    const { state, snapshotDuration, nowNs } = this.#member;
    if (leadershipTermId !== this.#member.leadershipTermId) {
      return;
    }
    if (action === ClusterAction.SUSPEND) {
      state.set(ConsensusModuleState.SUSPENDED, 'ReplayClusterAction.SUSPENDED');
    } else if (action === ClusterAction.RESUME) {
      state.set(ConsensusModuleState.ACTIVE, 'ReplayClusterAction.ACTIVE');
    } else if (action === ClusterAction.SNAPSHOT && flags === ClusterActionFlags.DEFAULT) {
      state.set(ConsensusModuleState.SNAPSHOT, 'ReplayClusterAction.SNAPSHOT');
      snapshotDuration.begin(nowNs);
    }
  }

  /** @throws AgentTerminationError when the log is of another version or unit */
  onReplayNewLeadershipTermEvent(event: {
    readonly leadershipTermId: number;
    readonly logPosition: number;
    readonly timestamp: bigint;
    readonly termBaseLogPosition: number;
    readonly timeUnit: ClusterTimeUnit;
    readonly appVersion: number;
  }): void {
    const member = this.#member;
    const { leadershipTermId, logPosition, timestamp, termBaseLogPosition, timeUnit, appVersion } = event;
    member.events?.log('REPLAY_NEW_LEADERSHIP_TERM', {
      memberId: member.memberId,
      isInElection: member.isInElection,
      leadershipTermId,
      logPosition,
      timestamp,
      termBaseLogPosition,
      timeUnit: timeUnitName(timeUnit),
      appVersion,
    });
    const { clock } = member.context;
    if (timeUnitOf(timeUnit) !== clock.timeUnit) {
      const reason = `incompatible timestamp units: ${timeUnitName(clock.timeUnit)} (clusterClock) log=${timeUnitName(timeUnit)}`;
      member.report(new ClusterError('TIME_UNIT', reason));
      member.terminateUnexpectedly(reason);
    }
    checkAppVersion(member, appVersion);
    member.step({ type: 'termReplayed', leadershipTermId, logPosition, timestamp, termBaseLogPosition });
  }

  /** @throws ClusterError APP_VERSION, TIME_UNIT */
  onLoadBegin(appVersion: number, timeUnit: ClusterTimeUnit): void {
    const { context } = this.#member;
    if (!context.appVersionValidator(context.appVersion, appVersion)) {
      throw new ClusterError(
        'APP_VERSION',
        `incompatible version: ${SemanticVersion.format(context.appVersion)} (appVersion) snapshot=${SemanticVersion.format(appVersion)}`,
      );
    }
    if (timeUnitOf(timeUnit) !== context.clock.timeUnit) {
      throw new ClusterError(
        'TIME_UNIT',
        `incompatible time unit: ${timeUnitName(context.clock.timeUnit)} (clusterClock) snapshot=${timeUnitName(timeUnit)}`,
      );
    }
  }

  onLoadState(state: {
    readonly nextSessionId: number;
    readonly nextServiceSessionId: bigint;
    readonly logServiceSessionId: bigint;
  }): void {
    const { replicated } = this.#member;
    replicated.sessions.table.loadNextSessionId(state.nextSessionId);
    replicated.pendingMessages(0).loadState(state.nextServiceSessionId, state.logServiceSessionId);
  }

  onLoadClusterSession(session: {
    readonly clusterSessionId: number;
    readonly correlationId: number;
    readonly openedLogPosition: number;
    readonly closeReason: CloseReason;
    readonly responseStreamId: number;
    readonly responseChannel: string;
  }): void {
    this.#member.replicated.sessions.onLoad(session);
  }

  onLoadTimer(correlationId: bigint, deadline: bigint): void {
    this.#member.replicated.scheduleTimer(correlationId, deadline);
  }

  onLoadPendingMessageTracker(tracker: {
    readonly serviceId: number;
    readonly nextServiceSessionId: bigint;
    readonly logServiceSessionId: bigint;
  }): void {
    const messages = this.#member.replicated.pendingMessages(tracker.serviceId);
    messages.loadState(tracker.nextServiceSessionId, tracker.logServiceSessionId);
  }

  onLoadPendingMessage(serviceId: number, buffer: AtomicBuffer, offset: number, length: number): void {
    this.#member.replicated.pendingMessages(serviceId).load(buffer, offset, length);
  }
}
