import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeronError } from '../../../src/agrona/mod.ts';
import { ConsensusPublisher } from '../../../src/cluster/consensus/consensus-publisher.ts';
import { IngressSide } from '../../../src/cluster/consensus/ingress-side.ts';
import type { Member } from '../../../src/cluster/consensus/member.ts';

describe('a member that does not lead', () => {
  it('says whose answer to a challenge is too long for the way to the leader, and what sets the limit', () => {
    const reports: string[] = [];
    const offer = (_buffer: unknown, _offset: number, length: number) => {
      throw new AeronError('MESSAGE_TOO_LONG', `message of ${length} bytes exceeds the maximum of 8192`);
    };
    const side = new IngressSide({
      isLeader: false,
      leaderMemberId: 2,
      links: { get: () => ({ offer }) },
      publisher: new ConsensusPublisher({ appVersion: 1, time: () => 0n }),
      report: (error: Error) => reports.push(error.message),
    } as unknown as Member);
    side.onIngressChallengeResponse(11, 7, new Uint8Array(64 * 1024));
    assert.deepEqual(reports, [
      'answer of session 7 to its challenge, for member 2, is dropped, as it is too long: ' +
        'message of 65564 bytes exceeds the maximum of 8192 (term-length of consensusChannel)',
    ]);
  });
});
