import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/simulate.js', import.meta.url));

function simulate(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('npm run simulate', () => {
  it('ends with how many seeds passed and failed', () => {
    const { status, stdout } = simulate('--suite', 'transport', '--seeds', '2');
    assert.match(stdout, /2 passed, 0 failed\n$/);
    assert.equal(status, 0);
  });

  it('tells the scenario and the story of one seed, the same every time but for the clock', () => {
    const told = () => simulate('--seed', '3').stdout.replace(/^.* seeds a second$/m, '');
    const first = told();
    assert.match(first, /host a 10\.0\.0\.1 /);
    assert.match(first, /the driver of a is there/);
    assert.match(first, /trace hash [0-9a-f]{16}/);
    assert.equal(told(), first);
  });

  it('refuses what it does not know, and names what there is', () => {
    const unknown = simulate('--suite', 'archives');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /no suite 'archives'; known are: transport/);
    assert.match(simulate('--seeds', 'many').stderr, /--seeds takes a whole number .* not 'many'/);
    assert.match(simulate('--sed', '3').stderr, /cannot make sense of '--sed'/);
  });
});
