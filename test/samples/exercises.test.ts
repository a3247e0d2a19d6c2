import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT } from '../../scripts/run.ts';
import { Child } from '../interop/child.ts';
import { ownPorts } from '../ports.ts';

const SAMPLES = join(ROOT, 'build', 'samples', 'basic-auction');
const PORT_BASE = ownPorts();
/** The samples' group, on a port of this test alone. */
const EGRESS = `aeron:udp?endpoint=224.20.30.39:${PORT_BASE + 100}|interface=localhost`;
const LONG_MS = 60_000;

describe('The exercises of the tutorial, on a cluster of one', () => {
  const home = mkdtempSync(join(tmpdir(), 'aeron-exercises-'));
  const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'aeron-exercises-'));
  const children: Child[] = [];
  const start = (file: string, ...words: string[]): Child => {
    const args = [join(SAMPLES, file), '--hostnames', 'localhost', '--port-base', String(PORT_BASE), ...words];
    const child = new Child(file, process.execPath, args, { AERON_DIR: join(memory, 'aeron') }, home);
    children.push(child);
    return child;
  };
  before(async () => {
    const service = join(SAMPLES, 'exercises', 'query-service.js');
    const node = start('cluster-main.js', '--service', service, '0');
    await node.line(/oldState=LEADER_READY newState=CLOSED/, LONG_MS);
  });
  after(async () => {
    await Promise.allSettled(children.map((child) => (child.ended ? undefined : child.kill())));
    for (const path of [home, memory]) {
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
  });

  it('customers compete', { timeout: 90_000 }, async () => {
    const customers = start('exercises/competing-customers.js', '--bids', '2', '--interval-ms', '200', '10', '11');
    for (const id of [10, 11]) {
      await customers.line(new RegExp(`^customer ${id}: Sent\\(1, ${id}, \\d+\\) bidsRemaining=0$`), LONG_MS);
      await customers.line(
        new RegExp(`^customer ${id}: SessionMessage\\(\\d+, 1,1[01], \\d+, (true|false)\\)$`),
        LONG_MS,
      );
    }
    assert.equal(await customers.exit(LONG_MS), 0);
  });

  it('a query tells how the auction stands, and is no bid', { timeout: 90_000 }, async () => {
    const answers: string[] = [];
    for (let i = 0; i < 2; i++) {
      const query = start('exercises/query-client.js');
      answers.push(await query.line(/^best price \d+ of customer 1[01]$/, LONG_MS));
      assert.equal(await query.exit(LONG_MS), 0);
    }
    assert.equal(answers[0], answers[1]);
  });

  it('customers see the prices of others on a shared egress', { timeout: 90_000 }, async () => {
    const words = ['--egress', EGRESS, '--bids', '1000', '--interval-ms', '300'];
    const customers = ['20', '21'].map((id) => start('exercises/shared-prices.js', ...words, id));
    const [first] = customers;
    await first!.line(/^of another: best price \d+ of customer 21$/, LONG_MS);
    customers.push(start('exercises/shared-prices.js', ...words, '22'));
    for (const customer of customers) {
      await customer.line(/^mine: best price \d+ of customer \d+$/, LONG_MS);
      await customer.line(/^of another: best price \d+ of customer \d+$/, LONG_MS);
    }
  });
});
