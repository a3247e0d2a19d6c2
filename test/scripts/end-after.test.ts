import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

const URL_OF_MODULE = new URL('../../scripts/end-after.js', import.meta.url).href;

describe('endAfter', () => {
  const run = (limitMs: number, graceMs: number, rest: string) =>
    spawnSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { endAfter } from '${URL_OF_MODULE}'; endAfter(${limitMs}, ${graceMs}, 'that was long'); ${rest}`,
      ],
      { encoding: 'utf8', timeout: 60_000 },
    );

  it('ends a process that waits', () => {
    const { status, stderr } = run(200, 300_000, 'setInterval(() => {}, 1000);');
    assert.equal(stderr, 'that was long\n');
    assert.equal(status, 1);
  });

  it('ends a process whose thread never comes back', () => {
    const { signal, stderr } = run(200, 200, 'for (;;);');
    assert.equal(stderr, 'that was long, without ever a pause\n');
    assert.equal(signal, 'SIGKILL');
  });

  it('lets a process end before', () => {
    const { status, stderr } = run(300_000, 300_000, '');
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });
});
