import type { AtomicBuffer } from '../../src/agrona/mod.ts';
import { type ClientSession, type Cluster, type ClusteredService, ClusterRole } from '../../src/cluster/service/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';

const { clock } = nativePlatform();

/** Sends every message back; says how much it replayed, and what its role is. */
export default class EchoService implements ClusteredService {
  #cluster: Cluster | undefined;
  #startedNs = 0;
  #messages = 0;

  onStart(cluster: Cluster): void {
    this.#cluster = cluster;
    this.#startedNs = clock.nanoTime();
  }

  onSessionMessage(
    session: ClientSession | undefined,
    _timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): void {
    this.#messages++;
    while (session !== undefined && session.offer(buffer, offset, length) < 0) {
      this.#cluster!.idleStrategy.idle(0);
    }
  }

  onRoleChange(role: ClusterRole): void {
    const elapsedMs = Math.round((clock.nanoTime() - this.#startedNs) / 1e6);
    const name = Object.entries(ClusterRole).find(([, value]) => value === role)?.[0];
    console.log(`ROLE ${name} replayed ${this.#messages} in ${elapsedMs} ms`);
  }
}
