import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Timers } from '../../../src/cluster/consensus/timers.ts';

type Step =
  | { readonly what: 'schedule'; readonly id: bigint; readonly deadline: bigint }
  | { readonly what: 'cancel'; readonly id: bigint }
  | { readonly what: 'poll'; readonly now: bigint; readonly taken: number };

const id = fc.bigInt({ min: -5n, max: 30n });
const time = fc.bigInt({ min: 0n, max: 50n });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('schedule' as const), id, deadline: time }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('cancel' as const), id }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('poll' as const), now: time, taken: fc.nat(30) }) },
);

describe('timers of services', () => {
  it('expire by their deadlines, those that are there, once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const timers = new Timers();
        const model = new Map<bigint, bigint>();
        for (const next of steps) {
          if (next.what === 'schedule') {
            timers.schedule(next.id, next.deadline);
            model.set(next.id, next.deadline);
          } else if (next.what === 'cancel') {
            assert.equal(timers.cancel(next.id), model.delete(next.id));
          } else {
            const due = [...model].filter(([, deadline]) => deadline <= next.now).map(([, deadline]) => deadline);
            const expired: bigint[] = [];
            const count = timers.poll(next.now, (correlationId) => {
              if (expired.length === next.taken) {
                return false;
              }
              expired.push(model.get(correlationId)!);
              assert.ok(model.delete(correlationId), 'it was there');
              return true;
            });
            assert.equal(count, Math.min(due.length, next.taken, 20));
            assert.deepEqual(expired, due.sort((a, b) => Number(a - b)).slice(0, count));
          }
          assert.equal(timers.size, model.size);
        }
        const left = new Map<bigint, bigint>();
        timers.forEach((correlationId, deadline) => {
          left.set(correlationId, deadline);
        });
        assert.deepEqual(left, model);
      }),
    );
  });
});
