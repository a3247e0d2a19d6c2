import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Child } from './child.ts';

describe('a program under test', () => {
  const started: Child[] = [];
  const program = (script: string) => {
    const child = new Child('program', process.execPath, ['--input-type=module', '-e', script]);
    started.push(child);
    return child;
  };
  after(() => Promise.all(started.map((child) => child.kill())));

  it('is waited for by several at once', { timeout: 30_000 }, async () => {
    const child = program('process.stdin.on("data", () => console.log("one\\ntwo"))');
    const lines = Promise.all([child.line(/^one$/), child.line(/^two$/)]);
    child.type('go on\n');
    assert.deepEqual(await lines, ['one', 'two']);
  });

  it('may be in the middle of a line when it complains', { timeout: 30_000 }, async () => {
    const child = program(`
      process.stdin.on('data', () => process.stdout.write('of\\n'));
      process.stdout.write('two halves ', () => console.error('a complaint'));`);
    await child.line(/^a complaint$/);
    child.type('go on\n');
    await child.line(/^two halves of$/);
  });

  it('does not keep the process running that has started it', { timeout: 30_000 }, async () => {
    const starter = program(`
      import { Child } from ${JSON.stringify(new URL('./child.js', import.meta.url).href)};
      new Child('forgotten', process.execPath, ['-e', 'setInterval(() => {}, 1000)']);`);
    assert.equal(await starter.exit(), 0);
  });
});
