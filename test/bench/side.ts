import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AERON_VERSIONS, classPath, JAVA_OPTIONS, prepareJava } from '../../scripts/java.ts';
import { ROOT } from '../../scripts/run.ts';

type Side = 'java' | 'typescript';
type Measure = Readonly<Record<string, number>>;

const PROGRAM: Readonly<Record<Side, string>> = { java: 'Bench', typescript: 'bench-main' };

/** Runs one benchmark program of one side in a process of its own and returns what its RESULT line says. */
function runSide(side: Side, { what, options, program = PROGRAM }: Comparison): Measure {
  const parent = mkdtempSync('/dev/shm/aeron-bench-');
  const disk = mkdtempSync(join(tmpdir(), 'aeron-bench-'));
  const directories = { dir: join(parent, 'aeron'), archiveDir: join(disk, 'archive') };
  const words = Object.entries({ ...options, ...directories }).map(([name, value]) => `${name}=${value}`);
  const [command, args] =
    side === 'java'
      ? [
          'java',
          [
            ...JAVA_OPTIONS,
            '-Dagrona.disable.bounds.checks=true',
            '-cp',
            classPath(AERON_VERSIONS.current),
            program.java,
            what,
            ...words,
          ],
        ]
      : [process.execPath, [join(ROOT, 'build', 'test', 'bench', `${program.typescript}.js`), what, ...words]];
  try {
    const result = spawnSync(command as string, args as string[], { encoding: 'utf8', timeout: 120_000 });
    const line = /^RESULT (.*)$/m.exec(result.stdout ?? '');
    if (line === null) {
      throw new Error(`${side} ${what} gave no result:\n${result.stdout}\n${result.stderr}`);
    }
    return Object.fromEntries(line[1]!.split(' ').map((word) => [word.split('=')[0]!, Number(word.split('=')[1])]));
  } finally {
    rmSync(parent, { recursive: true, force: true });
    rmSync(disk, { recursive: true, force: true });
  }
}

export interface Comparison {
  readonly name: string;
  readonly what: 'throughput' | 'round-trip' | 'archive';
  /** Java class and script that measure it; Bench and bench-main by default. */
  readonly program?: Readonly<Record<Side, string>>;
  readonly options: Readonly<Record<string, string | number>>;
}

/** Both sides in turn, `rounds` times; prints a row a measure: medians, ratio and spread. */
export function compare(title: string, comparisons: readonly Comparison[], rounds = 3): void {
  prepareJava();
  console.log(`\n## ${title}\n`);
  console.log(
    `TypeScript on Node ${process.versions.node}, Java Aeron ${AERON_VERSIONS.current}; ${rounds} rounds in turn; median (lowest to highest).\n`,
  );
  console.log('| what | TypeScript | Java | ratio |');
  console.log('|---|---|---|---|');
  for (const comparison of comparisons) {
    const measures: Record<Side, Measure[]> = { java: [], typescript: [] };
    for (let round = 0; round < rounds; round++) {
      for (const side of ['typescript', 'java'] as const) {
        measures[side].push(runSide(side, comparison));
      }
    }
    for (const key of Object.keys(measures.java[0]!)) {
      const ours = sorted(measures.typescript, key);
      const theirs = sorted(measures.java, key);
      const label = key === 'rate' ? comparison.name : `${comparison.name} ${key.replace('-', ' ')}`;
      const ratio = median(ours) / median(theirs);
      console.log(`| ${label} | ${show(key, ours)} | ${show(key, theirs)} | ${ratio.toFixed(2)} |`);
    }
  }
}

const sorted = (measures: readonly Measure[], key: string) => measures.map((m) => m[key]!).sort((a, b) => a - b);
const median = (values: readonly number[]) => values[Math.floor(values.length / 2)]!;

function show(key: string, values: readonly number[]): string {
  const format = (value: number) => {
    if (!key.endsWith('rate')) {
      return `${(value / 1000).toFixed(2)}`;
    }
    return value >= 1e6 ? `${(value / 1e6).toFixed(1)} M` : `${(value / 1e3).toFixed(0)} k`;
  };
  const unit = key.endsWith('rate') ? 'msg/s' : 'µs';
  return `${format(median(values))} ${unit} (${format(values[0]!)} to ${format(values.at(-1)!)})`;
}
