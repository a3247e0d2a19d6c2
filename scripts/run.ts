import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, seen from `build/scripts`. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Runs a program to its end with the terminal of this one; its exit code, 1 when a signal ended it. */
export function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env): number {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: environment });
  if (result.error !== undefined) {
    console.error(`cannot run ${command}: ${result.error.message}`);
    return 1;
  }
  return result.status ?? 1;
}

/** Path of a development tool that npm installed. */
export function tool(name: string): string {
  return join(ROOT, 'node_modules', '.bin', name);
}

/** Built test files below build/<folder>, without the folders named in `except`; only names containing `filter`. */
export function builtTests(folder: string, except: readonly string[] = [], filter = ''): string[] {
  const base = join(ROOT, 'build', folder);
  const walk = (directory: string, relative: string): string[] =>
    readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        return except.includes(name) ? [] : walk(join(directory, entry.name), name);
      }
      return name.endsWith('.test.js') && name.includes(filter) && isCurrent(folder, name)
        ? [join(directory, entry.name)]
        : [];
    });
  return existsSync(base) ? walk(base, '').sort() : [];
}

/** Whether what was built still has its source: a test that was removed must not go on running. */
function isCurrent(folder: string, name: string): boolean {
  return existsSync(join(ROOT, folder, name.replace(/\.js$/, '.ts')));
}

/** Runs node's own test runner on the files, `concurrency` at a time, none of them for ever; its exit code. */
export function runNodeTests(files: readonly string[], concurrency: number, environment?: NodeJS.ProcessEnv): number {
  if (files.length === 0) {
    console.error('no test matches');
    return 1;
  }
  const reporter = process.stdout.isTTY ? 'spec' : (process.env['AERON_TEST_REPORTER'] ?? 'spec');
  return run(
    process.execPath,
    [
      `--import=${new URL('./test-file-limit.js', import.meta.url)}`,
      '--test',
      `--test-concurrency=${concurrency}`,
      `--test-reporter=${reporter}`,
      ...files,
    ],
    environment,
  );
}
