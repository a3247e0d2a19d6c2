import { readFileSync } from 'node:fs';
import { findUnknownProperties, parseProperties } from '../agrona/mod.ts';
import { DRIVER_OPTIONS } from '../driver/mod.ts';
import { MediaDriver } from '../launch/mod.ts';
import { type CommandLine, UsageError } from './arguments.ts';

/**
 * `aeron media-driver [-Dname=value ...] [properties file ...]`: a driver until SIGINT, SIGTERM or a client's
 * termination request. Configured by the environment as the C driver is; a property on the command line comes
 * before one of a file, and both before a variable.
 */
export async function mediaDriver({ properties, words }: CommandLine): Promise<number> {
  const given = new Map([...words.flatMap((path) => [...readProperties(path)]), ...properties]);
  for (const { name, nearest } of findUnknownProperties(given, [DRIVER_OPTIONS])) {
    console.error(`WARNING: the media driver has no property ${name}; is it ${nearest}?`);
  }
  for (const [name, value] of given) {
    process.env[name.toUpperCase().replaceAll('.', '_')] = value;
  }

  const { promise: asked, resolve: ask } = deferred();
  const driver = await MediaDriver.launch({
    terminationHook: ask,
    logger: (text) => console.error(text),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, ask);
  }
  console.log(`Started media driver in ${driver.aeronDirectoryName}`);
  await asked;
  console.log('Shutting down media driver...');
  await driver.close();
  return 0;
}

function readProperties(path: string): ReadonlyMap<string, string> {
  try {
    return parseProperties(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read properties file ${path}: ${(error as Error).message}`);
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
