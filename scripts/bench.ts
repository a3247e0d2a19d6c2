import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './run.ts';

/** `npm run bench [-- name ...]`: benchmarks are build/test/bench/<name>.bench.js, each a program that prints its table. */
const folder = join(ROOT, 'build', 'test', 'bench');
const all = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.bench.js'))
      .map((name) => name.slice(0, -'.bench.js'.length))
  : [];
const [name, ...rest] = process.argv.slice(2);
if (name !== undefined && !all.includes(name)) {
  console.error(`no benchmark '${name}'; there are: ${all.join(', ')}`);
  process.exit(1);
}
const failed = (name === undefined ? all : [name]).filter(
  (each) => run(process.execPath, [join(folder, `${each}.bench.js`), ...rest]) !== 0,
);
process.exit(failed.length === 0 ? 0 : 1);
