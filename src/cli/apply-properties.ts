import { readFileSync } from 'node:fs';
import { findUnknownProperties, type OptionTable, parseProperties } from '../agrona/mod.ts';
import { UsageError } from './arguments.ts';

/**
 * Puts properties of the command line and of files into the environment, from which options are taken, also in
 * other threads. One of the command line comes before one of a file, and both before a variable. Warns of those
 * that none of the tables knows.
 */
export function applyProperties(
  component: string,
  properties: ReadonlyMap<string, string>,
  files: readonly string[],
  tables: readonly OptionTable[],
): void {
  const given = new Map([...files.flatMap((path) => [...readProperties(path)]), ...properties]);
  for (const { name, nearest } of findUnknownProperties(given, tables)) {
    console.error(`WARNING: ${component} has no property ${name}; is it ${nearest}?`);
  }
  for (const [name, value] of given) {
    process.env[name.toUpperCase().replaceAll('.', '_')] = value;
  }
}

function readProperties(path: string): ReadonlyMap<string, string> {
  try {
    return parseProperties(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read properties file ${path}: ${(error as Error).message}`);
  }
}
