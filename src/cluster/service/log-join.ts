import { AeronError, type ErrorHandler } from '../../agrona/mod.ts';
import type { Image, Subscription } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import { ClusterRole } from './cluster.ts';
import type { ActiveLog } from './service-adapter.ts';
import type { ServiceCluster } from './service-cluster.ts';

/**
 * The way into a log that the consensus module has named, in steps, as nothing in a duty cycle waits:
 *
 *     subscribe ─▶ image ─▶ ack ─▶ (leader: connect the sessions) ─▶ done
 *
 * Upstream: `ClusteredServiceAgent.joinActiveLog`.
 */
export class LogJoin {
  readonly log: ActiveLog;
  private readonly cluster: ServiceCluster;
  private readonly errorHandler: ErrorHandler;
  private readonly sendAck: (logPosition: number) => boolean;
  private readonly registrationId: number;
  private image: Image | undefined;
  /** The consensus module may go on with the log. */
  isAcknowledged = false;
  private isConnecting = false;
  private isDone = false;

  constructor(
    log: ActiveLog,
    cluster: ServiceCluster,
    errorHandler: ErrorHandler,
    sendAck: (logPosition: number) => boolean,
  ) {
    this.log = log;
    this.cluster = cluster;
    this.errorHandler = errorHandler;
    this.sendAck = sendAck;
    if (log.role !== ClusterRole.LEADER) {
      cluster.sessions.disconnect(cluster.aeron);
    }
    const uri = ChannelUri.parse(log.channel);
    uri.put('alias', `log-sc-${cluster.context.serviceId}`);
    this.registrationId = cluster.aeron.asyncAddSubscription(uri.toString(), log.streamId);
  }

  /**
   * The image to read the log from, once all is ready.
   * @throws AeronError CLUSTER_LOG_NOT_CONTIGUOUS; RegistrationError
   */
  poll(): Image | undefined {
    this.image ??= this.findImage();
    if (this.image === undefined) {
      return undefined;
    }
    this.isAcknowledged ||= this.sendAck(this.log.logPosition);
    if (!this.isAcknowledged || !this.areSessionsReady()) {
      return undefined;
    }
    this.isDone = true;
    return this.image;
  }

  /** Gives up, unless it is done. */
  cancel(): void {
    if (!this.isDone && !this.cluster.aeron.isClosed) {
      this.cluster.aeron.asyncRemoveSubscription(this.registrationId);
    }
  }

  private findImage(): Image | undefined {
    const subscription: Subscription | undefined = this.cluster.aeron.getSubscription(this.registrationId);
    const image = subscription?.imageBySessionId(this.log.sessionId);
    if (image !== undefined) {
      this.checkContiguous('joining image', 'joinPosition', image.joinPosition);
      this.checkContiguous('active log event', 'eventPosition', this.log.logPosition);
    }
    return image;
  }

  private checkContiguous(what: string, name: string, position: number): void {
    const { logPosition } = this.cluster;
    if (position !== logPosition) {
      throw new AeronError(
        'CLUSTER_LOG_NOT_CONTIGUOUS',
        `Cluster log must be contiguous for ${what}: expectedPosition=${logPosition} ${name}=${position}`,
      );
    }
  }

  /** A leader that starts need not connect: its consensus module closes the sessions of the time before. */
  private areSessionsReady(): boolean {
    const { cluster, log, errorHandler } = this;
    if (log.role !== ClusterRole.LEADER || log.isStartup || !cluster.context.isRespondingService) {
      return true;
    }
    if (!this.isConnecting) {
      this.isConnecting = true;
      cluster.sessions.connect(cluster.aeron, errorHandler);
    }
    return cluster.sessions.isConnectSettled(cluster.aeron, errorHandler);
  }
}
