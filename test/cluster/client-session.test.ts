import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { BufferClaim, ControlledFragmentAction, Publication } from '../../src/client/mod.ts';
import {
  AdminResponseCode,
  AeronCluster,
  type AeronClusterOptions,
  AuthenticationError,
  ClusterError,
  ConnectTimeoutError,
  type ControlledEgressListener,
  type EgressListener,
  EventCode,
  SessionState,
} from '../../src/cluster/client/mod.ts';
import { SimulatedMediaDriver } from '../../src/simulation/mod.ts';
import { FakeCluster, SECOND_NS } from './fake-cluster.ts';

/** Writes down what it is told. */
class Journal implements EgressListener {
  readonly lines: string[] = [];

  onMessage(sessionId: number, timestamp: bigint, buffer: AtomicBuffer, offset: number, length: number): void {
    this.lines.push(`message ${sessionId} ${timestamp} ${buffer.getStringWithoutLength(offset, length)}`);
  }

  onSessionEvent(
    _correlationId: number,
    sessionId: number,
    termId: number,
    leaderId: number,
    code: EventCode,
    detail: string,
  ): void {
    this.lines.push(`event ${sessionId} ${termId} ${leaderId} ${code} ${detail}`);
  }

  onNewLeader(sessionId: number, termId: number, leaderId: number, endpoints: string): void {
    this.lines.push(`leader ${sessionId} ${termId} ${leaderId} ${endpoints}`);
  }

  onAdminResponse(
    sessionId: number,
    correlationId: bigint,
    _type: number,
    code: AdminResponseCode,
    message: string,
    payload: AtomicBuffer,
    payloadOffset: number,
    payloadLength: number,
  ): void {
    this.lines.push(
      `admin ${sessionId} ${correlationId} ${code} '${message}' [${payload.copyBytes(payloadOffset, payloadLength)}]`,
    );
  }
}

async function connect(cluster: FakeCluster, options: AeronClusterOptions = {}) {
  const journal = new Journal();
  const client = await cluster.settle(
    AeronCluster.connect({ ...cluster.clientOptions(), egressListener: journal, ...options }),
  );
  return { client, journal };
}

const text = (content: string) => AtomicBuffer.ofString(content);

/** Polls the egress on a loop of the world until the condition holds. */
async function pollUntil(cluster: FakeCluster, client: AeronCluster, condition: () => boolean): Promise<void> {
  const loop = cluster.clientDriver.host.process('poller').run(() => client.pollEgress());
  try {
    await cluster.until(condition);
  } finally {
    loop.stop();
  }
}

describe('A session', () => {
  it('opens with the leader, sends, receives and says that it ends', async () => {
    const cluster = new FakeCluster();
    const { client, journal } = await connect(cluster, { clientName: 'tester' });
    assert.equal(client.state, SessionState.CONNECTED);
    assert.equal(client.clusterSessionId, 1);
    assert.equal(client.leaderMemberId, 0);
    assert.equal(client.leadershipTermId, 0);
    assert.equal(client.newLeaderTimeoutNs, 20 * SECOND_NS);
    assert.equal(cluster.journal[0], "connect member 0 version 768 credentials '' info 'name=tester version=aeron-ts'");

    assert(client.offer(text('one')) > 0);
    const claim = new BufferClaim();
    assert(client.tryClaim(3, claim) > 0);
    claim.putBytes(AeronCluster.SESSION_HEADER_LENGTH, text('two'), 0, 3);
    claim.commit();
    assert(client.offerVector([{ buffer: text('th') }, { buffer: text('xree'), offset: 1 }]) > 0);
    const long = 'long '.repeat(1000);
    assert(client.offer(text(long)) > 0);
    assert(client.sendKeepAlive());
    await pollUntil(cluster, client, () => journal.lines.length === 4);
    assert.deepEqual(
      journal.lines,
      ['one', 'two', 'three', long].map((body) => `message 1 1234 ${body}`),
    );

    client.close();
    assert.equal(client.state, SessionState.CLOSED);
    assert.equal(client.offer(text('late')), Publication.CLOSED);
    assert.equal(client.sendKeepAlive(), false);
    await cluster.until(() => cluster.journal.at(-1) === 'close 1');
    assert(cluster.journal.includes('keep-alive 1'));
  });

  it('is redirected by members that do not lead', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    cluster.leaderId = 2;
    const { client } = await connect(cluster, cluster.clientOptions([0]));
    assert.equal(client.leaderMemberId, 2);
    assert.deepEqual(
      cluster.journal.map((line) => line.slice(0, 16)),
      ['connect member 0', 'connect member 2'],
    );
    client.close();
  });

  it('finds the leader while other members are down', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    cluster.leaderId = 2;
    cluster.members[0]!.stop();
    const { client } = await connect(cluster);
    assert.equal(client.leaderMemberId, 2);
    client.close();
  });

  it('shows its credentials, and answers a challenge', async () => {
    const cluster = new FakeCluster({ challenge: new TextEncoder().encode('abc') });
    const { client } = await connect(cluster, {
      credentialsSupplier: {
        encodedCredentials: () => new TextEncoder().encode('me'),
        onChallenge: (challenge) => Uint8Array.from(challenge).reverse(),
      },
    });
    assert.match(cluster.journal[0]!, /credentials 'me'/);
    assert.equal(client.state, SessionState.CONNECTED);
    client.close();
  });

  it('opens on a multicast egress that is in use already, and is not taken for that of another client', async () => {
    const cluster = new FakeCluster();
    const [other, late] = [101, 102].map((n) =>
      SimulatedMediaDriver.launch(cluster.world.host(`client${n}`, { addresses: [`10.0.0.${n}`] })),
    );
    const egressChannel = 'aeron:udp?endpoint=224.20.30.39:24326';
    const platforms = [cluster.clientDriver, other!, late!].map((driver) => driver.host.process('sharer').platform);
    const [first, second, third] = await Promise.all(
      platforms.map(async (platform, i) => {
        await cluster.until(() => cluster.sessions.size >= (i === 2 ? 2 : 0));
        return (await connect(cluster, { platform, egressChannel, messageTimeoutNs: 5 * SECOND_NS })).client;
      }),
    );
    assert.deepEqual([first, second, third].map((client) => client!.clusterSessionId).sort(), [1, 2, 3]);
    assert.equal(third!.clusterSessionId, 3);
  });

  it('does not open with wrong credentials', async () => {
    const cluster = new FakeCluster({ challenge: new TextEncoder().encode('abc') });
    await assert.rejects(
      connect(cluster),
      (error) => error instanceof AuthenticationError && error.code === 'AUTHENTICATION_REJECTED',
    );
  });

  it('does not open when the cluster has too many', async () => {
    const cluster = new FakeCluster({ refusal: { code: EventCode.ERROR, detail: 'concurrent session limit' } });
    await assert.rejects(connect(cluster), { code: 'SESSION_REFUSED', message: 'concurrent session limit' });
  });

  it('does not open without a cluster, and says what it has tried', async () => {
    const cluster = new FakeCluster();
    cluster.members[0]!.stop();
    await assert.rejects(connect(cluster, { messageTimeoutNs: SECOND_NS }), (error) => {
      assert(error instanceof ConnectTimeoutError);
      assert.match(error.message, /messageTimeoutNs = 1s: in state AWAIT_PUBLICATION_CONNECTED.*0=10\.0\.0\.1:9002/);
      return true;
    });
  });

  it('asks for a snapshot and is told what came of it', async () => {
    const cluster = new FakeCluster();
    const { client, journal } = await connect(cluster);
    assert(client.sendAdminRequestToTakeASnapshot(77));
    await pollUntil(cluster, client, () => journal.lines.length > 0);
    assert.deepEqual(journal.lines, [`admin 1 77 ${AdminResponseCode.OK} '' [7,8]`]);
    client.close();
  });

  it('closes when the cluster closes it', async () => {
    const cluster = new FakeCluster();
    const { client, journal } = await connect(cluster);
    cluster.members[0]!.closeSession(1, 'TIMEOUT');
    await pollUntil(cluster, client, () => client.isClosed);
    assert.deepEqual(journal.lines, [`event 1 0 0 ${EventCode.CLOSED} TIMEOUT`]);
    assert(!cluster.journal.includes('close 1'));
  });

  it('passes over the messages of other sessions, and takes those of other schemas when asked to', async () => {
    const cluster = new FakeCluster();
    const { client, journal } = await connect(cluster);
    const other = new Uint8Array([4, 0, 9, 0, 5, 0, 1, 0, 42, 0, 0, 0]);
    cluster.members[0]!.sendRaw(1, other);
    await assert.rejects(
      pollUntil(cluster, client, () => false),
      (error) => error instanceof ClusterError && error.code === 'SCHEMA_MISMATCH',
    );
    const seen: number[][] = [];
    client.egressListenerExtension = (blockLength, templateId, schemaId, version, buffer, offset, length) => {
      seen.push([blockLength, templateId, schemaId, version, ...buffer.copyBytes(offset, length)]);
    };
    cluster.members[0]!.sendRaw(1, other);
    const { client: second } = await connect(cluster);
    cluster.members[0]!.echo(2, new TextEncoder().encode('for the second'));
    cluster.members[0]!.sendRaw(1, other);
    await pollUntil(cluster, client, () => seen.length === 2);
    assert.deepEqual(seen[0], [4, 9, 5, 1, 42, 0, 0, 0]);
    assert.deepEqual(journal.lines, []);
    second.close();
    client.close();
  });

  it('lets a controlled listener hold messages back', async () => {
    const cluster = new FakeCluster();
    const seen: string[] = [];
    let isOpen = false;
    const controlledEgressListener: ControlledEgressListener = {
      onMessage: (_sessionId, _timestamp, buffer, offset, length) => {
        seen.push(buffer.getStringWithoutLength(offset, length));
        return isOpen ? ControlledFragmentAction.COMMIT : ControlledFragmentAction.ABORT;
      },
    };
    const { client } = await connect(cluster, { controlledEgressListener });
    assert(client.offer(text('hello')) > 0);
    const loop = cluster.clientDriver.host.process('poller').run(() => client.controlledPollEgress());
    await cluster.until(() => seen.length > 3);
    isOpen = true;
    const held = seen.length;
    await cluster.until(() => seen.length > held);
    await cluster.until(() => !cluster.world.step());
    assert.equal(seen.length, held + 1);
    loop.stop();
    client.close();
  });
});

describe('When the leader dies, a session', () => {
  it('goes on with the next one', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    const { client, journal } = await connect(cluster);
    const states: string[] = [client.state];
    cluster.failOver(1, 12 * SECOND_NS);
    const results = new Set<string>();
    const loop = cluster.clientDriver.host.process('poller').run(() => {
      const work = client.pollEgress();
      if (client.state !== SessionState.CONNECTED) {
        results.add(Publication.errorString(client.offer(text('x'))));
      }
      if (states.at(-1) !== client.state) {
        states.push(client.state);
      }
      return work;
    });
    await cluster.until(() => states.length >= 3 && client.state === SessionState.CONNECTED);
    await cluster.until(() => journal.lines.some((line) => line.startsWith('message')));
    loop.stop();
    assert.deepEqual(states.slice(0, 2), [SessionState.CONNECTED, SessionState.AWAIT_NEW_LEADER]);
    assert(results.has('CLOSED'), 'while there is no leader offers return CLOSED');
    assert.equal(client.leaderMemberId, 1);
    assert.equal(client.leadershipTermId, 1);
    assert.deepEqual(journal.lines.slice(0, 3), [
      `event 1 1 1 ${EventCode.OK} `,
      `leader 1 1 1 ${cluster.ingressEndpoints}`,
      'message 1 1234 x',
    ]);
    client.close();
    await cluster.until(() => cluster.journal.at(-1) === 'close 1');
  });

  it('closes when no other takes over in time', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    const { client } = await connect(cluster, { newLeaderTimeoutNs: 3 * SECOND_NS });
    cluster.members[0]!.stop();
    await pollUntil(cluster, client, () => client.state === SessionState.AWAIT_NEW_LEADER);
    const lostAt = cluster.world.now;
    await pollUntil(cluster, client, () => client.isClosed);
    assert(cluster.world.now - lostAt >= 3 * SECOND_NS);
    assert(cluster.world.now - lostAt < 4 * SECOND_NS);
  });
});

describe('An agent', () => {
  it('opens a session by polling', async () => {
    const cluster = new FakeCluster();
    const process = cluster.clientDriver.host.process('agent');
    const journal = new Journal();
    const connecting = AeronCluster.asyncConnect({
      ...cluster.clientOptions(),
      platform: process.platform,
      egressListener: journal,
    });
    let client: AeronCluster | undefined;
    process.run(() => {
      if (client === undefined) {
        client = connecting.poll();
        client?.offer(text('from an agent'));
        return 0;
      }
      return client.pollEgress();
    });
    await cluster.until(() => journal.lines.length > 0);
    assert.deepEqual(journal.lines, ['message 1 1234 from an agent']);
    client!.close();
  });

  it('opens a session by blocking', () => {
    const cluster = new FakeCluster();
    const client = AeronCluster.connectBlocking(cluster.clientOptions());
    assert.equal(client.clusterSessionId, 1);
    client.close();
  });

  it('gives up without leaving anything behind', async () => {
    const cluster = new FakeCluster();
    cluster.members[0]!.stop();
    const process = cluster.clientDriver.host.process('agent');
    const connecting = AeronCluster.asyncConnect({ ...cluster.clientOptions(), platform: process.platform });
    const loop = process.run(() => (connecting.poll() === undefined ? 0 : 1));
    await cluster.until(() => connecting.state === 'AWAIT_PUBLICATION_CONNECTED');
    await cluster.until(() => cluster.clientDriver.logFiles().length > 0);
    loop.stop();
    connecting.close();
    await cluster.until(() => cluster.clientDriver.logFiles().length === 0);
  });
});

describe('The options of a client', () => {
  const refused = (options: AeronClusterOptions, message: RegExp) =>
    assert.throws(
      () => AeronCluster.asyncConnect(options),
      (error) => {
        assert.equal((error as ClusterError).code, 'CONFIGURATION');
        assert.match((error as Error).message, message);
        return true;
      },
    );

  it('are refused with what is wrong with them', () => {
    const { platform } = new FakeCluster({ memberCount: 0 }).clientDriver.host.process('client');
    const egressChannel = 'aeron:udp?endpoint=localhost:0';
    refused({ platform, egressChannel }, /option ingressChannel must be given/);
    refused({ platform, ingressChannel: 'aeron:udp' }, /option egressChannel must be given/);
    refused(
      { platform, egressChannel, ingressChannel: 'aeron:udp', ingressEndpoints: '0=a:1,b:2' },
      /'b:2' in .* is no 'memberId=host:port'/,
    );
    refused(
      { platform, egressChannel, ingressChannel: 'aeron:udp', ingressEndpoints: '0=a:1,0=b:2' },
      /member 0 stands twice/,
    );
    refused(
      { platform, egressChannel, ingressChannel: 'aeron:ipc', ingressEndpoints: '0=a:1' },
      /must not be given with IPC/,
    );
    refused(
      { platform, egressChannel, ingressChannel: 'aeron:udp', clientName: 'x'.repeat(101) },
      /101 characters of at most 100/,
    );
  });
});
