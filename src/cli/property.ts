import type { CommandLine } from './arguments.ts';

/** A property of upstream's: from `-Dname=value`, else from its environment variable ('aeron.dir' -> AERON_DIR). */
export function propertyOf(line: CommandLine, name: string): string | undefined {
  return line.properties.get(name) ?? process.env[name.toUpperCase().replaceAll('.', '_')];
}
