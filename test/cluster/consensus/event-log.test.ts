import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterControlToggle } from '../../../src/cluster/consensus/mod.ts';
import { NodeWorld } from './node-world.ts';

describe('the event log of a consensus module', () => {
  it('tells an election, a session and a snapshot as upstream does', () => {
    const node = new NodeWorld().logEvents('COMMIT_POSITION,SERVICE_ACK').start();
    const client = node.client();
    client.send('add 1');
    node.until(() => client.messages.includes('sum 1'));
    node.toggle(ClusterControlToggle.SNAPSHOT);
    node.until(() => node.serviceLog.some((line) => line.startsWith('SNAPSHOT')));
    client.send('close');
    node.until(() => node.serviceLog.some((line) => line.startsWith('CLOSE')));
    const election = (from: string, to: string, reason: string, logLeadershipTermId = -1) =>
      `ELECTION_STATE_CHANGE memberId=0 oldState=${from} newState=${to} leaderId=0 candidateTermId=0 leadershipTermId=0 ` +
      `logPosition=0 logLeadershipTermId=${logLeadershipTermId} appendPosition=0 catchupPosition=-1 reason="${reason}"`;
    const session = (from: string, to: string, reason: string) =>
      `CLUSTER_SESSION_STATE_CHANGE memberId=0 sessionId=1 action=CLIENT oldState=${from} newState=${to} reason="${reason}"`;
    const expected = [
      'START version="1.52.2 aeron-ts"',
      'NEW_ELECTION memberId=0 leadershipTermId=-1 logPosition=0 appendPosition=0 reason="node started"',
      'ROLE_CHANGE memberId=0 oldState=FOLLOWER newState=LEADER reason=""',
      election('INIT', 'LEADER_LOG_REPLICATION', 'single-node cluster leader'),
      'STATE_CHANGE memberId=0 oldState=INIT newState=ACTIVE reason="started"',
      election('LEADER_LOG_REPLICATION', 'LEADER_REPLAY', ''),
      election('LEADER_REPLAY', 'LEADER_INIT', ''),
      election('LEADER_INIT', 'LEADER_READY', '', 0),
      election('LEADER_READY', 'CLOSED', '', 0),
      session('"null"', 'INIT', ''),
      session('INIT', 'CONNECTING', 'connecting'),
      session('CONNECTING', 'CONNECTED', 'connected'),
      session('CONNECTED', 'AUTHENTICATED', 'authenticated'),
      session('AUTHENTICATED', 'OPEN', 'openedLogPosition=256'),
      'APPEND_SESSION_OPEN memberId=0 sessionId=1 leadershipTermId=0 logPosition=256 timestamp=T timeUnit=MILLISECONDS',
      'STATE_CHANGE memberId=0 oldState=ACTIVE newState=SNAPSHOT reason="ClusterControl.SNAPSHOT"',
      'STATE_CHANGE memberId=0 oldState=SNAPSHOT newState=ACTIVE reason="snapshot complete"',
      session('OPEN', 'CLOSING', 'SERVICE_ACTION'),
      'APPEND_SESSION_CLOSE memberId=0 sessionId=1 closeReason=SERVICE_ACTION leadershipTermId=0 timestamp=T ' +
        'timeUnit=MILLISECONDS',
      session('CLOSING', 'CLOSED', ''),
    ];
    assert.deepEqual(node.events(), expected);
  });
});
