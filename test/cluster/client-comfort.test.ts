import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import {
  ClusterClient,
  type ClusterClientOptions,
  ControlledEgressAdapter,
  EgressAdapter,
  IngressSessionDecorator,
  SessionState,
} from '../../src/cluster/client/mod.ts';
import { FakeCluster, SECOND_NS } from './fake-cluster.ts';

async function connect(cluster: FakeCluster, options: Partial<ClusterClientOptions> = {}): Promise<ClusterClient> {
  return cluster.settle(ClusterClient.connect({ ...cluster.clientOptions(), ...options }));
}

/** Of a message of one byte: frame header, session header, the byte, aligned. */
const MESSAGE_FRAME_LENGTH = 96;
const utf8 = new TextDecoder();

/** The next `count` messages. */
async function take(client: ClusterClient, count: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const { data } of client.messages()) {
    texts.push(utf8.decode(data));
    if (texts.length === count) {
      break;
    }
  }
  return texts;
}

describe('A cluster client on the event loop', () => {
  it('sends in the order of the calls and iterates over what comes', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster);
    const texts = Array.from({ length: 300 }, (_, i) => `message ${i} ${'x'.repeat(i)}`);
    const sent = Promise.all(texts.map((text) => client.send(text)));
    assert.deepEqual(await cluster.settle(take(client, texts.length)), texts);
    await sent;
    await client.close();
    await cluster.until(() => cluster.journal.at(-1) === 'close 1');
  });

  it('keeps the session alive without anybody doing anything', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster);
    await cluster.until(() => cluster.journal.filter((line) => line === 'keep-alive 1').length === 5);
    assert(cluster.world.now > 5 * SECOND_NS);
    assert(cluster.world.now < 7 * SECOND_NS);
    await client.close();
  });

  it('goes on with the next leader, and says so', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    const client = await connect(cluster);
    const states: string[] = [];
    const leaders: number[] = [];
    client.on('stateChange', ({ state }) => states.push(state));
    client.on('newLeader', ({ leaderMemberId }) => leaders.push(leaderMemberId));
    const forget = client.on('newLeader', () => assert.fail('nobody listens any more'));
    forget();
    await client.send('before');
    await cluster.settle(take(client, 1));
    cluster.failOver(2, 15 * SECOND_NS);
    await cluster.until(() => client.state === SessionState.AWAIT_NEW_LEADER);
    const waiting = client.send('while there is none');
    assert.deepEqual(await cluster.settle(take(client, 1)), ['while there is none']);
    await waiting;
    assert.deepEqual(states, [
      SessionState.AWAIT_NEW_LEADER,
      SessionState.AWAIT_NEW_LEADER_CONNECTION,
      SessionState.CONNECTED,
    ]);
    assert.deepEqual(leaders, [2]);
    assert.equal(client.leaderMemberId, 2);
    assert.equal(client.leadershipTermId, 1);
    await client.close();
  });

  it('ends with a reason when no other leader comes', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    const client = await connect(cluster, { newLeaderTimeoutNs: SECOND_NS });
    cluster.members[0]!.stop();
    const iteration = take(client, 1);
    iteration.catch(() => {});
    const reason = await cluster.settle(client.closed);
    assert.equal((reason as { code: string }).code, 'NEW_LEADER_TIMEOUT');
    await assert.rejects(cluster.settle(iteration), { code: 'NEW_LEADER_TIMEOUT' });
    await assert.rejects(client.send('late'), { code: 'NEW_LEADER_TIMEOUT' });
  });

  it('ends with a reason when the cluster closes the session', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster);
    cluster.members[0]!.closeSession(1, 'TIMEOUT');
    const reason = await cluster.settle(client.closed);
    assert.match((reason as Error).message, /the cluster has closed the session: TIMEOUT/);
  });

  it('ends with a reason when its media driver dies', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster);
    cluster.clientDriver.kill();
    const reason = await cluster.settle(client.closed);
    assert.equal((reason as { code: string }).code, 'DRIVER_TIMEOUT');
    await assert.rejects(client.send('late'), { code: 'DRIVER_TIMEOUT' });
  });

  it('ends an iteration quietly when it is closed, after what was received', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster);
    await client.send('last');
    await cluster.until(() => cluster.journal.some((line) => line === 'message 1 last'));
    await cluster.world.settleUntil(() => false, SECOND_NS);
    await client.close();
    assert.equal(await client.closed, undefined);
    const texts: string[] = [];
    for await (const { data, timestamp } of client.messages()) {
      texts.push(`${timestamp} ${utf8.decode(data)}`);
    }
    assert.deepEqual(texts, ['1234 last']);
    await assert.rejects(client.send('late'), { code: 'CLOSED' });
    await assert.rejects(client.takeSnapshot(), { code: 'CLOSED' });
  });

  it('gives up what it waits for when told to', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    const client = await connect(cluster);
    cluster.members[0]!.stop();
    await cluster.until(() => client.state === SessionState.AWAIT_NEW_LEADER);
    const controller = new AbortController();
    const { signal } = controller;
    const waiting: Promise<unknown>[] = [
      client.send('never', { signal }),
      client.messages({ signal }).next(),
      client.takeSnapshot({ signal }),
    ];
    await cluster.world.settleUntil(() => false, SECOND_NS);
    controller.abort();
    for (const one of waiting) {
      await assert.rejects(cluster.settle(one), { name: 'AbortError' });
    }
    await client.close();
  });

  it('asks for a snapshot', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster);
    await cluster.settle(client.takeSnapshot());
    const other = await connect(cluster);
    await assert.rejects(cluster.settle(other.takeSnapshot()), {
      code: 'ADMIN_REQUEST_FAILED',
      message: 'Execution of the SNAPSHOT request was not authorised',
    });
    await other.close();
    await client.close();
  });

  it('holds the cluster back when nobody takes the messages', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster, { maxQueuedMessages: 3 });
    const texts = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(texts.map((text) => client.send(text)));
    await cluster.world.settleUntil(() => false, SECOND_NS);
    const image = client.session.egressSubscription.imageAtIndex(0)!;
    const heldAt = image.position;
    assert.deepEqual(await cluster.settle(take(client, 5)), texts);
    assert.equal(image.position - heldAt, 2 * MESSAGE_FRAME_LENGTH);
    await client.close();
  });
});

describe('Those who keep a session themselves', () => {
  it('have adapters and a decorator', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster);
    const { egressSubscription, ingressPublication } = client.session;
    const seen: string[] = [];
    const listener = {
      onMessage: (_sessionId: number, _timestamp: bigint, buffer: AtomicBuffer, offset: number, length: number) => {
        seen.push(buffer.getStringWithoutLength(offset, length));
        return 'CONTINUE' as const;
      },
    };
    assert.equal(new EgressAdapter(listener, 1, egressSubscription, 10).poll(), 0);
    assert.equal(new ControlledEgressAdapter(listener, 1, egressSubscription, 10).poll(), 0);
    const decorator = new IngressSessionDecorator().clusterSessionId(1).leadershipTermId(0);
    const message = AtomicBuffer.ofString('decorated');
    assert(decorator.offer(ingressPublication!, message, 0, message.capacity) > 0);
    assert.deepEqual(await cluster.settle(take(client, 1)), ['decorated']);
    await client.close();
  });
});
