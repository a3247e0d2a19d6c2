import { AeronError } from '../../agrona/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import { RecordingState } from '../codecs/mod.ts';
import { capacity, compact, countEntries, errors, mark, pid } from './catalog-commands.ts';
import { checksumEntries } from './checksum-entries.ts';
import { describe, describeAll, describeRecording } from './describe-entries.ts';
import { dump } from './dump.ts';
import { HELP } from './help.ts';
import { migrate } from './migrate.ts';
import { deleteOrphanedSegments } from './segment-commands.ts';
import {
  confirm,
  FAILURE,
  parseChecksum,
  parseId,
  parseNumber,
  refuseBesideArchive,
  SUCCESS,
  type ToolConsole,
  type ToolContext,
} from './tool-context.ts';
import { type VerifyOptions, verify } from './verify.ts';

/** What Java ends with when an exception reaches it. */
const EXCEPTION = 1;
const MAX_WORDS = 6;

type Command = (context: ToolContext, words: readonly string[]) => number;

/** By name, with how many words may follow it. */
const COMMANDS: Readonly<Record<string, { readonly min: number; readonly max: number; readonly run: Command }>> = {
  capacity: { min: 0, max: 1, run: (context, [wanted]) => capacity(context, optional(wanted, 'capacity')) },
  checksum: { min: 1, max: 4, run: runChecksum },
  compact: { min: 0, max: 0, run: runCompact },
  'count-entries': { min: 0, max: 0, run: (context) => countEntries(context) },
  'delete-orphaned-segments': { min: 0, max: 4, run: runDeleteOrphanedSegments },
  describe: {
    min: 0,
    max: 1,
    run: (context, [id]) => (id === undefined ? describe(context) : describeRecording(context, parseId(id))),
  },
  'describe-all': { min: 0, max: 4, run: (context) => describeAll(context) },
  dump: { min: 0, max: 4, run: (context, [limit]) => dump(context, optional(limit, 'the fragment limit')) },
  errors: { min: 0, max: 0, run: (context) => errors(context) },
  'mark-invalid': {
    min: 1,
    max: 1,
    run: (context, [id]) => mark(context, parseId(id!), RecordingState.VALID, RecordingState.INVALID),
  },
  'mark-valid': {
    min: 1,
    max: 1,
    run: (context, [id]) => mark(context, parseId(id!), RecordingState.INVALID, RecordingState.VALID),
  },
  'max-entries': { min: 0, max: 1, run: runMaxEntries },
  migrate: { min: 0, max: 0, run: runMigrate },
  pid: { min: 0, max: 0, run: (context) => pid(context) },
  verify: { min: 0, max: 4, run: (context, words) => verify(context, parseVerifyOptions(words)) },
};

/**
 * Does what the words say, `<archive-dir> <command> ...`, and returns the exit code: 0, 255 when words are wrong or
 * verification found something, 1 when it could not be done. Nothing is written while an archive has the directory. Upstream: `io.aeron.archive.ArchiveTool`.
 */
export function runArchiveTool(platform: Platform, words: readonly string[], terminal: ToolConsole): number {
  const [archiveDir, name, ...rest] = words;
  if (archiveDir === undefined || words.length > MAX_WORDS) {
    terminal.print(HELP);
    return FAILURE;
  }
  if (!platform.files.exists(archiveDir)) {
    terminal.err(`ERR: Archive folder not found: ${absolute(platform, archiveDir)}`);
    terminal.print(HELP);
    return FAILURE;
  }
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name!] : undefined;
  if (command === undefined || rest.length < command.min || rest.length > command.max) {
    terminal.err('ERR: Invalid command');
    terminal.print(HELP);
    return FAILURE;
  }
  try {
    return command.run({ ...terminal, platform, archiveDir, out: (line) => terminal.print(`${line}\n`) }, rest);
  } catch (error) {
    if (!AeronError.is(error)) {
      throw error;
    }
    terminal.err(error.message);
    return EXCEPTION;
  }
}

function runChecksum(context: ToolContext, [name, second, third]: readonly string[]): number {
  const checksum = parseChecksum(name);
  refuseBesideArchive(context);
  return second === undefined || second === '-a'
    ? checksumEntries(context, checksum, undefined, second === '-a')
    : checksumEntries(context, checksum, parseId(second), third === '-a');
}

function runCompact(context: ToolContext): number {
  refuseBesideArchive(context);
  context.print(
    'WARNING: Compacting the Catalog is non-recoverable operation! All non-ACTIVE recordings will be deleted along ' +
      'with the corresponding segment files.',
  );
  return confirm(context, 'Continue? (y/n)') ? compact(context) : SUCCESS;
}

function runDeleteOrphanedSegments(context: ToolContext, [id]: readonly string[]): number {
  const recordingId = optional(id, 'recordingId');
  refuseBesideArchive(context);
  const owned = recordingId === undefined ? '' : ` owned by the RecordingId[${recordingId}]`;
  context.print(`WARNING: All orphaned segment files${owned} will be deleted.`);
  return confirm(context, 'Continue? (y/n)') ? deleteOrphanedSegments(context, recordingId) : SUCCESS;
}

function runMaxEntries(context: ToolContext): number {
  context.out('max-entries is deprecated please use capacity.');
  return SUCCESS;
}

function runMigrate(context: ToolContext): number {
  refuseBesideArchive(context);
  context.print(
    'WARNING: please ensure archive is not running and that a backup has been taken of the archive directory before ' +
      'attempting migration(s).',
  );
  return confirm(context, 'Continue? (y/n)') ? migrate(context) : SUCCESS;
}

/** `[recordingId] [-a] [-checksum className]`. */
function parseVerifyOptions(words: readonly string[]): VerifyOptions {
  const rest = [...words];
  const id = rest[0]?.startsWith('-') === false ? rest.shift() : undefined;
  const isOfAllFiles = rest[0] === '-a';
  if (isOfAllFiles) {
    rest.shift();
  }
  const checksum = rest[0] === '-checksum' ? parseChecksum(rest[1]) : undefined;
  if (rest.length > (checksum === undefined ? 0 : 2)) {
    parseId(rest.join(' '));
  }
  return { recordingId: id === undefined ? undefined : parseId(id), isOfAllFiles, checksum };
}

function optional(word: string | undefined, what: string): number | undefined {
  return word === undefined ? undefined : parseNumber(word, what);
}

function absolute(platform: Platform, path: string): string {
  return path.startsWith('/') ? path : `${platform.environment.currentDirectory}/${path}`;
}
