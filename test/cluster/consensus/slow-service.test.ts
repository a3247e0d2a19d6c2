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
import { AERON_DIRECTORY, NodeWorld } from './node-world.ts';

const SECOND_NS = 1_000_000_000;
const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

/** A member whose components are processes that can stand still, alone or all at once. */
class SlowMember {
  readonly service: SimulatedProcess;
  readonly errors: string[] = [];
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
      const onError = (_: string, error: unknown) => this.errors.push(String(error));
      const invoker = launchComponent({ settings, id, platform, idleStrategy: undefined, onError });
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

/** Three members, of which one leads. */
class SlowMembers {
  readonly world = new SimulatedWorld({ seed: 5 });
  readonly members = ADDRESSES.map((_, id) => new SlowMember(this.world, id));
  /** That leads at first. */
  readonly first: SlowMember;
  readonly others: readonly SlowMember[];

  constructor() {
    this.until(() => this.members.some(leads) && this.members.filter(follows).length === 2, 'one leads the others');
    this.world.run(SECOND_NS);
    this.first = this.members.find(leads)!;
    this.others = this.members.filter((member) => member !== this.first);
  }

  until(condition: () => boolean, what: string): void {
    assert(this.world.runUntil(condition, 60 * SECOND_NS), `within a minute: ${what}`);
  }

  /** The others have to do without their leader, and their services stand still. */
  electWithoutServices(): { readonly elected: SlowMember; readonly voter: SlowMember } {
    const { first, others, world } = this;
    for (const { service } of others) {
      service.pause();
    }
    first.pause();
    const isElected = (member: SlowMember) => member.is(ClusterRole.LEADER, ElectionState.LEADER_INIT);
    this.until(() => others.some(isElected), 'one is elected');
    const elected = others.find(isElected)!;
    world.run(SECOND_NS / 5);
    assert(isElected(elected), 'its service has been told to join');
    return { elected, voter: others.find((member) => member !== elected)! };
  }
}

function leads(member: SlowMember): boolean {
  return member.is(ClusterRole.LEADER, ElectionState.CLOSED);
}

function follows(member: SlowMember): boolean {
  return member.is(ClusterRole.FOLLOWER, ElectionState.CLOSED);
}

describe('a member whose service is slow to start or to join a log', () => {
  it('keeps the log for it when the election is given up, and goes on when it has joined', () => {
    const slow = new SlowMembers();
    const { world, first, members } = slow;
    const { elected, voter } = slow.electWithoutServices();
    elected.pause();
    first.resume();
    first.service.resume();
    voter.service.resume();
    slow.until(() => !leads(first), 'the first one hears that it does not lead any more');
    slow.until(() => leads(first) || leads(voter), 'the two that are left have a leader');
    elected.resume();
    slow.until(() => elected.is(ClusterRole.FOLLOWER, ElectionState.INIT), 'it gives up its election');
    world.run(SECOND_NS);
    elected.service.resume();
    slow.until(() => follows(elected), 'it follows');
    slow.until(() => members.filter(follows).length === 2, 'all go on');
  });

  it('leaves the lead to others when it has been elected, says which service it is, and follows when that has joined', () => {
    const slow = new SlowMembers();
    const { world, first } = slow;
    const { elected, voter } = slow.electWithoutServices();
    first.resume();
    first.service.resume();
    voter.service.resume();
    slow.until(() => !leads(first), 'the first one hears that it does not lead any more');
    slow.until(() => leads(first) || leads(voter), 'another leads');
    assert(elected.is(ClusterRole.FOLLOWER, ElectionState.INIT), 'it is silent');
    const said = () => elected.errors.filter((error) => error.includes('has not joined'));
    assert.match(
      said().join(),
      /service=0 .* leaderHeartbeatTimeoutNs=1000000000: this member leaves the lead to others/,
    );
    world.run(5 * SECOND_NS);
    assert.equal(said().length, 1, 'it is said once');
    elected.service.resume();
    slow.until(() => follows(elected), 'it follows');
  });

  it('goes on waiting when it is alone, and says so', () => {
    const node = new NodeWorld().start({ leaderHeartbeatTimeoutNs: SECOND_NS });
    const { process } = node.components.get('service 0')!;
    const electionState = () => node.counter(AeronCounters.CLUSTER_ELECTION_STATE_TYPE_ID).get();
    node.until(() => electionState() === ElectionState.LEADER_INIT, 'it is elected');
    process.pause();
    node.untilError(/SERVICE_LATE service=0 .* this member waits for it/);
    node.pass(5 * SECOND_NS);
    assert.equal(electionState(), ElectionState.LEADER_INIT);
    process.resume();
    node.until(() => electionState() === ElectionState.CLOSED, 'it leads');
    assert.equal(node.errors.length, 1);
  });

  it('says that it waits for one that was not launched, and starts with it', () => {
    const node = new NodeWorld();
    node.startDriver();
    node.startArchive();
    node.startModule({ serviceCount: 2 });
    node.startService(undefined, 1);
    node.untilError(/CLUSTER_EVENT service=0 has not started yet: .*\(serviceCount=2\)/);
    node.startService(undefined, 0);
    node.client();
    assert.equal(node.errors.length, 1);
  });
});
