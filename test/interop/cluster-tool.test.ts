import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { AERON_VERSIONS, type AeronVersion } from '../../scripts/java.ts';
import { ROOT } from '../../scripts/run.ts';
import { freePort } from '../ports.ts';
import type { Child } from './child.ts';
import { JavaCluster, type JavaMember, javaClusterClient } from './java-cluster.ts';
import { type Options, Stage } from './stage.ts';

const AUCTION = 'io.aeron.samples.cluster.tutorial.BasicAuctionClusteredService';

/** Where a member lives. */
type Place = Pick<JavaMember, 'clusterDirectory' | 'aeronDirectory'>;

interface Result {
  readonly exitCode: number;
  readonly output: string;
}

/** The current tool of upstream and ours, side by side. */
class Tools {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async ours(words: readonly string[], properties: Options = {}): Promise<Result> {
    const definitions = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
    return resultOf(this.#stage.aeron(['cluster-tool', ...definitions, ...words]));
  }

  async theirs(words: readonly string[], properties: Options = {}): Promise<Result> {
    return resultOf(this.#stage.java('io.aeron.cluster.ClusterTool', words, properties));
  }

  /** What both of them say, but for times; it is the same. */
  async both(words: readonly string[], properties: Options = {}): Promise<Result> {
    const [ours, theirs] = [await this.ours(words, properties), await this.theirs(words, properties)];
    assert.deepEqual(withoutTimes(ours), withoutTimes(theirs), words.join(' '));
    return ours;
  }
}

async function resultOf(child: Child): Promise<Result> {
  const exitCode = await child.exit();
  return { exitCode, output: child.output };
}

function withoutTimes({ exitCode, output }: Result): { exitCode: number; lines: string[] } {
  const text = output
    .replace(/\d\d:\d\d:\d\d/g, 'TIME')
    // Releases before 1.52 print the letter.
    .replace(/^O distinct/gm, '0 distinct')
    .replace(/(activityTimestamp|currentTimeNs|timeOfLastAppendPositionNs)=\d+/g, '$1=TIME');
  return { exitCode, lines: text.split('\n') };
}

describe('aeron cluster-tool and the one of upstream', () => {
  let stage = new Stage();
  afterEach(async () => {
    await stage.clear();
    stage = new Stage();
  });

  const started = async (version: AeronVersion) => {
    const cluster = new JavaCluster(stage, { version });
    const [member] = cluster.members;
    member!.start();
    const service = member!.javaService(AUCTION);
    const client = javaClusterClient(stage, cluster.ingressEndpoints, version);
    await client.line(/^CONNECTED/);
    client.type('bid 1 100\n');
    await client.line(/^BID/);
    return { member: member!, service, tools: new Tools(stage) };
  };

  const copyOf = ({ clusterDirectory }: Place): string => {
    const copy = join(dirname(stage.directory()), 'cluster');
    cpSync(clusterDirectory, copy, { recursive: true });
    return copy;
  };

  it('say the same of a member that runs, and steer it', { timeout: 300_000 }, async () => {
    const { member, service, tools } = await started(AERON_VERSIONS.current);
    const dir = member.clusterDirectory;
    const { pid } = member.node!;
    assert.equal((await tools.both([dir, 'pid'])).output, `${pid}\n`);
    await tools.both([dir, 'errors']);
    assert.equal((await tools.both([dir, 'backup-query'])).exitCode, 255);
    await steer(tools, member);
    await tools.both([dir, 'recovery-plan']);
    assert.deepEqual(await tools.ours([dir, 'validate-recording-log']), said('VALIDATE_RECORDING_LOG'));
    assert.deepEqual(await tools.theirs([dir, 'snapshot']), said('SNAPSHOT'));
    await stopOrderly(tools, member, service);
    await compareOffline(tools, member, ['pid', 'describe', 'recording-log', 'errors']);
  });

  it('say the same of a member of 1.44, and steer it', { timeout: 300_000 }, async () => {
    const { member, service, tools } = await started(AERON_VERSIONS.tutorial);
    await steer(tools, member);
    await stopOrderly(tools, member, service);
    await tools.both([member.clusterDirectory, 'describe']);
  });

  it('say the same of a member of ours, which both of them steer', { timeout: 300_000 }, async () => {
    const aeronDirectory = stage.directory();
    const home = dirname(aeronDirectory);
    const clusterDirectory = join(home, 'cluster');
    const ports = Array.from({ length: 5 }, () => `localhost:${freePort()}`);
    const properties = {
      'aeron.dir': aeronDirectory,
      'aeron.archive.dir': join(home, 'archive'),
      'aeron.archive.segment.file.length': '4m',
      'aeron.archive.control.channel': `aeron:udp?endpoint=${ports[4]}`,
      'aeron.archive.replication.channel': 'aeron:udp?endpoint=localhost:0',
      'aeron.cluster.dir': clusterDirectory,
      'aeron.cluster.member.id': 0,
      'aeron.cluster.members': ['0', ...ports].join(','),
      'aeron.cluster.ingress.channel': 'aeron:udp?term-length=64k',
      'aeron.cluster.log.channel': 'aeron:udp?term-length=256k',
      'aeron.cluster.replication.channel': 'aeron:udp?endpoint=localhost:0',
    };
    const node = stage.node('our node', [
      join(ROOT, 'build', 'test', 'bench', 'cluster-node-main.js'),
      ...Object.entries(properties).map(([name, value]) => `${name}=${value}`),
    ]);
    await node.line(/^ROLE LEADER/);
    const client = javaClusterClient(stage, `0=${ports[0]}`);
    await client.line(/^CONNECTED/);
    client.type('hello\n');
    await client.line(/^MESSAGE hello/);
    const tools = new Tools(stage);
    const place = { clusterDirectory, aeronDirectory };
    await tools.both([clusterDirectory, 'pid']);
    await tools.both([clusterDirectory, 'errors']);
    await steer(tools, place);
    for (const action of ['suspend', 'resume', 'snapshot', 'validate-recording-log']) {
      const expected = said(action.replaceAll('-', '_').toUpperCase());
      assert.deepEqual(await tools.theirs([clusterDirectory, action]), expected);
    }
    assert.deepEqual(await tools.theirs([clusterDirectory, 'shutdown']), said('SHUTDOWN'));
    await node.exit();
    await compareOffline(tools, place, ['pid', 'describe', 'recording-log']);
  });

  const said = (action: string) => ({ exitCode: 0, output: `Member [0]: ${action} applied successfully\n` });

  const steer = async (tools: Tools, { clusterDirectory: dir, aeronDirectory }: Place): Promise<void> => {
    await tools.both([dir, 'describe']);
    await tools.both([dir, 'list-members']);
    assert.equal((await tools.both([dir, 'is-leader'])).exitCode, 0);
    assert.deepEqual(await tools.ours([dir, 'suspend']), said('SUSPEND'));
    assert.equal((await tools.both([dir, 'snapshot'])).exitCode, 255);
    assert.deepEqual(await tools.ours([dir, 'resume']), said('RESUME'));
    assert.deepEqual(await tools.ours([dir, 'snapshot']), said('SNAPSHOT'));
    await tools.both([dir, 'recording-log']);
    await tools.both([dir, 'describe-latest-cm-snapshot']);
    await tools.both([dir, 'recovery-plan', '1'], {
      'aeron.dir': aeronDirectory,
      'aeron.archive.control.channel': 'aeron:ipc',
      'aeron.archive.control.response.channel': 'aeron:ipc',
    });
  };

  const stopOrderly = async (tools: Tools, member: JavaMember, service: Child): Promise<void> => {
    assert.deepEqual(await tools.ours([member.clusterDirectory, 'shutdown']), said('SHUTDOWN'));
    assert.equal(await service.exit(), 0);
    await member.stop();
  };

  /** Commands that need no member that runs; those that change files, each on a copy. */
  const compareOffline = async (tools: Tools, member: Place, readOnly: readonly string[]): Promise<void> => {
    const dir = member.clusterDirectory;
    for (const command of readOnly) {
      await tools.both([dir, command]);
    }
    await tools.both([dir, 'dance']);
    await tools.both([]);
    await tools.both([`${dir}-that-is-not-there`, 'pid']);
    for (const command of ['invalidate-latest-snapshot', 'seed-recording-log-from-snapshot', 'sort-recording-log']) {
      const copies = [copyOf(member), copyOf(member)] as const;
      const results = [await tools.ours([copies[0], command]), await tools.theirs([copies[1], command])];
      assert.deepEqual(results[0], results[1], command);
      const contents = copies.map((copy) => {
        const names = readdirSync(copy).filter((name) => name.startsWith('recording'));
        return names.map((name) => [name, readFileSync(join(copy, name)).toString('hex')]);
      });
      assert.deepEqual(contents[0], contents[1], `files after ${command}`);
    }
  };
});
