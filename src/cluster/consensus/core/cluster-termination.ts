import type { ClusterMember } from './cluster-member.ts';

/**
 * A leader that ends the whole cluster waits for its own services, and then for the other members as long as it
 * has time. Upstream: `io.aeron.cluster.ClusterTermination`.
 */
export class ClusterTermination {
  #deadlineNs: number;
  #isAwaitingServices = true;

  constructor(deadlineNs: number) {
    this.#deadlineNs = deadlineNs;
  }

  extendTo(deadlineNs: number): void {
    this.#deadlineNs = deadlineNs;
  }

  onServicesTerminated(): void {
    this.#isAwaitingServices = false;
  }

  canTerminate(members: readonly ClusterMember[], nowNs: number): boolean {
    if (this.#isAwaitingServices) {
      return false;
    }
    return nowNs >= this.#deadlineNs || members.every(({ isLeader, hasTerminated }) => isLeader || hasTerminated);
  }
}
