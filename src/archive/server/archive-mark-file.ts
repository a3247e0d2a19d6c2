import {
  AeronError,
  type AtomicBuffer,
  ComponentMarkFile,
  ensureMarkFileLink,
  type MarkFile,
  resolveMarkFileDir as resolveLink,
  SemanticVersion,
} from '../../agrona/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import {
  MarkFileHeaderDecoder,
  MarkFileHeaderEncoder,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
} from '../mark-codecs/mod.ts';
import { ARCHIVE_MAJOR_VERSION, ARCHIVE_SEMANTIC_VERSION } from './archive-version.ts';

const MESSAGE_HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const ACTIVITY_TIMESTAMP_OFFSET = 8;
const PID_OFFSET = 24;
const NULL_VALUE = -1;

export interface ArchiveMarkFileOptions {
  readonly platform: Platform;
  readonly archiveDir: string;
  /** Where the file is; `archiveDir` by default. Elsewhere, a link in `archiveDir` leads to it. */
  readonly markFileDir?: string;
  /** Bytes. */
  readonly errorBufferLength: number;
  /** What the length of the file is a multiple of, in bytes. */
  readonly filePageSize: number;
  /** An owner of unknown fate is taken for dead after so long a silence, in milliseconds; 10 s by default. */
  readonly timeoutMs?: number;
  /** Told where the errors of a predecessor were saved. */
  readonly logger: (text: string) => void;
}

/** How the archive is configured and reached; for those who look at it from outside. Texts are ASCII. */
export interface ArchiveMarkFileDetails {
  readonly controlStreamId: number;
  readonly localControlStreamId: number;
  readonly eventsStreamId: number;
  readonly archiveId: bigint;
  readonly controlChannel: string;
  readonly localControlChannel: string;
  readonly eventsChannel: string;
  readonly aeronDirectory: string;
}

/** What a mark file says. */
export interface ArchiveMarkFileHeader extends ArchiveMarkFileDetails {
  /** Of the header's codec, by whoever wrote it. */
  readonly schemaVersion: number;
  readonly version: number;
  readonly activityTimestamp: number;
  /** Epoch ms. */
  readonly startTimestamp: number;
  readonly pid: number;
  readonly headerLength: number;
  readonly errorBufferLength: number;
}

/**
 * Shows that an archive runs in a directory, how it is configured, and what errors it had.
 *
 * An owner keeps the directory as long as it shows life. One whose process is not to be seen on this machine, and which may
 * live in a container of its own, counts as dead when it has been silent for two seconds; any other when it has been for
 * ten. Files of older versions have no message header; the next owner writes them anew.
 *
 *     const markFile = ArchiveMarkFile.claim({ platform, archiveDir, ... });
 *     markFile.fill({ archiveId, controlChannel, ... });
 *     markFile.signalReady(clock.epochTimeMs());
 *     ... markFile.updateActivityTimestamp(nowMs) ... markFile.signalTerminated(); markFile.close();
 *
 * Upstream: `io.aeron.archive.ArchiveMarkFile`. Used by the owner's thread; observers open their own.
 */
export class ArchiveMarkFile extends ComponentMarkFile {
  static readonly FILENAME = 'archive-mark.dat';
  static readonly LINK_FILENAME = 'archive-mark.lnk';
  static readonly LIVENESS_TIMEOUT_MS = 10_000;

  /**
   * Makes the file, or takes over that of a dead owner, whose errors are saved beside it.
   * @throws AeronError MARK_FILE_ACTIVE when the owner lives, MARK_FILE_VERSION, MARK_FILE_INVALID; PlatformError
   */
  static claim(options: ArchiveMarkFileOptions): ArchiveMarkFile {
    const { platform, archiveDir, markFileDir = archiveDir, errorBufferLength, filePageSize, logger } = options;
    const path = `${markFileDir}/${ArchiveMarkFile.FILENAME}`;
    const open = ComponentMarkFile.claimFile({
      platform,
      path,
      codec: MarkFileHeaderDecoder,
      timeoutMs: options.timeoutMs ?? ArchiveMarkFile.LIVENESS_TIMEOUT_MS,
      versionCheck: (version) => checkVersion(path, version),
      errorBufferLength,
      filePageSize,
      isOwnerGone: (buffer, headerOffset) => isGone(platform, buffer, headerOffset),
      inherit: (markFile, headerOffset) => {
        const errorBuffer = ComponentMarkFile.errorLogOf(markFile, headerOf(markFile, headerOffset));
        ComponentMarkFile.saveErrors(errorBuffer, 'archive', { platform, markFileDir, logger });
      },
    });
    const file = new ArchiveMarkFile(open, open.errorBuffer);
    try {
      ensureMarkFileLink(platform, archiveDir, markFileDir, ArchiveMarkFile.LINK_FILENAME);
    } catch (error) {
      file.markFile.timestampRelease(NULL_VALUE);
      file.close();
      throw error;
    }
    new MarkFileHeaderEncoder()
      .wrapAndApplyHeader(open.markFile.buffer, 0, new MessageHeaderEncoder())
      .startTimestamp(platform.clock.epochTimeMs())
      .pid(platform.processes.pid)
      .headerLength(ArchiveMarkFile.HEADER_LENGTH)
      .errorBufferLength(errorBufferLength);
    return file;
  }

  /**
   * Opens the file of an archive's directory, following its link, as soon as it is there, ready and has shown life.
   * @param versionCheck by default another major version is refused
   * @throws AeronError MARK_FILE_INVALID when that takes longer than `timeoutMs`, MARK_FILE_VERSION; PlatformError
   */
  static openExisting(
    platform: Platform,
    archiveDir: string,
    timeoutMs: number,
    versionCheck?: (version: number) => void,
  ): ArchiveMarkFile {
    const path = `${resolveMarkFileDir(platform, archiveDir)}/${ArchiveMarkFile.FILENAME}`;
    const open = ComponentMarkFile.openFile({
      platform,
      path,
      codec: MarkFileHeaderDecoder,
      timeoutMs,
      versionCheck: versionCheck ?? ((version) => checkVersion(path, version)),
    });
    const { markFile, headerOffset } = open;
    const errorBuffer = ComponentMarkFile.errorLogOf(markFile, headerOf(markFile, headerOffset));
    return new ArchiveMarkFile(open, errorBuffer ?? markFile.buffer.slice(0, 0));
  }

  /** @throws AeronError MARK_FILE_HEADER_LENGTH when the texts are longer than there is room */
  fill(details: ArchiveMarkFileDetails): void {
    checkHeaderLength(details);
    new MarkFileHeaderEncoder()
      .wrap(this.markFile.buffer, this.headerOffset)
      .controlStreamId(details.controlStreamId)
      .localControlStreamId(details.localControlStreamId)
      .eventsStreamId(details.eventsStreamId)
      .archiveId(details.archiveId)
      .controlChannel(details.controlChannel)
      .localControlChannel(details.localControlChannel)
      .eventsChannel(details.eventsChannel)
      .aeronDirectory(details.aeronDirectory);
  }

  /** What the file says now. Not after `close`. */
  header(): ArchiveMarkFileHeader {
    return headerOf(this.markFile, this.headerOffset);
  }

  /** From now on others may read the file, and the owner lives. */
  signalReady(activityTimestampMs: number): void {
    this.signal(ARCHIVE_SEMANTIC_VERSION, activityTimestampMs);
  }

  /** Whether the owner lives. For one whose process is not to be seen, that may take two seconds. */
  isOwnerAlive(platform: Platform): boolean {
    const ageMs = platform.clock.epochTimeMs() - this.activityTimestampVolatile();
    return (
      ageMs < ArchiveMarkFile.LIVENESS_TIMEOUT_MS &&
      (!isGone(platform, this.markFile.buffer, this.headerOffset) || this.markFile.showsLife(platform))
    );
  }

  /** For the tool, which migrates. */
  putVersion(version: number): void {
    this.markFile.signalReady(version);
  }
}

/** The directory that the mark file of an archive is in. */
export function resolveMarkFileDir(platform: Platform, archiveDir: string): string {
  return resolveLink(platform, archiveDir, ArchiveMarkFile.LINK_FILENAME);
}

/** Whether the process of this file's owner is not to be seen here. */
function isGone(platform: Platform, buffer: AtomicBuffer, headerOffset: number): boolean {
  const pid = Number(buffer.getBigInt64(headerOffset + PID_OFFSET));
  return pid <= 0 || !platform.processes.isAlive(pid);
}

function headerOf(markFile: MarkFile, headerOffset: number): ArchiveMarkFileHeader {
  const decoder = new MarkFileHeaderDecoder();
  if (headerOffset === 0) {
    const actingVersion = markFile.buffer.getInt32(HEADER_LENGTH_OFFSET) > 0 ? 1 : 0;
    decoder.wrap(markFile.buffer, 0, MarkFileHeaderDecoder.BLOCK_LENGTH, actingVersion);
  } else {
    decoder.wrapAndApplyHeader(markFile.buffer, 0, new MessageHeaderDecoder());
  }
  return {
    schemaVersion: decoder.actingVersion,
    version: decoder.version(),
    activityTimestamp: markFile.isClosed ? NULL_VALUE : timestampOf(markFile, headerOffset),
    startTimestamp: decoder.startTimestamp(),
    pid: decoder.pid(),
    controlStreamId: decoder.controlStreamId(),
    localControlStreamId: decoder.localControlStreamId(),
    eventsStreamId: decoder.eventsStreamId(),
    headerLength: decoder.headerLength(),
    errorBufferLength: decoder.errorBufferLength(),
    archiveId: decoder.archiveId(),
    controlChannel: decoder.controlChannel(),
    localControlChannel: decoder.localControlChannel(),
    eventsChannel: decoder.eventsChannel(),
    aeronDirectory: decoder.aeronDirectory(),
  };
}

/** In a header without a message header in front: says whether the error log is in this file. */
const HEADER_LENGTH_OFFSET = 44;

/** Whoever takes over writes a number there that is none. */
function timestampOf(markFile: MarkFile, headerOffset: number): number {
  return Number(markFile.buffer.getBigInt64Volatile(headerOffset + ACTIVITY_TIMESTAMP_OFFSET));
}

function checkVersion(path: string, version: number): void {
  const major = SemanticVersion.major(version);
  if (major !== ARCHIVE_MAJOR_VERSION) {
    throw new AeronError(
      'MARK_FILE_VERSION',
      `mark file (${path}) major version ${major} does not match software: ${ARCHIVE_MAJOR_VERSION}`,
    );
  }
}

function checkHeaderLength(details: ArchiveMarkFileDetails): void {
  const texts = [details.controlChannel, details.localControlChannel, details.eventsChannel, details.aeronDirectory];
  const length =
    MESSAGE_HEADER_LENGTH +
    MarkFileHeaderEncoder.BLOCK_LENGTH +
    texts.reduce((sum, text) => sum + 4 + new TextEncoder().encode(text).length, 0);
  if (length > ArchiveMarkFile.HEADER_LENGTH) {
    throw new AeronError(
      'MARK_FILE_HEADER_LENGTH',
      `the texts of the archive's mark file need ${length} bytes, there are ${ArchiveMarkFile.HEADER_LENGTH}; shorten ` +
        'controlChannel, localControlChannel, recordingEventsChannel or aeronDirectoryName',
    );
  }
}
