import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuthenticatorSupplier, SessionProxy } from '../../src/agrona/mod.ts';
import { ArchiveErrorCode, SourceLocation } from '../../src/archive/client/mod.ts';
import { StopAllReplaysRequestDecoder } from '../../src/archive/codecs/mod.ts';
import { AeronCounters } from '../../src/protocol/mod.ts';
import { ArchiveWorld, refusedWith, SECOND_NS } from './archive-world.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('control sessions', () => {
  it('are shown by a counter while they are open', () => {
    const world = new ArchiveWorld({}, { clientName: 'tester' });
    const labels = () => world.labelsOf(AeronCounters.ARCHIVE_CONTROL_SESSION_TYPE_ID);
    assert.match(labels()[0]!, /^control-session: name=tester|^control-session: .*sourceIdentity=aeron:ipc sessionId=/);
    world.client.close();
    world.until(() => labels().length === 0);
    world.close();
  });

  it('end when the client takes nothing for the connect time-out', () => {
    const world = new ArchiveWorld({
      connectTimeoutNs: 2 * SECOND_NS,
      sessionLivenessCheckIntervalNs: SECOND_NS / 1000,
    });
    const counter = () => world.counterOf(AeronCounters.ARCHIVE_CONTROL_SESSIONS_TYPE_ID);
    assert.equal(counter(), 1);
    // Pings are not read: after some hundred the response stream is full.
    world.until(() => counter() === 0);
    assert.match(world.archive.errors().join(), /failed to send response for more than connectTimeoutMs=2000/);
    world.close();
  });

  it('are refused by the authenticator', () => {
    const rejecting: AuthenticatorSupplier = () => ({
      onConnectRequest: () => {},
      onChallengeResponse: () => {},
      onConnectedSession: (session) => session.reject(),
      onChallengedSession: () => {},
    });
    assert.throws(
      () => new ArchiveWorld({ authenticatorSupplier: rejecting }),
      refusedWith(ArchiveErrorCode.AUTHENTICATION_REJECTED),
    );
  });

  it('leave nothing behind when the authenticator throws', () => {
    let isBroken = false;
    const supplier: AuthenticatorSupplier = () => ({
      onConnectRequest: () => {
        if (isBroken) {
          throw new Error('the directory of users is down');
        }
      },
      onChallengeResponse: () => {},
      onConnectedSession: (session) => session.authenticate(encode('somebody')),
      onChallengedSession: () => {},
    });
    const world = new ArchiveWorld({ authenticatorSupplier: supplier });
    isBroken = true;
    assert.throws(() => world.connect());
    assert.equal(world.labelsOf(AeronCounters.ARCHIVE_CONTROL_SESSION_TYPE_ID).length, 1);
    assert.match(world.archive.errors().join(), /the directory of users is down/);
    world.close();
  });

  it('are told of a descriptor that is too long for them, and go on', () => {
    const world = new ArchiveWorld();
    const { client } = world;
    const { recordingId } = world.record(1);
    const rest = 'aeron:udp?endpoint=:1';
    client.updateChannel(recordingId, `aeron:udp?endpoint=${'x'.repeat(4095 - rest.length)}:1`).block();
    const tooLong = refusedWith(ArchiveErrorCode.GENERIC, /message of \d+ bytes/);
    assert.throws(() => client.listRecordings(0, 10, () => {}).block(), tooLong);
    assert.throws(() => client.listRecording(recordingId, () => {}).block(), tooLong);
    assert.equal(client.listRecordings(recordingId + 1, 10, () => {}).block(), 0);
    world.close();
  });

  it('are challenged by the authenticator', () => {
    const answers = new Map<number, string>();
    const decide = (session: SessionProxy) => {
      const answer = answers.get(session.sessionId);
      if (answer === 'friend') {
        session.authenticate(encode('a friend'));
      } else if (answer !== undefined) {
        session.reject();
      }
    };
    const challenging: AuthenticatorSupplier = () => ({
      onConnectRequest: () => {},
      onChallengeResponse: (sessionId, encodedCredentials) => answers.set(sessionId, decode(encodedCredentials)),
      onConnectedSession: (session) => {
        session.challenge(encode('friend or foe?'));
      },
      onChallengedSession: decide,
    });
    const answering = (answer: string) => ({
      credentialsSupplier: {
        encodedCredentials: () => new Uint8Array(0),
        onChallenge: (challenge: Uint8Array) => {
          assert.equal(decode(challenge), 'friend or foe?');
          return encode(answer);
        },
      },
    });
    const world = new ArchiveWorld({ authenticatorSupplier: challenging }, answering('friend'));
    assert.equal(world.client.listRecordings(0, 1, () => {}).block(), 0);
    assert.throws(() => world.connect(answering('foe')), refusedWith(ArchiveErrorCode.AUTHENTICATION_REJECTED));
    world.close();
  });

  it('may do what the authorisation service says', () => {
    const asked: Array<number | string> = [];
    const world = new ArchiveWorld({
      authorisationServiceSupplier: () => ({
        isAuthorised: (_protocolId, actionId, _type, principal) => {
          asked.push(actionId, decode(principal!));
          return actionId !== StopAllReplaysRequestDecoder.TEMPLATE_ID;
        },
      }),
    });
    assert.throws(() => world.client.stopAllReplays(-1).block(), refusedWith(ArchiveErrorCode.UNAUTHORISED_ACTION));
    assert.equal(world.client.listRecordings(0, 1, () => {}).block(), 0);
    assert.ok(asked.includes(StopAllReplaysRequestDecoder.TEMPLATE_ID));
    assert.match(world.archive.errors().join(), /unauthorised archive action=/);
    world.close();
  });

  it('hear of a request that cannot be carried out, and go on', () => {
    const world = new ArchiveWorld();
    assert.throws(
      () => world.client.startRecording('aeron:udp?endpoint=a:1|so-rcvbuf=many', 1, SourceLocation.REMOTE).block(),
      refusedWith(ArchiveErrorCode.GENERIC, /so-rcvbuf/),
    );
    assert.equal(world.client.listRecordings(0, 1, () => {}).block(), 0);
    world.close();
  });
});
