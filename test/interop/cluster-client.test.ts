import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AERON_VERSIONS } from '../../scripts/java.ts';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { ClusterClient, type ClusterClientOptions, SessionState } from '../../src/cluster/client/mod.ts';
import { MediaDriver } from '../../src/launch/mod.ts';
import type { Child } from './child.ts';
import { JavaCluster } from './java-cluster.ts';
import { Stage } from './stage.ts';

const AUCTION = 'io.aeron.samples.cluster.tutorial.BasicAuctionClusteredService';
const BID_LENGTH = 24;
/** Of who is to lose his session by silence; the others send signs of life many times as often. */
const SESSION_TIMEOUT_MS = 4_000;

/** Elections that do not take their time. */
const QUICK_ELECTIONS = {
  'aeron.cluster.leader.heartbeat.timeout': '5s',
  'aeron.cluster.leader.heartbeat.interval': '100ms',
  'aeron.cluster.election.timeout': '500ms',
  'aeron.cluster.startup.canvass.timeout': '10s',
};

/** A bid as the auction expects it. */
function bid(customerId: bigint, price: bigint, correlationId = 1n): Uint8Array {
  const buffer = AtomicBuffer.allocate(BID_LENGTH);
  buffer.putBigInt64(0, correlationId);
  buffer.putBigInt64(8, customerId);
  buffer.putBigInt64(16, price);
  return buffer.copyBytes(0, BID_LENGTH);
}

/** 'customer price yes' out of an answer of the auction. */
function answerOf(data: Uint8Array): string {
  const buffer = AtomicBuffer.copyOf(data);
  return `${buffer.getBigInt64(8)} ${buffer.getBigInt64(16)} ${buffer.getInt8(24) === 1 ? 'yes' : 'no'}`;
}

async function nextAnswer(client: ClusterClient): Promise<string> {
  const next = await client.messages({ signal: AbortSignal.timeout(60_000) }).next();
  assert.equal(next.done, false);
  return answerOf(next.value!.data);
}

/** Where our clients live: a driver of ours in this process. */
class Clients {
  readonly #stage = new Stage();
  #driver: MediaDriver | undefined;

  async open(): Promise<void> {
    this.#driver = await MediaDriver.launch({
      aeronDirectoryName: this.#stage.directory(),
      dirDeleteOnShutdown: true,
      termBufferSparseFile: true,
    });
  }

  connect(ingressEndpoints: string, options: Partial<ClusterClientOptions> = {}): Promise<ClusterClient> {
    return ClusterClient.connect({
      aeronDirectoryName: this.#driver!.aeronDirectoryName,
      ingressChannel: 'aeron:udp?term-length=64k',
      ingressEndpoints,
      egressChannel: 'aeron:udp?endpoint=localhost:0',
      messageTimeoutNs: '60s',
      clientName: 'typescript',
      keepAliveIntervalNs: 300e6,
      ...options,
    });
  }

  async close(): Promise<void> {
    try {
      await this.#driver?.close();
    } finally {
      await this.#stage.clear();
    }
  }
}

for (const version of Object.values(AERON_VERSIONS)) {
  describe(`our cluster client on one Java node ${version}`, () => {
    const stage = new Stage();
    const clients = new Clients();
    const cluster = new JavaCluster(stage, {
      version,
      properties: {
        ...QUICK_ELECTIONS,
        'aeron.cluster.max.sessions': 2,
        'aeron.cluster.session.timeout': `${SESSION_TIMEOUT_MS}ms`,
        'aeron.cluster.authenticator.supplier': 'ChallengeAuthenticator$Supplier',
        'aeron.cluster.authorisation.service.supplier': 'AllowAll',
      },
    });
    const credentials = (shown: string, answer = '') => ({
      credentialsSupplier: {
        encodedCredentials: () => new TextEncoder().encode(shown),
        onChallenge: (challenge: Uint8Array) => {
          assert.equal(new TextDecoder().decode(challenge), 'who are you?');
          return new TextEncoder().encode(answer);
        },
      },
    });
    const known = credentials('open sesame');
    before(async () => {
      await clients.open();
      cluster.start();
      cluster.members[0]!.javaService(AUCTION);
    });
    after(async () => {
      try {
        await clients.close();
      } finally {
        await stage.clear();
      }
    });

    it('bids and is answered, asks for a snapshot, and is known while it says nothing', {
      timeout: 300_000,
    }, async () => {
      await using client = await clients.connect(cluster.ingressEndpoints, known);
      assert.equal(client.leaderMemberId, 0);
      await client.send(bid(7n, 100n));
      assert.equal(await nextAnswer(client), '7 100 yes');
      await client.send(bid(8n, 90n));
      assert.equal(await nextAnswer(client), '7 100 no');
      await client.takeSnapshot({ signal: AbortSignal.timeout(60_000) });
      // Longer than one who does not keep his session alive would have it.
      await new Promise((resolve) => setTimeout(resolve, SESSION_TIMEOUT_MS + 500));
      await client.send(bid(8n, 101n));
      assert.equal(await nextAnswer(client), '8 101 yes');
      assert.equal(client.state, SessionState.CONNECTED);
    });

    it('answers a challenge, and is turned away with a wrong answer or wrong credentials', {
      timeout: 300_000,
    }, async () => {
      await using client = await clients.connect(cluster.ingressEndpoints, credentials('nobody', 'WHO ARE YOU?'));
      await client.send(bid(9n, 1n));
      assert.match(await nextAnswer(client), / no$/);
      for (const wrong of [credentials('nobody', 'nobody'), credentials('go away')]) {
        await assert.rejects(clients.connect(cluster.ingressEndpoints, wrong), { code: 'AUTHENTICATION_REJECTED' });
      }
    });

    it('is turned away when there are too many sessions, and closed after saying nothing', {
      timeout: 300_000,
    }, async () => {
      await using first = await clients.connect(cluster.ingressEndpoints, known);
      const silent = await clients.connect(cluster.ingressEndpoints, { ...known, keepAliveIntervalNs: 3600e9 });
      await assert.rejects(clients.connect(cluster.ingressEndpoints, known), {
        code: 'SESSION_REFUSED',
        message: /concurrent session limit/,
      });
      const reason = await silent.closed;
      assert.match(String(reason), /SESSION_CLOSED|the cluster has closed the session/);
      assert.equal(first.state, SessionState.CONNECTED);
      await using third = await clients.connect(cluster.ingressEndpoints, known);
      assert.equal(third.state, SessionState.CONNECTED);
    });
  });
}

for (const version of Object.values(AERON_VERSIONS)) {
  describe(`our cluster client on three Java nodes ${version}`, () => {
    const stage = new Stage();
    const clients = new Clients();
    after(async () => {
      try {
        await clients.close();
      } finally {
        await stage.clear();
      }
    });

    it('is redirected to the leader, and goes on with the next one when it is killed', {
      timeout: 300_000,
    }, async () => {
      const cluster = new JavaCluster(stage, { version, members: 3, properties: QUICK_ELECTIONS });
      cluster.start();
      const services = cluster.members.map((member): Child => member.javaService(AUCTION));
      await clients.open();
      await using client = await clients.connect(cluster.ingressEndpoints);
      const leaderId = client.leaderMemberId;
      const follower = cluster.ingressEndpoints.split(',').find((part) => !part.startsWith(`${leaderId}=`))!;
      await using redirected = await clients.connect(follower);
      assert.equal(redirected.leaderMemberId, leaderId);

      await redirected.send(bid(1n, 50n));
      assert.equal(await nextAnswer(redirected), '1 50 yes');
      const states: SessionState[] = [];
      redirected.on('stateChange', ({ state }) => states.push(state));
      const isSucceeded = new Promise<void>((resolve) => {
        redirected.on('newLeader', () => resolve());
      });
      await Promise.all([cluster.members[leaderId]!.node!.kill('SIGKILL'), services[leaderId]!.kill('SIGKILL')]);
      await isSucceeded;
      await redirected.send(bid(2n, 60n));
      assert.equal(await nextAnswer(redirected), '2 60 yes');
      assert.notEqual(redirected.leaderMemberId, leaderId);
      assert(redirected.leadershipTermId > 0);
      assert.equal(states.at(-1), SessionState.CONNECTED);
      await client.send(bid(3n, 55n));
      assert.equal(await nextAnswer(client), '2 60 no');
    });
  });
}
