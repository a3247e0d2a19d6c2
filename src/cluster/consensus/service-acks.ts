import { ClusterError } from './errors.ts';

/** What a service answers when it has got as far as it was asked to. */
export interface ServiceAck {
  /** Counts the acks of each service from 0. */
  readonly ackId: number;
  readonly logPosition: number;
  /** The recording of a snapshot, the Aeron client id of a service that starts; -1 when it failed. */
  readonly relevantId: number;
}

/**
 * Acks of services that have not been used yet, in order: a queue a service. What was asked of the services
 * is done when each has acked the position. Upstream: `io.aeron.cluster.ServiceAck`.
 */
export class ServiceAcks {
  readonly #queues: ServiceAck[][];

  constructor(serviceCount: number) {
    this.#queues = Array.from({ length: serviceCount }, () => []);
  }

  /** @throws ClusterError UNKNOWN_SERVICE */
  add(serviceId: number, ack: ServiceAck): void {
    const queue = this.#queues[serviceId];
    if (queue === undefined) {
      throw new ClusterError(
        'UNKNOWN_SERVICE',
        `ack of serviceId=${serviceId}, but services are counted from 0 and serviceCount=${this.#queues.length}`,
      );
    }
    queue.push(ack);
  }

  /** Whether every service has acked. @throws ClusterError ACK_OUT_OF_SEQUENCE when one acked something else */
  hasReached(logPosition: number, ackId: number): boolean {
    for (const [serviceId, [ack]] of this.#queues.entries()) {
      if (ack === undefined) {
        return false;
      }
      if (ack.ackId !== ackId || ack.logPosition !== logPosition) {
        throw new ClusterError(
          'ACK_OUT_OF_SEQUENCE',
          `ack out of sequence: expected [ackId=${ackId}, logPosition=${logPosition}] vs received [ackId=${ack.ackId}, ` +
            `logPosition=${ack.logPosition}, relevantId=${ack.relevantId}, serviceId=${serviceId}]`,
        );
      }
    }
    return true;
  }

  /** Takes the first ack of each service, in the order of their ids; all must be there. */
  take(): ServiceAck[] {
    return this.#queues.map((queue) => queue.shift()!);
  }
}
