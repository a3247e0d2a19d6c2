import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { JavaCluster, javaClusterClient } from './java-cluster.ts';
import { type Language, type Options, Stage } from './stage.ts';

const QUICK: Options = {
  'aeron.cluster.leader.heartbeat.timeout': '5s',
  'aeron.cluster.leader.heartbeat.interval': '100ms',
  'aeron.cluster.startup.canvass.timeout': '12s',
  'aeron.cluster.session.timeout': '20s',
};

describe('three members, of which some have our consensus module', () => {
  let stage = new Stage();
  afterEach(async () => {
    await stage.clear();
    stage = new Stage();
  });

  const start = (languages: readonly Language[], appointedLeaderId: number) => {
    const cluster = new JavaCluster(stage, {
      members: 3,
      consensusModules: languages,
      properties: { ...QUICK, 'aeron.cluster.appointed.leader.id': appointedLeaderId },
    });
    cluster.start();
    const services = cluster.members.map((member) => member.service('text'));
    return { cluster, services };
  };

  it('follows a Java leader', { timeout: 300_000 }, async () => {
    const { cluster, services } = start(['java', 'typescript', 'java'], 0);
    await services[0]!.line(/^ROLE LEADER/, 60_000);
    const client = javaClusterClient(stage, cluster.ingressEndpoints);
    await client.line(/^CONNECTED 1 leader 0/, 60_000);
    client.type('add 40\nadd 2\ntimer 7 50\ntell everybody\n');
    await client.line(/^MESSAGE timer 7/);
    await client.line(/^MESSAGE told 0 everybody/);
    await cluster.members[0]!.tool('snapshot');
    await Promise.all(services.map((service) => service.line(/^SNAPSHOT sum=42/)));
    await cluster.members[0]!.tool('shutdown');
    await Promise.all(services.map((service) => service.line(/^TERMINATE sum=42/)));
    assert.equal(await cluster.members[1]!.consensusModule!.exit(), 0);
  });

  it('leads Java followers', { timeout: 300_000 }, async () => {
    const { cluster, services } = start(['typescript', 'java', 'java'], 0);
    await services[0]!.line(/^ROLE LEADER/, 60_000);
    const client = javaClusterClient(stage, cluster.ingressEndpoints);
    await client.line(/^CONNECTED 1 leader 0/, 60_000);
    client.type('add 40\nadd 2\ntimer 7 50\ntell everybody\n');
    await client.line(/^MESSAGE timer 7/);
    await client.line(/^MESSAGE told 0 everybody/);
    await cluster.members[0]!.tool('snapshot');
    await Promise.all(services.map((service) => service.line(/^SNAPSHOT sum=42/)));
    await cluster.members[0]!.tool('shutdown');
    await Promise.all(services.map((service) => service.line(/^TERMINATE sum=42/)));
    assert.equal(await cluster.members[0]!.consensusModule!.exit(), 0);
  });

  it('goes on without the leader, and takes members back: behind by a term, and wiped', {
    timeout: 600_000,
  }, async () => {
    const cluster = new JavaCluster(stage, {
      members: 3,
      consensusModules: ['typescript', 'typescript', 'java'],
      properties: QUICK,
    });
    cluster.start();
    const services = cluster.members.map((member) => member.service('text'));
    const client = javaClusterClient(stage, cluster.ingressEndpoints);
    let leaderId = Number(/leader (\d)/.exec(await client.line(/^CONNECTED/, 60_000))![1]);
    let sum = 0;
    const add = async () => {
      sum += 1;
      client.type('add 1\n');
      await client.line(new RegExp(`^MESSAGE sum ${sum}$`), 60_000);
    };
    const changes = () => [...client.output.matchAll(/^LEADER (\d)/gm)].map(([, id]) => Number(id));
    await add();
    for (const isWiped of [false, true]) {
      const victim = cluster.members[leaderId]!;
      const before = changes().length;
      await Promise.all([victim.kill(), services[leaderId]!.kill()]);
      await until(() => changes().length > before);
      leaderId = changes().at(-1)!;
      await add();
      if (isWiped) {
        victim.wipe();
      } else {
        victim.forgetOwners();
      }
      victim.start();
      services[victim.id] = victim.service('text');
      const isFollowing = new RegExp(`^TERM \\d+ leader ${leaderId}$`, 'm');
      await until(() => isFollowing.test(services[victim.id]!.output));
      await add();
    }
    await cluster.members[leaderId]!.tool('snapshot');
    await Promise.all(services.map((service) => service.line(new RegExp(`^SNAPSHOT sum=${sum} `), 60_000)));
    await cluster.members[leaderId]!.tool('shutdown');
    await Promise.all(services.map((service) => service.line(new RegExp(`^TERMINATE sum=${sum} `))));
  });
});

/** @throws Error when it does not come true in a minute */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error(`${condition} did not come true`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
