import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ROOT } from '../../scripts/run.ts';
import { Child } from '../interop/child.ts';
import { ownPorts } from '../ports.ts';
import { type ConsoleBlock, consoleBlocks, patternOf } from './console-blocks.ts';

const blocks = consoleBlocks(readFileSync(join(ROOT, 'docs', 'tutorial.md'), 'utf8'));
const LIVENESS_MS = 10_500;
const LONG_MS = 90_000;

/** Walks through docs/tutorial.md as its reader does. */
class Walk {
  readonly directory = mkdtempSync(join(tmpdir(), 'aeron-walk-'));
  readonly #memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'aeron-walk-'));
  readonly #portBase = String(ownPorts());
  readonly #children = new Map<string, Child>();
  leader = -1;
  newLeader = -1;

  /** Starts what the line says. What `npm` and `npx` do is left out. */
  start(label: string, command: string): Child {
    const words = command
      .replace('<leader>', String(this.leader))
      .replace('<new leader>', String(this.newLeader))
      .split(' ');
    const script = words.find((word) => word.startsWith('basic-auction-') || word === 'aeron')!;
    const rest = words.slice(words.indexOf(script) + 1).filter((word) => word !== '--');
    const program = {
      'basic-auction-cluster': ['samples/basic-auction/cluster-main.js', '--port-base', this.#portBase],
      'basic-auction-client': ['samples/basic-auction/client-main.js', '--port-base', this.#portBase],
      aeron: ['src/cli/main.js'],
    }[script]!;
    const [file, ...options] = program;
    const environment = {
      AERON_DIR: join(this.#memory, 'aeron'),
      // The walk is told with the default of ten seconds.
      AERON_CLUSTER_LEADER_HEARTBEAT_TIMEOUT: '5s',
    };
    const args = [join(ROOT, 'build', file!), ...options, ...rest];
    const child = new Child(command, process.execPath, args, environment, this.directory);
    this.#children.set(label === '' ? command : label, child);
    return child;
  }

  child(label: string): Child {
    return this.#children.get(label)!;
  }

  /** Runs a command to its end. */
  async run(command: string): Promise<Child> {
    const child = this.start('', command);
    const exitCode = await child.exit(LONG_MS);
    assert.equal(exitCode, 0, `'${command}' ended with ${exitCode}:\n${child.output}`);
    return child;
  }

  async remove(): Promise<void> {
    const children = [...this.#children.values()].filter(({ ended }) => !ended);
    await Promise.allSettled(children.map((child) => child.kill('SIGTERM')));
    for (const path of [this.directory, this.#memory]) {
      rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    }
  }
}

async function expectLines(child: Child, { output }: ConsoleBlock): Promise<void> {
  for (const line of output) {
    await child.line(patternOf(line), LONG_MS);
  }
}

describe('docs/tutorial.md', () => {
  const walk = new Walk();
  after(() => walk.remove());

  it('has commands that do what it says', { timeout: 300_000 }, async () => {
    let killedAt = 0;
    for (const block of blocks) {
      const { label, command } = block;
      if (label === 'of client') {
        await expectLines(walk.child('client'), block);
        walk.newLeader = Number(/NewLeader\(\d+, \d+, (\d)\)/.exec(walk.child('client').output)![1]);
      } else if (label === 'again') {
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, killedAt + LIVENESS_MS - Date.now())));
        await expectLines(walk.start(label, command!), block);
      } else if (label !== '') {
        await expectLines(walk.start(label, command!), block);
      } else if (command!.startsWith('kill')) {
        await walk.child('client').line(/^SessionMessage\(\d+, 2,/, LONG_MS);
        const { output } = await walk.run(/\$\((.*)\)/.exec(command!)![1]!);
        process.kill(Number(output.trim()), 'SIGKILL');
        killedAt = Date.now();
      } else {
        const child = await walk.run(command!);
        await expectLines(child, block);
        walk.leader = Number(/leaderMemberId=(\d)/.exec(child.output)?.[1] ?? walk.leader);
      }
    }
    assert.equal(await walk.child('client').exit(LONG_MS), 0);
    for (const label of ['cluster', 'again']) {
      assert.equal(await walk.child(label).exit(LONG_MS), 0);
    }
  });
});

describe('npm run tutorial', () => {
  const tell = (environment: NodeJS.ProcessEnv = {}) =>
    new Child('tutorial', process.execPath, [join(ROOT, 'build', 'scripts', 'tutorial.js')], environment);

  /** Neither files nor, where that can be seen, processes. */
  function leavesNothing({ pid }: Child): void {
    const own = `aeron-tutorial-${pid}-`;
    for (const folder of [tmpdir(), '/dev/shm'].filter((path) => existsSync(path))) {
      const left = readdirSync(folder).filter((name) => name.startsWith(own));
      assert.deepEqual(left, [], folder);
    }
    const running = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
    const left = running.filter((id) => environmentOf(id).includes(own));
    assert.deepEqual(left, [], 'these processes still run');
  }

  it('tells its story, exits with 0, and leaves nothing behind', { timeout: 300_000 }, async () => {
    const child = tell();
    assert.equal(await child.exit(280_000), 0, child.output);
    assert.match(child.output, /All three agree\.\n?$/);
    const seconds = Number(/([\d.]+) s {2}All three agree/.exec(child.output)![1]);
    assert(seconds < 2 * 60, `${seconds} s, of a minute that other tests may double`);
    leavesNothing(child);
  });

  it('exits with 1 when not all is as told, and leaves nothing behind either', { timeout: 150_000 }, async () => {
    const child = tell({ AERON_CLUSTER_MAX_SESSIONS: '1' });
    assert.equal(await child.exit(140_000), 1, child.output);
    assert.match(child.output, /concurrent session limit/);
    assert.doesNotMatch(child.output, /All three agree/);
    leavesNothing(child);
  });
});

/** '' when the process has ended meanwhile, or is somebody else's. */
function environmentOf(processId: string): string {
  try {
    return readFileSync(`/proc/${processId}/environ`, 'utf8');
  } catch {
    return '';
  }
}
