import { findSuite, formatStoryLine, type SeedOutcome, SUITES, type Suite } from '../src/simulation/mod.ts';

const USAGE = `usage: npm run simulate -- [--suite <name>] [--seeds <count>] [--first <seed>] | --seed <seed> [--trace]
suites: ${SUITES.map((suite) => `${suite.name} (${suite.description})`).join(', ')}`;

/** Lines of a story that are shown when a seed fails; `--seed` shows all. */
const LAST_LINES = 40;

interface Arguments {
  readonly suite: Suite;
  readonly seeds: readonly number[];
  /** One seed, whose whole story is wanted. */
  readonly isSingle: boolean;
  readonly isTraced: boolean;
}

/** `npm run simulate -- --suite transport --seeds 200`: a world for each seed, and what must hold in it. */
process.exit(main(process.argv.slice(2)));

function main(args: readonly string[]): number {
  let parsed: Arguments;
  try {
    parsed = parse(args);
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  return simulate(parsed);
}

function simulate({ suite, seeds, isSingle, isTraced }: Arguments): number {
  const startMs = Date.now();
  let failed = 0;
  let virtualNs = 0;
  let messages = 0;
  for (const seed of seeds) {
    const onTrace = (event: { timeNs: number; kind: string; host: string; detail: string }) =>
      console.log(formatStoryLine({ timeNs: event.timeNs, text: `  ${event.host} ${event.kind} ${event.detail}` }));
    const outcome = suite.run(seed, isTraced ? { onTrace } : {});
    virtualNs += outcome.durationNs;
    messages += outcome.deliveredMessages;
    if (outcome.failure !== undefined) {
      failed++;
    }
    if (isSingle || outcome.failure !== undefined) {
      report(suite, outcome, isSingle);
    }
  }
  const seconds = (Date.now() - startMs) / 1000;
  console.log(
    `${messages} messages checked in ${(virtualNs / 1e9).toFixed(0)} s of virtual time; ` +
      `${seconds.toFixed(1)} s, ${(seeds.length / seconds).toFixed(1)} seeds a second`,
  );
  console.log(`${seeds.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function report(suite: Suite, outcome: SeedOutcome, isWhole: boolean): void {
  const { seed, scenario, story, failure } = outcome;
  console.log(`--- ${suite.name} seed ${seed} ${failure === undefined ? 'passed' : 'FAILED'}`);
  for (const line of scenario) {
    console.log(`    ${line}`);
  }
  const shown = isWhole ? story : story.slice(-LAST_LINES);
  if (shown.length < story.length) {
    console.log(`    ... ${story.length - shown.length} lines before; --seed ${seed} shows all`);
  }
  for (const line of shown) {
    console.log(formatStoryLine(line));
  }
  if (failure !== undefined) {
    console.log(failure.stack ?? String(failure));
    console.log(`replay: npm run simulate -- --suite ${suite.name} --seed ${seed}`);
  }
  console.log(`--- trace hash ${outcome.traceHash}`);
}

function parse(args: readonly string[]): Arguments {
  const options = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const name = args[i]!;
    if (name === '--trace') {
      options.set(name, '');
    } else if (['--suite', '--seeds', '--seed', '--first'].includes(name) && i + 1 < args.length) {
      options.set(name, args[++i]!);
    } else {
      throw new Error(`cannot make sense of '${name}'\n${USAGE}`);
    }
  }
  const suite = findSuite(options.get('--suite') ?? 'transport');
  const isSingle = options.has('--seed');
  const first = integer(options, isSingle ? '--seed' : '--first', 1);
  const count = isSingle ? 1 : integer(options, '--seeds', 20);
  const seeds = Array.from({ length: count }, (_, i) => first + i);
  return { suite, seeds, isSingle, isTraced: options.has('--trace') };
}

function integer(options: ReadonlyMap<string, string>, name: string, byDefault: number): number {
  const text = options.get(name);
  if (text === undefined) {
    return byDefault;
  }
  if (!/^\d{1,9}$/.test(text)) {
    throw new Error(`${name} takes a whole number from 0 to 999999999, not '${text}'\n${USAGE}`);
  }
  return Number(text);
}
