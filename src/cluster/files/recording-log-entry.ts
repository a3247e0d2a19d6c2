import type { AtomicBuffer } from '../../agrona/mod.ts';
import { AeronError } from '../../platform/mod.ts';

/** What an entry of the recording log stands for. */
export const EntryType = {
  /** A leadership term. */
  TERM: 0,
  /** A snapshot, of the consensus module or of one service, in this member's archive. */
  SNAPSHOT: 1,
  /** A snapshot in the archive of a standby. */
  STANDBY_SNAPSHOT: 2,
} as const;
export type EntryType = (typeof EntryType)[keyof typeof EntryType];

/** Instead of a position that is not yet known, of an id that is none, and the service id of the consensus module. */
export const NULL_VALUE = -1;

/** The service id under which the consensus module's own snapshots are entered. */
export const CONSENSUS_MODULE_SERVICE_ID = -1;

/** What an entry says; whoever appends gives it. */
export interface EntryFields {
  readonly type: EntryType;
  /** In the archive: of the log for a term, of the snapshot otherwise. */
  readonly recordingId: number;
  readonly leadershipTermId: number;
  /** Where in the log the term began. */
  readonly termBaseLogPosition: number;
  /** Where the term ended (-1 while it has not), or what the snapshot covers. */
  readonly logPosition: number;
  /** When the entry was made, in the time unit of the cluster clock. */
  readonly timestamp: bigint;
  /** Whose snapshot: -1 the consensus module's; -1 for a term. */
  readonly serviceId: number;
  /** Where the archive with a standby's snapshot is reached; undefined otherwise. */
  readonly archiveEndpoint: string | undefined;
}

/** An entry of the recording log. Never changes: the log puts another in its place. */
export interface Entry extends EntryFields {
  /** False once the entry was invalidated: it is to be ignored. */
  readonly isValid: boolean;
  /** How many entries were written to the file before it. */
  readonly entryIndex: number;
  /** Where in the file it is, in bytes. */
  readonly filePosition: number;
}

/*
 *   0       8       16      24      32      40  44  48  52
 *   +-------+-------+-------+-------+-------+---+---+---+--- - - - --+ - - - +
 *   |recor- |leader-|term   |log    |time-  |ser|ty-|len|archive     | up to |
 *   |ding id|ship   |base   |posi-  |stamp  |vi-|pe |gth|endpoint    | 64 n  |
 *   |       |term id|log pos|tion   |       |ce |   |   |(ASCII)     |       |
 *   +-------+-------+-------+-------+-------+---+---+---+--- - - - --+ - - - +
 *                                                    `-- standby snapshots only
 *
 * Little-endian. The top bit of the type says that the entry is invalid; a type of -1 that it was removed.
 */
const RECORDING_ID_OFFSET = 0;
const LEADERSHIP_TERM_ID_OFFSET = 8;
const TERM_BASE_LOG_POSITION_OFFSET = 16;
export const LOG_POSITION_OFFSET = 24;
const TIMESTAMP_OFFSET = 32;
const SERVICE_ID_OFFSET = 40;
export const ENTRY_TYPE_OFFSET = 44;
const ENDPOINT_OFFSET = 48;

export const RECORD_ALIGNMENT = 64;
export const MAX_ENTRY_LENGTH = 4096;
export const MAX_ENDPOINT_LENGTH = MAX_ENTRY_LENGTH - ENDPOINT_OFFSET - 4;

export const INVALID_FLAG = 0x8000_0000 | 0;
const REMOVED = -1;

const TYPE_NAMES = ['TERM', 'SNAPSHOT', 'STANDBY_SNAPSHOT'];

/** Bytes of the entry in the file. */
function entryLength({ type, archiveEndpoint }: EntryFields): number {
  return type === EntryType.STANDBY_SNAPSHOT ? standbyLength(archiveEndpoint?.length ?? 0) : RECORD_ALIGNMENT;
}

export function isValidTerm({ isValid, type }: Entry): boolean {
  return isValid && type === EntryType.TERM;
}

/** A snapshot that can be loaded here: not one of a standby. */
export function isValidSnapshot({ isValid, type }: Entry): boolean {
  return isValid && type === EntryType.SNAPSHOT;
}

export function isAnySnapshot({ type }: Entry): boolean {
  return type === EntryType.SNAPSHOT || type === EntryType.STANDBY_SNAPSHOT;
}

/**
 * The order of the log: by term and where it began; in it the term, then a standby's snapshots, then snapshots, by
 * position and with the consensus module's last, behind those of the services from the highest id down.
 */
export function compareEntries(a: Entry, b: Entry): number {
  return (
    a.leadershipTermId - b.leadershipTermId ||
    a.termBaseLogPosition - b.termBaseLogPosition ||
    rank(a) - rank(b) ||
    (a.type === EntryType.TERM
      ? a.entryIndex - b.entryIndex
      : a.logPosition - b.logPosition || b.serviceId - a.serviceId)
  );
}

/** The entry in upstream's words, as the cluster tool shows it. */
export function formatEntry(entry: Entry): string {
  const endpoint = entry.type === EntryType.STANDBY_SNAPSHOT ? `, archiveEndpoint=${entry.archiveEndpoint}` : '';
  return (
    `Entry{recordingId=${entry.recordingId}, leadershipTermId=${entry.leadershipTermId}, ` +
    `termBaseLogPosition=${entry.termBaseLogPosition}, logPosition=${entry.logPosition}, ` +
    `timestamp=${entry.timestamp}, serviceId=${entry.serviceId}, type=${TYPE_NAMES[entry.type]}, ` +
    `isValid=${entry.isValid}, entryIndex=${entry.entryIndex}${endpoint}}`
  );
}

/** Writes the entry to the start of the buffer, which is zero behind it, and returns its length. */
export function encodeEntry(entry: Entry, buffer: AtomicBuffer): number {
  const length = entryLength(entry);
  buffer.setMemory(0, length, 0);
  buffer.putInt64(RECORDING_ID_OFFSET, entry.recordingId);
  buffer.putInt64(LEADERSHIP_TERM_ID_OFFSET, entry.leadershipTermId);
  buffer.putInt64(TERM_BASE_LOG_POSITION_OFFSET, entry.termBaseLogPosition);
  buffer.putInt64(LOG_POSITION_OFFSET, entry.logPosition);
  buffer.putBigInt64(TIMESTAMP_OFFSET, entry.timestamp);
  buffer.putInt32(SERVICE_ID_OFFSET, entry.serviceId);
  buffer.putInt32(ENTRY_TYPE_OFFSET, entry.isValid ? entry.type : entry.type | INVALID_FLAG);
  if (entry.archiveEndpoint !== undefined) {
    buffer.putString(ENDPOINT_OFFSET, entry.archiveEndpoint);
  }
  return length;
}

/** What is at one place of the file. */
export type Decoded =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly length: number }
  /** An entry was here once. */
  | { readonly kind: 'removed'; readonly length: number }
  /** No entry was ever written here as a whole. */
  | { readonly kind: 'torn'; readonly why: string };

/** Reads what the file has at a position. */
export function decodeEntry(buffer: AtomicBuffer, filePosition: number, entryIndex: number): Decoded {
  if (filePosition + RECORD_ALIGNMENT > buffer.capacity) {
    return { kind: 'torn', why: `${buffer.capacity - filePosition} bytes are no whole entry` };
  }
  const typeWord = buffer.getInt32(filePosition + ENTRY_TYPE_OFFSET);
  if (typeWord === REMOVED) {
    return { kind: 'removed', length: RECORD_ALIGNMENT };
  }
  const type = (typeWord & ~INVALID_FLAG) as EntryType;
  const serviceId = buffer.getInt32(filePosition + SERVICE_ID_OFFSET);
  if (type > EntryType.STANDBY_SNAPSHOT) {
    return { kind: 'torn', why: `there is no type ${typeWord}` };
  }
  if (type === EntryType.TERM ? serviceId !== NULL_VALUE : serviceId < CONSENSUS_MODULE_SERVICE_ID) {
    return { kind: 'torn', why: `a ${TYPE_NAMES[type]} has no service id ${serviceId}` };
  }
  const length = decodedLength(buffer, filePosition, type);
  if (length === undefined) {
    return { kind: 'torn', why: 'its archive endpoint does not fit' };
  }
  try {
    const entry: Entry = {
      type,
      recordingId: buffer.getInt64(filePosition + RECORDING_ID_OFFSET),
      leadershipTermId: buffer.getInt64(filePosition + LEADERSHIP_TERM_ID_OFFSET),
      termBaseLogPosition: buffer.getInt64(filePosition + TERM_BASE_LOG_POSITION_OFFSET),
      // Less than -1 is half of the -1 of a term without an end, and half of its end.
      logPosition: Math.max(NULL_VALUE, Number(buffer.getBigInt64(filePosition + LOG_POSITION_OFFSET))),
      timestamp: buffer.getBigInt64(filePosition + TIMESTAMP_OFFSET),
      serviceId,
      archiveEndpoint:
        type === EntryType.STANDBY_SNAPSHOT ? buffer.getString(filePosition + ENDPOINT_OFFSET) : undefined,
      isValid: (typeWord & INVALID_FLAG) === 0,
      entryIndex,
      filePosition,
    };
    return { kind: 'entry', entry, length };
  } catch (error) {
    if (AeronError.is(error) && error.code === 'UNSAFE_INTEGER') {
      return { kind: 'torn', why: error.message };
    }
    throw error;
  }
}

/** Undefined when it is more than the file, or than an entry may have. */
function decodedLength(buffer: AtomicBuffer, filePosition: number, type: EntryType): number | undefined {
  if (type !== EntryType.STANDBY_SNAPSHOT) {
    return RECORD_ALIGNMENT;
  }
  const endpointLength = buffer.getInt32(filePosition + ENDPOINT_OFFSET);
  const length = standbyLength(endpointLength);
  const isWhole =
    endpointLength > 0 && endpointLength <= MAX_ENDPOINT_LENGTH && filePosition + length <= buffer.capacity;
  return isWhole ? length : undefined;
}

function standbyLength(endpointLength: number): number {
  return Math.ceil((ENDPOINT_OFFSET + 4 + endpointLength) / RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
}

function rank({ type }: Entry): number {
  return type === EntryType.TERM ? 0 : type === EntryType.STANDBY_SNAPSHOT ? 1 : 2;
}
