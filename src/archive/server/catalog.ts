import { AeronError, AtomicBuffer, BitUtil, type ErrorHandler, SemanticVersion } from '../../agrona/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import { LogBufferDescriptor } from '../../protocol/mod.ts';
import {
  CatalogHeaderDecoder,
  CatalogHeaderEncoder,
  RecordingDescriptorEncoder,
  RecordingDescriptorHeaderEncoder,
  RecordingState,
} from '../codecs/mod.ts';
import { ARCHIVE_MAJOR_VERSION, ARCHIVE_SEMANTIC_VERSION } from './archive-version.ts';
import { CatalogEntry, DESCRIPTOR_HEADER_LENGTH } from './catalog-entry.ts';
import { CATALOG_FILE_NAME, CatalogFile, type CatalogFileOptions } from './catalog-file.ts';
import { CatalogIndex } from './catalog-index.ts';
import type { Checksum } from './checksum.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { createSegment, indexSegments, segmentBaseOf, segmentFileName } from './segment-files.ts';
import { recoverStopPosition } from './stop-position.ts';

const NULL_RECORDING_ID = -1;
const NULL_POSITION = -1;
const NULL_TIMESTAMP = -1;
const CATALOG_HEADER_LENGTH = CatalogHeaderDecoder.BLOCK_LENGTH;
export const MIN_CATALOG_CAPACITY = CATALOG_HEADER_LENGTH;
export const MAX_CATALOG_CAPACITY = 0x7fff_ffff;
export const DEFAULT_CATALOG_CAPACITY = 1024 * 1024;

/** Of entries since version 3; in older catalogs each entry took 1024 bytes, the header too. */
const ALIGNMENT = 64;
const LEGACY_ALIGNMENT = 1024;

const NEXT_RECORDING_ID_OFFSET = 8;
const STATE_OFFSET = 4;
const CHECKSUM_OFFSET = 8;
const CONTROL_SESSION_ID_OFFSET = DESCRIPTOR_HEADER_LENGTH;
const STOP_TIMESTAMP_OFFSET = DESCRIPTOR_HEADER_LENGTH + 32;
const START_POSITION_OFFSET = DESCRIPTOR_HEADER_LENGTH + 40;
const STOP_POSITION_OFFSET = DESCRIPTOR_HEADER_LENGTH + 48;
const SESSION_ID_OFFSET = DESCRIPTOR_HEADER_LENGTH + 72;
const FIXED_LENGTH = DESCRIPTOR_HEADER_LENGTH + 80;

/** What a recording is entered with. Positions in bytes, times in epoch milliseconds, -1 for none. */
export interface NewRecording {
  readonly startPosition: number;
  /** -1 by default: it is being written. */
  readonly stopPosition?: number;
  readonly startTimestamp: number;
  readonly stopTimestamp?: number;
  readonly initialTermId: number;
  readonly segmentFileLength: number;
  readonly termBufferLength: number;
  readonly mtuLength: number;
  readonly sessionId: number;
  readonly streamId: number;
  /** Without the parameters that do not tell streams apart. */
  readonly strippedChannel: string;
  readonly originalChannel: string;
  readonly sourceIdentity: string;
}

/** What an archive opens its catalog with. */
export interface CatalogOptions {
  readonly platform: Platform;
  readonly archiveDir: string;
  /** 0: the system writes when it likes; 1, 2: a change is on the device before it is acknowledged. */
  readonly catalogFileSyncLevel: number;
  /** Bytes; a file that has fewer grows to them. */
  readonly catalogCapacity?: number;
  /** Of descriptors, and of the frames that are looked at to find where a recording ends. */
  readonly checksum?: Checksum | undefined;
  /** Scratch of at least 64 KiB for reading segments. */
  readonly buffer?: AtomicBuffer | undefined;
  /** Gets, once for each recording concerned, what recovery has cut, and what it has refused. */
  readonly errorHandler: ErrorHandler;
}

/** What a tool opens a catalog with. */
export interface CatalogToolOptions {
  readonly platform: Platform;
  readonly archiveDir: string;
  readonly isWritable?: boolean;
  readonly catalogCapacity?: number;
  readonly checksum?: Checksum | undefined;
  /** Throws when the version is none it can work on; by default any other major version is refused. */
  readonly versionCheck?: (version: number) => void;
}

/**
 * The list of all recordings: `archive.catalog`, byte for byte upstream's.
 *
 *     +--------+-----------------------+----------------+- - - -+---------------- ... capacity
 *     | header | header descriptor pad | header descri. |       | zeros
 *     +--------+-----------------------+----------------+- - - -+----------------
 *     0        32                      multiples of 64 behind 32
 *
 * Ids ascend and are not used twice. Entries that are not VALID stay in the file, unseen by id, until the tool compacts
 * it. Every change is done as a whole or not at all (`catalog-file.ts`).
 *
 * When an archive opens it, a recording without a stop position gets it from its files. One that cannot be recovered is
 * refused: `find` does not know it, `refusalOf` says why, and the file is left as it is for the tool.
 *
 * Owned by the archive's conductor. Upstream: `io.aeron.archive.Catalog`.
 */
export class Catalog {
  private readonly platform: Platform;
  private readonly archiveDir: string;
  private readonly checksum: Checksum | undefined;
  private readonly file: CatalogFile;
  private readonly index = new CatalogIndex();
  private readonly refusals = new Map<number, string>();
  private readonly entry = new CatalogEntry();
  private readonly firstOffset: number;
  private nextId = 0;
  private nextOffset = 0;
  private closed = false;
  readonly alignment: number;

  private constructor(options: CatalogToolOptions | CatalogOptions, file: CatalogFile) {
    this.platform = options.platform;
    this.archiveDir = options.archiveDir;
    this.checksum = options.checksum;
    this.file = file;
    const header = this.header();
    const alignment = header.alignment();
    this.alignment = alignment === 0 ? LEGACY_ALIGNMENT : alignment;
    this.firstOffset = alignment === 0 ? LEGACY_ALIGNMENT : CATALOG_HEADER_LENGTH;
    this.nextId = alignment === 0 ? 0 : header.nextRecordingId();
  }

  /**
   * Opens the catalog of an archive, or makes it, and recovers what an unclean end has left open.
   * @throws AeronError CATALOG_VERSION, CATALOG_CORRUPT, CONFIGURATION; PlatformError
   */
  static open(options: CatalogOptions): Catalog {
    const { platform, archiveDir, catalogCapacity = DEFAULT_CATALOG_CAPACITY } = options;
    checkCapacity(catalogCapacity);
    const fileOptions: CatalogFileOptions = {
      files: platform.files,
      archiveDir,
      mode: 'own',
      syncLevel: options.catalogFileSyncLevel,
    };
    if ((platform.files.stat(`${archiveDir}/${CATALOG_FILE_NAME}`)?.length ?? 0) === 0) {
      CatalogFile.create(fileOptions, newHeader(), catalogCapacity);
    }
    const file = CatalogFile.open(fileOptions);
    return opening(file, () => {
      checkHeader(file, archiveDir, refuseOtherVersions);
      if (file.length < catalogCapacity) {
        file.grow(catalogCapacity);
      }
      const catalog = new Catalog(options, file);
      catalog.buildIndex(true);
      catalog.recover(options);
      return catalog;
    });
  }

  /**
   * Opens the catalog of a directory for a tool: to read, or to repair. Nothing is recovered.
   * @throws AeronError CATALOG_VERSION, CATALOG_CORRUPT; PlatformError ENOENT, ...
   */
  static openForTool(options: CatalogToolOptions): Catalog {
    const { platform, archiveDir, isWritable = false, catalogCapacity = MIN_CATALOG_CAPACITY } = options;
    checkCapacity(catalogCapacity);
    const mode = isWritable ? 'repair' : 'read';
    const file = CatalogFile.open({ files: platform.files, archiveDir, mode, syncLevel: 0 });
    return opening(file, () => {
      checkHeader(file, archiveDir, options.versionCheck ?? refuseOtherVersions);
      if (isWritable && file.length < catalogCapacity) {
        file.grow(catalogCapacity);
      }
      const catalog = new Catalog(options, file);
      catalog.buildIndex(false);
      return catalog;
    });
  }

  /** Bytes of the file. */
  get capacity(): number {
    return this.file.length;
  }

  /** Valid recordings. */
  get entryCount(): number {
    return this.index.size;
  }

  /** The id that the next recording gets. */
  get nextRecordingId(): number {
    return this.nextId;
  }

  /** Of the file's format, as a semantic version. */
  get version(): number {
    return this.header().version();
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Writes what is left to write to the device and closes the file. @throws PlatformError */
  close(): void {
    if (!this.closed) {
      this.closed = true;
      this.file.close();
    }
  }

  /**
   * Enters a recording and returns its id.
   * @throws AeronError CATALOG_FULL; PlatformError ENOSPC, ..., after which nothing has changed
   */
  addNewRecording(recording: NewRecording): number {
    const recordingId = this.nextId;
    const offset = this.nextOffset;
    const frame = this.encode(recordingId, recording, 0);
    if (offset + frame.length > this.capacity) {
      this.grow(frame.length);
    }
    this.file.change(
      [
        { offset: NEXT_RECORDING_ID_OFFSET, after: bytesOfInt64(recordingId + 1) },
        { offset, after: frame },
      ],
      false,
    );
    this.nextId = recordingId + 1;
    this.nextOffset = offset + frame.length;
    this.index.add(recordingId, offset);
    return recordingId;
  }

  /** Whether there is a valid recording of this id. */
  hasRecording(recordingId: number): boolean {
    return this.index.offsetOf(recordingId) !== undefined;
  }

  /** Why a recording that is in the file is not known; undefined for all others. */
  refusalOf(recordingId: number): string | undefined {
    return this.refusals.get(recordingId);
  }

  /** Moves `entry` to a valid recording; false when there is none of this id. */
  wrap(recordingId: number, entry: CatalogEntry): boolean {
    const offset = this.index.offsetOf(recordingId);
    return offset !== undefined && this.wrapAt(offset, entry);
  }

  /** All entries of the file, in any state, as long as `handler` does not return false; returns how many it got. */
  forEach(handler: (entry: CatalogEntry) => unknown): number {
    let count = 0;
    const entry = new CatalogEntry();
    for (let offset = this.firstOffset; offset < this.nextOffset; offset += entry.frameLength) {
      if (!this.wrapAt(offset, entry)) {
        break;
      }
      count++;
      if (handler(entry) === false) {
        break;
      }
    }
    return count;
  }

  /** Valid recordings from an id on, ascending, as long as `handler` does not return false; returns how many it got. */
  forEachValidFrom(fromRecordingId: number, handler: (entry: CatalogEntry) => unknown): number {
    const entry = new CatalogEntry();
    let count = 0;
    for (let i = this.index.firstFrom(fromRecordingId); i < this.index.size; i++) {
      this.wrapAt(this.index.offsetAt(i), entry);
      count++;
      if (handler(entry) === false) {
        break;
      }
    }
    return count;
  }

  /**
   * The latest valid recording of at least `minRecordingId` whose stream is this and whose original channel contains
   * `channelFragment`; -1 when there is none.
   */
  findLast(minRecordingId: number, sessionId: number, streamId: number, channelFragment: string): number {
    const { entry } = this;
    for (let i = this.index.size - 1; i >= 0 && minRecordingId >= 0; i--) {
      const recordingId = this.index.idAt(i);
      if (recordingId < minRecordingId) {
        break;
      }
      this.wrapAt(this.index.offsetAt(i), entry);
      if (
        entry.descriptor.sessionId() === sessionId &&
        entry.descriptor.streamId() === streamId &&
        entry.originalChannel().includes(channelFragment)
      ) {
        return recordingId;
      }
    }
    return NULL_RECORDING_ID;
  }

  /** @throws AeronError UNKNOWN_RECORDING, as all that follow here */
  recordingSummary(recordingId: number): RecordingSummary {
    return this.existing(recordingId).summary();
  }

  startPosition(recordingId: number): number {
    return this.existing(recordingId).descriptor.startPosition();
  }

  /** -1 while it is being written. */
  stopPosition(recordingId: number): number {
    return this.existing(recordingId).descriptor.stopPosition();
  }

  /** A recording has ended. The image knows it even when the file could not be written. @throws PlatformError */
  recordingStopped(recordingId: number, stopPosition: number, stopTimestampMs: number): void {
    this.update(recordingId, (frame) => {
      frame.putInt64(STOP_TIMESTAMP_OFFSET, stopTimestampMs);
      frame.putInt64(STOP_POSITION_OFFSET, stopPosition);
    });
  }

  /** @throws PlatformError */
  setStopPosition(recordingId: number, stopPosition: number): void {
    this.update(recordingId, (frame) => frame.putInt64(STOP_POSITION_OFFSET, stopPosition));
  }

  /** @throws PlatformError */
  setStartPosition(recordingId: number, startPosition: number): void {
    this.update(recordingId, (frame) => frame.putInt64(START_POSITION_OFFSET, startPosition));
  }

  /** A stopped recording is being written again, from the stream of another session. @throws PlatformError */
  extendRecording(recordingId: number, controlSessionId: number, correlationId: number, sessionId: number): void {
    this.update(recordingId, (frame) => {
      frame.putInt64(CONTROL_SESSION_ID_OFFSET, controlSessionId);
      frame.putInt64(CONTROL_SESSION_ID_OFFSET + 8, correlationId);
      frame.putInt64(STOP_TIMESTAMP_OFFSET, NULL_TIMESTAMP);
      frame.putInt64(STOP_POSITION_OFFSET, NULL_POSITION);
      frame.putInt32(SESSION_ID_OFFSET, sessionId);
    });
  }

  /**
   * Writes a descriptor anew. When it needs more room than it had, the whole catalog is written anew.
   * @throws AeronError CATALOG_FULL; PlatformError
   */
  replaceRecording(recordingId: number, recording: NewRecording): void {
    const entry = this.existing(recordingId);
    const { offset, frameLength } = entry;
    const frame = this.encode(recordingId, recording, frameLength);
    if (frame.length === frameLength) {
      this.file.change([{ offset, after: frame }], false);
      return;
    }
    const shift = frame.length - frameLength;
    if (this.nextOffset + shift > this.capacity) {
      this.grow(shift);
    }
    const { image } = this.file;
    const content = AtomicBuffer.allocate(Math.max(image.capacity, this.nextOffset + shift));
    content.putBytes(0, image, 0, offset);
    content.putBytes(offset, frame, 0, frame.length);
    const rest = offset + frameLength;
    content.putBytes(offset + frame.length, image, rest, this.nextOffset - rest);
    this.nextOffset += shift;
    this.file.replaceAll(content, this.nextOffset);
    this.index.shiftAfter(recordingId, shift);
  }

  /** Takes a valid recording out of use: INVALID or DELETED. False when there is none of this id. @throws PlatformError */
  changeState(recordingId: number, state: RecordingState): boolean {
    const offset = this.index.remove(recordingId);
    if (offset === undefined) {
      return false;
    }
    this.putState(offset, state);
    return true;
  }

  /** For the tool: writes a state at any entry. @throws PlatformError */
  putState(entryOffset: number, state: RecordingState): void {
    this.file.change([{ offset: entryOffset + STATE_OFFSET, after: bytesOfInt32(state) }], true);
  }

  /** For the tool: writes where an entry in any state ends. The checksum is left as it is. @throws PlatformError */
  putStop(entryOffset: number, stopPosition: number, stopTimestampMs: number): void {
    this.file.change(
      [
        { offset: entryOffset + STOP_POSITION_OFFSET, after: bytesOfInt64(stopPosition) },
        { offset: entryOffset + STOP_TIMESTAMP_OFFSET, after: bytesOfInt64(stopTimestampMs) },
      ],
      true,
    );
  }

  /** For the tool. @throws PlatformError */
  putVersion(version: number): void {
    this.file.change([{ offset: 0, after: bytesOfInt32(version) }], true);
  }

  /** For the tool: brings the checksum of an entry up to date. @throws PlatformError */
  updateChecksum(entryOffset: number): void {
    if (this.checksum !== undefined && this.wrapAt(entryOffset, this.entry)) {
      const value = this.computeChecksum(this.entry);
      this.file.change([{ offset: entryOffset + CHECKSUM_OFFSET, after: bytesOfInt32(value) }], true);
    }
  }

  /** Of a descriptor with its padding; 0 without a checksum. */
  computeChecksum(entry: CatalogEntry): number {
    return this.checksum?.compute(entry.buffer, entry.offset + DESCRIPTOR_HEADER_LENGTH, entry.descriptorLength) ?? 0;
  }

  /** Where the n-th entry could begin; for the tool. */
  get endOffset(): number {
    return this.nextOffset;
  }

  private header(): CatalogHeaderDecoder {
    return new CatalogHeaderDecoder().wrap(
      this.file.image,
      0,
      CatalogHeaderDecoder.BLOCK_LENGTH,
      CatalogHeaderDecoder.SCHEMA_VERSION,
    );
  }

  private existing(recordingId: number): CatalogEntry {
    if (!this.wrap(recordingId, this.entry)) {
      throw new AeronError('UNKNOWN_RECORDING', `unknown recording id: ${recordingId}`);
    }
    return this.entry;
  }

  /** False where no entry is. @throws AeronError CATALOG_CORRUPT when it says to reach beyond the file */
  private wrapAt(offset: number, entry: CatalogEntry): boolean {
    const { file } = this;
    if (!file.load(offset + DESCRIPTOR_HEADER_LENGTH)) {
      return false;
    }
    const length = file.image.getInt32(offset);
    if (length <= 0) {
      return false;
    }
    const frameLength = BitUtil.alignLong(length + DESCRIPTOR_HEADER_LENGTH, this.alignment);
    if (
      frameLength < FIXED_LENGTH ||
      !file.load(Math.min(offset + frameLength, file.length)) ||
      offset + length + DESCRIPTOR_HEADER_LENGTH > file.length
    ) {
      throw new AeronError(
        'CATALOG_CORRUPT',
        `the entry at offset ${offset} of ${this.archiveDir}/${CATALOG_FILE_NAME} has length ${length}, which its ` +
          `${file.length} bytes cannot hold; restore the file from a backup`,
      );
    }
    entry.wrap(file.image, offset, frameLength);
    return true;
  }

  private buildIndex(isOwner: boolean): void {
    const { entry } = this;
    let lastId = NULL_RECORDING_ID;
    let offset = this.firstOffset;
    while (offset < this.capacity && this.wrapAt(offset, entry)) {
      lastId = entry.recordingId;
      if (entry.isValid) {
        this.index.add(lastId, offset);
      }
      offset += entry.frameLength;
    }
    this.nextOffset = offset;
    if (this.nextId > lastId) {
      return;
    }
    const isUnset = this.nextId === 0;
    this.nextId = lastId + 1;
    if (isOwner && !isUnset) {
      this.file.change([{ offset: NEXT_RECORDING_ID_OFFSET, after: bytesOfInt64(this.nextId) }], true);
    }
  }

  private recover(options: CatalogOptions): void {
    const segments = indexSegments(this.platform.files, this.archiveDir);
    for (let i = this.index.size - 1; i >= 0; i--) {
      const recordingId = this.index.idAt(i);
      const offset = this.index.offsetAt(i);
      try {
        this.wrapAt(offset, this.entry);
        this.recoverRecording(recordingId, segments.get(recordingId) ?? [], options);
      } catch (error) {
        this.index.remove(recordingId);
        this.refusals.set(recordingId, error instanceof Error ? error.message : String(error));
        options.errorHandler(error);
      }
    }
  }

  private recoverRecording(recordingId: number, segments: number[], options: CatalogOptions): void {
    checkDescriptor(this.entry);
    const recording = this.entry.summary();
    const { startPosition, stopPosition, segmentFileLength } = recording;
    if (stopPosition !== NULL_POSITION) {
      return;
    }
    const base = segmentBaseOf(recording, startPosition);
    const own = segments.filter((position) => position >= base);
    const { archiveDir, platform, checksum, buffer, errorHandler } = options;
    const isTornStraddle = (path: string): boolean => {
      throw new AeronError(
        'RECORDING_DAMAGED',
        `recording ${recordingId} may have an incomplete last fragment straddling a page boundary in file ${path}; ` +
          `run 'aeron archive-tool ${archiveDir} verify ${recordingId}' for corrective action`,
      );
    };
    const end = recoverStopPosition(recording, own, {
      files: platform.files,
      archiveDir,
      checksum,
      buffer,
      isTornStraddle,
    });
    if (end.torn !== undefined) {
      const name = segmentFileName(recordingId, own.at(-1)!);
      errorHandler(
        new AeronError(
          'RECORDING_TORN',
          `recording ${recordingId} was cut at position ${end.stopPosition}, in ${name}: ${end.torn}`,
        ),
      );
    }
    // The archive was killed between the end of one file and the beginning of the next.
    if (own.length > 0 && end.stopPosition === own.at(-1)! + segmentFileLength) {
      createSegment(platform.files, archiveDir, recording, end.stopPosition);
    }
    const missing = missingSegment(own, base, segmentFileLength);
    if (missing !== undefined) {
      errorHandler(
        new AeronError(
          'SEGMENT_MISSING',
          `recording ${recordingId} has lost ${segmentFileName(recordingId, missing)}; replay from there will be refused ` +
            'until the file is restored',
        ),
      );
    }
    this.recordingStopped(recordingId, end.stopPosition, platform.clock.epochTimeMs());
  }

  private update(recordingId: number, edit: (frame: AtomicBuffer) => void): void {
    const entry = this.existing(recordingId);
    const frame = AtomicBuffer.allocate(entry.frameLength);
    frame.putBytes(0, entry.buffer, entry.offset, entry.frameLength);
    edit(frame);
    if (this.checksum !== undefined) {
      frame.putInt32(CHECKSUM_OFFSET, this.checksum.compute(frame, DESCRIPTOR_HEADER_LENGTH, entry.descriptorLength));
    }
    this.file.change([{ offset: entry.offset, after: frame.u8.subarray(0, FIXED_LENGTH) }], true);
  }

  /** A frame of header, descriptor and padding, at least `minLength` long. */
  private encode(recordingId: number, recording: NewRecording, minLength: number): Uint8Array {
    const texts = [recording.strippedChannel, recording.originalChannel, recording.sourceIdentity];
    const textLength = texts.reduce((length, text) => length + 4 + utf8.encode(text).length, 0);
    const needed = BitUtil.alignLong(FIXED_LENGTH + textLength, this.alignment);
    const frame = AtomicBuffer.allocate(Math.max(needed, minLength));
    new RecordingDescriptorEncoder()
      .wrap(frame, DESCRIPTOR_HEADER_LENGTH)
      .recordingId(recordingId)
      .startTimestamp(recording.startTimestamp)
      .stopTimestamp(recording.stopTimestamp ?? NULL_TIMESTAMP)
      .startPosition(recording.startPosition)
      .stopPosition(recording.stopPosition ?? NULL_POSITION)
      .initialTermId(recording.initialTermId)
      .segmentFileLength(recording.segmentFileLength)
      .termBufferLength(recording.termBufferLength)
      .mtuLength(recording.mtuLength)
      .sessionId(recording.sessionId)
      .streamId(recording.streamId)
      .strippedChannel(recording.strippedChannel)
      .originalChannel(recording.originalChannel)
      .sourceIdentity(recording.sourceIdentity);
    const length = frame.capacity - DESCRIPTOR_HEADER_LENGTH;
    new RecordingDescriptorHeaderEncoder()
      .wrap(frame, 0)
      .length(length)
      .checksum(this.checksum?.compute(frame, DESCRIPTOR_HEADER_LENGTH, length) ?? 0)
      .state(RecordingState.VALID);
    return frame.u8;
  }

  /** By half, as often as it takes. @throws AeronError CATALOG_FULL */
  private grow(bytes: number): void {
    const needed = this.nextOffset + bytes;
    if (needed > MAX_CATALOG_CAPACITY) {
      throw new AeronError(
        'CATALOG_FULL',
        `catalog is full: ${bytes} bytes more are beyond its limit of ${MAX_CATALOG_CAPACITY}; ` +
          `purge recordings, stop the archive and run 'aeron archive-tool ${this.archiveDir} compact'`,
      );
    }
    let capacity = this.capacity;
    while (capacity < needed) {
      capacity = Math.min(capacity + Math.max(1, capacity >>> 1), MAX_CATALOG_CAPACITY);
    }
    this.file.grow(capacity);
  }
}

const utf8 = new TextEncoder();

function opening(file: CatalogFile, body: () => Catalog): Catalog {
  try {
    return body();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

function newHeader(): Uint8Array {
  const header = AtomicBuffer.allocate(CATALOG_HEADER_LENGTH);
  new CatalogHeaderEncoder()
    .wrap(header, 0)
    .version(ARCHIVE_SEMANTIC_VERSION)
    .length(CATALOG_HEADER_LENGTH)
    .nextRecordingId(0)
    .alignment(ALIGNMENT);
  return header.u8;
}

function checkHeader(file: CatalogFile, archiveDir: string, versionCheck: (version: number) => void): void {
  if (!file.load(CATALOG_HEADER_LENGTH)) {
    throw new AeronError(
      'CATALOG_CORRUPT',
      `${archiveDir}/${CATALOG_FILE_NAME} has ${file.length} bytes, at least ${CATALOG_HEADER_LENGTH} are needed; ` +
        'restore it from a backup',
    );
  }
  versionCheck(file.image.getInt32(0));
}

function refuseOtherVersions(version: number): void {
  if (SemanticVersion.major(version) !== ARCHIVE_MAJOR_VERSION) {
    const ours = SemanticVersion.format(ARCHIVE_SEMANTIC_VERSION);
    throw new AeronError(
      'CATALOG_VERSION',
      `incompatible catalog file version ${SemanticVersion.format(version)}, archive software is ${ours}; ` +
        "for an older one run 'aeron archive-tool <archive-dir> migrate'",
    );
  }
}

function checkCapacity(capacity: number): void {
  if (!(Number.isSafeInteger(capacity) && capacity >= MIN_CATALOG_CAPACITY && capacity <= MAX_CATALOG_CAPACITY)) {
    throw new AeronError(
      'CONFIGURATION',
      `catalogCapacity ${capacity} is not from ${MIN_CATALOG_CAPACITY} to ${MAX_CATALOG_CAPACITY}`,
    );
  }
}

/** @throws AeronError RECORDING_DAMAGED when the numbers of a descriptor cannot be those of a recording */
function checkDescriptor(entry: CatalogEntry): void {
  const { startPosition, stopPosition, segmentFileLength, termBufferLength, recordingId } = entry.summary();
  const isPossible =
    startPosition >= 0 &&
    startPosition % 32 === 0 &&
    (stopPosition === NULL_POSITION || (stopPosition >= startPosition && stopPosition % 32 === 0)) &&
    BitUtil.isPowerOfTwo(termBufferLength) &&
    termBufferLength >= LogBufferDescriptor.TERM_MIN_LENGTH &&
    termBufferLength <= LogBufferDescriptor.TERM_MAX_LENGTH &&
    BitUtil.isPowerOfTwo(segmentFileLength) &&
    segmentFileLength >= termBufferLength;
  if (!isPossible) {
    throw new AeronError(
      'RECORDING_DAMAGED',
      `the descriptor of recording ${recordingId} is damaged: startPosition=${startPosition}, ` +
        `stopPosition=${stopPosition}, termBufferLength=${termBufferLength}, segmentFileLength=${segmentFileLength}; ` +
        'restore the catalog from a backup, or mark the recording invalid with the archive tool',
    );
  }
}

function missingSegment(segments: readonly number[], base: number, segmentLength: number): number | undefined {
  let expected = base;
  for (const position of segments) {
    if (position !== expected) {
      return expected;
    }
    expected += segmentLength;
  }
  return undefined;
}

function bytesOfInt64(value: number): Uint8Array {
  const buffer = AtomicBuffer.allocate(8);
  buffer.putInt64(0, value);
  return buffer.u8;
}

function bytesOfInt32(value: number): Uint8Array {
  const buffer = AtomicBuffer.allocate(8);
  buffer.putInt32(0, value);
  return buffer.u8.subarray(0, 4);
}
