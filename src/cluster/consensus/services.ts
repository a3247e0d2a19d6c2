import type { Clock } from '../../platform/mod.ts';
import { ClusterError, ClusterEvent } from './errors.ts';
import type { Procedure } from './procedure.ts';
import { type ServiceAck, ServiceAcks } from './service-acks.ts';
import type { ServiceAdapter } from './service-adapter.ts';
import type { JoinLog, ServiceProxy } from './service-proxy.ts';

const NULL_VALUE = -1;
/** For acks to come that were sent while the log was there. */
const LAST_ACKS_NS = 200_000_000;

export interface ServicesParameters {
  readonly serviceCount: number;
  readonly proxy: ServiceProxy;
  readonly adapter: ServiceAdapter;
  readonly clock: Clock;
  /** So long they may take to start, or to join a log, before they count as late. */
  readonly lateAfterNs: number;
  /** Told once. */
  readonly onLateStart: (serviceIds: readonly number[]) => void;
  /** Told once of a log. What it throws gives up the joining: what is left of that is for `settle` to wait for. */
  readonly onLateJoin: (serviceIds: readonly number[], logPosition: number) => void;
}

interface Joining {
  readonly logPosition: number;
  readonly hasGone: () => boolean;
  /** Infinity once that was told. */
  lateNs: number;
}

/**
 * The services of this node, as one: what is asked of them is done when all have acked it. Acks are counted;
 * one of anything else than what was asked for is an error.
 */
export class Services {
  readonly proxy: ServiceProxy;
  readonly #p: ServicesParameters;
  readonly #acks: ServiceAcks;
  readonly #clientIds: number[];
  /** What not all services have joined yet. */
  #joining: Joining | undefined;

  constructor(parameters: ServicesParameters) {
    const { serviceCount, proxy } = parameters;
    this.#p = parameters;
    this.proxy = proxy;
    this.#acks = new ServiceAcks(serviceCount);
    this.#clientIds = new Array<number>(serviceCount).fill(NULL_VALUE);
  }

  poll(): number {
    return this.#p.adapter.poll();
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
    return this.#acks.hasReached(logPosition) ? this.#acks.take() : undefined;
  }

  /** Waits for services to recover; they answer with the ids of their Aeron clients. @throws ClusterError SERVICE_START */
  *awaitStart(logPosition: number): Procedure<void> {
    let lateNs = this.#lateNs();
    let acks = this.takeAcks(logPosition);
    for (; acks === undefined; acks = this.takeAcks(logPosition)) {
      if (this.#isPast(lateNs)) {
        lateNs = Number.POSITIVE_INFINITY;
        this.#p.onLateStart(this.#acks.missing);
      }
      yield;
    }
    acks.forEach(({ relevantId }, serviceId) => {
      if (relevantId === NULL_VALUE) {
        throw new ClusterError(
          'SERVICE_START',
          `service=${serviceId} failed to start clustered service: its error log says why`,
        );
      }
      this.#clientIds[serviceId] = relevantId;
    });
  }

  /**
   * Has the services join a log, and waits until they have. Given up, it leaves the rest of the waiting to `settle`.
   * @param hasGone whether the log can no longer be joined by those that have not
   * @throws ClusterError SERVICE_UNREACHABLE; ClusterEvent when the log has gone before all had joined
   */
  *join(join: JoinLog, hasGone: () => boolean): Procedure<void> {
    yield* this.settle();
    if (this.#joining !== undefined) {
      this.#acks.supersede(this.#joining.logPosition);
      this.#joining = undefined;
    }
    this.proxy.joinLog(join);
    this.#joining = { logPosition: join.logPosition, hasGone, lateNs: this.#lateNs() };
    yield* this.settle();
    if (this.#joining !== undefined) {
      throw new ClusterEvent(`log has gone before all services joined it: logPosition=${join.logPosition}`);
    }
  }

  /**
   * Waits until the services have joined the log that they were told of last: a log that is closed under a service
   * that has still to join it is waited for by that service without an end. Of a log that has gone by itself, only acks
   * that are on their way are waited for.
   */
  *settle(): Procedure<void> {
    let goneDeadlineNs: number | undefined;
    while (this.#joining !== undefined) {
      const { logPosition, hasGone } = this.#joining;
      if (this.takeAcks(logPosition) !== undefined) {
        this.#joining = undefined;
        return;
      }
      if (hasGone()) {
        const nowNs = this.#p.clock.nanoTime();
        goneDeadlineNs ??= nowNs + LAST_ACKS_NS;
        if (nowNs - goneDeadlineNs >= 0) {
          return;
        }
      }
      this.#checkLate(this.#joining);
      yield;
    }
  }

  #checkLate(joining: Joining): void {
    if (this.#isPast(joining.lateNs)) {
      joining.lateNs = Number.POSITIVE_INFINITY;
      this.#p.onLateJoin(this.#acks.missing, joining.logPosition);
    }
  }

  #lateNs(): number {
    return this.#p.clock.nanoTime() + this.#p.lateAfterNs;
  }

  #isPast(deadlineNs: number): boolean {
    return this.#p.clock.nanoTime() - deadlineNs >= 0;
  }

  /** The service whose Aeron client this is; undefined for any other. */
  serviceOfClient(clientId: number): number | undefined {
    const serviceId = this.#clientIds.indexOf(clientId);
    return serviceId >= 0 ? serviceId : undefined;
  }

  close(): void {
    this.proxy.close();
    this.#p.adapter.close();
  }
}
