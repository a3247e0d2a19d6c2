import { AeronError, type ErrorHandler } from '../../agrona/mod.ts';
import type { ConsensusModuleProxy } from './consensus-module-proxy.ts';
import type { ServiceCluster } from './service-cluster.ts';

/** Instead of a recording or a client: there is none, or it failed. */
export const NULL_VALUE = -1;
const NULL_POSITION = -1;

/**
 * Acknowledgements to the consensus module: that the service has started, has joined a log, has taken a snapshot, has
 * come to a position, has ended. They are numbered without gaps.
 */
export class ServiceAcks {
  private readonly cluster: ServiceCluster;
  private readonly proxy: ConsensusModuleProxy;
  private readonly errorHandler: ErrorHandler;
  private nextId = 0;
  private requestedPosition = NULL_POSITION;

  constructor(cluster: ServiceCluster, proxy: ConsensusModuleProxy, errorHandler: ErrorHandler) {
    this.cluster = cluster;
    this.proxy = proxy;
    this.errorHandler = errorHandler;
  }

  /** False when there is no room yet. @throws AeronError CONSENSUS_MODULE_NOT_CONNECTED */
  trySend(logPosition: number, relevantId: number = NULL_VALUE): boolean {
    const { time, context } = this.cluster;
    const isSent = this.proxy.ack(logPosition, time, this.nextId, relevantId, context.serviceId);
    if (isSent) {
      this.nextId++;
    }
    return isSent;
  }

  /** Waits for room. @throws as `trySend` */
  send(logPosition: number, relevantId: number): void {
    while (!this.trySend(logPosition, relevantId)) {
      this.cluster.idleStrategy.idle(0);
    }
  }

  /** The consensus module wants to hear when the service has come there. */
  request(logPosition: number): void {
    this.requestedPosition = logPosition;
  }

  /** Sends what was requested, when it is time and there is room. */
  sendRequested(): void {
    const { requestedPosition } = this;
    const { logPosition } = this.cluster;
    if (requestedPosition === NULL_POSITION || logPosition < requestedPosition || !this.trySend(logPosition)) {
      return;
    }
    this.requestedPosition = NULL_POSITION;
    if (logPosition > requestedPosition) {
      this.errorHandler(
        new AeronError(
          'CLUSTER_EVENT',
          `invalid ack request: logPosition=${logPosition} > requestedAckPosition=${requestedPosition}`,
        ),
      );
    }
  }
}
