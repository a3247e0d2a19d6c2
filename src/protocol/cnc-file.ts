import { AeronError, AtomicBuffer, BitUtil, BroadcastBufferDescriptor, RingBufferDescriptor } from '../agrona/mod.ts';
import type { MappedFile, Platform } from '../platform/mod.ts';
import {
  CNC_FILE,
  type CncMetaData,
  checkVersion,
  cncVersionVolatile,
  computeCncFileLength,
  computeUsedLength,
  fillMetaData,
  META_DATA_LENGTH,
  readMetaData,
  signalCncReady,
} from './cnc-file-descriptor.ts';

/** Why there is no CnC file to map yet. */
export const CncNotReady = {
  NOT_CREATED: 'CnC file not created',
  NOT_POPULATED: 'CnC file is created but not populated',
  NOT_INITIALISED: 'CnC file is created but not initialised',
} as const;
export type CncNotReady = (typeof CncNotReady)[keyof typeof CncNotReady];

/** A driver's `cnc.dat` in memory, for the driver that made it or for one of its clients and tools. */
export class CncFile {
  readonly path: string;
  readonly metaData: CncMetaData;
  readonly toDriverBuffer: AtomicBuffer;
  readonly toClientsBuffer: AtomicBuffer;
  readonly countersMetaDataBuffer: AtomicBuffer;
  readonly countersValuesBuffer: AtomicBuffer;
  readonly errorLogBuffer: AtomicBuffer;
  readonly #memory: MappedFile;
  readonly #metaDataBuffer: AtomicBuffer;
  #isClosed = false;

  private constructor(memory: MappedFile, metaDataBuffer: AtomicBuffer, metaData: CncMetaData) {
    this.path = memory.path;
    this.#memory = memory;
    this.#metaDataBuffer = metaDataBuffer;
    this.metaData = metaData;
    let offset = META_DATA_LENGTH;
    const next = (length: number) => {
      const buffer = AtomicBuffer.over(memory, offset, length);
      offset += length;
      return buffer;
    };
    this.toDriverBuffer = next(metaData.toDriverBufferLength);
    this.toClientsBuffer = next(metaData.toClientsBufferLength);
    this.countersMetaDataBuffer = next(metaData.countersMetaDataBufferLength);
    this.countersValuesBuffer = next(metaData.countersValuesBufferLength);
    this.errorLogBuffer = next(metaData.errorLogBufferLength);
  }

  static pathIn(aeronDirectoryName: string): string {
    return `${aeronDirectoryName}/${CNC_FILE}`;
  }

  /**
   * The driver's side: makes the file. Its buffers can be filled at leisure; nobody uses them before
   * `signalReady`.
   * @throws PlatformError EEXIST, ENOSPC, ...
   */
  static create(platform: Platform, aeronDirectoryName: string, metaData: CncMetaData): CncFile {
    const memory = platform.files.createMapped(CncFile.pathIn(aeronDirectoryName), computeCncFileLength(metaData));
    const buffer = AtomicBuffer.over(memory, 0, META_DATA_LENGTH);
    fillMetaData(buffer, metaData);
    return new CncFile(memory, buffer, metaData);
  }

  /**
   * Everybody else's side: maps the file, or says what to wait for.
   * @throws AeronError CNC_VERSION when it is of an incompatible version, CNC_INVALID when it is none or cut off.
   */
  static tryMap(platform: Platform, aeronDirectoryName: string): CncFile | CncNotReady {
    const path = CncFile.pathIn(aeronDirectoryName);
    const length = platform.files.stat(path)?.length;
    if (length === undefined) {
      return CncNotReady.NOT_CREATED;
    }
    if (length < META_DATA_LENGTH) {
      return CncNotReady.NOT_POPULATED;
    }
    const memory = mapUnlessGone(platform, path);
    if (memory === undefined) {
      return CncNotReady.NOT_CREATED;
    }
    const buffer = AtomicBuffer.over(memory, 0, META_DATA_LENGTH);
    try {
      const version = cncVersionVolatile(buffer);
      if (version !== 0) {
        checkVersion(version);
        return new CncFile(memory, buffer, checkedMetaData(memory, buffer));
      }
    } catch (error) {
      buffer.release();
      memory.unmap();
      throw error;
    }
    buffer.release();
    memory.unmap();
    return CncNotReady.NOT_INITIALISED;
  }

  /** Semantic version of the layout: 0 before `signalReady`. */
  get version(): number {
    return cncVersionVolatile(this.#metaDataBuffer);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The driver has filled everything: clients may come. */
  signalReady(): void {
    signalCncReady(this.#metaDataBuffer);
    this.#memory.sync();
  }

  /** Empties all buffers, after which their use throws, and unmaps the file. Harmless when done before. */
  close(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    this.toDriverBuffer.release();
    this.toClientsBuffer.release();
    this.countersMetaDataBuffer.release();
    this.countersValuesBuffer.release();
    this.errorLogBuffer.release();
    this.#metaDataBuffer.release();
    this.#memory.unmap();
  }
}

/** A driver that ends, or starts anew, may remove the file after one has looked for it. */
function mapUnlessGone(platform: Platform, path: string): MappedFile | undefined {
  try {
    return platform.files.map(path);
  } catch (error) {
    if (AeronError.is(error) && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function checkedMetaData(memory: MappedFile, buffer: AtomicBuffer): CncMetaData {
  const metaData = readSane(memory, buffer);
  const lengths = [
    metaData.toDriverBufferLength,
    metaData.toClientsBufferLength,
    metaData.countersMetaDataBufferLength,
    metaData.countersValuesBufferLength,
    metaData.errorLogBufferLength,
  ];
  const isPossible =
    lengths.every((length) => length >= 0 && (length & 7) === 0) &&
    BitUtil.isPowerOfTwo(metaData.toDriverBufferLength - RingBufferDescriptor.TRAILER_LENGTH) &&
    BitUtil.isPowerOfTwo(metaData.toClientsBufferLength - BroadcastBufferDescriptor.TRAILER_LENGTH);
  if (!isPossible) {
    throw new AeronError('CNC_INVALID', `${memory.path} has impossible buffer lengths: ${lengths.join(', ')}`);
  }
  const usedLength = computeUsedLength(metaData);
  if (memory.length < usedLength) {
    throw new AeronError('CNC_INVALID', `${memory.path} is cut off: it has ${memory.length} of ${usedLength} bytes`);
  }
  return metaData;
}

function readSane(memory: MappedFile, buffer: AtomicBuffer): CncMetaData {
  try {
    return readMetaData(buffer);
  } catch (cause) {
    throw new AeronError('CNC_INVALID', `${memory.path} has impossible times or process id`, { cause });
  }
}
