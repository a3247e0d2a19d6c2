import type { Platform } from '../platform/mod.ts';
import { type EventDefinition, type EventTable, type FieldsOf, formatFields } from './event-definition.ts';

/**
 * Logs the events of one component, a line each:
 *
 *     [2343.221760192] CLUSTER: ROLE_CHANGE memberId=0 oldState=FOLLOWER newState=CANDIDATE reason=""
 *      seconds of the clock that only grows
 *
 * Where nothing is logged there is no `EventLog` at all, so that `events?.log('VOTE', { ... })` costs a look at
 * `undefined` and does not even put the fields together. Used by one thread.
 */
export class EventLog<Table extends EventTable> {
  private readonly component: string;
  private readonly table: Table;
  private readonly enabled: ReadonlySet<string>;
  private readonly platform: Platform;
  private readonly write: (line: string) => void;

  /** @param write takes a line without its end */
  constructor(
    platform: Platform,
    component: string,
    table: Table,
    enabled: ReadonlySet<string>,
    write: (line: string) => void,
  ) {
    this.platform = platform;
    this.component = component;
    this.table = table;
    this.enabled = enabled;
    this.write = write;
    this.write(`${this.time()} log started ${dateTime(platform.clock.epochTimeMs())}`);
  }

  /** For those who would have to find out first what to log. */
  isEnabled(name: keyof Table & string): boolean {
    return this.enabled.has(name);
  }

  log<Name extends keyof Table & string>(name: Name, fields: FieldsOf<Table[Name]>): void {
    if (this.enabled.has(name)) {
      const definition: EventDefinition = this.table[name]!;
      this.write(`${this.time()} ${this.component}: ${name} ${formatFields(definition, fields)}`);
    }
  }

  private time(): string {
    const nowNs = this.platform.clock.nanoTime();
    const seconds = Math.floor(nowNs / 1e9);
    return `[${seconds}.${String(nowNs - seconds * 1e9).padStart(9, '0')}]`;
  }
}

/**
 * The names of the events that a text of names and ids with commas between, `all` or `none` stands for.
 * `complain` is told of any other word.
 */
export function parseEventCodes(table: EventTable, codes: string, complain: (text: string) => void): Set<string> {
  const names = new Set<string>();
  for (const code of codes.split(',').map((part) => part.trim())) {
    const name = code in table ? code : Object.keys(table).find((key) => `${table[key]!.id}` === code);
    if (code === 'all') {
      for (const each of Object.keys(table)) {
        names.add(each);
      }
    } else if (name !== undefined) {
      names.add(name);
    } else if (code !== '' && code.toLowerCase() !== 'none') {
      complain(`unknown event code: ${code}`);
    }
  }
  return names;
}

/** As in 2026-11-22 00:58:29.203+0000. */
function dateTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('T', ' ').replace('Z', '+0000');
}
