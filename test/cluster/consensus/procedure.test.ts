import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { added, type Procedure, ProcedureQueue } from '../../../src/cluster/consensus/procedure.ts';

describe('what the driver is asked to add', () => {
  it('is removed when the waiting for it was given up, and by then only', () => {
    const removed: string[] = [];
    const add = (name: string, get: () => string | undefined) => added(get, () => removed.push(name));
    const waiting = add('publication', () => undefined);
    waiting.next();
    waiting.return('');
    const answers = [undefined, 'here'];
    const answered = add('subscription', () => answers.shift());
    answered.next();
    assert.deepEqual(answered.next(), { done: true, value: 'here' });
    assert.throws(() =>
      add('refused', () => {
        throw new Error('no');
      }).next(),
    );
    assert.deepEqual(removed, ['publication', 'refused']);
  });
});

describe('a queue of procedures', () => {
  const did: string[] = [];
  function* twoSteps(name: string): Procedure<void> {
    let isDone = false;
    try {
      did.push(`${name} 1`);
      yield;
      did.push(`${name} 2`);
      isDone = true;
    } finally {
      if (!isDone) {
        did.push(`${name} taken back`);
      }
    }
  }

  it('gives up what was asked for, and does what has to be done, in its turn', () => {
    const queue = new ProcedureQueue();
    queue.add(twoSteps('replay'));
    queue.addCleanUp(twoSteps('close'));
    queue.add(twoSteps('join'));
    queue.addCleanUp(twoSteps('stop'));
    queue.step();
    queue.clear();
    queue.add(twoSteps('next'));
    while (!queue.isEmpty) {
      queue.step();
    }
    assert.deepEqual(did, [
      'replay 1',
      'replay taken back',
      'close 1',
      'close 2',
      'stop 1',
      'stop 2',
      'next 1',
      'next 2',
    ]);
  });

  it('lets clean-up that gives up the rest go on itself', () => {
    const queue = new ProcedureQueue();
    let steps = 0;
    queue.addCleanUp(
      (function* () {
        steps++;
        queue.clear();
        yield;
        steps++;
      })(),
    );
    queue.add(twoSteps('never'));
    queue.step();
    queue.step();
    assert.equal(queue.isEmpty, true);
    assert.equal(steps, 2);
  });
});
