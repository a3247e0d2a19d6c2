import { readFileSync } from 'node:fs';
import { findUnknownProperties, type OptionTable, parseProperties } from '../agrona/mod.ts';
import { AERON_ARCHIVE_OPTIONS } from '../archive/client/mod.ts';
import { ARCHIVE_OPTIONS } from '../archive/server/mod.ts';
import { CONSENSUS_MODULE_OPTIONS } from '../cluster/consensus/mod.ts';
import { SERVICE_OPTIONS } from '../cluster/service/mod.ts';
import { DRIVER_OPTIONS } from '../driver/mod.ts';
import { UsageError } from './arguments.ts';

/** A file may be that of a whole member, which every command takes its own from. */
const MEMBER_TABLES = [
  DRIVER_OPTIONS,
  ARCHIVE_OPTIONS,
  AERON_ARCHIVE_OPTIONS,
  CONSENSUS_MODULE_OPTIONS,
  SERVICE_OPTIONS,
];

/**
 * Puts properties of the command line and of files into the environment, from which options are taken, also in
 * other threads. One of the command line comes before one of a file, and both before a variable. Warns of those
 * of the command line that none of the tables knows, and of those of files that no component knows.
 */
export function applyProperties(
  component: string,
  properties: ReadonlyMap<string, string>,
  files: readonly string[],
  tables: readonly OptionTable[],
): void {
  const ofFiles = new Map(files.flatMap((path) => [...readProperties(path)]));
  for (const { name, nearest } of findUnknownProperties(properties, tables)) {
    console.error(`WARNING: ${component} has no property ${name}; is it ${nearest}?`);
  }
  for (const { name, nearest } of findUnknownProperties(ofFiles, MEMBER_TABLES)) {
    console.error(`WARNING: no component has the property ${name} of a properties file; is it ${nearest}?`);
  }
  for (const [name, value] of new Map([...ofFiles, ...properties])) {
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
