import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Authenticator, DEFAULT_AUTHENTICATOR, SemanticVersion } from '../../../src/agrona/mod.ts';
import { CloseReason } from '../../../src/cluster/codecs/mod.ts';
import { SessionsUnderTest } from './session-fakes.ts';

describe('client sessions', () => {
  it('open by the log, and are told so', () => {
    const test = new SessionsUnderTest();
    const response = test.connect();
    test.round();
    assert.deepEqual(test.log, ['open 1']);
    assert.deepEqual(response.events, ['OK']);
    assert.equal(test.sessions.get(1)!.isOpen, true);
  });

  it('are sent to the leader by a member that does not lead', () => {
    const test = new SessionsUnderTest();
    const response = test.connect({}, false);
    test.round();
    assert.deepEqual(response.events, ['REDIRECT 0=a:1,2=b:2']);
    assert.equal(response.isClosed, true);
    assert.deepEqual(test.log, []);
  });

  it('are turned away beyond the limit, and with another protocol', () => {
    const test = new SessionsUnderTest({ maxConcurrentSessions: 1 });
    test.open();
    const second = test.connect();
    const old = new SessionsUnderTest();
    const ancient = old.connect({ version: SemanticVersion.compose(7, 0, 0) });
    test.round();
    old.round();
    assert.deepEqual(second.events, ['ERROR concurrent session limit']);
    assert.match(ancient.events[0]!, /^ERROR invalid client version 7\.0\.0, cluster is 0\.3\.0/);
    assert.match(test.reports[0]!, /^ERROR concurrent session limit, clusterMemberId=2, id=2/);
  });

  it('are given up when they cannot be answered, with a report that names the channel', () => {
    const test = new SessionsUnderTest();
    const response = test.connect({ responseChannel: 'aeron:nonsense' });
    response.progress = 'failed';
    test.round();
    test.round();
    assert.match(test.reports[0]!, /responseChannel=aeron:nonsense/);
    assert.deepEqual(test.log, []);
  });

  it('are given up when the channel cannot carry the answer: a redirection, a challenge', () => {
    const test = new SessionsUnderTest({
      authenticator: {
        ...DEFAULT_AUTHENTICATOR,
        onConnectedSession: (session) => void session.challenge(new Uint8Array(100)),
      },
    });
    test.connect({}, false).maxMessageLength = 64;
    test.connect().maxMessageLength = 64;
    test.round();
    test.round();
    assert.deepEqual(
      test.responses.map(({ isClosed }) => isClosed),
      [true, true],
    );
    assert.match(test.reports[0]!, /^session -1 cannot be answered on responseChannel=/);
    assert.match(test.reports[1]!, /^session 1 cannot be answered on responseChannel=/);
  });

  it('that cannot be told that they are open time out, and are closed once', () => {
    const test = new SessionsUnderTest();
    test.connect().maxMessageLength = 32;
    const good = test.connect();
    test.round();
    test.round();
    assert.deepEqual(test.log, ['open 1', 'open 2']);
    assert.deepEqual(good.events, ['OK']);
    assert.match(test.reports[0]!, /^session 1 cannot be answered/);
    test.nowNs += 1001;
    test.sessions.get(2)!.timeOfLastActivityNs = test.nowNs;
    test.round();
    test.round();
    assert.deepEqual(test.log, ['open 1', 'open 2', 'close 1 TIMEOUT']);
  });

  it('are given up one by one when the log refuses them', () => {
    const test = new SessionsUnderTest();
    const first = test.connect({ responseChannel: `aeron:udp?alias=${'a'.repeat(100)}` });
    test.connect();
    test.round();
    assert.deepEqual(test.log, ['open 2']);
    assert.equal(first.isClosed, true);
    assert.deepEqual(test.reports, ['session 1 is given up: too long for the log']);
    test.round();
    assert.equal(test.reports.length, 1);
  });

  it('are challenged, and come in with a principal or not at all', () => {
    const answers = new Map<number, string>();
    const authenticator: Authenticator = {
      onConnectRequest: () => {},
      onChallengeResponse: (id, credentials) => answers.set(id, new TextDecoder().decode(credentials)),
      onConnectedSession: (session) => void session.challenge(new Uint8Array([1])),
      onChallengedSession: (session) => {
        const answer = answers.get(session.sessionId);
        if (answer === 'right') {
          session.authenticate(new TextEncoder().encode('admin'));
        } else if (answer !== undefined) {
          session.reject();
        }
      },
    };
    const test = new SessionsUnderTest({ authenticator });
    const good = test.connect();
    const bad = test.connect();
    test.round();
    assert.deepEqual(test.log, [], 'nobody is in before the answer');
    test.sessions.onChallengeResponse(78, 1, new TextEncoder().encode('right'));
    test.sessions.onChallengeResponse(79, 2, new TextEncoder().encode('wrong'));
    test.round();
    test.round();
    assert.deepEqual(test.log, ['open 1']);
    assert.equal(new TextDecoder().decode(test.sessions.get(1)!.encodedPrincipal), 'admin');
    assert.equal(good.events.at(-1), 'OK');
    assert.equal(bad.events.at(-1), 'AUTHENTICATION_REJECTED session failed authentication');
  });

  it('stay out when the authenticator fails, and keep nobody else out', () => {
    const authenticator: Authenticator = {
      ...DEFAULT_AUTHENTICATOR,
      onConnectedSession: (session) => {
        const principal = session.sessionId === 1 ? new Uint8Array(5000) : new Uint8Array(1);
        session.authenticate(principal);
      },
    };
    const test = new SessionsUnderTest({ authenticator });
    const first = test.connect();
    test.connect();
    test.round();
    test.round();
    assert.deepEqual(test.log, ['open 2']);
    assert.deepEqual(first.events, ['AUTHENTICATION_REJECTED session failed authentication']);
    assert.match(test.reports[0]!, /session 1 is rejected: encoded principal has 5000 bytes of at most 4096/);
  });

  it('are dropped when too many have to be turned away', () => {
    const test = new SessionsUnderTest();
    for (let i = 0; i < 300; i++) {
      test.connect({}, false);
    }
    assert.equal(test.responses.length, 256);
    assert.match(test.reports[0]!, /more than 256 clients/);
    test.round();
    assert.deepEqual(test.connect({}, false).events, []);
    assert.equal(test.responses.length, 257);
  });

  it('come in also while as many as can be are turned away', () => {
    const test = new SessionsUnderTest();
    for (let i = 0; i < 257; i++) {
      test.connect({ version: SemanticVersion.compose(7, 0, 0) }).isConnected = false;
    }
    test.connect();
    test.round();
    assert.equal(test.responses.length, 257);
    assert.deepEqual(test.log, ['open 257']);
  });

  it('are closed when nothing is heard of them, and counted', () => {
    const test = new SessionsUnderTest();
    const session = test.open();
    test.nowNs += 900;
    session.timeOfLastActivityNs = test.nowNs;
    test.nowNs += 900;
    test.round();
    assert.deepEqual(test.log, ['open 1']);
    test.nowNs += 200;
    test.round();
    assert.deepEqual(test.log, ['open 1', 'close 1 TIMEOUT']);
    assert.deepEqual(test.responses[0]!.events, ['OK', 'CLOSED TIMEOUT']);
    assert.equal(test.timedOut, 1);
  });

  it('are closed when the stream they send by ends', () => {
    const test = new SessionsUnderTest();
    test.open();
    test.sessions.onUnavailableIngressImage(4);
    test.round();
    assert.equal(test.log.at(-1), 'close 1 TIMEOUT');
  });

  it('are closed with a reason: by the client, by a service', () => {
    const test = new SessionsUnderTest();
    test.open();
    test.open();
    test.sessions.onClose(1, 5);
    test.sessions.onServiceClose(2, 5, true);
    assert.deepEqual(test.log.slice(2), ['close 1 CLIENT_ACTION', 'close 2 SERVICE_ACTION']);
    assert.equal(test.responses[1]!.events.at(-1), 'CLOSED SERVICE_ACTION');
  });

  it('close as soon as the log takes it, when it does not at once', () => {
    const test = new SessionsUnderTest();
    test.open();
    test.logRoom = 1;
    test.sessions.onClose(1, 5);
    test.round();
    assert.deepEqual(test.log, ['open 1']);
    test.logRoom = 2;
    test.round();
    assert.deepEqual(test.log, ['open 1', 'close 1 CLIENT_ACTION']);
    assert.equal(test.sessions.get(1), undefined);
  });

  it('come back, closing, when the log does not keep their closing, and go when it does not keep their opening', () => {
    const test = new SessionsUnderTest();
    test.open();
    test.open();
    test.sessions.onClose(1, 5);
    test.sessions.clearAfter(1, 5);
    test.sessions.table.restoreUncommitted(1);
    assert.deepEqual(
      test.sessions.table.sessions.map(({ id, state }) => `${id} ${state}`),
      ['1 CLOSING'],
    );
    assert.equal(test.responses[1]!.events.at(-1), 'CLOSED election');
    assert.equal(test.sessions.table.nextCommittedSessionId, 2);
    assert.equal(test.sessions.table.nextSessionId, 3, 'an id is not used twice');
  });

  it('go on under a new leader, who says so, and end with a cluster that was down', () => {
    const test = new SessionsUnderTest();
    const replayed = { logPosition: 9, correlationId: 1, responseStreamId: 102, responseChannel: 'aeron:ipc' };
    test.sessions.onReplayOpen({ ...replayed, clusterSessionId: 7 });
    test.sessions.prepareForNewTerm(false);
    test.round();
    test.round();
    assert.deepEqual(
      test.responses[0]!.events,
      ['OK', 'template 6'],
      'open, also when the old leader had no time to say so',
    );
    assert.equal(test.sessions.table.nextSessionId, 8);

    test.sessions.prepareForNewTerm(true);
    test.round();
    assert.deepEqual(test.log, ['close 7 TIMEOUT']);
  });

  it('load from a snapshot as they were: open, or on their way out', () => {
    const test = new SessionsUnderTest();
    const loaded = { correlationId: 1, openedLogPosition: 64, responseStreamId: 102, responseChannel: 'aeron:ipc' };
    test.sessions.onLoad({ ...loaded, clusterSessionId: 3, closeReason: CloseReason.NULL_VAL });
    test.sessions.onLoad({ ...loaded, clusterSessionId: 2, closeReason: CloseReason.SERVICE_ACTION });
    assert.deepEqual(
      test.sessions.table.sessions.map(({ id, state }) => `${id} ${state}`),
      ['2 CLOSING', '3 OPEN'],
    );
    assert.equal(test.sessions.table.nextCommittedSessionId, 4);
  });
});
