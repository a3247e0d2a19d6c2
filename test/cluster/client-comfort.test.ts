import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { BufferClaim } from '../../src/client/mod.ts';
import {
  ClusterClient,
  type ClusterClientOptions,
  ControlledEgressAdapter,
  EgressAdapter,
  IngressSessionDecorator,
  SessionState,
} from '../../src/cluster/client/mod.ts';
import type { Platform, Scheduler } from '../../src/platform/mod.ts';
import { SimulatedMediaDriver } from '../../src/simulation/mod.ts';
import { FakeCluster, SECOND_NS } from './fake-cluster.ts';

async function connect(cluster: FakeCluster, options: Partial<ClusterClientOptions> = {}): Promise<ClusterClient> {
  return cluster.settle(ClusterClient.connect({ ...cluster.clientOptions(), ...options }));
}

/** Of a message of one byte: frame header, session header, the byte, aligned. */
const MESSAGE_FRAME_LENGTH = 96;
const CLIENT_HEARTBEAT_TYPE_ID = 11;
const utf8 = new TextDecoder();

/** The platform; what is thrown right on its event loop is noted there and ends no process. */
function catching(platform: Platform, uncaught: string[]): Platform {
  const scheduler: Scheduler = {
    after: (delayMs, callback, options) => platform.scheduler.after(delayMs, callback, options),
    soon: (callback) =>
      platform.scheduler.soon(() => {
        try {
          callback();
        } catch (error) {
          uncaught.push((error as Error).message);
        }
      }),
  };
  return Object.create(platform, { scheduler: { value: scheduler } });
}

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
    const texts = Array.from({ length: 300 }, (_, i) => `message ${i} ${'x'.repeat(i % 50 === 0 ? 10 * i : i)}`);
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

  it('ends with a reason when the ingress stream is at its end', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster, {
      ingressChannel: 'aeron:udp?term-length=64k|init-term-id=0|term-id=2147483647|term-offset=64000',
    });
    const states: string[] = [];
    client.on('stateChange', ({ state }) => states.push(state));
    const sends = Array.from({ length: 30 }, (_, i) => client.send(`message ${i}`));
    const outcomes = await cluster.settle(Promise.allSettled(sends));
    assert.equal(outcomes[0]!.status, 'fulfilled');
    const last = outcomes.at(-1)!;
    assert.equal(last.status === 'rejected' && last.reason.code, 'MAX_POSITION_EXCEEDED');
    assert.equal(((await cluster.settle(client.closed)) as { code: string }).code, 'MAX_POSITION_EXCEEDED');
    assert.deepEqual(states, [SessionState.PENDING_CLOSE, SessionState.CLOSED]);
  });

  it('closes also when the ingress stream is at its end', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster, {
      ingressChannel: 'aeron:udp?term-length=64k|init-term-id=0|term-id=2147483647|term-offset=65376',
    });
    await client.close();
    assert.equal(await cluster.settle(client.closed), undefined);
    assert(client.isClosed);
    assert(client.session.aeron.isClosed);
  });

  it('goes on when something has gone wrong in its Aeron client that did not end it', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster);
    client.session.aeron.context.errorHandler(new Error('of an endpoint'));
    await client.send('still here');
    assert.deepEqual(await cluster.settle(take(client, 1)), ['still here']);
    await client.close();
  });

  it('refuses a claim of less than nothing, and the stream goes on', async () => {
    const cluster = new FakeCluster();
    const client = await connect(cluster);
    const claim = new BufferClaim();
    assert.throws(() => client.session.tryClaim(-1, claim), { code: 'MESSAGE_TOO_LONG' });
    await client.send('behind it');
    assert.deepEqual(await cluster.settle(take(client, 1), SECOND_NS), ['behind it']);
    await client.close();
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

  it('gives up a message at once while others wait before it, and lets nobody pass them', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    const client = await connect(cluster);
    cluster.failOver(1, 15 * SECOND_NS);
    await cluster.until(() => client.state === SessionState.AWAIT_NEW_LEADER);
    const controller = new AbortController();
    const first = client.send('first');
    const given = client.send('given up', { signal: controller.signal });
    await cluster.world.settleUntil(() => false, SECOND_NS);
    controller.abort();
    await assert.rejects(cluster.settle(given, SECOND_NS), { name: 'AbortError' });
    const last = client.send('last');
    assert.deepEqual(await cluster.settle(take(client, 2)), ['first', 'last']);
    await Promise.all([first, last]);
    await client.close();
  });

  it('gives up to connect while there is no driver yet, and keeps nothing open', async () => {
    const cluster = new FakeCluster();
    const aeronDirectoryName = '/dev/shm/aeron-later';
    const controller = new AbortController();
    const connecting = ClusterClient.connect(
      { ...cluster.clientOptions(), aeronDirectoryName },
      { signal: controller.signal },
    );
    connecting.catch(() => {});
    await cluster.world.settleUntil(() => false, SECOND_NS);
    controller.abort();
    await assert.rejects(cluster.settle(connecting, SECOND_NS), { name: 'AbortError' });
    const driver = SimulatedMediaDriver.launch(cluster.clientDriver.host, { aeronDirectoryName });
    await cluster.world.settleUntil(() => false, SECOND_NS);
    const clients: string[] = [];
    driver.counters.forEach((_value, counterId, label) => {
      if (driver.counters.getCounterTypeId(counterId) === CLIENT_HEARTBEAT_TYPE_ID) {
        clients.push(label);
      }
    });
    assert.deepEqual(clients, []);
  });

  it('goes on when a handler of an event throws, which goes where uncaught errors go', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    const uncaught: string[] = [];
    const options = cluster.clientOptions();
    const client = await connect(cluster, { platform: catching(options.platform, uncaught) });
    const leaders: number[] = [];
    client.on('stateChange', ({ state }) => {
      throw new Error(`bad handler at ${state}`);
    });
    client.on('newLeader', () => {
      throw new Error('bad handler of leaders');
    });
    client.on('newLeader', ({ leaderMemberId }) => leaders.push(leaderMemberId));
    cluster.failOver(2, 15 * SECOND_NS);
    await cluster.until(() => client.state === SessionState.AWAIT_NEW_LEADER);
    await cluster.settle(client.send('to the next'));
    assert.deepEqual(leaders, [2]);
    const iteration = client.messages();
    assert.equal(utf8.decode((await cluster.settle(iteration.next())).value!.data), 'to the next');
    const answer = client.takeSnapshot();
    answer.catch(() => {});
    await client.close();
    await assert.rejects(cluster.settle(answer), { code: 'CLOSED' });
    assert.equal(await cluster.settle(client.closed), undefined);
    assert.equal((await cluster.settle(iteration.next())).done, true);
    await cluster.until(() => uncaught.length === 5);
    assert.deepEqual(uncaught, [
      'bad handler at AWAIT_NEW_LEADER',
      'bad handler of leaders',
      'bad handler at AWAIT_NEW_LEADER_CONNECTION',
      'bad handler at CONNECTED',
      'bad handler at CLOSED',
    ]);
  });

  it('asks the next leader for the snapshot when there was none to ask', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    const client = await connect(cluster);
    cluster.failOver(2, 15 * SECOND_NS);
    await cluster.until(() => client.state === SessionState.AWAIT_NEW_LEADER);
    await cluster.settle(client.takeSnapshot());
    await client.close();
  });

  it('takes a snapshot that nobody answers for given up when it is closed', async () => {
    const cluster = new FakeCluster({ memberCount: 3 });
    const client = await connect(cluster);
    cluster.members[0]!.stop();
    await cluster.until(() => client.state === SessionState.AWAIT_NEW_LEADER);
    const answer = client.takeSnapshot();
    const outcome = answer.catch((error) => error);
    await client.close();
    // A turn of the real event loop, which is when rejections that nobody handles are noticed.
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await cluster.settle(outcome)).code, 'CLOSED');
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
