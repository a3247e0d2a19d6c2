import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ROOT } from '../../scripts/run.ts';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { ClusterClient } from '../../src/mod.ts';
import { Child } from '../interop/child.ts';
import { MemberPlace } from './place.ts';

const MAIN = join(ROOT, 'build', 'src', 'cli', 'main.js');
const SERVICE = join(ROOT, 'build', 'samples', 'basic-auction', 'service-module.js');

describe('The commands of the components', () => {
  let place: MemberPlace;
  let children: Child[];
  beforeEach(() => {
    place = new MemberPlace();
    children = [];
  });
  afterEach(async () => {
    await Promise.allSettled(children.map((child) => (child.ended ? undefined : child.kill())));
    place.remove();
  });

  /** Starts `aeron <words>` with the properties of the place's member. */
  const aeron = (...words: string[]): Child => {
    const properties = Object.entries(place.properties).map(([name, value]) => `-D${name}=${value}`);
    const child = new Child(`aeron ${words[0]}`, process.execPath, [MAIN, ...words, ...properties]);
    children.push(child);
    return child;
  };

  async function bidOnce(): Promise<void> {
    await using client = await ClusterClient.connect({
      aeronDirectoryName: place.aeronDirectoryName,
      ingressChannel: 'aeron:udp?term-length=64k',
      ingressEndpoints: place.ingressEndpoints,
      egressChannel: 'aeron:udp?endpoint=localhost:0',
      messageTimeoutNs: '60s',
    });
    const bid = AtomicBuffer.allocate(24);
    bid.putInt64(8, 7);
    bid.putInt64(16, 100);
    await client.send(bid.copyBytes(0, 24));
    const { value } = await client.messages({ signal: AbortSignal.timeout(60_000) }).next();
    assert.equal(AtomicBuffer.copyOf(value!.data).getInt64(16), 100);
  }

  async function shutDown(): Promise<void> {
    const tool = new Child('cluster-tool', process.execPath, [MAIN, 'cluster-tool', place.clusterDir, 'shutdown']);
    children.push(tool);
    assert.equal(await tool.exit(), 0, tool.output);
  }

  it('run each in a process of its own, until the cluster ends', { timeout: 180_000 }, async () => {
    const driver = aeron('media-driver');
    await driver.line(/^Started media driver/);
    const archive = aeron('archive');
    await archive.line(/^Started archive/);
    const consensusModule = aeron('consensus-module');
    const service = aeron('clustered-service-container', '--service', SERVICE);
    await bidOnce();
    await service.line(/^attemptBid\(.*price=100,customerId=7\)/);
    await shutDown();
    assert.equal(await service.exit(), 0, service.output);
    assert.equal(await consensusModule.exit(), 0, consensusModule.output);
    assert.equal(await archive.kill('SIGTERM'), 0, archive.output);
    assert.equal(await driver.kill('SIGTERM'), 0, driver.output);
  });

  it('run driver, archive and consensus module in one process, with a service beside it', {
    timeout: 180_000,
  }, async () => {
    const node = aeron('clustered-media-driver');
    await node.line(/^Started clustered media driver in /);
    const service = aeron('clustered-service-container', '--service', SERVICE);
    await bidOnce();
    await shutDown();
    assert.equal(await service.exit(), 0, service.output);
    assert.equal(await node.exit(), 0, node.output);
  });

  it('end with 1 when they could not go on', { timeout: 180_000 }, async () => {
    const driver = aeron('media-driver');
    await driver.line(/^Started media driver/);
    const service = aeron('clustered-service-container', '--service', SERVICE);
    await service.line(/^Started clustered service container/);
    const archive = aeron('archive');
    await archive.line(/^Started archive/);
    await driver.kill('SIGTERM');
    assert.equal(await archive.exit(), 1, archive.output);
    assert.match(archive.output, /^aeron archive: the archive has ended: unexpected Aeron close$/m);
    assert.equal(await service.exit(), 1, service.output);
    assert.match(service.output, /^aeron clustered-service-container: .*service 0 has: unexpected Aeron close$/m);
  });

  it('end in order also when they are told twice', { timeout: 180_000 }, async () => {
    const driver = aeron('media-driver');
    await driver.line(/^Started media driver/);
    process.kill(driver.pid, 'SIGTERM');
    await driver.line(/^Shutting down/);
    assert.equal(await driver.kill('SIGTERM'), 0, driver.output);
  });

  it('say what is missing', { timeout: 180_000 }, async () => {
    const child = new Child('aeron', process.execPath, [
      MAIN,
      'clustered-media-driver',
      `-Daeron.dir=${place.home}/aeron`,
    ]);
    children.push(child);
    assert.equal(await child.exit(), 1);
    assert.match(child.output, /^aeron clustered-media-driver: controlChannel must be set/m);
  });
});
