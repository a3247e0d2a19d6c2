/**
 * `npm run bench -- cluster [java|typescript|both] [part of a name]`: members of a cluster that answer every message,
 * each in one process with all its components; both sides in turn, under the same load generator. BENCH_ROUNDS says how
 * often each.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AERON_VERSIONS, prepareJava } from '../../scripts/java.ts';
import { ROOT } from '../../scripts/run.ts';
import type { Child } from '../interop/child.ts';
import { type Options, Stage } from '../interop/stage.ts';
import { freePort } from '../ports.ts';

type Side = 'java' | 'typescript';
type Measure = Readonly<Record<string, number>>;

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const TICKS_PER_SECOND = 100;
const IDLE_SECONDS = 10;
const MEASURED_MESSAGES = 500_000;
const REPLAYED_MESSAGES = 2_000_000;

/** Members of one side, on ports and in directories of their own. */
class Members {
  readonly ingressEndpoints: string;
  readonly #stage: Stage;
  readonly #side: Side;
  readonly #properties: Options[];
  readonly nodes: Child[] = [];

  constructor(stage: Stage, side: Side, count: number, properties: Options = {}) {
    this.#stage = stage;
    this.#side = side;
    const ports = Array.from({ length: count }, () => Array.from({ length: 5 }, () => freePort()));
    const members = ports.map((own, id) => [id, ...own.map((p) => `localhost:${p}`)].join(',')).join('|');
    this.ingressEndpoints = ports.map(([ingress], id) => `${id}=localhost:${ingress}`).join(',');
    this.#properties = ports.map((own, id) => {
      const directory = stage.directory();
      return {
        'aeron.dir': directory,
        'aeron.archive.dir': join(dirname(directory), 'archive'),
        'aeron.archive.control.channel': `aeron:udp?endpoint=localhost:${own.at(-1)}`,
        'aeron.archive.replication.channel': 'aeron:udp?endpoint=localhost:0',
        'aeron.cluster.dir': join(dirname(directory), 'cluster'),
        'aeron.cluster.member.id': id,
        'aeron.cluster.members': members,
        'aeron.cluster.ingress.channel': 'aeron:udp?term-length=1m',
        'aeron.cluster.replication.channel': 'aeron:udp?endpoint=localhost:0',
        ...properties,
      };
    });
  }

  /** Starts them all; when one leads, its number and what it replayed. */
  async start(): Promise<{ leader: number; replayMs: number; startMs: number }> {
    const startedMs = Date.now();
    this.#properties.forEach((properties, id) => {
      this.nodes[id] = this.#launch(properties);
    });
    const lines = this.nodes.map((node) => node.line(/^ROLE LEADER/, 60_000));
    const { id, line } = await Promise.any(lines.map(async (each, id) => ({ id, line: await each })));
    for (const each of lines) {
      each.catch(() => {});
    }
    return { leader: id, replayMs: Number(/in (\d+) ms/.exec(line)![1]), startMs: Date.now() - startedMs };
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill('SIGTERM')));
  }

  load(what: string, options: Options): Child {
    const words = { dir: this.#stage.directory(), endpoints: this.ingressEndpoints, ...options };
    return this.#stage.node(`load ${what}`, [
      join(ROOT, 'build', 'test', 'bench', 'cluster-load-main.js'),
      what,
      ...Object.entries(words).map(([name, value]) => `${name}=${value}`),
    ]);
  }

  async measure(what: string, options: Options): Promise<Measure> {
    return resultOf(await this.load(what, options).line(/^RESULT/, 120_000));
  }

  #launch(properties: Options): Child {
    if (this.#side === 'java') {
      return this.#stage.java('ClusterBenchNode', [], { ...properties, 'agrona.disable.bounds.checks': true });
    }
    const definitions = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
    return this.#stage.node('cluster node', [
      join(ROOT, 'build', 'test', 'bench', 'cluster-node-main.js'),
      ...definitions,
    ]);
  }
}

function resultOf(line: string): Measure {
  return Object.fromEntries([...line.matchAll(/(\w+)=(\d+)/g)].map(([, name, value]) => [name!, Number(value)]));
}

interface Measurement {
  readonly name: string;
  readonly unit: 'µs' | 'msg/s' | 'ms' | '%' | 'MB';
  readonly run: (side: Side, stage: Stage) => Promise<Measure>;
}

const loaded =
  (members: number, what: string, options: Options) =>
  async (side: Side, stage: Stage): Promise<Measure> => {
    const cluster = new Members(stage, side, members);
    await cluster.start();
    return cluster.measure(what, options);
  };
const latency = { length: 32, warmupMs: 3000, measureMs: 4000 };
const windowed = { window: 1000, warmupMs: 4000, measureMs: 4000 };

const MEASUREMENTS: readonly Measurement[] = [
  { name: 'three members, one outstanding, 32 B', unit: 'µs', run: loaded(3, 'latency', latency) },
  { name: 'three members, one outstanding, 288 B', unit: 'µs', run: loaded(3, 'latency', { ...latency, length: 288 }) },
  { name: 'three members, window 1000, 32 B', unit: 'msg/s', run: loaded(3, 'window', { ...windowed, length: 32 }) },
  { name: 'three members, window 1000, 288 B', unit: 'msg/s', run: loaded(3, 'window', { ...windowed, length: 288 }) },
  { name: 'one member, one outstanding, 32 B', unit: 'µs', run: loaded(1, 'latency', latency) },
  { name: 'one member, one outstanding, 288 B', unit: 'µs', run: loaded(1, 'latency', { ...latency, length: 288 }) },
  { name: 'one member, window 1000, 32 B', unit: 'msg/s', run: loaded(1, 'window', { ...windowed, length: 32 }) },
  { name: 'one member, window 1000, 288 B', unit: 'msg/s', run: loaded(1, 'window', { ...windowed, length: 288 }) },
  { name: 'one member, window 1000, 32 B, CPU time a message', unit: 'µs', run: cpuTime },
  { name: 'leader killed to first answer, heartbeat timeout 1 s', unit: 'ms', run: failOver },
  { name: 'one member restarted with 2 M messages of 32 B', unit: 'ms', run: restart },
  { name: 'one member at rest', unit: '%', run: rest },
];

/** What the whole process of a member uses, once it is warm: says more than rates do on a machine that is busy. */
async function cpuTime(side: Side, stage: Stage): Promise<Measure> {
  const cluster = new Members(stage, side, 1);
  await cluster.start();
  const load = { window: 1000, length: 32, count: MEASURED_MESSAGES };
  await cluster.measure('window', load);
  const { pid } = cluster.nodes[0]!;
  const before = ticksOf(pid);
  await cluster.measure('window', load);
  return { rate: Math.round(((ticksOf(pid) - before) / TICKS_PER_SECOND / MEASURED_MESSAGES) * 1e9) };
}

async function failOver(side: Side, stage: Stage): Promise<Measure> {
  const cluster = new Members(stage, side, 3, { 'aeron.cluster.leader.heartbeat.timeout': '1s' });
  await cluster.start();
  const load = cluster.load('fail-over', { length: 32 });
  const leader = Number(/\d+/.exec(await load.line(/^LEADER/, 60_000))![0]);
  await cluster.nodes[leader]!.kill('SIGKILL');
  load.type('killed\n');
  const { failOverMs } = resultOf(await load.line(/^RESULT/, 60_000));
  return { 'to first answer': failOverMs! };
}

async function restart(side: Side, stage: Stage): Promise<Measure> {
  const cluster = new Members(stage, side, 1);
  await cluster.start();
  const load = cluster.load('window', { window: 1000, length: 32, count: REPLAYED_MESSAGES });
  await load.line(/^RESULT/, 120_000);
  await load.exit();
  await cluster.stop();
  const { replayMs, startMs } = await cluster.start();
  return { replay: replayMs, 'process started to leader': startMs };
}

async function rest(side: Side, stage: Stage): Promise<Measure> {
  const cluster = new Members(stage, side, 1);
  await cluster.start();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const { pid } = cluster.nodes[0]!;
  const before = ticksOf(pid);
  await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
  const share = (ticksOf(pid) - before) / TICKS_PER_SECOND / IDLE_SECONDS;
  return { 'of a core': Math.round(share * 1000) };
}

/** User and system time that a process has used. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

const wanted = process.argv[2] ?? 'both';
const sides: Side[] = wanted === 'both' ? ['typescript', 'java'] : [wanted as Side];
const filter = process.argv[3] ?? '';
prepareJava();
console.log('\n## Cluster\n');
console.log(
  `TypeScript on Node ${process.versions.node}, Java Aeron ${AERON_VERSIONS.current}; ${ROUNDS} rounds in turn; ` +
    'median (lowest to highest).\n',
);
console.log(`| what | ${sides.join(' | ')} |${sides.length === 2 ? ' ratio |' : ''}`);
console.log(`|---|${'---|'.repeat(sides.length)}${sides.length === 2 ? '---|' : ''}`);
for (const { name, unit, run } of MEASUREMENTS.filter((each) => each.name.includes(filter))) {
  const measures: Record<Side, Measure[]> = { java: [], typescript: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of sides) {
      measures[side].push(await inPlace(side, run));
    }
  }
  for (const key of Object.keys(measures[sides[0]!][0]!)) {
    const medians = sides.map((side) => sorted(measures[side], key));
    const cells = medians.map((values) => show(values, unit));
    const ratio = medians.length === 2 ? ` ${(middle(medians[0]!) / middle(medians[1]!)).toFixed(2)} |` : '';
    console.log(`| ${name}${key === 'rate' ? '' : ` ${key}`} | ${cells.join(' | ')} |${ratio}`);
  }
}

async function inPlace(side: Side, run: Measurement['run']): Promise<Measure> {
  const stage = new Stage();
  try {
    return await run(side, stage);
  } finally {
    await stage.clear();
  }
}

function sorted(measures: readonly Measure[], key: string): number[] {
  return measures.map((measure) => measure[key]!).sort((a, b) => a - b);
}

function middle(values: readonly number[]): number {
  return values[Math.floor(values.length / 2)]!;
}

function show(values: readonly number[], unit: Measurement['unit']): string {
  const format = (value: number) => {
    switch (unit) {
      case 'µs':
        return value < 10_000 ? (value / 1000).toFixed(2) : (value / 1000).toFixed(0);
      case 'msg/s':
        return `${(value / 1000).toFixed(0)} k`;
      case '%':
        return (value / 10).toFixed(1);
      default:
        return `${value}`;
    }
  };
  return `${format(middle(values))} ${unit} (${format(values[0]!)} to ${format(values.at(-1)!)})`;
}
