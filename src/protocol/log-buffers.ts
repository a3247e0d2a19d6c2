import { AeronError, AtomicBuffer } from '../agrona/mod.ts';
import type { MappedFile, Platform } from '../platform/mod.ts';
import {
  checkPageSize,
  checkTermLength,
  computeLogLength,
  LOG_META_DATA_LENGTH,
  LOG_PAGE_SIZE_OFFSET,
  LOG_TERM_LENGTH_OFFSET,
  PARTITION_COUNT,
  pageSize,
  TERM_MIN_LENGTH,
  termLength,
} from './log-buffer-descriptor.ts';

const MIN_LOG_LENGTH = PARTITION_COUNT * TERM_MIN_LENGTH + LOG_META_DATA_LENGTH;

/**
 * A log file in memory: three terms and the meta data, over one mapping. Used by whoever publishes to it,
 * reads from it, or serves it; each has a mapping of its own.
 */
export class LogBuffers {
  readonly path: string;
  /** The whole file; term i begins at `i * termLength`. A socket may send from it until `close`. */
  readonly memory: MappedFile;
  readonly termLength: number;
  readonly termBuffers: readonly AtomicBuffer[];
  readonly metaData: AtomicBuffer;
  #isClosed = false;

  /**
   * Maps an existing log, for reading and writing. (`mapped` is it already; `create` has that.)
   * @throws AeronError LOG_BUFFER_MISSING when there is no such file, LOG_BUFFER_INVALID when it is no log or
   * not a whole one.
   */
  constructor(platform: Platform, path: string, mapped?: MappedFile) {
    const memory = mapped ?? mapWhole(platform, path);
    const metaData = AtomicBuffer.over(memory, memory.length - LOG_META_DATA_LENGTH, LOG_META_DATA_LENGTH);
    try {
      this.termLength = checkedTermLength(path, memory.length, metaData);
    } catch (error) {
      metaData.release();
      memory.unmap();
      throw error;
    }
    this.path = path;
    this.memory = memory;
    this.metaData = metaData;
    this.termBuffers = Array.from({ length: PARTITION_COUNT }, (_, i) =>
      AtomicBuffer.over(memory, i * this.termLength, this.termLength),
    );
  }

  /**
   * Makes a new log file of zeros that knows its term length and page size. `sparse` leaves the file system to
   * find space as it is needed; otherwise it is reserved here.
   * @throws AeronError INVALID_TERM_LENGTH, INVALID_PAGE_SIZE; PlatformError ENOSPC, EEXIST, ...
   */
  static create(
    platform: Platform,
    path: string,
    termLength: number,
    pageSize: number,
    options?: { sparse?: boolean; preTouch?: boolean },
  ): LogBuffers {
    checkTermLength(termLength);
    checkPageSize(pageSize);
    const length = computeLogLength(termLength, pageSize);
    const memory = platform.files.createMapped(path, length, options);
    const metaData = AtomicBuffer.over(memory, length - LOG_META_DATA_LENGTH, LOG_META_DATA_LENGTH);
    metaData.putInt32(LOG_TERM_LENGTH_OFFSET, termLength);
    metaData.putInt32(LOG_PAGE_SIZE_OFFSET, pageSize);
    metaData.release();
    return new LogBuffers(platform, path, memory);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Empties all buffers, after which their use throws, and unmaps the file. Harmless when done before. */
  close(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    for (const termBuffer of this.termBuffers) {
      termBuffer.release();
    }
    this.metaData.release();
    this.memory.unmap();
  }
}

function mapWhole(platform: Platform, path: string): MappedFile {
  const length = platform.files.stat(path)?.length;
  if (length === undefined) {
    throw missing(path);
  }
  if (length < MIN_LOG_LENGTH) {
    throw invalid(path, `it has ${length} bytes and a log buffer at least ${MIN_LOG_LENGTH}`);
  }
  try {
    return platform.files.map(path);
  } catch (error) {
    throw AeronError.is(error) && error.code === 'ENOENT' ? missing(path) : error;
  }
}

function checkedTermLength(path: string, length: number, metaData: AtomicBuffer): number {
  const term = termLength(metaData);
  const page = pageSize(metaData);
  try {
    checkTermLength(term);
    checkPageSize(page);
  } catch (error) {
    throw invalid(path, (error as Error).message);
  }
  const expected = computeLogLength(term, page);
  if (length !== expected) {
    throw invalid(
      path,
      `it has ${length} bytes, but with terms of ${term} and pages of ${page} it would be ${expected}`,
    );
  }
  return term;
}

function missing(path: string): AeronError {
  return new AeronError('LOG_BUFFER_MISSING', `log buffer ${path} does not exist`);
}

function invalid(path: string, problem: string): AeronError {
  return new AeronError('LOG_BUFFER_INVALID', `${path} is no usable log buffer: ${problem}`);
}
