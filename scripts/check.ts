import { staleFiles } from './generate.ts';
import { findLayerFaults } from './layers.ts';
import { ROOT, run, tool } from './run.ts';

/** `npm run check`: what must hold of the source before anything is run. Types were checked by the build. */
const checks: ReadonlyArray<readonly [name: string, check: () => number]> = [
  [
    'format and lint',
    () => run(tool('biome'), ['ci', ...(process.stdout.isTTY ? [] : ['--colors=off']), '--error-on-warnings', '.']),
  ],
  ['layers', layers],
  ['generated files', generated],
  ['unused exports and dependencies', () => run(tool('knip'), [])],
];

const failed = checks.filter(([name, check]) => {
  console.log(`# ${name}`);
  return check() !== 0;
});
if (failed.length > 0) {
  console.error(`check failed: ${failed.map(([name]) => name).join(', ')}`);
  process.exit(1);
}
console.log('check passed');

function layers(): number {
  const faults = findLayerFaults(ROOT);
  for (const fault of faults) {
    console.error(fault);
  }
  return faults.length === 0 ? 0 : 1;
}

function generated(): number {
  const stale = staleFiles();
  for (const path of stale) {
    console.error(`${path} is not what its source says; run \`npm run generate\``);
  }
  return stale.length === 0 ? 0 : 1;
}
