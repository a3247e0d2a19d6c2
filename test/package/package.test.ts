import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT, tool } from '../../scripts/run.ts';

const { exports, name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string>>;
  readonly name: string;
  readonly version: string;
};
const ENTRIES = Object.keys(exports)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => name + path.slice(1));

describe('The package, in an empty project', () => {
  const project = mkdtempSync(join(tmpdir(), 'aeron-package-'));
  const modules = join(project, 'node_modules');
  const folder = join(modules, name);
  after(() => rmSync(project, { recursive: true, force: true }));

  before(() => {
    // What npm install makes of the tarball and of its dependency.
    execFileSync('npm', ['pack', '--silent', '--pack-destination', project], { cwd: ROOT });
    mkdirSync(folder, { recursive: true });
    execFileSync('tar', ['-xzf', join(project, `${name}-${version}.tgz`), '--strip-components=1', '-C', folder]);
    for (const dependency of ['koffi', '@koromix', '@types', 'undici-types']) {
      symlinkSync(join(ROOT, 'node_modules', dependency), join(modules, dependency));
    }
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  });

  const node = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', timeout: 60_000 });

  it('has entries that can be imported', () => {
    const program = ENTRIES.map((entry) => `await import('${entry}');`).join('\n');
    node('--input-type=module', '--eval', `${program}\nprocess.exit(0);`);
  });

  it('has types for every entry, and for the whole programs of the guides', () => {
    writeFileSync(join(project, 'entries.ts'), ENTRIES.map((entry) => `import '${entry}';`).join('\n'));
    const guides = ['README.md', ...readdirSync(join(folder, 'docs')).map((file) => join('docs', file))];
    const programs = guides.flatMap((guide) => wholePrograms(readFileSync(join(folder, guide), 'utf8')));
    assert.ok(programs.length >= 5, `${programs.length} programs`);
    programs.forEach((program, i) => {
      writeFileSync(join(project, `program-${i}.ts`), program);
    });
    const compilerOptions = { module: 'nodenext', target: 'es2022', types: ['node'], strict: true, noEmit: true };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const { status, stdout } = spawnSync(tool('tsc'), ['-p', project], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });

  it('has the command, which says its version', () => {
    assert.equal(node(join(folder, 'build', 'src', 'cli', 'main.js'), '--version'), `${name} ${version}\n`);
  });

  it('has the sources that source maps name, and no tests', () => {
    assert.ok(readdirSync(join(folder, 'src')).includes('mod.ts'));
    assert.deepEqual(readdirSync(join(folder, 'build')), ['src']);
  });
});

/** The examples of a document that are programs as they stand there. */
function wholePrograms(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map(([, program]) => program!)
    .filter((program) => program.startsWith('import ') && !program.includes('...'));
}
