import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Agent, AgentInvoker, AgentLoop, AgentTerminationError, type IdleStrategy } from '../../src/agrona/mod.ts';

/** Counts the rounds in which the thread had nothing to do. */
function idleCounter(): IdleStrategy & { idles: number } {
  return {
    alias: 'test',
    idles: 0,
    idle(workCount: number) {
      this.idles += workCount > 0 ? 0 : 1;
      assert.ok(this.idles < 1000, 'waits for ever');
    },
    reset() {},
  };
}

const failed: unknown[] = [];
const invokerOf = (agent: Agent) => new AgentInvoker((error) => failed.push(error), undefined, agent);

describe('AgentLoop', () => {
  it('gives every agent its turn, in the order they were added', () => {
    const calls: string[] = [];
    const loop = new AgentLoop(idleCounter());
    for (const roleName of ['driver', 'archive']) {
      loop.add(invokerOf({ roleName, doWork: () => calls.push(roleName) }));
    }
    assert.equal(loop.doWork(), 1 + 2);
    assert.deepEqual(calls, ['driver', 'archive']);
  });

  it('lets the others run while one waits, and does not enter that one again', () => {
    const loop = new AgentLoop(idleCounter());
    let served = 0;
    let rounds = 0;
    loop.add(invokerOf({ roleName: 'driver', doWork: () => ++served }));
    loop.add(
      invokerOf({
        roleName: 'service',
        doWork: () => {
          rounds++;
          while (served < 5) {
            loop.idleStrategy.idle(0);
          }
          return 1;
        },
      }),
    );
    loop.doWork();
    assert.equal(served, 5);
    assert.equal(rounds, 1);
  });

  it('lets the others run while one starts and while one closes', () => {
    const loop = new AgentLoop(idleCounter());
    let served = 0;
    const awaitServed = (count: number) => {
      while (served < count) {
        loop.idleStrategy.idle(0);
      }
    };
    let isClosed = false;
    loop.add(invokerOf({ roleName: 'driver', doWork: () => ++served, onClose: () => assert.ok(isClosed) }));
    loop.add(
      invokerOf({
        roleName: 'archive',
        onStart: () => awaitServed(3),
        doWork: () => 0,
        onClose: () => {
          awaitServed(7);
          isClosed = true;
        },
      }),
    );
    assert.equal(served, 3);
    loop.close();
    assert.equal(served, 7);
    assert.deepEqual(failed, []);
  });

  it('idles only when nobody has work, also while one waits', () => {
    const idleStrategy = idleCounter();
    const loop = new AgentLoop(idleStrategy);
    let work = 0;
    loop.add(invokerOf({ roleName: 'driver', doWork: () => work }));
    loop.idleStrategy.idle(0);
    assert.equal(idleStrategy.idles, 1);
    work = 1;
    loop.idleStrategy.idle(0);
    loop.idleStrategy.idle(1);
    assert.equal(idleStrategy.idles, 1);
  });

  it('runs until an agent ends, and closes the others, the last one first', () => {
    const loop = new AgentLoop(idleCounter());
    const closed: string[] = [];
    let rounds = 0;
    for (const roleName of ['driver', 'archive', 'service']) {
      loop.add(
        invokerOf({
          roleName,
          doWork: () => {
            if (roleName === 'archive' && ++rounds === 3) {
              throw new AgentTerminationError('done', { isExpected: true });
            }
            return 1;
          },
          onClose: () => void closed.push(roleName),
        }),
      );
    }
    loop.run();
    assert.equal(loop.isRunning, false);
    assert.deepEqual(closed, ['archive', 'service', 'driver']);
  });

  it('stops when it is told to', () => {
    const loop = new AgentLoop(idleCounter());
    let rounds = 0;
    loop.add(invokerOf({ roleName: 'driver', doWork: () => ++rounds }));
    loop.run(() => rounds === 4);
    assert.equal(rounds, 4);
  });
});
