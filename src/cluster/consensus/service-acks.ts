import { ClusterError } from './errors.ts';

const NULL_VALUE = -1;

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
  /** Of the next ack of each service. */
  readonly #nextIds: number[];
  #supersededPosition = NULL_VALUE;

  constructor(serviceCount: number) {
    this.#queues = Array.from({ length: serviceCount }, () => []);
    this.#nextIds = new Array<number>(serviceCount).fill(0);
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

  /**
   * What was asked for at a position counts no more, as something else is asked for in its place. Services that have
   * acked it have done so; the others may, or may only ack what comes next, as services of which the one overtook the
   * other do.
   */
  supersede(logPosition: number): void {
    this.#supersededPosition = logPosition;
    this.#queues.forEach((queue, serviceId) => {
      if (queue[0]?.logPosition === logPosition) {
        this.#takeFirst(serviceId);
      }
    });
  }

  /** Whether every service has acked. @throws ClusterError ACK_OUT_OF_SEQUENCE when one acked something else */
  hasReached(logPosition: number): boolean {
    for (const [serviceId, queue] of this.#queues.entries()) {
      this.#dropSuperseded(serviceId, logPosition);
      const [ack] = queue;
      if (ack === undefined) {
        return false;
      }
      const ackId = this.#nextIds[serviceId];
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

  /** The services of which no ack is there. */
  get missing(): readonly number[] {
    return this.#queues.flatMap((queue, serviceId) => (queue.length === 0 ? [serviceId] : []));
  }

  /** Takes the first ack of each service, in the order of their ids; all must be there. */
  take(): ServiceAck[] {
    return this.#queues.map((_, serviceId) => this.#takeFirst(serviceId));
  }

  #dropSuperseded(serviceId: number, logPosition: number): void {
    const queue = this.#queues[serviceId]!;
    while (
      queue.length > 0 &&
      queue[0]!.logPosition !== logPosition &&
      queue[0]!.logPosition <= this.#supersededPosition
    ) {
      this.#takeFirst(serviceId);
    }
  }

  #takeFirst(serviceId: number): ServiceAck {
    this.#nextIds[serviceId]!++;
    return this.#queues[serviceId]!.shift()!;
  }
}
