/** How a field of an event is given and shown. */
type FieldKind = 'number' | 'flag' | 'text' | 'word';

interface GivenAs {
  number: number | bigint;
  flag: boolean;
  /** Shown in quotation marks. */
  text: string;
  /** One of a set, such as a state; undefined while there is none. */
  word: string | undefined;
}

export const number = 'number';
export const flag = 'flag';
export const text = 'text';
export const word = 'word';

/** One kind of event: its id upstream, and its fields in the order in which they are shown. */
export interface EventDefinition {
  readonly id: number;
  readonly fields: Readonly<Record<string, FieldKind>>;
}

/** The events of one component, by name. */
export type EventTable = Readonly<Record<string, EventDefinition>>;

/** What has to be said of an event. */
export type FieldsOf<Definition extends EventDefinition> = {
  readonly [Name in keyof Definition['fields']]: GivenAs[Definition['fields'][Name]];
};

/** Keeps the types of a table. */
export function defineEvents<const Table extends EventTable>(table: Table): Table {
  return table;
}

/** `memberId=1 reason="started"`. */
export function formatFields(definition: EventDefinition, fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(definition.fields)
    .map(([name, kind]) => `${name}=${formatField(kind, fields[name])}`)
    .join(' ');
}

function formatField(kind: FieldKind, value: unknown): string {
  if (kind === 'text' || value === undefined) {
    return `"${value ?? 'null'}"`;
  }
  return `${value}`;
}
