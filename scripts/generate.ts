import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateTypeScript, parseSchema } from '../src/sbe/mod.ts';
import { ROOT } from './run.ts';

/** Schemas and the folders their flyweights are committed in. */
const CODECS: ReadonlyArray<readonly [schema: string, folder: string, runtimeModule: string]> = [
  ['test/sbe/orders.xml', 'test/sbe/generated', '../../../src/sbe/mod.ts'],
];

/** Every file that is committed but made from others: path and what it has to contain. */
function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [schema, folder, runtimeModule] of CODECS) {
    const xml = readFileSync(join(ROOT, schema), 'utf8');
    for (const [name, content] of generateTypeScript(parseSchema(xml), { runtimeModule })) {
      files.set(`${folder}/${name}`, content);
    }
  }
  return files;
}

/** Generated files that are not what their sources say, or that no source makes any more. */
export function staleFiles(): string[] {
  const files = generatedFiles();
  const stale = [...files].filter(([path, content]) => read(path) !== content).map(([path]) => path);
  for (const [, folder] of CODECS) {
    stale.push(...existing(folder).filter((path) => !files.has(path)));
  }
  return stale;
}

/** `npm run generate`: writes them. */
export function generate(): void {
  const files = generatedFiles();
  for (const path of staleFiles()) {
    const content = files.get(path);
    if (content === undefined) {
      rmSync(join(ROOT, path));
    } else {
      mkdirSync(dirname(join(ROOT, path)), { recursive: true });
      writeFileSync(join(ROOT, path), content);
    }
    console.log(`${content === undefined ? 'removed' : 'wrote'} ${path}`);
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined;
  }
}

function existing(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}
