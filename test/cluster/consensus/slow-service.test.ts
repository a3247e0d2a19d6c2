import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AgentInvoker, AtomicCounter, CountersReader } from '../../../src/agrona/mod.ts';
import { ElectionState } from '../../../src/cluster/consensus/core/election-state.ts';
import { ClusterRole } from '../../../src/cluster/consensus/core/roles.ts';
import type { SimulatedProcess } from '../../../src/platform/simulated/mod.ts';
import { AeronCounters, CncFile } from '../../../src/protocol/mod.ts';
import {
  type ComponentWorld,
  launchArchive,
  launchConsensusModule,
  launchDriver,
  launchService,
} from '../../../src/simulation/member-components.ts';
import { SimulatedWorld } from '../../../src/simulation/mod.ts';
import { TextService } from '../text-service.ts';
import { AERON_DIRECTORY } from './node-world.ts';

const SECOND_NS = 1_000_000_000;
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

/** A member whose components are processes that can stand still, alone or all at once. */
class SlowMember {
  readonly service: SimulatedProcess;
  readonly #processes: SimulatedProcess[] = [];
  readonly #counters: CountersReader;
  readonly #values: CncFile['countersValuesBuffer'];

  constructor(world: SimulatedWorld, id: number) {
    const host = world.host(`member-${id}`, { addresses: [ADDRESSES[id]!] });
    const settings = {
      addresses: ADDRESSES,
      fileSyncLevel: 0,
      serviceCount: 1,
      consensusModule: {
        leaderHeartbeatTimeoutNs: SECOND_NS,
        electionTimeoutNs: SECOND_NS / 2,
        startupCanvassTimeoutNs: 4 * SECOND_NS,
      },
    };
    const launch = (name: string, launchComponent: (world: ComponentWorld) => AgentInvoker): SimulatedProcess => {
      const process = host.process(name);
      const { platform } = process;
      const invoker = launchComponent({ settings, id, platform, idleStrategy: undefined, onError: () => {} });
      invoker.start();
      process.run(() => invoker.invoke());
      this.#processes.push(process);
      return process;
    };
    launch('driver', (component) => launchDriver(component).sharedAgentInvoker!);
    launch('archive', launchArchive);
    launch('consensus module', launchConsensusModule);
    this.service = launch('service', (component) => launchService(component, new TextService(), 0));
    const cnc = CncFile.tryMap(host.process('observer').platform, AERON_DIRECTORY);
    assert(cnc instanceof CncFile);
    this.#values = cnc.countersValuesBuffer;
    this.#counters = new CountersReader(cnc.countersMetaDataBuffer, this.#values);
  }

  is(role: ClusterRole, electionState: ElectionState): boolean {
    return (
      this.#counter(AeronCounters.CLUSTER_NODE_ROLE_TYPE_ID) === role &&
      this.#counter(AeronCounters.CLUSTER_ELECTION_STATE_TYPE_ID) === electionState
    );
  }

  pause(): void {
    for (const process of this.#processes) {
      process.pause();
    }
  }

  /** All but its service. */
  resume(): void {
    for (const process of this.#processes) {
      if (process !== this.service) {
        process.resume();
      }
    }
  }

  #counter(typeId: number): number | undefined {
    const id = this.#counters.findAllocated((candidate) => this.#counters.getCounterTypeId(candidate) === typeId);
    return id < 0 ? undefined : new AtomicCounter(this.#values, id).get();
  }
}

describe('a member whose service is slow to join a log', () => {
  it('keeps the log for it when the election is given up, and goes on when it has joined', () => {
    const world = new SimulatedWorld({ seed: 5 });
    const members = ADDRESSES.map((_, id) => new SlowMember(world, id));
    const until = (condition: () => boolean, what: string) =>
      assert(world.runUntil(condition, 60 * SECOND_NS), `within a minute: ${what}`);
    const leads = (member: SlowMember) => member.is(ClusterRole.LEADER, ElectionState.CLOSED);
    const follows = (member: SlowMember) => member.is(ClusterRole.FOLLOWER, ElectionState.CLOSED);
    until(() => members.some(leads) && members.filter(follows).length === 2, 'one leads the others');
    world.run(SECOND_NS);

    const first = members.find(leads)!;
    const others = members.filter((member) => member !== first);
    for (const { service } of others) {
      service.pause();
    }
    first.pause();
    until(() => others.some((member) => member.is(ClusterRole.LEADER, ElectionState.LEADER_INIT)), 'one is elected');
    const elected = others.find((member) => member.is(ClusterRole.LEADER, ElectionState.LEADER_INIT))!;
    const voter = others.find((member) => member !== elected)!;
    world.run(SECOND_NS / 5);
    assert(elected.is(ClusterRole.LEADER, ElectionState.LEADER_INIT), 'its service has been told to join');
    elected.pause();
    first.resume();
    first.service.resume();
    voter.service.resume();
    until(() => !leads(first), 'the first one hears that it does not lead any more');
    until(() => leads(first) || leads(voter), 'the two that are left have a leader');
    elected.resume();
    until(() => elected.is(ClusterRole.FOLLOWER, ElectionState.INIT), 'it gives up its election');
    world.run(SECOND_NS);
    elected.service.resume();
    until(() => follows(elected), 'it follows');
    until(() => members.filter(follows).length === 2, 'all go on');
  });
});
