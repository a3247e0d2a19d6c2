import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { AERON_VERSIONS } from '../../scripts/java.ts';
import type { Child } from './child.ts';
import { JavaCluster, javaClusterClient } from './java-cluster.ts';
import { Stage } from './stage.ts';

/** Upstream's tutorial. */
const JAVA_AUCTION = 'io.aeron.samples.cluster.tutorial.BasicAuctionClusteredService';

describe('our service container under a Java consensus module', () => {
  let stage = new Stage();
  afterEach(async () => {
    await stage.clear();
    stage = new Stage();
  });

  it('serves a Java client: sessions, timers, service messages, errors; snapshot, shutdown and restart', {
    timeout: 300_000,
  }, async () => {
    const cluster = new JavaCluster(stage);
    const [member] = cluster.members;
    member!.start();
    const service = member!.service('text');
    await service.line(/^START new/);
    await service.line(/^ROLE LEADER of 0/);

    const client = javaClusterClient(stage, cluster.ingressEndpoints);
    await client.line(/^CONNECTED 1 leader 0/);
    await service.line(/^OPEN 1/);
    client.type('echo hello\nadd 40\nthrow tantrum\nadd 2\n');
    await client.line(/^MESSAGE hello/);
    await client.line(/^MESSAGE sum 42/);
    await service.line(/^ERROR .*tantrum/);
    assert.match(await member!.tool('errors'), /Error: tantrum/);
    assert.match(await member!.tool('describe'), /clustered-service-0-0/);
    client.type('timer 7 50\ntimer 8 1000000\ncancel 8\ntell everybody\nbig 5000\n');
    await client.line(/^MESSAGE timer 7/);
    await client.line(/^MESSAGE told 0 everybody/);
    await client.line(/^MESSAGE of 5000/);
    client.type('grow 300000\nadd 0\n');
    await client.line(/^MESSAGE sum 42/);

    await member!.tool('snapshot');
    await service.line(/^SNAPSHOT sum=42/);
    await member!.tool('shutdown');
    await service.line(/^TERMINATE sum=42/);
    await service.line(/^TERMINATION/);
    assert.equal(await service.exit(), 0);
    await member!.stop();

    member!.start();
    const successor = member!.service('text');
    const start = await successor.line(/^START from/);
    assert.match(start, /sum=42 messages=\d+ ballast=300000 sessions 1$/);
    await successor.line(/^ROLE LEADER of 0/);
    await successor.line(/^CLOSE 1/);
    const secondClient = javaClusterClient(stage, cluster.ingressEndpoints);
    secondClient.type('add 1\nclose\n');
    await secondClient.line(/^MESSAGE sum 43/);
    await successor.line(/^CLOSE 2 SERVICE_ACTION/);

    // Ended without a snapshot, it comes back by the log behind the last one.
    await member!.tool('abort');
    assert.equal(await successor.exit(), 0);
    await member!.stop();
    member!.start();
    const replayed = member!.service('text');
    await replayed.line(/^ROLE LEADER of 0/);
    assert.match(await replayed.line(/^START/), /^START from sum=42/);
    await replayed.line(/^CLOSE 2 SERVICE_ACTION/);
    const thirdClient = javaClusterClient(stage, cluster.ingressEndpoints);
    thirdClient.type('add 0\n');
    await thirdClient.line(/^MESSAGE sum 43/);
  });

  it('serves under the consensus module of the public tutorial', { timeout: 300_000 }, async () => {
    const version = AERON_VERSIONS.tutorial;
    const cluster = new JavaCluster(stage, { version });
    const member = cluster.members[0]!;
    member.start();
    const service = member.service('text');
    const client = javaClusterClient(stage, cluster.ingressEndpoints, version);
    client.type('add 5\ntell all\ntimer 3 10\ngrow 20000\n');
    await client.line(/^MESSAGE told 0 all/);
    await client.line(/^MESSAGE timer 3/);
    await member.tool('shutdown');
    await service.line(/^SNAPSHOT sum=5/);
    assert.equal(await service.exit(), 0);
    await member.stop();
    member.start();
    const successor = member.service('text');
    assert.match(await successor.line(/^START/), /^START from sum=5 .* ballast=20000/);
    await successor.line(/^ROLE LEADER/);
  });

  it('loads the snapshot of a Java service, and Java loads ours', { timeout: 300_000 }, async () => {
    const cluster = new JavaCluster(stage);
    const member = cluster.members[0]!;
    const run = async (service: Child, bids: readonly string[]): Promise<Child> => {
      member.start();
      const client = javaClusterClient(stage, cluster.ingressEndpoints);
      await client.line(/^CONNECTED/);
      for (const [i, bid] of bids.entries()) {
        client.type(`bid ${bid}\n`);
        await client.line(new RegExp(`^BID ${i + 1} `));
      }
      await member.tool('snapshot');
      await member.tool('shutdown');
      await service.exit();
      await member.stop();
      return client;
    };

    await run(member.javaService(JAVA_AUCTION), ['11 100', '12 250', '13 200']);
    const ours = member.service('auction');
    const client = await run(ours, ['14 240', '15 300']);
    assert.match(ours.output, /^START winner 12 at 250$/m);
    assert.match(client.output, /^BID 1 winner 12 at 250 no$/m);
    assert.match(client.output, /^BID 2 winner 15 at 300 yes$/m);
    const lastClient = await run(member.javaService(JAVA_AUCTION), ['16 299']);
    assert.match(lastClient.output, /^BID 1 winner 15 at 300 no$/m);
  });

  it('runs several services on a member, each with a snapshot of its own', { timeout: 300_000 }, async () => {
    const cluster = new JavaCluster(stage, { services: 2 });
    const member = cluster.members[0]!;
    member.start();
    const services = [member.service('text', 0), member.service('text', 1)];
    const client = javaClusterClient(stage, cluster.ingressEndpoints);
    await client.line(/^CONNECTED/);
    client.type('add 5\ntell all\n');
    // Each service has sent it, and each has got both.
    await client.line(/^MESSAGE told 0 all/);
    await client.line(/^MESSAGE told 1 all/);
    await member.tool('snapshot');
    await Promise.all(services.map((service) => service.line(/^SNAPSHOT sum=5 messages=4/)));
    await member.tool('shutdown');
    // Not the other way round: a node that is told to end does not wait for its services.
    assert.deepEqual(await Promise.all(services.map((service) => service.exit())), [0, 0]);
    await member.stop();

    member.start();
    const successors = [member.service('text', 0), member.service('text', 1)];
    await Promise.all(successors.map((service) => service.line(/^START from sum=5 messages=4/)));
    await Promise.all(successors.map((service) => service.line(/^ROLE LEADER/)));
  });

  it('goes on when the leader of three is killed, beside a Java service', { timeout: 300_000 }, async () => {
    const cluster = new JavaCluster(stage, {
      members: 3,
      properties: { 'aeron.cluster.leader.heartbeat.timeout': '5s', 'aeron.cluster.startup.canvass.timeout': '10s' },
    });
    cluster.start();
    const services = cluster.members.map((member) =>
      member.id === 2 ? member.javaService(JAVA_AUCTION) : member.service('auction'),
    );
    const client = javaClusterClient(stage, cluster.ingressEndpoints);
    const connected = await client.line(/^CONNECTED/, 60_000);
    client.type('bid 1 100\nbid 2 90\n');
    await client.line(/^BID 2 winner 1 at 100 no/);

    const leaderId = Number(/leader (\d)/.exec(connected)![1]);
    await Promise.all([cluster.members[leaderId]!.node!.kill(), services[leaderId]!.kill()]);
    await client.line(/^LEADER/, 60_000);
    client.type('bid 3 110\n');
    await client.line(/^BID \d+ winner 3 at 110 yes/, 60_000);
    const survivor = cluster.members.find(({ id }) => id !== leaderId)!;
    assert.match(await survivor.tool('list-members'), /leaderMemberId=\d/);
    const newLeaderId = Number([...client.output.matchAll(/^LEADER (\d)/gm)].at(-1)![1]);
    await cluster.members[newLeaderId]!.tool('shutdown');
    for (const member of cluster.members.filter(({ id }) => id !== leaderId && id !== 2)) {
      await services[member.id]!.line(/^TERMINATE winner 3 at 110/);
    }
  });
});
