import { AeronError } from '../../agrona/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import {
  ArchiveMarkFile,
  Catalog,
  type CatalogEntry,
  type Checksum,
  newChecksum,
  resolveMarkFileDir,
} from '../server/mod.ts';

/** Where a tool's words go, and where answers come from. */
export interface ToolConsole {
  /** To standard output, as it is. */
  readonly print: (text: string) => void;
  /** A line to standard error. */
  readonly err: (line: string) => void;
  /** The next line of standard input, without its end; undefined when there is none. Blocks. */
  readonly readLine: () => string | undefined;
}

export interface ToolContext extends ToolConsole {
  readonly platform: Platform;
  readonly archiveDir: string;
  /** A line to standard output. */
  readonly out: (line: string) => void;
}

export const SUCCESS = 0;
/** What a shell shows of upstream's -1. */
export const FAILURE = 255;

const MARK_FILE_TIMEOUT_MS = 5_000;

/** An error of the words that a command was given, or of what they name. */
export class ArchiveToolError extends AeronError {
  constructor(message: string) {
    super('ARCHIVE_TOOL', message);
  }
}

export function withCatalog<T>(context: ToolContext, isWritable: boolean, body: (catalog: Catalog) => T): T {
  return usingCatalog(context, { isWritable }, body);
}

export function usingCatalog<T>(
  { platform, archiveDir }: ToolContext,
  options: {
    readonly isWritable: boolean;
    readonly checksum?: Checksum | undefined;
    readonly catalogCapacity?: number;
    readonly versionCheck?: (version: number) => void;
  },
  body: (catalog: Catalog) => T,
): T {
  const catalog = Catalog.openForTool({ platform, archiveDir, ...options });
  try {
    return body(catalog);
  } finally {
    catalog.close();
  }
}

/** @param isTold whether the user hears that there is a mark file */
export function withMarkFile<T>(context: ToolContext, isTold: boolean, body: (markFile: ArchiveMarkFile) => T): T {
  const { platform, archiveDir } = context;
  const path = `${resolveMarkFileDir(platform, archiveDir)}/${ArchiveMarkFile.FILENAME}`;
  if (isTold && platform.files.exists(path)) {
    context.out(`INFO: mark file exists: ${path}`);
  }
  const markFile = ArchiveMarkFile.openExisting(platform, archiveDir, MARK_FILE_TIMEOUT_MS);
  try {
    return body(markFile);
  } finally {
    markFile.close();
  }
}

/** Whether an archive has the directory now. */
export function isArchiveAlive({ platform, archiveDir }: ToolContext): boolean {
  if (!platform.files.exists(`${resolveMarkFileDir(platform, archiveDir)}/${ArchiveMarkFile.FILENAME}`)) {
    return false;
  }
  let markFile: ArchiveMarkFile;
  try {
    markFile = ArchiveMarkFile.openExisting(platform, archiveDir, 0, () => undefined);
  } catch {
    return false;
  }
  try {
    return markFile.isOwnerAlive(platform);
  } finally {
    markFile.close();
  }
}

/** For commands that write. @throws ArchiveToolError when an archive has the directory now */
export function refuseBesideArchive(context: ToolContext): void {
  if (isArchiveAlive(context)) {
    throw new ArchiveToolError(`ERROR - an archive is running in ${context.archiveDir}: stop it first`);
  }
}

/** Calls `handler` with the entry of a recording, in any state. @throws ArchiveToolError when there is none */
export function forRecording(catalog: Catalog, recordingId: number, handler: (entry: CatalogEntry) => void): void {
  let isFound = false;
  catalog.forEach((entry) => {
    if (entry.recordingId === recordingId) {
      isFound = true;
      handler(entry);
    }
  });
  if (!isFound) {
    throw new ArchiveToolError(`ERROR - no recording found with recordingId: ${recordingId}`);
  }
}

/** An empty answer counts as yes, as upstream's; none at all as no. */
export function confirm(context: ToolContext, question: string): boolean {
  context.print(`\n${question}: `);
  const answer = context.readLine()?.trim().toLowerCase();
  return answer === '' || answer === 'y' || answer === 'yes';
}

export function parseId(word: string): number {
  return parseNumber(word, 'recordingId');
}

export function parseNumber(word: string, what: string): number {
  const value = Number(word);
  if (!/^-?\d+$/.test(word) || !Number.isSafeInteger(value)) {
    throw new ArchiveToolError(`${what} is a whole number, not '${word}'`);
  }
  return value;
}

export function parseChecksum(word: string | undefined): Checksum {
  if (word === undefined || word.trim() === '') {
    throw new ArchiveToolError('Checksum class name must be specified!');
  }
  return newChecksum(word);
}
