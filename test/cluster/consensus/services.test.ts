import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Procedure } from '../../../src/cluster/consensus/procedure.ts';
import type { ServiceAdapter } from '../../../src/cluster/consensus/service-adapter.ts';
import type { JoinLog, ServiceProxy } from '../../../src/cluster/consensus/service-proxy.ts';
import { Services } from '../../../src/cluster/consensus/services.ts';
import { SimulatedWorld } from '../../../src/simulation/mod.ts';

const SECOND_NS = 1_000_000_000;

/** Services that ack when a test says so. */
class ServicesUnderTest {
  readonly world = new SimulatedWorld({ seed: 1 });
  readonly told: number[] = [];
  readonly late: string[] = [];
  onLate = () => {};
  hasGone = false;
  readonly services = new Services({
    serviceCount: 2,
    proxy: { joinLog: ({ logPosition }: JoinLog) => this.told.push(logPosition) } as unknown as ServiceProxy,
    adapter: {} as ServiceAdapter,
    clock: this.world.host('a', { addresses: ['10.0.0.1'] }).process('module').platform.clock,
    lateAfterNs: 10 * SECOND_NS,
    onLateStart: (serviceIds) => this.late.push(`${serviceIds.join()} at the start`),
    onLateJoin: (serviceIds, logPosition) => {
      this.late.push(`${serviceIds.join()} at ${logPosition}`);
      this.onLate();
    },
  });

  join(logPosition: number): Procedure<void> {
    return this.services.join({ logPosition } as JoinLog, () => this.hasGone);
  }

  ack(ackId: number, logPosition: number, serviceIds = [0, 1]): void {
    for (const serviceId of serviceIds) {
      this.services.onAck(serviceId, { ackId, logPosition, relevantId: -1 });
    }
  }

  /** All steps that it can take at once, in a second. */
  isDone(steps: Procedure<void>): boolean {
    const isDone = () => steps.next().done === true;
    if (isDone()) {
      return true;
    }
    this.world.run(SECOND_NS);
    return isDone();
  }
}

describe('services that are told to join a log', () => {
  it('have joined when they say so', () => {
    const under = new ServicesUnderTest();
    const join = under.join(64);
    assert.equal(under.isDone(join), false);
    assert.deepEqual(under.told, [64]);
    under.ack(0, 64);
    assert.equal(under.isDone(join), true);
    assert.equal(under.isDone(under.services.settle()), true);
  });

  it('are waited for when that was given up, before anything is closed or another log is named', () => {
    const under = new ServicesUnderTest();
    const join = under.join(64);
    join.next();
    join.return();
    const settle = under.services.settle();
    const next = under.join(64);
    assert.equal(under.isDone(settle), false);
    assert.equal(under.isDone(next), false);
    assert.deepEqual(under.told, [64]);
    under.ack(0, 64);
    assert.equal(under.isDone(settle), true);
    assert.equal(under.isDone(next), false);
    assert.deepEqual(under.told, [64, 64]);
    under.ack(1, 64);
    assert.equal(under.isDone(next), true);
  });

  it('are not waited for when the log has gone by itself, and then join the next one instead', () => {
    const under = new ServicesUnderTest();
    const join = under.join(64);
    join.next();
    under.hasGone = true;
    assert.throws(() => under.isDone(join), { code: 'CLUSTER_EVENT', message: /log has gone .* logPosition=64/ });
    assert.equal(under.isDone(under.services.settle()), true);
    const next = under.join(64);
    assert.equal(under.isDone(next), false);
    under.hasGone = false;
    assert.deepEqual(under.told, [64, 64]);
    under.ack(0, 64);
    assert.equal(under.isDone(next), true, 'one ack for the two logs');
  });

  it('are late after a while, which is said once, and waited for all the same', () => {
    const under = new ServicesUnderTest();
    const join = under.join(64);
    join.next();
    under.ack(0, 64, [0]);
    under.world.run(9 * SECOND_NS);
    assert.equal(under.isDone(join), false);
    assert.deepEqual(under.late, ['1 at 64']);
    under.world.run(20 * SECOND_NS);
    assert.equal(under.isDone(join), false);
    under.ack(0, 64, [1]);
    assert.equal(under.isDone(join), true);
    assert.deepEqual(under.late, ['1 at 64']);
  });

  it('are waited for also when their being late has given up the joining', () => {
    const under = new ServicesUnderTest();
    under.onLate = () => {
      throw new Error('late');
    };
    const join = under.join(64);
    join.next();
    under.world.run(10 * SECOND_NS);
    assert.throws(() => join.next(), /late/);
    const settle = under.services.settle();
    assert.equal(under.isDone(settle), false);
    under.ack(0, 64);
    assert.equal(under.isDone(settle), true);
    assert.deepEqual(under.late, ['0,1 at 64']);
  });
});

describe('services that are awaited at the start', () => {
  it('are late after a while, which is said once, and waited for all the same', () => {
    const under = new ServicesUnderTest();
    const start = under.services.awaitStart(64);
    under.services.onAck(0, { ackId: 0, logPosition: 64, relevantId: 5 });
    start.next();
    under.world.run(9 * SECOND_NS);
    assert.equal(under.isDone(start), false);
    assert.deepEqual(under.late, ['1 at the start']);
    under.world.run(20 * SECOND_NS);
    assert.equal(under.isDone(start), false);
    under.services.onAck(1, { ackId: 0, logPosition: 64, relevantId: 6 });
    assert.equal(under.isDone(start), true);
    assert.deepEqual(under.late, ['1 at the start']);
  });
});
