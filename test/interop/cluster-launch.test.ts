import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { ROOT } from '../../scripts/run.ts';
import { JavaCluster, javaClusterClient } from './java-cluster.ts';
import { Stage } from './stage.ts';

const SERVICE = join(ROOT, 'build', 'samples', 'basic-auction', 'service-module.js');

/** Waits until there is a file. */
async function present(path: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!existsSync(path)) {
    assert(Date.now() < deadline, `there is no ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('`aeron clustered-service-container` under a Java consensus module', () => {
  let stage = new Stage();
  afterEach(async () => {
    await stage.clear();
    stage = new Stage();
  });

  it('runs the service of a module until the cluster ends it', { timeout: 300_000 }, async () => {
    const cluster = new JavaCluster(stage);
    const [member] = cluster.members;
    member!.start();
    const container = stage.aeron(
      [
        'clustered-service-container',
        '--service',
        SERVICE,
        `-Daeron.dir=${member!.aeronDirectory}`,
        `-Daeron.cluster.dir=${member!.clusterDirectory}`,
      ],
      {},
    );
    await container.line(/^Started clustered service container/);
    const client = javaClusterClient(stage, cluster.ingressEndpoints);
    client.type('bid 7 100\nbid 8 90\n');
    await client.line(/^BID 1 winner 7 at 100 yes/);
    await client.line(/^BID 2 winner 7 at 100 no/);
    await container.line(/^onSessionOpen\(ClientSession\{id=1, /);
    await container.line(
      /^attemptBid\(this=Auction\{bestPrice=100, currentWinningCustomerId=7\}, price=90,customerId=8\)/,
    );
    await member!.tool('shutdown');
    assert.equal(await container.exit(), 0);
  });

  it('ends when it is told to while it waits for a consensus module', { timeout: 300_000 }, async () => {
    const directory = stage.directory();
    await stage.driver('typescript', directory);
    const container = stage.aeron(
      [
        'clustered-service-container',
        '--service',
        SERVICE,
        `-Daeron.dir=${directory}`,
        `-Daeron.cluster.dir=${directory}-cluster`,
      ],
      {},
    );
    await present(`${directory}-cluster/cluster-mark-service-0.dat`);
    assert.equal(container.ended, false, container.output);
    assert.equal(await container.kill('SIGTERM'), 1);
    assert.match(container.output, /told to end before it had started/);
  });

  it('says what is wrong with a module', { timeout: 300_000 }, async () => {
    const container = stage.aeron(
      ['clustered-service-container', '--service', SERVICE.replace('service-module', 'members')],
      {},
    );
    assert.equal(await container.exit(), 1);
    assert.match(container.output, /its default export must be a clustered service/);
    const nothing = stage.aeron(['clustered-service-container', '--service', '/no/such/module.js'], {});
    assert.equal(await nothing.exit(), 1);
    assert.match(nothing.output, /serviceModule file:\/\/\/no\/such\/module\.js cannot be loaded/);
  });
});
