import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ClusterMember } from '../../src/cluster/consensus/core/cluster-member.ts';
import {
  determineMember,
  encodeClusterMembers,
  encodeIngressEndpoints,
  encodeMemberEndpoints,
  parseClusterMembers,
  parseMemberEndpoints,
} from '../../src/cluster/consensus/core/cluster-members.ts';
import {
  hasActiveQuorum,
  hasQuorumAtPosition,
  isQuorumCandidate,
  isQuorumLeader,
  isUnanimousCandidate,
  isUnanimousLeader,
  quorumPosition,
  quorumThreshold,
} from '../../src/cluster/consensus/core/quorum.ts';

const THREE =
  '0,localhost:20110,localhost:20220,localhost:20330,localhost:0,localhost:8010|' +
  '1,localhost:20111,localhost:20221,localhost:20331,localhost:0,localhost:8011|' +
  '2,localhost:20112,localhost:20222,localhost:20332,localhost:0,localhost:8012';
const NOW = 1_000;
const TIMEOUT = 100;

function membersAt(...positions: number[]): ClusterMember[] {
  return positions.map((position, id) => {
    const member = new ClusterMember(id, parseMemberEndpoints('a,b,c,d,e'));
    member.updateLogPosition(1, position, NOW);
    return member;
  });
}

describe('clusterMembers', () => {
  it('is read and written as upstream does', () => {
    const members = parseClusterMembers(THREE);
    assert.deepEqual(
      members.map(({ id, endpoints }) => [id, endpoints.ingress, endpoints.catchup, endpoints.archive]),
      [
        [0, 'localhost:20110', 'localhost:0', 'localhost:8010'],
        [1, 'localhost:20111', 'localhost:0', 'localhost:8011'],
        [2, 'localhost:20112', 'localhost:0', 'localhost:8012'],
      ],
    );
    assert.equal(encodeClusterMembers(members), THREE);
    assert.equal(encodeClusterMembers(parseClusterMembers(`${THREE}|`)), THREE);
    assert.equal(encodeIngressEndpoints(members), '0=localhost:20110,1=localhost:20111,2=localhost:20112');
  });

  it('takes endpoints for responses, names, and IPv6 addresses', () => {
    const text = '3,node3,[::1]:2,[fe80::1%eth0]:3,c:4,d:5,e:6,f:7';
    const [member] = parseClusterMembers(text);
    assert.deepEqual(
      [member!.endpoints.archiveResponse, member!.endpoints.egressResponse, member!.endpoints.ingress],
      ['e:6', 'f:7', 'node3'],
    );
    assert.equal(encodeClusterMembers([member!]), text);
  });

  it('names what is wrong', () => {
    const faults: [string, RegExp][] = [
      ['', /names no member/],
      ['x,a:1,b:1,c:1,d:1,e:1', /'x' in 'x,a:1,b:1,c:1,d:1,e:1' is no member id/],
      ['-1,a:1,b:1,c:1,d:1,e:1', /'-1' .* is no member id/],
      ['0,a:1,b:1,c:1,d:1', /'0,a:1,b:1,c:1,d:1' has no archive endpoint/],
      ['0,a:1,,c:1,d:1,e:1', /'' is no consensus endpoint/],
      ['0,a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1', /has 8 endpoints/],
      ['0,a:1,b:1,c:70000,d:1,e:1', /'70000' is no port \(0 to 65535\) of the log endpoint 'c:70000'/],
      ['0,a:1,b:x,c:1,d:1,e:1', /'x' is no port .* of the consensus endpoint 'b:x'/],
      ['0,a:1,b:1,c:1,d:1,e:1|0,a:2,b:2,c:2,d:2,e:2', /member id 0 is there twice/],
      ['0,a:1,b:1,c:1,d:1,e:1||1,a:2,b:2,c:2,d:2,e:2', /'' in '' is no member id/],
      ['0,a:1 ,b:1,c:1,d:1,e:1', /'a:1 ' is no ingress endpoint/],
    ];
    for (const [text, message] of faults) {
      assert.throws(() => parseClusterMembers(text), { code: 'CLUSTER_MEMBERS', message }, text);
    }
  });

  it('knows which of the members one is', () => {
    const members = parseClusterMembers(THREE);
    const own = encodeMemberEndpoints(members[1]!.endpoints);
    assert.equal(determineMember(members, 1, ''), members[1]);
    assert.equal(determineMember(members, 1, own), members[1]);
    assert.throws(() => determineMember(members, 7, ''), { message: /clusterMemberId 7 is not among them/ });
    assert.throws(() => determineMember(members, 0, own), { message: /memberEndpoints '.*20111.*' are not '.*20110/ });
  });
});

describe('Quorum', () => {
  const plain = (member: ClusterMember) => member.logPosition;

  it('is more than half', () => {
    assert.deepEqual([1, 2, 3, 4, 5, 7].map(quorumThreshold), [1, 2, 2, 3, 3, 4]);
  });

  it('has the position that more than half have reached', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { minLength: 1, maxLength: 9 }), (positions) => {
        const members = membersAt(...positions);
        const threshold = quorumThreshold(members.length);
        const expected = positions.toSorted((a, b) => b - a)[threshold - 1];
        assert.equal(quorumPosition(members, new Array<number>(threshold).fill(9), plain, NOW, TIMEOUT), expected);
      }),
    );
  });

  it('counts only who was heard of lately', () => {
    const members = membersAt(30, 20, 10);
    members[1]!.timeOfLastAppendPositionNs = NOW - TIMEOUT;
    assert.equal(quorumPosition(members, [0, 0], plain, NOW, TIMEOUT), 10);
    assert.ok(hasActiveQuorum(members, NOW, TIMEOUT));
    assert.ok(!hasQuorumAtPosition(members, 1, 20, NOW, TIMEOUT));
    assert.ok(hasQuorumAtPosition(members, 1, 10, NOW, TIMEOUT));
    assert.ok(!hasQuorumAtPosition(members, 2, 10, NOW, TIMEOUT));
    members[2]!.timeOfLastAppendPositionNs = NOW - TIMEOUT;
    assert.ok(!hasActiveQuorum(members, NOW, TIMEOUT));
  });

  it('nominates who has the longest log of the newest term', () => {
    const members = membersAt(30, 20, 20);
    assert.ok(isUnanimousCandidate(members, members[0]!, -1));
    assert.ok(!isUnanimousCandidate(members, members[1]!, -1));
    assert.ok(isQuorumCandidate(members, members[1]!));
    members[2]!.updateLogPosition(2, 0, NOW);
    assert.ok(isUnanimousCandidate(members, members[2]!, -1));
    assert.ok(!isUnanimousCandidate(members, members[0]!, -1));
    members[1]!.reset();
    assert.ok(!isUnanimousCandidate(members, members[2]!, -1), 'one is not heard of');
    assert.ok(isUnanimousCandidate(members, members[2]!, 1), 'and is known to have left');
  });

  it('elects with all votes, or with a quorum and none against', () => {
    const members = membersAt(0, 0, 0);
    const answer = (id: number, vote: boolean | undefined) =>
      Object.assign(members[id]!, { candidateTermId: vote === undefined ? -1 : 5, vote });
    answer(0, true);
    answer(1, true);
    assert.ok(!isUnanimousLeader(members, 5, -1));
    assert.ok(isUnanimousLeader(members, 5, 2));
    assert.ok(isQuorumLeader(members, 5));
    assert.ok(!isQuorumLeader(members, 6));
    answer(2, false);
    assert.ok(!isQuorumLeader(members, 5));
    answer(2, true);
    assert.ok(isUnanimousLeader(members, 5, -1));
  });
});
