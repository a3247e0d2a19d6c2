import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { JavaCluster, javaClusterClient } from './java-cluster.ts';
import { Stage } from './stage.ts';

describe('our service container under a Java consensus module', () => {
  let stage = new Stage();
  afterEach(async () => {
    await stage.clear();
    stage = new Stage();
  });

  it('serves a Java client: sessions, timers, service messages, errors; snapshot, shutdown and restart', {
    timeout: 120_000,
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
  });
});
