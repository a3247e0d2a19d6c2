/** A command line as upstream's programs understand it: `-Dname=value` properties, then words. */
export interface CommandLine {
  readonly properties: ReadonlyMap<string, string>;
  readonly words: readonly string[];
}

export function parseArguments(args: readonly string[]): CommandLine {
  const properties = new Map<string, string>();
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith('-D')) {
      words.push(arg);
      continue;
    }
    const definition = arg === '-D' ? (args[++i] ?? '') : arg.slice(2);
    const equals = definition.indexOf('=');
    if (equals <= 0) {
      throw new UsageError(`-D needs name=value, not '${definition}'`);
    }
    properties.set(definition.slice(0, equals), definition.slice(equals + 1));
  }
  return { properties, words };
}

/** What is wrong with a command line; shown without a stack. */
export class UsageError extends Error {}
