import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { AERON_VERSIONS } from '../../scripts/java.ts';
import { JavaCluster, javaClusterBackup, javaClusterClient } from './java-cluster.ts';
import { Stage } from './stage.ts';

describe('our consensus module between a Java driver, archive, service container and client', () => {
  let stage = new Stage();
  afterEach(async () => {
    await stage.clear();
    stage = new Stage();
  });

  it('leads a cluster of one: sessions, timers, service messages; snapshot, suspend, shutdown and restart', {
    timeout: 300_000,
  }, async () => {
    const cluster = new JavaCluster(stage, { consensusModules: ['typescript'] });
    const member = cluster.members[0]!;
    member.start();
    const service = member.service('text');
    await service.line(/^ROLE LEADER of 0/);
    const client = javaClusterClient(stage, cluster.ingressEndpoints);
    await client.line(/^CONNECTED 1 leader 0/);
    await service.line(/^OPEN 1/);
    client.type('echo hello\nadd 40\nadd 2\n');
    await client.line(/^MESSAGE sum 42/);
    client.type('timer 7 50\ntimer 8 1000000\ncancel 8\ntimer 9 20000\ntell everybody\nbig 5000\n');
    await client.line(/^MESSAGE timer 7/);
    await client.line(/^MESSAGE told 0 everybody/);
    await client.line(/^MESSAGE of 5000/);

    await member.tool('snapshot');
    await service.line(/^SNAPSHOT sum=42/);
    assert.match(await member.tool('list-members'), /leaderMemberId=0, memberId=0/);
    assert.match(await member.tool('recording-log'), /serviceId=-1, type=SNAPSHOT/);
    client.type('add 1\n');
    await client.line(/^MESSAGE sum 43/);
    await member.tool('suspend');
    client.type('add 1\n');
    await member.tool('resume');
    await client.line(/^MESSAGE sum 44/);
    await Promise.all([member.consensusModule!.kill('SIGKILL'), service.kill('SIGKILL')]);
    await member.stop();
    member.forgetOwners();

    // From the snapshot, and the log behind it.
    member.start();
    const successor = member.service('text');
    await successor.line(/^START from.* sum=42/);
    await successor.line(/^ROLE LEADER of 0/);
    await successor.line(/^CLOSE 1 TIMEOUT/);
    const secondClient = javaClusterClient(stage, cluster.ingressEndpoints);
    await secondClient.line(/^CONNECTED 2/);
    secondClient.type('add 1\nclose\n');
    await secondClient.line(/^MESSAGE sum 45/);
    await successor.line(/^CLOSE 2 SERVICE_ACTION/);
    await member.tool('shutdown');
    await successor.line(/^TERMINATE sum=45/);
    assert.equal(await successor.exit(), 0);
    assert.equal(await member.consensusModule!.exit(), 0);
    await member.stop();
  });

  for (const [name, languages] of [
    ['current', ['java', 'typescript', 'java', 'typescript']],
    ['tutorial', ['java', 'typescript', 'java']],
  ] as const) {
    const version = AERON_VERSIONS[name];
    it(`goes on from the log and snapshots of a Java one, and a Java one from ours: ${version}`, {
      timeout: 300_000,
    }, async () => {
      const cluster = new JavaCluster(stage, { consensusModules: ['typescript'], version });
      const member = cluster.members[0]!;
      for (const [round, language] of languages.entries()) {
        member.language = language;
        member.start();
        const service = member.service('text');
        await service.line(/^ROLE LEADER/);
        const client = javaClusterClient(stage, cluster.ingressEndpoints, version);
        await client.line(/^CONNECTED/);
        client.type(`add 10\ntimer ${round} 3600000\n`);
        await client.line(new RegExp(`^MESSAGE sum ${(round + 1) * 10}`));
        if (round < 2) {
          await member.ourTool('snapshot');
          client.type('tell everybody\n');
          await client.line(/^MESSAGE told 0 everybody/);
          await member.ourTool('abort');
        } else {
          await member.ourTool('shutdown');
        }
        await service.line(/^TERMINATE/);
        await service.exit();
        await member.stop();
        // Mark files have another layout since 1.46; logs and snapshots have not.
        member.forgetOwners();
      }
    });
  }

  it('is backed up by Java: log and snapshot', { timeout: 300_000 }, async () => {
    const cluster = new JavaCluster(stage, { consensusModules: ['typescript'] });
    const member = cluster.members[0]!;
    member.start();
    const service = member.service('text');
    await service.line(/^ROLE LEADER/);
    const client = javaClusterClient(stage, cluster.ingressEndpoints);
    await client.line(/^CONNECTED/);
    client.type('add 5\n');
    await client.line(/^MESSAGE sum 5/);
    await member.tool('snapshot');
    const backup = javaClusterBackup(stage, cluster);
    await until(() => backup.recordingLog().length >= 3 * 64);
    const printed = await backup.tool('recording-log');
    assert.match(printed, /type=TERM/);
    assert.match(printed, /serviceId=0, type=SNAPSHOT/);
    assert.match(printed, /serviceId=-1, type=SNAPSHOT/);
  });
});

/** @throws Error when it does not come true in a minute */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error(`${condition} did not come true`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
