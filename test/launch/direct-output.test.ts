import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DirectOutput } from '../../src/launch/direct-output.ts';

const LINE = `${'x'.repeat(8000)}\n`;

describe('The output of a node thread', () => {
  const home = mkdtempSync(join(tmpdir(), 'aeron-output-'));
  let pipe: number;
  before(() => {
    const path = join(home, 'pipe');
    execFileSync('mkfifo', [path]);
    pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  });
  after(() => {
    closeSync(pipe);
    rmSync(home, { recursive: true });
  });

  /** All that is in the pipe. */
  const read = (): string => {
    const buffer = Buffer.alloc(1 << 20);
    try {
      return buffer.toString('latin1', 0, readSync(pipe, buffer));
    } catch (error) {
      assert.equal((error as { code: string }).code, 'EAGAIN');
      return '';
    }
  };

  it('drops what a pipe does not take, says how much, and goes on', () => {
    const output = new DirectOutput(pipe);
    const writes = 400;
    const startMs = performance.now();
    for (let i = 0; i < writes; i++) {
      output.write(LINE);
    }
    // One that does not drop waits for ever; one that waits at each line, for 39 s.
    assert(performance.now() - startMs < 20_000);
    const taken = read().length;
    assert(taken > 0 && taken < writes * LINE.length);
    output.write('again\n');
    assert.equal(read(), `\n... ${writes * LINE.length - taken} bytes of output were dropped\nagain\n`);
    output.write('and again\n');
    assert.equal(read(), 'and again\n');
    assert.equal(output.writableLength, 0);
  });
});
