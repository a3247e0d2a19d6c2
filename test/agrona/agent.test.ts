import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Agent,
  AgentInvoker,
  AgentRunner,
  AgentTerminationError,
  AtomicBuffer,
  AtomicCounter,
  CompositeAgent,
  type IdleStrategy,
} from '../../src/agrona/mod.ts';

/** Writes down what is done to it; `work` says what each round does. */
const agentOf = (roleName: string, calls: string[], work: () => number = () => 1): Agent => ({
  roleName,
  onStart: () => void calls.push(`${roleName} start`),
  doWork: () => {
    calls.push(`${roleName} work`);
    return work();
  },
  onClose: () => void calls.push(`${roleName} close`),
});

const fail = (message: string) => (): never => {
  throw new Error(message);
};

const harness = () => {
  const errors: unknown[] = [];
  const errorCounter = new AtomicCounter(AtomicBuffer.allocate(128), 0);
  const messages = () => errors.map((error) => (error as Error).message);
  return { calls: [] as string[], messages, errorCounter, handler: (error: unknown) => void errors.push(error) };
};

describe('AgentInvoker', () => {
  it('starts, invokes and closes its agent, each at its time', () => {
    const { calls, handler, errorCounter } = harness();
    const invoker = new AgentInvoker(handler, errorCounter, agentOf('a', calls));
    assert.equal(invoker.invoke(), 0);
    invoker.start();
    invoker.start();
    assert.equal(invoker.isRunning, true);
    assert.equal(invoker.invoke(), 1);
    invoker.close();
    invoker.close();
    assert.equal(invoker.invoke(), 0);
    invoker.start();
    assert.deepEqual(calls, ['a start', 'a work', 'a close']);
    assert.equal(invoker.isClosed, true);
  });

  it('counts and handles what its agent throws, and goes on', () => {
    const { calls, handler, messages, errorCounter } = harness();
    const invoker = new AgentInvoker(handler, errorCounter, agentOf('a', calls, fail('work')));
    invoker.start();
    assert.equal(invoker.invoke(), 0);
    assert.equal(invoker.invoke(), 0);
    assert.deepEqual(messages(), ['work', 'work']);
    assert.equal(errorCounter.get(), 2);
    assert.equal(invoker.isRunning, true);
  });

  it('closes an agent that terminates, in silence when that was expected', () => {
    for (const isExpected of [true, false]) {
      const { calls, handler, messages } = harness();
      const work = () => {
        throw new AgentTerminationError('done', { isExpected });
      };
      const invoker = new AgentInvoker(handler, undefined, agentOf('a', calls, work));
      invoker.start();
      invoker.invoke();
      assert.equal(invoker.isClosed, true);
      assert.deepEqual(messages(), isExpected ? [] : ['done']);
      assert.equal(invoker.failure?.message, isExpected ? undefined : 'done');
      assert.deepEqual(calls, ['a start', 'a work', 'a close']);
    }
  });

  it('closes an agent that does not start', () => {
    const { calls, handler, messages } = harness();
    const agent = { ...agentOf('a', calls), onStart: fail('start') };
    const invoker = new AgentInvoker(handler, undefined, agent);
    invoker.start();
    assert.equal(invoker.isRunning, false);
    assert.deepEqual(calls, ['a close']);
    assert.deepEqual(messages(), ['start']);
  });

  it('is closed also when closing the agent fails', () => {
    const { calls, handler, messages } = harness();
    const invoker = new AgentInvoker(handler, undefined, { ...agentOf('a', calls), onClose: fail('close') });
    invoker.start();
    invoker.close();
    assert.equal(invoker.isClosed, true);
    assert.deepEqual(messages(), ['close']);
  });

  it('drives an agent that has a duty cycle and nothing else', () => {
    const { handler, messages } = harness();
    const invoker = new AgentInvoker(handler, undefined, { roleName: 'plain', doWork: () => 7 });
    invoker.start();
    assert.equal(invoker.invoke(), 7);
    invoker.close();
    assert.deepEqual(messages(), []);
  });
});

describe('AgentRunner', () => {
  const idleInto = (counts: number[]): IdleStrategy => ({
    alias: 'test',
    idle: (workCount) => void counts.push(workCount),
    reset: () => {},
  });

  it('runs its agent with the idle strategy until told to stop', () => {
    const { calls, handler } = harness();
    const counts: number[] = [];
    let rounds = 0;
    const runner = new AgentRunner(
      idleInto(counts),
      handler,
      undefined,
      agentOf('a', calls, () => ++rounds % 2),
    );
    runner.run(() => rounds === 3);
    assert.deepEqual(counts, [1, 0, 1]);
    assert.deepEqual(calls, ['a start', 'a work', 'a work', 'a work', 'a close']);
    assert.equal(runner.isClosed, true);
  });

  it('ends when it is closed by its own agent or the agent terminates', () => {
    const { calls, handler, messages } = harness();
    const closing: AgentRunner = new AgentRunner(
      idleInto([]),
      handler,
      undefined,
      agentOf('a', calls, () => {
        closing.close();
        return 1;
      }),
    );
    closing.run();
    const terminating = new AgentRunner(
      idleInto([]),
      handler,
      undefined,
      agentOf('b', calls, () => {
        throw new AgentTerminationError('done', { isExpected: true });
      }),
    );
    terminating.run();
    assert.deepEqual(calls, ['a start', 'a work', 'a close', 'b start', 'b work', 'b close']);
    assert.deepEqual(messages(), []);
  });
});

describe('CompositeAgent', () => {
  it('gives every agent its turn, in order', () => {
    const { calls } = harness();
    const composite = new CompositeAgent([agentOf('a', calls), agentOf('b', calls, () => 2)]);
    assert.equal(composite.roleName, '[a,b]');
    composite.onStart();
    assert.equal(composite.doWork(), 3);
    composite.onClose();
    assert.deepEqual(calls, ['a start', 'b start', 'a work', 'b work', 'a close', 'b close']);
  });

  it('lets no agent starve the others by throwing', () => {
    const { calls } = harness();
    const composite = new CompositeAgent([agentOf('a', calls, fail('a')), agentOf('b', calls)]);
    assert.throws(() => composite.doWork(), /a/);
    assert.equal(composite.doWork(), 1);
    assert.deepEqual(calls, ['a work', 'b work']);
  });

  it('starts and closes all, and then throws what went wrong', () => {
    const { calls } = harness();
    const broken = { ...agentOf('a', calls), onStart: fail('no start'), onClose: fail('no close') };
    const composite = new CompositeAgent([broken, agentOf('b', calls)]);
    const withErrors = (message: string) => (error: unknown) =>
      error instanceof AggregateError && error.errors.length === 1 && error.errors[0].message === message;
    assert.throws(() => composite.onStart(), withErrors('no start'));
    assert.throws(() => composite.onClose(), withErrors('no close'));
    assert.deepEqual(calls, ['b start', 'b close']);
  });

  it('is of at least one agent', () => {
    assert.throws(() => new CompositeAgent([]), /at least one agent/);
  });
});
