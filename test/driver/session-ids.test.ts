import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SessionIds } from '../../src/driver/session-ids.ts';

describe('session ids', () => {
  it('are given one after the other, around the end of 32 bits', () => {
    const ids = new SessionIds(0x7ffffffe, -1, 1000);
    const given = Array.from({ length: 4 }, () => ids.nextAvailable(1, 'ipc'));
    assert.deepEqual(given, [0x7ffffffe, 0x7fffffff, -0x80000000, -0x7fffffff]);
  });

  it('skip the reserved ones, also where the reserved range begins', () => {
    const ids = new SessionIds(-3, -1, 1000);
    const given = Array.from({ length: 4 }, () => ids.nextAvailable(1, 'ipc'));
    assert.deepEqual(given, [-3, -2, 1001, 1002]);
  });

  it('of a stream may be in use on another stream or channel, but not on the same', () => {
    const ids = new SessionIds(5000, -1, 1000);
    ids.add(5000, 1, 'ipc');
    assert.equal(ids.has(5000, 1, 'ipc'), true);
    assert.equal(ids.has(5000, 2, 'ipc'), false);
    assert.equal(ids.has(5000, 1, 'udp'), false);
    assert.equal(ids.nextAvailable(1, 'ipc'), 5001);
    ids.remove(5000, 1, 'ipc');
    assert.equal(ids.has(5000, 1, 'ipc'), false);
  });

  it('that are free on a stream whatever the channel are in use on none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 2000, max: 2010 }), fc.constantFrom(1, 2), fc.constantFrom('a', 'b'))),
        (taken) => {
          const ids = new SessionIds(2000, -1, 1000);
          for (const [sessionId, streamId, channel] of taken) {
            ids.add(sessionId, streamId, channel);
          }
          const free = ids.nextAvailableOnAnyChannel(1);
          assert(!taken.some(([sessionId, streamId]) => sessionId === free && streamId === 1));
        },
      ),
    );
  });
});
