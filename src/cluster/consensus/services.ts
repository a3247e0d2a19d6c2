import { ClusterError } from './errors.ts';
import { type Procedure, untilTrue } from './procedure.ts';
import { type ServiceAck, ServiceAcks } from './service-acks.ts';
import type { ServiceAdapter } from './service-adapter.ts';
import type { JoinLog, ServiceProxy } from './service-proxy.ts';

const NULL_VALUE = -1;

/**
 * The services of this node, as one: what is asked of them is done when all have acked it. Acks are counted;
 * one of anything else than what was asked for is an error.
 */
export class Services {
  readonly proxy: ServiceProxy;
  readonly #adapter: ServiceAdapter;
  readonly #acks: ServiceAcks;
  readonly #clientIds: number[];
  #ackId = 0;
  /** Positions of acks that will come, though nobody waits for them any more. */
  readonly #abandoned: number[] = [];

  constructor(serviceCount: number, proxy: ServiceProxy, adapter: ServiceAdapter) {
    this.proxy = proxy;
    this.#adapter = adapter;
    this.#acks = new ServiceAcks(serviceCount);
    this.#clientIds = new Array<number>(serviceCount).fill(NULL_VALUE);
  }

  poll(): number {
    return this.#adapter.poll();
  }

  /** A service has acked. @throws ClusterError DUPLICATE_SERVICE, UNKNOWN_SERVICE */
  onAck(serviceId: number, ack: ServiceAck): void {
    if (ack.ackId === 0 && (this.#clientIds[serviceId] ?? NULL_VALUE) !== NULL_VALUE) {
      throw new ClusterError(
        'DUPLICATE_SERVICE',
        `initial ack already received from service: possible duplicate serviceId=${serviceId}`,
      );
    }
    this.#acks.add(serviceId, ack);
  }

  /** What all services answered at a position, once all have; undefined before. @throws ClusterError ACK_OUT_OF_SEQUENCE */
  takeAcks(logPosition: number): readonly ServiceAck[] | undefined {
    while (this.#abandoned.length > 0) {
      if (this.#takeNext(this.#abandoned[0]!) === undefined) {
        return undefined;
      }
      this.#abandoned.shift();
    }
    return this.#takeNext(logPosition);
  }

  #takeNext(logPosition: number): readonly ServiceAck[] | undefined {
    if (!this.#acks.hasReached(logPosition, this.#ackId)) {
      return undefined;
    }
    this.#ackId++;
    return this.#acks.take();
  }

  /** Waits for services to recover; they answer with the ids of their Aeron clients. @throws ClusterError SERVICE_START */
  *awaitStart(logPosition: number): Procedure<void> {
    let acks: readonly ServiceAck[] | undefined;
    yield* untilTrue(() => {
      acks = this.takeAcks(logPosition);
      return acks !== undefined;
    });
    acks!.forEach(({ relevantId }, serviceId) => {
      if (relevantId === NULL_VALUE) {
        throw new ClusterError('SERVICE_START', `service=${serviceId} failed to start clustered service`);
      }
      this.#clientIds[serviceId] = relevantId;
    });
  }

  /** Has the services join a log and waits until they have. Given up, it leaves their acks to whoever waits next. */
  *join(join: JoinLog): Procedure<void> {
    this.proxy.joinLog(join);
    let haveJoined = false;
    try {
      while (!haveJoined) {
        haveJoined = this.takeAcks(join.logPosition) !== undefined;
        if (!haveJoined) {
          yield;
        }
      }
    } finally {
      if (!haveJoined) {
        this.#abandoned.push(join.logPosition);
      }
    }
  }

  /** The service whose Aeron client this is; undefined for any other. */
  serviceOfClient(clientId: number): number | undefined {
    const serviceId = this.#clientIds.indexOf(clientId);
    return serviceId >= 0 ? serviceId : undefined;
  }

  close(): void {
    this.proxy.close();
    this.#adapter.close();
  }
}
