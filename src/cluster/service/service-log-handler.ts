import {
  AeronError,
  AgentTerminationError,
  type AtomicBuffer,
  type ErrorHandler,
  SemanticVersion,
} from '../../agrona/mod.ts';
import { ControlledFragmentAction, type Header } from '../../client/mod.ts';
import {
  ClusterAction,
  ClusterActionRequestDecoder,
  ClusterTimeUnit,
  type NewLeadershipTermEventDecoder,
  type SessionCloseEventDecoder,
  type SessionOpenEventDecoder,
} from '../codecs/mod.ts';
import { ClusterRole } from './cluster.ts';
import type { ClusteredService } from './clustered-service.ts';
import { ContainerClientSession } from './container-client-session.ts';
import type { ServiceCluster } from './service-cluster.ts';

const { ABORT, CONTINUE } = ControlledFragmentAction;

/** The last field of the header in front of a message. */
const TIMESTAMP_LENGTH = 8;

/** Flags of an action for every member, and for members on standby. Upstream: `ConsensusModule`. */
const CLUSTER_ACTION_FLAGS_DEFAULT = 0;
const CLUSTER_ACTION_FLAGS_STANDBY_SNAPSHOT = 1;

export interface ServiceLogHandlerParameters {
  readonly cluster: ServiceCluster;
  readonly service: ClusteredService;
  readonly errorHandler: ErrorHandler;
  /** Takes a snapshot at this position and says so to the consensus module. */
  readonly takeSnapshot: (logPosition: number, leadershipTermId: number) => void;
}

/** Does what the log says: keeps sessions, time and term, and calls the service. */
export class ServiceLogHandler {
  /** The member is on standby: it takes snapshots of its own. */
  isStandby = false;
  private readonly cluster: ServiceCluster;
  private readonly service: ClusteredService;
  private readonly errorHandler: ErrorHandler;
  private readonly takeSnapshot: (logPosition: number, leadershipTermId: number) => void;
  /** Its open event was seen and is seen again once the driver has answered. */
  private opening: ContainerClientSession | undefined;

  constructor(parameters: ServiceLogHandlerParameters) {
    this.cluster = parameters.cluster;
    this.service = parameters.service;
    this.errorHandler = parameters.errorHandler;
    this.takeSnapshot = parameters.takeSnapshot;
  }

  /** The log waits for the driver to connect a session. */
  get isAwaitingSession(): boolean {
    return this.opening !== undefined;
  }

  /** No more of this log. */
  onLogClosed(): void {
    this.opening?.disconnect(this.cluster.aeron);
    this.opening = undefined;
  }

  onSessionMessage(
    logPosition: number,
    clusterSessionId: number,
    timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    header: Header,
  ): void {
    const { cluster } = this;
    cluster.logPosition = logPosition;
    cluster.setTimeFrom(buffer, offset - TIMESTAMP_LENGTH, timestamp);
    const session = cluster.sessions.get(clusterSessionId);
    const result: unknown = this.service.onSessionMessage(session, timestamp, buffer, offset, length, header);
    cluster.promisedCallbacks.check('onSessionMessage', result);
  }

  onTimerEvent(logPosition: number, correlationId: bigint, timestamp: bigint): void {
    const { cluster } = this;
    cluster.logPosition = logPosition;
    cluster.time = timestamp;
    cluster.promisedCallbacks.check('onTimerEvent', this.service.onTimerEvent?.(correlationId, timestamp));
  }

  /** ABORT while the driver connects the session: the event comes again. */
  onSessionOpen(logPosition: number, event: SessionOpenEventDecoder): ControlledFragmentAction {
    const { cluster, errorHandler } = this;
    if (this.opening === undefined) {
      this.opening = this.newSession(event);
      if (cluster.role === ClusterRole.LEADER && cluster.context.isRespondingService) {
        this.opening.connect(cluster.aeron, errorHandler);
      }
    }
    const session = this.opening;
    if (!session.isConnectSettled(cluster.aeron, errorHandler)) {
      return ABORT;
    }
    this.opening = undefined;
    cluster.logPosition = logPosition;
    cluster.time = event.timestamp();
    cluster.sessions.add(session);
    cluster.promisedCallbacks.check('onSessionOpen', this.service.onSessionOpen?.(session, cluster.time));
    return CONTINUE;
  }

  onSessionClose(logPosition: number, event: SessionCloseEventDecoder): void {
    const { cluster } = this;
    cluster.logPosition = logPosition;
    cluster.time = event.timestamp();
    const id = event.clusterSessionId();
    const session = cluster.sessions.remove(id);
    if (session === undefined) {
      this.errorHandler(
        new AeronError(
          'UNKNOWN_SESSION',
          `unknown session close: clusterSessionId=${id} closeReason=${event.closeReason()} ` +
            `leadershipTermId=${event.leadershipTermId()} logPosition=${logPosition}`,
        ),
      );
      return;
    }
    session.disconnect(cluster.aeron);
    const result: unknown = this.service.onSessionClose?.(session, cluster.time, event.closeReason());
    cluster.promisedCallbacks.check('onSessionClose', result);
  }

  onServiceAction(event: ClusterActionRequestDecoder): void {
    const { cluster } = this;
    cluster.logPosition = event.logPosition();
    cluster.time = event.timestamp();
    if (event.action() === ClusterAction.SNAPSHOT && this.isForThisMember(event.flags())) {
      this.takeSnapshot(cluster.logPosition, event.leadershipTermId());
    }
  }

  /** @throws AgentTerminationError when the log is of another major version of the application */
  onNewLeadershipTermEvent(event: NewLeadershipTermEventDecoder): void {
    const { cluster } = this;
    const { appVersion, appVersionValidator } = cluster.context;
    if (!appVersionValidator(appVersion, event.appVersion())) {
      this.errorHandler(
        new AeronError(
          'APP_VERSION',
          `incompatible version: ${SemanticVersion.format(appVersion)} log=${SemanticVersion.format(event.appVersion())}` +
            ' (appVersion, appVersionValidator)',
        ),
      );
      throw new AgentTerminationError();
    }
    cluster.sessionHeader.leadershipTermId = event.leadershipTermId();
    cluster.logPosition = event.logPosition();
    cluster.time = event.timestamp();
    cluster.timeUnit = toTimeUnit(event.timeUnit());
    const result: unknown = this.service.onNewLeadershipTermEvent?.({
      leadershipTermId: event.leadershipTermId(),
      logPosition: cluster.logPosition,
      timestamp: cluster.time,
      termBaseLogPosition: event.termBaseLogPosition(),
      leaderMemberId: event.leaderMemberId(),
      logSessionId: event.logSessionId(),
      timeUnit: cluster.timeUnit,
      appVersion: event.appVersion(),
    });
    cluster.promisedCallbacks.check('onNewLeadershipTermEvent', result);
  }

  private newSession(event: SessionOpenEventDecoder): ContainerClientSession {
    const id = event.clusterSessionId();
    if (this.cluster.sessions.get(id) !== undefined) {
      throw new AeronError(
        'CLASHING_SESSION',
        `clashing open clusterSessionId=${id} leadershipTermId=${event.leadershipTermId()}`,
      );
    }
    const responseStreamId = event.responseStreamId();
    const responseChannel = event.responseChannel();
    const encodedPrincipal = new Uint8Array(event.encodedPrincipalLength());
    event.getEncodedPrincipal(encodedPrincipal);
    return new ContainerClientSession({ id, responseStreamId, responseChannel, encodedPrincipal }, this.cluster);
  }

  private isForThisMember(flags: number): boolean {
    return (
      flags === CLUSTER_ACTION_FLAGS_DEFAULT ||
      flags === ClusterActionRequestDecoder.FLAGS_NULL ||
      (this.isStandby && (flags & CLUSTER_ACTION_FLAGS_STANDBY_SNAPSHOT) !== 0)
    );
  }
}

/** Logs and snapshots that say nothing are in milliseconds. */
export function toTimeUnit(unit: ClusterTimeUnit): ClusterTimeUnit {
  return unit === ClusterTimeUnit.NULL_VAL ? ClusterTimeUnit.MILLIS : unit;
}
