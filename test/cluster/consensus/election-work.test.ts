import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ActionQueue } from '../../../src/cluster/consensus/core/action-queue.ts';
import { ElectionWork } from '../../../src/cluster/consensus/election-work.ts';
import type { Member } from '../../../src/cluster/consensus/member.ts';

describe('what the core wants done', () => {
  it('is done also when a message cannot be sent: that is reported', () => {
    const closed = new Error('publication to another member is closed');
    const reports: unknown[] = [];
    const roles: number[] = [];
    const member = {
      memberId: 0,
      events: undefined,
      links: { get: () => undefined },
      publisher: {
        send: () => {
          throw closed;
        },
      },
      resources: { counters: { role: { setRelease: (role: number) => roles.push(role) } } },
      report: (error: unknown) => reports.push(error),
    } as unknown as Member;
    const actions = new ActionQueue();
    const message = { type: 'stopCatchup', leadershipTermId: 1, followerMemberId: 1 } as const;
    actions.push({ type: 'send', to: 1, message });
    actions.push({ type: 'setRole', from: 0, to: 2 });
    const taken: boolean[] = [];
    actions.perform(new ElectionWork(member), (_action, isTaken) => taken.push(isTaken));
    assert.deepEqual(reports, [closed]);
    assert.deepEqual(taken, [false, true]);
    assert.deepEqual(roles, [2]);
  });
});
