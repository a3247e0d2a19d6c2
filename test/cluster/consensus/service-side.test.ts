import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AtomicCounter } from '../../../src/agrona/mod.ts';
import type { Member } from '../../../src/cluster/consensus/member.ts';
import { ModuleState } from '../../../src/cluster/consensus/module-state.ts';
import { ProcedureQueue } from '../../../src/cluster/consensus/procedure.ts';
import type { ServiceAdapter } from '../../../src/cluster/consensus/service-adapter.ts';
import type { ServiceProxy } from '../../../src/cluster/consensus/service-proxy.ts';
import { ServiceSide } from '../../../src/cluster/consensus/service-side.ts';
import { Services } from '../../../src/cluster/consensus/services.ts';
import { ConsensusModuleState } from '../../../src/cluster/consensus/states.ts';
import { SimulatedWorld } from '../../../src/simulation/mod.ts';

const { ACTIVE, SNAPSHOT } = ConsensusModuleState;
const FAILED = -1;

/** A follower that is taking a snapshot, with one service, which cannot. */
class FollowerInSnapshot {
  readonly errors: string[] = [];
  readonly procedures = new ProcedureQueue();
  readonly state = new ModuleState(0, { isClosed: true } as AtomicCounter, undefined);
  readonly services = new Services({
    serviceCount: 1,
    proxy: { joinLog: () => {} } as unknown as ServiceProxy,
    adapter: {} as ServiceAdapter,
    clock: new SimulatedWorld({ seed: 1 }).host('a', { addresses: ['10.0.0.1'] }).process('module').platform.clock,
    lateAfterNs: 10_000_000_000,
    onLateStart: () => {},
    onLateJoin: () => {},
  });
  readonly #side = new ServiceSide({
    procedures: this.procedures,
    state: this.state,
    services: this.services,
    report: (error: Error) => this.errors.push(error.message),
    context: { clock: {} },
    replicated: { sessions: { updateTimeOfLastActivity: () => {} } },
  } as unknown as Member);
  #ackId = 0;

  constructor() {
    this.state.set(SNAPSHOT, 'test');
  }

  ack(logPosition: number, relevantId: number): void {
    this.#side.onServiceAck({ logPosition, timestamp: 0n, ackId: this.#ackId++, relevantId, serviceId: 0 });
  }
}

describe('acks of services while a snapshot is taken', () => {
  it('are those of the snapshot first, and then of the log that is joined', () => {
    const follower = new FollowerInSnapshot();
    const join = follower.services.join({ logPosition: 64 } as Parameters<Services['join']>[0], () => false);
    join.next();
    follower.ack(64, FAILED);
    assert.deepEqual(follower.errors, ['service=0 failed to take snapshot']);
    assert.equal(join.next().done, false);
    follower.ack(64, FAILED);
    assert.equal(join.next().done, true);
    follower.procedures.step();
    assert.equal(follower.state.is(ACTIVE), true);
    assert.equal(follower.errors.length, 1);
  });

  it('leave the member going on when the election gives up what was to be done about them', () => {
    const follower = new FollowerInSnapshot();
    follower.ack(64, FAILED);
    follower.procedures.clear();
    assert.equal(follower.state.is(ACTIVE), true);
  });
});
