import assert from 'node:assert/strict';
import { AtomicCounter, CountersReader } from '../../../src/agrona/mod.ts';
import type { ClusterClientOptions } from '../../../src/cluster/client/mod.ts';
import type { ConsensusModuleOptions } from '../../../src/cluster/consensus/mod.ts';
import { ClusterClient, type ClusteredService } from '../../../src/cluster/mod.ts';
import { AeronCounters, CncFile } from '../../../src/protocol/mod.ts';
import {
  SimulatedCluster,
  SimulatedMediaDriver,
  type SimulatedMember,
  SimulatedWorld,
  type WorldOptions,
} from '../../../src/simulation/mod.ts';
import { TextService } from '../text-service.ts';
import { AERON_DIRECTORY } from './node-world.ts';

const SECOND_NS = 1_000_000_000;
export const HEARTBEAT_TIMEOUT_NS = 2 * SECOND_NS;
export const ELECTION_TIMEOUT_NS = SECOND_NS;

interface ThreeMembersOptions extends Pick<WorldOptions, 'onTrace'> {
  readonly variables?: Readonly<Record<string, string>>;
  readonly consensusModule?: ConsensusModuleOptions;
  readonly newService?: (memberId: number, log: (line: string) => void) => ClusteredService;
}

/** A cluster of three under virtual time with a client. */
export class ThreeMembers {
  readonly world: SimulatedWorld;
  readonly cluster: SimulatedCluster;
  /** What the services of each member have said. */
  readonly logs: readonly string[][] = [[], [], []];
  readonly messages: string[] = [];
  client!: ClusterClient;
  #clients = 0;

  /** `variables`: the environment of the members. */
  constructor(options: ThreeMembersOptions = {}) {
    const { onTrace, variables = {}, consensusModule, newService = (_, log) => new TextService(log) } = options;
    this.world = new SimulatedWorld({ seed: 3, ...(onTrace === undefined ? {} : { onTrace }) });
    this.cluster = SimulatedCluster.launch(this.world, {
      newService: (id) => newService(id, (line) => this.logs[id]!.push(line)),
      variables,
      consensusModule: {
        leaderHeartbeatTimeoutNs: HEARTBEAT_TIMEOUT_NS,
        electionTimeoutNs: ELECTION_TIMEOUT_NS,
        startupCanvassTimeoutNs: 4 * SECOND_NS,
        ...consensusModule,
      },
    });
  }

  async until(condition: () => boolean, what: string = String(condition)): Promise<void> {
    const happens = await this.world.settleUntil(condition, 60 * SECOND_NS);
    const members = this.cluster.members.map((member) => member.describe()).join('; ');
    assert(happens, `within a minute: ${what}; ${members}; ${JSON.stringify([this.logs, this.messages])}`);
  }

  /** Lets the cluster go on. */
  async settle(durationNs = SECOND_NS): Promise<void> {
    await this.world.settleUntil(() => false, durationNs);
  }

  /** @param ingressEndpoints of those that the client tries first; any by default */
  async connect(
    egressParameters = '',
    ingressEndpoints = this.cluster.ingressEndpoints,
    options: ClusterClientOptions = {},
  ): Promise<void> {
    const address = `10.0.0.${100 + this.#clients++}`;
    const driver = SimulatedMediaDriver.launch(this.world.host(`client ${address}`, { addresses: [address] }));
    let isConnected = false;
    const converse = async () => {
      this.client = await ClusterClient.connect({
        platform: driver.host.process('client').platform,
        ingressChannel: 'aeron:udp',
        ingressEndpoints,
        egressChannel: `aeron:udp?endpoint=${address}:0${egressParameters}`,
        ...options,
      });
      isConnected = true;
      for await (const { data } of this.client.messages()) {
        this.messages.push(new TextDecoder().decode(data));
      }
    };
    converse().catch(() => {});
    await this.until(() => isConnected);
  }

  /** Waits until the client knows who leads. */
  async leader(): Promise<SimulatedMember> {
    await this.until(() => {
      const { leader } = this.cluster;
      return leader !== undefined && this.client.session.leaderMemberId === leader.id;
    });
    return this.cluster.leader!;
  }

  send(text: string): void {
    this.client.send(text).catch(() => {});
  }

  toggle({ host }: SimulatedMember, from: number, to: number): void {
    const cnc = CncFile.tryMap(host.process('operator').platform, AERON_DIRECTORY);
    assert(cnc instanceof CncFile);
    const counters = new CountersReader(cnc.countersMetaDataBuffer, cnc.countersValuesBuffer);
    const toggle = counters.findAllocated(
      (id) => counters.getCounterTypeId(id) === AeronCounters.CLUSTER_CONTROL_TOGGLE_TYPE_ID,
    );
    assert.equal(new AtomicCounter(cnc.countersValuesBuffer, toggle).compareAndSet(from, to), true);
    cnc.close();
  }
}
