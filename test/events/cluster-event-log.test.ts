import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openClusterEventLog } from '../../src/events/mod.ts';
import { SimulatedWorld } from '../../src/platform/simulated/mod.ts';

function withVariables(variables: Record<string, string>) {
  const printed: string[] = [];
  const world = new SimulatedWorld({
    seed: 1,
    onTrace: ({ kind, detail }) => kind === 'print' && printed.push(detail.slice('member: '.length)),
  });
  const { platform } = world.host('a', { addresses: ['10.0.0.1'] }).process('member', { variables });
  return { platform, printed, log: openClusterEventLog(platform) };
}

const stopCatchup = { memberId: 2, leadershipTermId: 1, followerMemberId: 3 };

describe('the event log of a cluster', () => {
  it('does not exist unless it is asked for', () => {
    assert.equal(withVariables({}).log, undefined);
    assert.equal(withVariables({ AERON_EVENT_CLUSTER_LOG: 'none' }).log, undefined);
    assert.equal(
      withVariables({ AERON_EVENT_CLUSTER_LOG: 'VOTE', AERON_EVENT_CLUSTER_LOG_DISABLE: 'all' }).log,
      undefined,
    );
  });

  it('has a line for each event, with the fields of upstream in their order', () => {
    const { log, printed } = withVariables({ AERON_EVENT_CLUSTER_LOG: 'all' });
    log?.log('CLUSTER_SESSION_STATE_CHANGE', {
      reason: 'openedLogPosition=256',
      newState: 'OPEN',
      oldState: undefined,
      action: 'CLIENT',
      sessionId: 7n,
      memberId: 1,
    });
    log?.log('VOTE', {
      memberId: 0,
      logLeadershipTermId: -1,
      logPosition: 0,
      candidateTermId: 0,
      candidateId: 2,
      voterId: 1,
      vote: true,
    });
    assert.match(printed[0]!, /^\[\d+\.\d{9}\] log started \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0000$/);
    assert.deepEqual(
      printed.slice(1).map((line) => line.replace(/^\[\d+\.\d{9}\] /, '')),
      [
        'CLUSTER: CLUSTER_SESSION_STATE_CHANGE memberId=1 sessionId=7 action=CLIENT oldState="null" newState=OPEN ' +
          'reason="openedLogPosition=256"',
        'CLUSTER: VOTE memberId=0 logLeadershipTermId=-1 logPosition=0 candidateTermId=0 candidateId=2 voterId=1 vote=true',
      ],
    );
  });

  it('takes names and ids, leaves out what is disabled, and complains of other words', () => {
    const { log, printed } = withVariables({
      AERON_EVENT_CLUSTER_LOG: 'VOTE, 8,START,VOTES',
      AERON_EVENT_CLUSTER_LOG_DISABLE: 'START',
    });
    assert.equal(printed[0], 'unknown event code: VOTES');
    assert.deepEqual(
      (['VOTE', 'STOP_CATCHUP', 'START', 'ROLE_CHANGE'] as const).map((name) => log?.isEnabled(name)),
      [true, true, true, false],
    );
    log?.log('ROLE_CHANGE', { memberId: 0, oldState: 'FOLLOWER', newState: 'LEADER', reason: '' });
    log?.log('STOP_CATCHUP', stopCatchup);
    assert.equal(printed.length, 3);
  });

  it('says who starts whatever is logged, and knows events of what is not there', () => {
    const { log, printed } = withVariables({
      AERON_EVENT_CLUSTER_LOG: 'VOTE',
      AERON_EVENT_CLUSTER_LOG_DISABLE: 'START,CLUSTER_BACKUP_STATE_CHANGE,DYNAMIC_JOIN_STATE_CHANGE_UNUSED,15,16',
    });
    log?.log('START', { version: '1' });
    assert.deepEqual(
      printed.slice(1).map((line) => line.replace(/^\[\d+\.\d{9}\] /, '')),
      ['CLUSTER: START version="1"'],
    );
  });

  it('is appended to a file when one is named', () => {
    const { platform, log, printed } = withVariables({
      AERON_EVENT_CLUSTER_LOG: 'all',
      AERON_EVENT_LOG_FILENAME: '/events.log',
    });
    log?.log('STOP_CATCHUP', stopCatchup);
    openClusterEventLog(platform)?.log('STOP_CATCHUP', { ...stopCatchup, memberId: 4 });
    const lines = new TextDecoder().decode(platform.files.readWhole('/events.log')).split('\n');
    assert.deepEqual(
      lines.map((line) => /memberId=\d/.exec(line)?.[0]),
      [undefined, 'memberId=2', undefined, 'memberId=4', undefined],
    );
    assert.deepEqual(printed, []);
  });
});
