import { AeronError, type Environment } from '../platform/mod.ts';
import type { Option } from './option.ts';

/**
 * All the options of a component, declared once: their types, checks, variables and documentation come from
 * here (design 4.9).
 */
export type OptionTable = Readonly<Record<string, Option>>;

/** The checked values of a table: what `resolveOptions` returns. */
export type OptionsOf<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer Value, infer _Given> ? Value : never;
};

/** What a user may give: any of the table's options. */
export type GivenOptionsOf<Table extends OptionTable> = {
  readonly [Name in keyof Table]?: Table[Name] extends Option<infer _Value, infer Given> ? Given | undefined : never;
};

/** Declares a table, keeping the type of each option. */
export function defineOptions<const Table extends OptionTable>(table: Table): Table {
  return Object.freeze(table);
}

/** Where options come from that were not given in code. */
export interface OptionSources {
  /** `platform.environment`. An empty variable counts as not set. */
  readonly environment?: Pick<Environment, 'get'>;
  /** Of properties files; see `parseProperties`. */
  readonly properties?: ReadonlyMap<string, string>;
}

/**
 * The frozen, checked values of all options: each as given, or else of its environment variable, or else of
 * the properties, or else its default.
 * @throws AeronError CONFIGURATION naming the option, its value, where it came from and what it may be; also
 *   for a given name that is no option
 */
export function resolveOptions<const Table extends OptionTable>(
  table: Table,
  given: GivenOptionsOf<Table> = {},
  sources: OptionSources = {},
): OptionsOf<Table> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name)) {
      const known = nearest(name, Object.keys(table));
      throw new AeronError('CONFIGURATION', `there is no option '${name}'; did you mean '${known}'?`);
    }
  }
  const resolved: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    resolved[name] = resolveOne(name, option, (given as Record<string, unknown>)[name], sources);
  }
  return Object.freeze(resolved) as OptionsOf<Table>;
}

function resolveOne(name: string, option: Option, given: unknown, sources: OptionSources): unknown {
  if (given !== undefined) {
    return checked(name, option, describe(option, given), undefined, () => option.accept(given));
  }
  for (const variable of option.variables) {
    const text = sources.environment?.get(variable);
    if (text !== undefined && text !== '') {
      return checked(name, option, `'${text}'`, variable, () => option.parse(text));
    }
  }
  const text = option.property === undefined ? undefined : sources.properties?.get(option.property);
  if (text !== undefined && text !== '') {
    return checked(name, option, `'${text}'`, option.property, () => option.parse(text));
  }
  return option.default;
}

function checked(
  name: string,
  option: Option,
  value: string,
  origin: string | undefined,
  read: () => unknown,
): unknown {
  try {
    return read();
  } catch (cause) {
    const from = origin === undefined ? '' : ` (from ${origin})`;
    const why = cause instanceof Error ? cause.message : String(cause);
    const knobs = [option.property, ...option.variables].filter((knob) => knob !== undefined);
    const known = knobs.length === 0 ? '' : `; also set by ${knobs.join(', ')}`;
    throw new AeronError('CONFIGURATION', `option ${name} = ${value}${from}: ${why}${known}`, { cause });
  }
}

function describe(option: Option, given: unknown): string {
  if (typeof given === 'object' || typeof given === 'function') {
    return `an ${option.type}`;
  }
  return typeof given === 'string' ? `'${given}'` : String(given);
}

/** A property nobody has declared, and the one its author may have meant. */
export interface UnknownProperty {
  readonly name: string;
  readonly nearest: string | undefined;
}

/**
 * Properties of the `aeron.` kind that none of the tables declares. Upstream has some that mean nothing here,
 * so this is for a warning.
 */
export function findUnknownProperties(
  properties: ReadonlyMap<string, string>,
  tables: readonly OptionTable[],
): UnknownProperty[] {
  const known = new Set(tables.flatMap((table) => Object.values(table).map((option) => option.property)));
  known.delete(undefined);
  const names = [...known] as string[];
  return [...properties.keys()]
    .filter((name) => name.startsWith('aeron.') && !known.has(name))
    .map((name) => ({ name, nearest: names.length === 0 ? undefined : nearest(name, names) }));
}

/** The rows of `docs/configuration.md` for a table. */
export function renderOptionTable(table: OptionTable): string {
  const rows = Object.entries(table).map(([name, option]) => {
    const knobs = [option.property, ...option.variables].filter((knob) => knob !== undefined);
    const cells = [
      `\`${name}\``,
      knobs.map((knob) => `\`${knob}\``).join('<br>'),
      [option.type, option.limits].filter((part) => part !== '').join(', '),
      option.defaultText ?? (option.default === undefined ? '' : `\`${option.format(option.default)}\``),
      option.description,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  });
  return ['| option | property, variable | type | default | what it does |', '|---|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

function nearest(name: string, known: readonly string[]): string {
  let best = known[0] ?? '';
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
