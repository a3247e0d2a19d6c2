import type { ConsensusModuleOptions } from '../cluster/consensus/mod.ts';
import type { ClusteredService } from '../cluster/mod.ts';
import type { SimulatedWorld } from '../platform/simulated/mod.ts';
import { type ClusterSettings, ingressEndpointsOf } from './member-components.ts';
import { SimulatedMember } from './simulated-member.ts';

export interface SimulatedClusterOptions {
  /** The service of a member, each time it starts. */
  readonly newService: (memberId: number) => ClusteredService;
  /** 3 by default. */
  readonly memberCount?: number;
  /** 1 or 2 when machines crash and nothing may be lost by it; 0 by default. */
  readonly fileSyncLevel?: number;
  /** Time-outs and the like, of each consensus module. */
  readonly consensusModule?: ConsensusModuleOptions;
  /** The environment of the members, as AERON_EVENT_CLUSTER_LOG, which prints what they do. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Told of what the components of a member could not do. */
  readonly onError?: (memberId: number, component: string, error: unknown) => void;
}

/**
 * A cluster with a service of yours, each member a whole node on a simulated host of its own: 'member-0' at 10.0.0.1,
 * 'member-1' at 10.0.0.2, ...
 *
 *     const world = new SimulatedWorld({ seed: 42 });
 *     const cluster = SimulatedCluster.launch(world, { newService: () => new CounterService() });
 *     world.runUntil(() => cluster.leader !== undefined, 60e9);
 *     cluster.leader.kill();
 *
 * Clients are programs like any other: give them a media driver (`SimulatedMediaDriver`) on a host of their own, its
 * `platform`, and `ingressEndpoints`.
 */
export class SimulatedCluster {
  readonly members: readonly SimulatedMember[];
  /** For clients, with ingress channel 'aeron:udp'. */
  readonly ingressEndpoints: string;
  readonly #newService: (memberId: number) => ClusteredService;

  private constructor(world: SimulatedWorld, options: SimulatedClusterOptions) {
    const { memberCount = 3, fileSyncLevel = 0, consensusModule = {}, variables = {}, onError } = options;
    const addresses = Array.from({ length: memberCount }, (_, id) => `10.0.0.${id + 1}`);
    const settings: ClusterSettings = { addresses, fileSyncLevel, serviceCount: 1, consensusModule };
    this.ingressEndpoints = ingressEndpointsOf(addresses);
    this.#newService = options.newService;
    this.members = addresses.map((address, id) => {
      const host = world.host(`member-${id}`, { addresses: [address] });
      return new SimulatedMember(host, {
        id,
        settings,
        variables,
        onError: (component, error) => onError?.(id, component, error),
      });
    });
  }

  /** Starts every member. @throws what the components throw */
  static launch(world: SimulatedWorld, options: SimulatedClusterOptions): SimulatedCluster {
    const cluster = new SimulatedCluster(world, options);
    for (const { id } of cluster.members) {
      cluster.start(id);
    }
    return cluster;
  }

  /** The member that leads, when there is one and it can be told. */
  get leader(): SimulatedMember | undefined {
    return this.members.find(({ isLeader }) => isLeader);
  }

  /**
   * Starts a member that has died. Its mark files keep it out for ten seconds after it was killed.
   * @throws AeronError MARK_FILE_ACTIVE; what else the components throw
   */
  start(memberId: number): void {
    this.members[memberId]!.start([this.#newService(memberId)]);
  }
}
