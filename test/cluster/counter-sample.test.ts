import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../../scripts/run.ts';
import { ownPorts } from '../ports.ts';

const SAMPLE = join(ROOT, 'build', 'samples', 'counter', 'main.js');

describe('the counter of docs/clustered-service.md', () => {
  it('counts, and goes on counting when it is started again', { timeout: 120_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'aeron-counter-'));
    const env = { ...process.env, COUNTER_PORT_BASE: String(ownPorts()) };
    const run = async (...words: string[]) => {
      const options = { env, timeout: 50_000, killSignal: 'SIGKILL' } as const;
      const { stdout } = await promisify(execFile)(process.execPath, [SAMPLE, directory, ...words], options);
      return stdout.trim();
    };
    try {
      assert.equal(await run('to', 'be', 'or', 'not', 'to', 'be'), 'to: 2, be: 2, or: 1, not: 1, to: 2, be: 2');
      assert.equal(await run('be'), 'be: 3');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('is in the guide as it is in the samples', () => {
    const guide = readFileSync(join(ROOT, 'docs', 'clustered-service.md'), 'utf8');
    const service = readFileSync(join(ROOT, 'samples', 'counter', 'counter-service.ts'), 'utf8');
    const body = service.slice(service.indexOf('export class')).trim();
    assert(
      guide.includes(body),
      'the class in docs/clustered-service.md is that of samples/counter/counter-service.ts',
    );
  });
});
