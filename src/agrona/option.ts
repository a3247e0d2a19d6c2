import { AeronError } from '../platform/mod.ts';
import { formatDuration, formatSize, parseDuration, parseSize } from './units.ts';

/**
 * One configurable value: how it is called, read, limited and explained. `Value` is what a component gets,
 * `Given` what its options object takes.
 */
export interface Option<Value = unknown, Given = unknown> {
  /** For documentation: 'size', 'duration (ns)', 'one of SHARED, INVOKER', ... */
  readonly type: string;
  /** Upstream's property name: 'aeron.term.buffer.length'. undefined: settable in code alone. */
  readonly property: string | undefined;
  /** Environment variables, the one made from the property name first. */
  readonly variables: readonly string[];
  readonly default: Value;
  /** For documentation, where the default is computed or unwieldy. */
  readonly defaultText: string | undefined;
  /** What it does and what follows from setting it. */
  readonly description: string;
  readonly limits: string;
  /** Of the text in a variable or a properties file. Throws what is wrong with it. */
  parse(text: string): Value;
  /** Of a value in an options object, which may come from untyped code. Throws what is wrong with it. */
  accept(given: Given): Value;
  format(value: Value): string;
}

interface Common<Value, Default> {
  readonly property?: string;
  /** Variables of the C driver that are called other than the property suggests. */
  readonly variables?: readonly string[];
  readonly default?: Default;
  readonly defaultText?: string;
  readonly description: string;
  /** Any further condition: returns what is wrong, or undefined. */
  readonly check?: (value: Value) => string | undefined;
}

interface Limited<Value, Default> extends Common<Value, Default> {
  readonly min?: Value;
  readonly max?: Value;
}

/** Without a default an option may be absent. */
type Resolved<Value, Default> = undefined extends Default ? Value | undefined : Value;

export function string<D extends string | undefined = undefined>(
  declared: Common<string, D>,
): Option<Resolved<string, D>, string> {
  return build({
    declared,
    type: 'string',
    parse: (text) => text,
    accept: (given) => (typeof given === 'string' ? given : refuse('a string', given)),
    format: (value) => value,
  });
}

export function boolean<D extends boolean | undefined = undefined>(
  declared: Common<boolean, D>,
): Option<Resolved<boolean, D>, boolean> {
  return build({
    declared,
    type: 'boolean',
    parse: parseBoolean,
    accept: (given) => (typeof given === 'boolean' ? given : refuse('true or false', given)),
    format: String,
  });
}

/** A 32-bit signed integer. */
export function int<D extends number | undefined = undefined>(
  declared: Limited<number, D>,
): Option<Resolved<number, D>, number> {
  const limited = { ...declared, min: declared.min ?? -(2 ** 31), max: declared.max ?? 2 ** 31 - 1 };
  return build({ declared: limited, type: 'integer', parse: parseInteger, accept: acceptInteger, format: String });
}

/** An integer up to 2^53 - 1 either way. */
export function long<D extends number | undefined = undefined>(
  declared: Limited<number, D>,
): Option<Resolved<number, D>, number> {
  return build({ declared, type: 'integer', parse: parseInteger, accept: acceptInteger, format: String });
}

/** Any 64-bit signed integer, for what users choose freely, such as tags. */
export function bigint<D extends bigint | undefined = undefined>(
  declared: Limited<bigint, D>,
): Option<Resolved<bigint, D>, bigint | number> {
  const limited = { ...declared, min: declared.min ?? -(2n ** 63n), max: declared.max ?? 2n ** 63n - 1n };
  return build({
    declared: limited,
    type: '64-bit integer',
    parse: (text) => (/^[+-]?\d+$/.test(text) ? BigInt(text) : refuse('an integer', text)),
    accept: (given) => (typeof given === 'bigint' ? given : BigInt(acceptInteger(given))),
    format: String,
  });
}

export function double<D extends number | undefined = undefined>(
  declared: Limited<number, D>,
): Option<Resolved<number, D>, number> {
  const accept = (given: unknown) =>
    typeof given === 'number' && Number.isFinite(given) ? given : refuse('a number', given);
  return build({
    declared,
    type: 'number',
    parse: (text) => accept(text.trim() === '' ? text : Number.isNaN(Number(text)) ? text : Number(text)),
    accept,
    format: String,
  });
}

/** Bytes, also written '64k', '16m', '1g'. */
export function size<D extends number | undefined = undefined>(
  declared: Limited<number, D>,
): Option<Resolved<number, D>, number | string> {
  const limited = { ...declared, min: declared.min ?? 0 };
  return build({
    declared: limited,
    type: 'size (bytes)',
    parse: parseSize,
    accept: (given) => (typeof given === 'string' ? parseSize(given) : acceptInteger(given)),
    format: (value) => (value < 0 ? String(value) : formatSize(value)),
  });
}

/**
 * A time in `unit` (nanoseconds by default), which is what numbers without a unit and numbers in an options
 * object mean; also written '10s', '100ms', '5us', '1ns'.
 */
export function duration<D extends number | undefined = undefined>(
  declared: Limited<number, D> & { readonly unit?: 'ns' | 'ms' },
): Option<Resolved<number, D>, number | string> {
  const unit = declared.unit ?? 'ns';
  const nsPerUnit = unit === 'ms' ? 1_000_000 : 1;
  const parse = (text: string) =>
    /^\d+$/.test(text) ? acceptInteger(Number(text)) : Math.ceil(parseDuration(text) / nsPerUnit);
  const limited = { ...declared, min: declared.min ?? 0 };
  return build({
    declared: limited,
    type: `duration (${unit})`,
    parse,
    accept: (given) => (typeof given === 'string' ? parse(given) : acceptInteger(given)),
    format: (value) =>
      value < 0 || value * nsPerUnit > Number.MAX_SAFE_INTEGER ? String(value) : formatDuration(value * nsPerUnit),
  });
}

/** One of a few words, in any case. */
export function words<const W extends string>(
  choices: readonly W[],
  declared: Common<W, W> & { readonly default: NoInfer<W> },
): Option<W, W>;
export function words<const W extends string>(
  choices: readonly W[],
  declared: Common<W, undefined>,
): Option<W | undefined, W>;
export function words<const W extends string>(
  choices: readonly W[],
  declared: Common<W, W | undefined>,
): Option<W | undefined, W> {
  const accept = (given: unknown): W =>
    choices.find((word) => typeof given === 'string' && word.toLowerCase() === given.toLowerCase()) ??
    refuse(`one of ${choices.join(', ')}`, given);
  return build({ declared, type: `one of ${choices.join(', ')}`, parse: accept, accept, format: (value) => value });
}

/** Something that only code can give: a function, a platform, another component. */
export function object<T, D extends T | undefined = undefined>(
  declared: Omit<Common<T, D>, 'property' | 'variables'>,
): Option<Resolved<T, D>, T> {
  return build({
    declared,
    type: 'object',
    parse: (text) => refuse('given in code', text),
    accept: (given) => given as T,
    format: (value) => (typeof value === 'string' ? value : 'an object'),
  });
}

interface Built<Value, Default> {
  readonly declared: Limited<Value, Default>;
  readonly type: string;
  parse(text: string): Value;
  accept(given: unknown): Value;
  format(value: Value): string;
}

function build<Value, Default, Given>(kind: Built<Value, Default>): Option<Resolved<Value, Default>, Given> {
  const { declared, type } = kind;
  const checked = (value: Value): Value => {
    const complaint = limitComplaint(kind, value) ?? declared.check?.(value);
    if (complaint !== undefined) {
      throw new AeronError('CONFIGURATION', complaint);
    }
    return value;
  };
  const option: Option<Value | undefined, Given> = {
    type,
    property: declared.property,
    variables: [
      ...new Set([
        ...(declared.property === undefined ? [] : [variableOf(declared.property)]),
        ...(declared.variables ?? []),
      ]),
    ],
    default: declared.default as Value | undefined,
    defaultText: declared.defaultText,
    description: declared.description,
    limits: describeLimits(kind),
    parse: (text) => checked(kind.parse(text.trim())),
    accept: (given) => checked(kind.accept(given)),
    format: (value) => (value === undefined ? '' : kind.format(value)),
  };
  return option as Option<Resolved<Value, Default>, Given>;
}

/** 'aeron.term.buffer.length' -> 'AERON_TERM_BUFFER_LENGTH'. */
function variableOf(property: string): string {
  return property.replaceAll(/[.-]/g, '_').toUpperCase();
}

function limitComplaint<Value, Default>(kind: Built<Value, Default>, value: Value): string | undefined {
  const { min, max } = kind.declared;
  if (min !== undefined && min !== null && value < min) {
    return `must be at least ${kind.format(min)}`;
  }
  if (max !== undefined && max !== null && value > max) {
    return `must be at most ${kind.format(max)}`;
  }
  return undefined;
}

function describeLimits<Value, Default>(kind: Built<Value, Default>): string {
  const { min, max } = kind.declared;
  const parts: string[] = [];
  if (min !== undefined) {
    parts.push(`from ${kind.format(min)}`);
  }
  if (max !== undefined) {
    parts.push(`to ${kind.format(max)}`);
  }
  return parts.join(' ');
}

function parseBoolean(text: string): boolean {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'on' || word === '1') {
    return true;
  }
  return word === 'false' || word === 'off' || word === '0' ? false : refuse('true or false', text);
}

function parseInteger(text: string): number {
  return /^[+-]?\d+$/.test(text) ? acceptInteger(Number(text)) : refuse('an integer', text);
}

function acceptInteger(given: unknown): number {
  return Number.isSafeInteger(given) ? (given as number) : refuse('an integer within 2^53', given);
}

function refuse(wanted: string, given: unknown): never {
  throw new AeronError(
    'CONFIGURATION',
    `must be ${wanted}, not ${typeof given === 'string' ? `'${given}'` : String(given)}`,
  );
}
