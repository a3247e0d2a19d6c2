import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AeronArchive, ArchiveError, ArchiveTimeoutError, type AsyncConnect } from '../../src/archive/mod.ts';
import { Aeron } from '../../src/client/mod.ts';
import { ChannelUri } from '../../src/protocol/mod.ts';
import { ClientWorld, SECOND_NS } from './client-world.ts';
import { ARCHIVE_ID, CONTROL_SESSION_ID } from './fake-archive.ts';

describe('The options of an archive client', () => {
  const codeOf = (action: () => unknown): string => {
    let code: string | undefined;
    assert.throws(action, (error: { code?: string }) => {
      code = error.code;
      return true;
    });
    return code!;
  };

  it('must name both channels', () => {
    const world = new ClientWorld();
    const connect = (options: object) => () =>
      AeronArchive.asyncConnect({ platform: world.client.platform, ...options });
    assert.throws(
      connect({ controlResponseChannel: 'aeron:ipc' }),
      /controlRequestChannel must be set.*AERON_ARCHIVE_CONTROL_CHANNEL/,
    );
    assert.throws(connect({ controlRequestChannel: 'aeron:ipc' }), /controlResponseChannel must be set/);
    assert.equal(
      codeOf(connect({ controlRequestChannel: 'ipc', controlResponseChannel: 'aeron:ipc' })),
      'INVALID_CHANNEL',
    );
  });

  it('are checked', () => {
    const world = new ClientWorld();
    const connect = (options: object) => () => AeronArchive.asyncConnect(world.options(options));
    assert.equal(codeOf(connect({ messageTimeoutNs: 0 })), 'CONFIGURATION');
    assert.equal(codeOf(connect({ messageRetryAttempts: 0 })), 'CONFIGURATION');
    assert.equal(codeOf(connect({ clientName: 'n'.repeat(101) })), 'CONFIGURATION');
    assert.equal(codeOf(connect({ controlRequestChanel: 'aeron:ipc' })), 'CONFIGURATION');
    assert.throws(connect({}), /asyncConnect needs option aeron/);
  });

  it('add what the control channels do not say themselves', async () => {
    const world = new ClientWorld();
    world.startArchive();
    const archive = await world.connect({
      controlRequestChannel: 'aeron:udp?endpoint=10.0.0.1:8010|mtu=2048',
      controlTermBufferLength: '128k',
      controlTermBufferSparse: false,
    });
    const request = ChannelUri.parse(archive.context.controlRequestChannel);
    const response = ChannelUri.parse(archive.context.controlResponseChannel);
    assert.equal(request.get('mtu'), '2048');
    assert.equal(response.get('mtu'), '1408');
    assert.equal(request.get('term-length'), '131072');
    assert.equal(request.get('sparse'), 'false');
    assert.equal(request.get('session-id'), response.get('session-id'));
    assert.equal(archive.archiveProxy.publication.sessionId, Number(request.get('session-id')));
  });
});

describe('An archive client connects', () => {
  it('and shows who it is', async () => {
    const world = new ClientWorld();
    const fake = world.startArchive();
    const archive = await world.connect({
      clientName: 'me',
      credentialsSupplier: {
        encodedCredentials: () => new TextEncoder().encode('open'),
        onChallenge: () => assert.fail('nobody challenges'),
      },
    });
    assert.equal(archive.controlSessionId, CONTROL_SESSION_ID);
    assert.equal(archive.archiveId, ARCHIVE_ID);
    assert.deepEqual(fake.credentials, ['open']);
    assert.match(fake.clientInfo, /^name=me version=\d+\.\d+\.\d+ commit=/);
    assert.doesNotMatch(fake.responseChannel, /endpoint=10.0.0.1:0(\||$)/, 'the port that the system chose');
    await world.until(() => fake.keepAlives === 1);
    archive.close();
    assert.equal(archive.state, 'CLOSED');
    await world.until(() => fake.isSessionClosed);
    assert.ok(archive.context.aeron.isClosed);
    archive.close();
  });

  it('to an archive too old to have an id', async () => {
    const world = new ClientWorld();
    world.startArchive({ version: 0x010900 });
    const archive = await world.connect();
    assert.equal(archive.archiveId, undefined);
  });

  it('by answering a challenge', async () => {
    const world = new ClientWorld();
    world.startArchive({ challenge: 'who?', answer: 'who?me' });
    const credentialsSupplier = {
      encodedCredentials: () => new Uint8Array(0),
      onChallenge: (challenge: Uint8Array) => new TextEncoder().encode(`${new TextDecoder().decode(challenge)}me`),
    };
    const archive = await world.connect({ credentialsSupplier });
    assert.equal(archive.archiveId, ARCHIVE_ID);
    const other = new ClientWorld();
    other.startArchive({ challenge: 'who?', answer: 'who?me' });
    const error = await other.errorOf(AeronArchive.connect(other.options()));
    assert.ok(error instanceof ArchiveError);
    assert.equal(error.code, 'AUTHENTICATION_REJECTED');
    assert.equal(error.message, 'wrong answer');
  });

  it('blocking, while the world goes on', () => {
    const world = new ClientWorld();
    world.startArchive();
    using archive = AeronArchive.connectBlocking(world.options());
    assert.equal(archive.archiveId, ARCHIVE_ID);
  });

  it('in steps, none of which waits', async () => {
    const world = new ClientWorld();
    world.startArchive();
    using aeron = Aeron.connectBlocking({ platform: world.client.platform, useConductorAgentInvoker: true });
    const connecting = AeronArchive.asyncConnect(world.options({ aeron }));
    let archive: AeronArchive | undefined;
    const states = new Set<string>();
    world.client.run(() => {
      states.add(connecting.state);
      archive ??= connecting.poll();
      return 0;
    });
    await world.until(() => archive !== undefined);
    assert.equal(connecting.poll(), archive);
    for (const state of ['AWAIT_SESSION_ID', 'AWAIT_PUBLICATION_CONNECTED', 'AWAIT_CONNECT_RESPONSE', 'DONE']) {
      assert.ok(states.has(state) || connecting.state === state, `${state} of ${[...states]}`);
    }
    archive!.close();
    assert.equal(aeron.isClosed, false, 'it is not the client’s own');
  });
});

describe('A connection to an archive fails', () => {
  /** The driver must have nothing of the client any more. */
  const leavesNothing = async (world: ClientWorld, connecting: Promise<unknown>, aeron: Aeron) => {
    const error = await world.errorOf(connecting);
    await world.until(() => !world.driver.logFiles().some((name) => name.startsWith('publications/')));
    assert.equal(aeron.isClosed, false);
    return error;
  };

  it('when there is none', async () => {
    const world = new ClientWorld();
    const aeron = await world.settle(Aeron.connect({ platform: world.client.platform }));
    const connecting = AeronArchive.connect(world.options({ aeron, messageTimeoutNs: '2s' }));
    const error = await leavesNothing(world, connecting, aeron);
    assert.ok(error instanceof ArchiveTimeoutError);
    assert.match(
      error.message,
      /within 2s \(messageTimeoutNs\): step=AWAIT_PUBLICATION_CONNECTED request channel=aeron:udp/,
    );
  });

  it('when it does not answer', async () => {
    const world = new ClientWorld();
    world.startArchive({ isSilent: true });
    const error = await world.errorOf(AeronArchive.connect(world.options()));
    assert.match(error.message, /step=AWAIT_CONNECT_RESPONSE/);
  });

  it('when it refuses', async () => {
    const world = new ClientWorld();
    const fake = world.startArchive({ refuses: 0 });
    const error = await world.errorOf(AeronArchive.connect(world.options()));
    assert.equal(error.code, 'GENERIC');
    assert.equal(error.message, 'go away');
    await world.until(() => fake.isSessionClosed);
  });

  it('when the driver refuses a channel', async () => {
    const world = new ClientWorld();
    const aeron = await world.settle(Aeron.connect({ platform: world.client.platform }));
    const options = world.options({ aeron, controlRequestChannel: 'aeron:udp?endpoint=nowhere.invalid:8010' });
    const error = await leavesNothing(world, AeronArchive.connect(options), aeron);
    assert.equal(error.constructor.name, 'RegistrationError');
  });

  it('when it is given up', async () => {
    const world = new ClientWorld();
    const aeron = await world.settle(Aeron.connect({ platform: world.client.platform }));
    const controller = new AbortController();
    const connecting = AeronArchive.connect(world.options({ aeron }), { signal: controller.signal });
    connecting.catch(() => {});
    await world.until(() => world.driver.logFiles().length > 0);
    const reason = new Error('enough');
    controller.abort(reason);
    await assert.rejects(world.settle(connecting), reason);
    await world.until(() => world.driver.logFiles().length === 0);

    const polled: AsyncConnect = AeronArchive.asyncConnect(world.options({ aeron }));
    polled.poll();
    polled.close();
    assert.throws(() => polled.poll(), { code: 'CANCELLED' });
    await world.world.settleUntil(() => false, SECOND_NS);
    assert.deepEqual(world.driver.logFiles(), []);
  });

  it('to block an event loop on which its Aeron client lives', async () => {
    const world = new ClientWorld();
    const aeron = await world.settle(Aeron.connect({ platform: world.client.platform }));
    assert.throws(() => AeronArchive.connectBlocking(world.options({ aeron })), { code: 'CONFIGURATION' });
  });
});
