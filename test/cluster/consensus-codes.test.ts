import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ElectionState, electionStateName } from '../../src/cluster/consensus/core/election-state.ts';
import { ClusterRole, clusterRoleName } from '../../src/cluster/consensus/core/roles.ts';
import { ClusterError, ClusterEvent } from '../../src/cluster/consensus/errors.ts';
import {
  ClusterActionFlags,
  ClusterControlToggle,
  ConsensusModuleState,
  consensusModuleStateName,
  NodeControlToggle,
} from '../../src/cluster/consensus/states.ts';

describe('Codes of the consensus module', () => {
  it('has the election states of upstream, in their order', () => {
    const names =
      'INIT CANVASS NOMINATE CANDIDATE_BALLOT FOLLOWER_BALLOT LEADER_LOG_REPLICATION LEADER_REPLAY LEADER_INIT' +
      ' LEADER_READY FOLLOWER_LOG_REPLICATION FOLLOWER_REPLAY FOLLOWER_CATCHUP_INIT FOLLOWER_CATCHUP_AWAIT' +
      ' FOLLOWER_CATCHUP FOLLOWER_LOG_INIT FOLLOWER_LOG_AWAIT FOLLOWER_READY CLOSED';
    assert.equal(Object.values(ElectionState).map(electionStateName).join(' '), names);
    assert.deepEqual(
      Object.values(ElectionState),
      Array.from({ length: 18 }, (_, code) => code),
    );
  });

  it('has roles, module states and toggles as counters show them', () => {
    assert.equal(Object.values(ClusterRole).map(clusterRoleName).join(' '), 'FOLLOWER CANDIDATE LEADER');
    assert.equal(
      Object.values(ConsensusModuleState).map(consensusModuleStateName).join(' '),
      'INIT ACTIVE SUSPENDED SNAPSHOT QUITTING TERMINATING CLOSED',
    );
    assert.deepEqual(Object.values(ClusterControlToggle), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(Object.values(NodeControlToggle), [0, 1, 2, 3]);
    assert.deepEqual(Object.values(ClusterActionFlags), [0, 1]);
  });

  it('has events that are errors of their own code', () => {
    const event = new ClusterEvent('leader heartbeat timeout');
    assert.ok(event instanceof ClusterError);
    assert.equal(event.code, 'CLUSTER_EVENT');
  });
});
