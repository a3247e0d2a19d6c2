import type { Clock, Platform } from '../platform/mod.ts';
import type { AtomicBuffer } from './atomic-buffer.ts';
import * as BitUtil from './bit-util.ts';
import { DistinctErrorLog } from './distinct-error-log.ts';
import { type ErrorHandler, loggingErrorHandler } from './error-handler.ts';
import { saveExistingErrors } from './error-log-file.ts';
import { MarkFile, type MarkFileLayout } from './mark-file.ts';

/** Of the message header in front of the header: lengths and ids, each of 16 bits. */
const MESSAGE_HEADER_LENGTH = 8;
const TEMPLATE_ID_OFFSET = 2;
const SCHEMA_ID_OFFSET = 4;
/** In the header of any component. */
const VERSION_OFFSET = 0;
const ACTIVITY_TIMESTAMP_OFFSET = 8;
const HEADER_LENGTH = 8192;
const NULL_VALUE = -1;

/** Where a mark file is, and the codec of its header. */
export interface ComponentMarkFilePlace {
  readonly platform: Platform;
  readonly path: string;
  readonly codec: { readonly TEMPLATE_ID: number; readonly SCHEMA_ID: number };
  readonly timeoutMs: number;
  /** Throws when a file of this version cannot be used. */
  readonly versionCheck: (version: number) => void;
}

export interface ComponentMarkFileClaim extends ComponentMarkFilePlace {
  /** Bytes. */
  readonly errorBufferLength: number;
  /** What the length of the file is a multiple of, in bytes. */
  readonly filePageSize: number;
  /** As of `MarkFile`. */
  readonly isOwnerGone?: (buffer: AtomicBuffer, headerOffset: number) => boolean;
  /** Keeps what is to be kept of the file of a predecessor, before it is emptied. */
  readonly inherit: (markFile: MarkFile, headerOffset: number) => void;
}

/** A mark file that is open. */
export interface OpenMarkFile {
  readonly markFile: MarkFile;
  /** 0 in files of older versions, which have no message header. */
  readonly headerOffset: number;
}

/**
 * What the mark files of archives and of the components of clusters have in common: they show that a component runs
 * in a directory, how it is configured, and what errors it had.
 *
 *     0                8                                         8192
 *     +----------------+---------------------------- - - - - ----+--------------- - - - +
 *     | message header | MarkFileHeader, with its texts          | distinct error log   |
 *     +----------------+---------------------------- - - - - ----+--------------- - - - +
 *
 * Used by the owner's thread; observers open their own. After `close`, writes are ignored.
 */
export abstract class ComponentMarkFile {
  static readonly HEADER_LENGTH = HEADER_LENGTH;

  readonly path: string;
  readonly errorBuffer: AtomicBuffer;
  protected readonly markFile: MarkFile;
  protected readonly headerOffset: number;

  protected constructor({ markFile, headerOffset }: OpenMarkFile, errorBuffer: AtomicBuffer) {
    this.path = markFile.path;
    this.markFile = markFile;
    this.headerOffset = headerOffset;
    this.errorBuffer = errorBuffer;
  }

  /**
   * Makes the file, or takes over that of a dead owner. Not ready yet, and all of its header is zero. When that fails
   * the file is free for the next one.
   */
  protected static claimFile(claim: ComponentMarkFileClaim): OpenMarkFile & { readonly errorBuffer: AtomicBuffer } {
    const { platform, path, timeoutMs, versionCheck, errorBufferLength, filePageSize, isOwnerGone } = claim;
    const existingOffset = headerOffsetOf(claim);
    const predecessorsOffset = existingOffset ?? MESSAGE_HEADER_LENGTH;
    const markFile = MarkFile.claim({
      platform,
      path,
      ...layoutAt(predecessorsOffset),
      timeoutMs,
      totalLength: BitUtil.align(HEADER_LENGTH + errorBufferLength, filePageSize),
      versionCheck,
      ...(isOwnerGone === undefined ? {} : { isOwnerGone: (buffer) => isOwnerGone(buffer, predecessorsOffset) }),
    });
    try {
      if (existingOffset !== undefined) {
        claim.inherit(markFile, existingOffset);
      }
      empty(markFile);
      const errorBuffer = markFile.buffer.slice(HEADER_LENGTH, errorBufferLength);
      return { markFile, headerOffset: MESSAGE_HEADER_LENGTH, errorBuffer };
    } catch (error) {
      markFile.timestampRelease(NULL_VALUE);
      markFile.close();
      throw error;
    }
  }

  /** Opens somebody else's file as soon as it is there, ready, and has shown life. */
  protected static openFile(place: ComponentMarkFilePlace): OpenMarkFile {
    const headerOffset = headerOffsetOf(place) ?? MESSAGE_HEADER_LENGTH;
    return { markFile: MarkFile.openExisting({ ...place, ...layoutAt(headerOffset) }), headerOffset };
  }

  /** The error log, where the header says that it is; undefined when there is no room for it. */
  protected static errorLogOf(
    { buffer }: MarkFile,
    header: { readonly headerLength: number; readonly errorBufferLength: number },
  ): AtomicBuffer | undefined {
    const { headerLength, errorBufferLength } = header;
    const fits =
      headerLength > 0 &&
      headerLength % 8 === 0 &&
      errorBufferLength >= 0 &&
      headerLength + errorBufferLength <= buffer.capacity;
    return fits ? buffer.slice(headerLength, errorBufferLength) : undefined;
  }

  /** Saves the errors of a predecessor, and empties their log. */
  protected static saveErrors(
    errorBuffer: AtomicBuffer | undefined,
    name: string,
    options: { readonly platform: Platform; readonly markFileDir: string; readonly logger: (text: string) => void },
  ): void {
    if (errorBuffer !== undefined) {
      saveExistingErrors(options.platform, options.markFileDir, name, errorBuffer, options.logger);
      errorBuffer.setMemory(0, errorBuffer.capacity, 0);
    }
  }

  /** The owner ends in order: the next one need not wait. */
  signalTerminated(): void {
    if (!this.isClosed) {
      this.markFile.timestampRelease(NULL_VALUE);
      this.markFile.sync();
    }
  }

  /** The owner's sign of life; several times within the time-out. */
  updateActivityTimestamp(nowMs: number): void {
    if (!this.isClosed) {
      this.markFile.timestampRelease(nowMs);
    }
  }

  /** Epoch ms of the owner's last sign of life; -1 when it has ended. */
  activityTimestampVolatile(): number {
    return this.isClosed ? NULL_VALUE : this.markFile.timestampVolatile();
  }

  get isClosed(): boolean {
    return this.markFile.isClosed;
  }

  /** Records errors here while the file is open; what there is no room for goes to `overflow`. All go on to `next`. */
  newErrorHandler(
    clock: Clock,
    overflow: ((text: string) => void) | undefined,
    next: ErrorHandler | undefined,
  ): ErrorHandler {
    const log = loggingErrorHandler(new DistinctErrorLog(this.errorBuffer, clock), overflow);
    return (error) => {
      if (!this.isClosed) {
        log(error);
      }
      next?.(error);
    };
  }

  /** Unmaps the file. Whoever uses `errorBuffer` has stopped. */
  close(): void {
    this.errorBuffer.release();
    this.markFile.close();
  }

  /** From now on others may read the file. */
  protected signal(version: number, activityTimestampMs: number): void {
    if (!this.isClosed) {
      this.markFile.timestampRelease(activityTimestampMs);
      this.markFile.signalReady(version);
      this.markFile.sync();
    }
  }
}

/** Not yet ready, and taken: the two fields first, then all the rest of the header is zero. */
function empty(markFile: MarkFile): void {
  markFile.moveFields(layoutAt(MESSAGE_HEADER_LENGTH));
  markFile.signalReady(0);
  const restOffset = MESSAGE_HEADER_LENGTH + ACTIVITY_TIMESTAMP_OFFSET + 8;
  markFile.buffer.setMemory(restOffset, HEADER_LENGTH - restOffset, 0);
}

/** 0 in a file without a message header; undefined when there is no file, or nothing in it yet. */
function headerOffsetOf({ platform, path, codec }: ComponentMarkFilePlace): number | undefined {
  if (!platform.files.exists(path)) {
    return undefined;
  }
  const file = platform.files.open(path, 'r');
  try {
    const bytes = new Uint8Array(MESSAGE_HEADER_LENGTH);
    file.read(bytes, 0, bytes.length, 0);
    if (bytes.every((byte) => byte === 0)) {
      return undefined;
    }
    const view = new DataView(bytes.buffer);
    const isPresent =
      view.getUint16(TEMPLATE_ID_OFFSET, true) === codec.TEMPLATE_ID &&
      view.getUint16(SCHEMA_ID_OFFSET, true) === codec.SCHEMA_ID;
    return isPresent ? MESSAGE_HEADER_LENGTH : 0;
  } finally {
    file.close();
  }
}

function layoutAt(headerOffset: number): MarkFileLayout {
  return {
    versionFieldOffset: headerOffset + VERSION_OFFSET,
    timestampFieldOffset: headerOffset + ACTIVITY_TIMESTAMP_OFFSET,
  };
}
