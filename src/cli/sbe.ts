import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { generateTypeScript, parseSchema, SbeError } from '../sbe/mod.ts';
import { type CommandLine, UsageError } from './arguments.ts';

/** `aeron sbe <schema.xml> <folder>`: writes the flyweights of a schema, which may include others beside it. */
export async function sbe({ words }: CommandLine): Promise<number> {
  const [schemaPath, folder] = words;
  if (schemaPath === undefined || folder === undefined || words.length !== 2) {
    throw new UsageError('needs <schema.xml> and <folder>');
  }
  const xml = readSchema(schemaPath);
  try {
    const files = generateTypeScript(parseSchema(xml, (href) => readSchema(resolve(dirname(schemaPath), href))));
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of files) {
      writeFileSync(join(folder, name), content);
    }
    console.log(`${files.size} files written to ${folder}`);
    return 0;
  } catch (error) {
    if (error instanceof SbeError) {
      throw new UsageError(`${schemaPath}: ${error.message}`);
    }
    throw error;
  }
}

function readSchema(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}
