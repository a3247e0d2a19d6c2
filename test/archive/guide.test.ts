import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../../scripts/run.ts';
import { freePort } from '../ports.ts';

describe('the program of docs/archive.md', () => {
  it('records and replays, and finds what it has recorded when it is started again', { timeout: 120_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'aeron-guide-'));
    const sample = join(ROOT, 'build', 'samples', 'record-and-replay.js');
    const port = String(freePort());
    const options = { timeout: 50_000, killSignal: 'SIGKILL' } as const;
    const run = async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [sample, directory, port], options);
      return stdout.trim().split('\n');
    };
    try {
      const first = ['to', 'be', 'continued', 'recording 0 of stream 1001'];
      assert.deepEqual(await run(), first);
      assert.deepEqual(await run(), [...first, 'recording 1 of stream 1001']);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('is in the guide as it is in the samples', () => {
    const guide = readFileSync(join(ROOT, 'docs', 'archive.md'), 'utf8');
    const sample = readFileSync(join(ROOT, 'samples', 'record-and-replay.ts'), 'utf8');
    const body = sample.slice(sample.indexOf('const directory')).trim();
    assert(guide.includes(body), 'the program in docs/archive.md is samples/record-and-replay.ts');
  });
});
