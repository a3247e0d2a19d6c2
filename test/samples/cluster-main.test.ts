import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ROOT } from '../../scripts/run.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { CommonContext } from '../../src/protocol/mod.ts';
import { Child } from '../interop/child.ts';
import { ownPorts } from '../ports.ts';
import { until } from '../robustness/place.ts';

const MAIN = join(ROOT, 'build', 'samples', 'basic-auction', 'cluster-main.js');

describe('basic-auction-cluster', () => {
  const home = mkdtempSync(join(tmpdir(), 'aeron-cluster-main-'));
  const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'aeron-cluster-main-'));
  const args = [MAIN, '--hostnames', 'localhost', '--port-base', String(ownPorts())];
  const cluster = new Child('cluster', process.execPath, args, { AERON_DIR: join(memory, 'aeron') }, home);
  after(async () => {
    await Promise.allSettled(cluster.ended ? [] : [cluster.kill('SIGTERM')]);
    for (const path of [home, memory]) {
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
  });

  it('ends its nodes also when it is killed', { timeout: 120_000 }, async () => {
    await cluster.line(/^\[0\] Started Cluster Node/, 60_000);
    await cluster.kill('SIGKILL');
    const log = () => readFileSync(join(home, 'logs', 'cluster-0.log'), 'utf8');
    await until('the node ends', () => log().includes('[0] Exiting...'));
    const driver = join(memory, 'aeron-0-driver');
    await until('its driver says goodbye', () => !CommonContext.isDriverActive(nativePlatform(), driver, 60_000));
  });
});
