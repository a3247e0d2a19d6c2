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
  hasGone = false;
  readonly services = new Services(
    1,
    { joinLog: ({ logPosition }: JoinLog) => this.told.push(logPosition) } as unknown as ServiceProxy,
    {} as ServiceAdapter,
    this.world.host('a', { addresses: ['10.0.0.1'] }).process('module').platform.clock,
  );

  join(logPosition: number): Procedure<void> {
    return this.services.join({ logPosition } as JoinLog, () => this.hasGone);
  }

  ack(ackId: number, logPosition: number): void {
    this.services.onAck(0, { ackId, logPosition, relevantId: -1 });
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
    assert.equal(under.isDone(next), true, 'one ack for the two of them');
  });
});
