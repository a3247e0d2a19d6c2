import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AtomicBuffer } from '../../../src/agrona/mod.ts';
import { SESSION_HEADER_LENGTH } from '../../../src/cluster/consensus/log-publisher.ts';
import {
  PendingServiceMessages,
  serviceIdOfLogMessage,
} from '../../../src/cluster/consensus/pending-service-messages.ts';

const SERVICE_ID = 3;

interface LogEntry {
  readonly id: bigint;
  readonly text: string;
}

/**
 * Members with one log, whose service offers the same messages everywhere, at its own pace. One leads; what it has
 * appended and not committed is lost when another takes over.
 */
class Cluster {
  readonly log: LogEntry[] = [];
  committed = 0;
  leader = 0;
  readonly members = Array.from({ length: 3 }, () => newMember());

  offer(index: number): void {
    const member = this.members[index]!;
    const text = `message ${member.offered++}`;
    const buffer = AtomicBuffer.ofString(text);
    member.pending.enqueue(buffer, 0, buffer.capacity);
  }

  append(count: number): void {
    const { pending } = this.members[this.leader]!;
    let left = count;
    pending.poll(({ clusterSessionId, buffer }) => {
      if (left-- <= 0) {
        return 0;
      }
      const length = buffer.capacity - SESSION_HEADER_LENGTH;
      this.log.push({ id: clusterSessionId, text: buffer.getStringWithoutLength(SESSION_HEADER_LENGTH, length) });
      return this.log.length;
    });
  }

  commit(count: number): void {
    this.committed = Math.min(this.log.length, this.committed + count);
    this.members[this.leader]!.pending.onCommitted(this.committed);
    this.members[this.leader]!.applied = this.committed;
  }

  follow(index: number, count: number): void {
    const member = this.members[index]!;
    if (index !== this.leader) {
      for (let i = 0; i < count && member.applied < this.committed; i++) {
        member.pending.onReplayed(this.log[member.applied++]!.id);
      }
    }
  }

  elect(index: number): void {
    this.members[this.leader]!.pending.restoreUncommitted(this.committed);
    this.log.length = this.committed;
    this.leader = index;
    const member = this.members[index]!;
    while (member.applied < this.committed) {
      member.pending.onReplayed(this.log[member.applied++]!.id);
    }
  }

  /** From a snapshot of itself, with its service from before it has offered anything behind. */
  restart(index: number): void {
    const { pending, applied, offered } = this.members[index]!;
    if (index === this.leader) {
      return;
    }
    const copy = newMember();
    copy.pending.loadState(pending.nextServiceSessionId, pending.logServiceSessionId);
    if (pending.isEmpty) {
      copy.pending.nextServiceSessionId = pending.logServiceSessionId + 1n;
    }
    pending.forEach(({ buffer }) => {
      copy.pending.load(buffer, 0, buffer.capacity);
    });
    copy.pending.verify();
    copy.applied = applied;
    copy.offered = Math.max(offered, applied);
    this.members[index] = copy;
  }
}

function newMember() {
  return { pending: new PendingServiceMessages(SERVICE_ID), offered: 0, applied: 0 };
}

const member = fc.nat(2);
const count = fc.integer({ min: 1, max: 30 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('offer' as const), member) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('append' as const), count) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('commit' as const), count) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('follow' as const), member) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('elect' as const), member) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('restart' as const), member) },
);

describe('messages of services to their own cluster', () => {
  it('come into the log once, in order, whoever leads and restarts', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const cluster = new Cluster();
        for (const [what, n] of steps) {
          switch (what) {
            case 'follow':
              cluster.follow(n, 3);
              break;
            default:
              cluster[what](n);
          }
        }
        cluster.log.slice(0, cluster.committed).forEach(({ id, text }, index) => {
          assert.equal(text, `message ${index}`);
          assert.equal(serviceIdOfLogMessage(id), SERVICE_ID);
        });
      }),
    );
  });

  it('are refused from a snapshot that does not have as many as it counts', () => {
    const pending = new PendingServiceMessages(0);
    pending.loadState(pending.logServiceSessionId + 3n, pending.logServiceSessionId);
    assert.throws(() => pending.verify(), { code: 'SNAPSHOT_INVALID', message: /nextServiceSessionId/ });
  });

  it('have ids that begin where upstream begins', () => {
    const pending = new PendingServiceMessages(1);
    assert.equal(pending.logServiceSessionId, -(2n ** 63n) + 2n ** 56n);
    assert.equal(serviceIdOfLogMessage(pending.nextServiceSessionId), 1);
  });
});
