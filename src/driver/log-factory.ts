import { AeronError, type AtomicBuffer } from '../agrona/mod.ts';
import { type FileSystem, type Memory, type Platform, PlatformError } from '../platform/mod.ts';
import { LogBufferDescriptor, LogBuffers } from '../protocol/mod.ts';
import type { RawLog } from './raw-log.ts';

/** The space for a new log is not there: what clients know as STORAGE_SPACE. */
class StorageSpaceError extends AeronError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('STORAGE_SPACE', message, options);
  }
}

export interface LogFactoryOptions {
  readonly platform: Platform;
  readonly aeronDirectoryName: string;
  readonly filePageSize: number;
  /** Look for space before a log is made. */
  readonly performStorageChecks: boolean;
  /** Bytes of usable space at or below which a warning is logged. */
  readonly lowStorageWarningThreshold: number;
  readonly onWarning: (warning: AeronError) => void;
  /** Told how many bytes of logs were mapped, or unmapped when below zero. */
  readonly onMapped: (bytes: number) => void;
}

/**
 * Makes the logs of publications and images: files named after the registration in `publications/` and
 * `images/` of the driver's directory.
 *
 * Upstream: `io.aeron.driver.buffer.FileStoreLogFactory`.
 */
export class LogFactory {
  private readonly options: LogFactoryOptions;
  private readonly publicationsDirectory: string;
  private readonly imagesDirectory: string;

  constructor(options: LogFactoryOptions) {
    this.options = options;
    this.publicationsDirectory = `${options.aeronDirectoryName}/publications`;
    this.imagesDirectory = `${options.aeronDirectoryName}/images`;
    options.platform.files.makeDirectories(this.publicationsDirectory);
    options.platform.files.makeDirectories(this.imagesDirectory);
  }

  /** @throws StorageSpaceError, PlatformError */
  newPublication(registrationId: number, termLength: number, isSparse: boolean): RawLog {
    return this.newLog(this.publicationsDirectory, registrationId, termLength, isSparse);
  }

  /** @throws StorageSpaceError, PlatformError */
  newImage(registrationId: number, termLength: number, isSparse: boolean): RawLog {
    return this.newLog(this.imagesDirectory, registrationId, termLength, isSparse);
  }

  private newLog(directory: string, registrationId: number, termLength: number, isSparse: boolean): RawLog {
    const { platform, filePageSize, onMapped } = this.options;
    const logLength = LogBufferDescriptor.computeLogLength(termLength, filePageSize);
    this.checkStorage(logLength);
    const path = `${directory}/${registrationId}.logbuffer`;
    try {
      const options = { sparse: isSparse, preTouch: !isSparse };
      const buffers = LogBuffers.create(platform, path, termLength, filePageSize, options);
      onMapped(logLength);
      return new MappedRawLog(platform.files, buffers, () => onMapped(-logLength));
    } catch (error) {
      if (error instanceof PlatformError && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
        throw new StorageSpaceError(`insufficient usable storage for new log of length=${logLength} at ${path}`, {
          cause: error,
        });
      }
      throw error;
    }
  }

  private checkStorage(logLength: number): void {
    const { platform, aeronDirectoryName, performStorageChecks, lowStorageWarningThreshold, onWarning } = this.options;
    if (!performStorageChecks) {
      return;
    }
    const usableSpace = platform.files.usableSpace(aeronDirectoryName);
    if (usableSpace < logLength) {
      throw new StorageSpaceError(
        `insufficient usable storage for new log of length=${logLength} usable=${usableSpace} in ${aeronDirectoryName}`,
      );
    }
    if (usableSpace <= lowStorageWarningThreshold) {
      onWarning(
        new AeronError(
          'LOW_STORAGE',
          `space is running low: threshold=${lowStorageWarningThreshold} usable=${usableSpace} in ${aeronDirectoryName}`,
        ),
      );
    }
  }
}

class MappedRawLog implements RawLog {
  private readonly buffers: LogBuffers;
  private readonly files: FileSystem;
  private readonly onUnmapped: () => void;
  private isRemoved = false;

  constructor(files: FileSystem, buffers: LogBuffers, onUnmapped: () => void) {
    this.files = files;
    this.buffers = buffers;
    this.onUnmapped = onUnmapped;
  }

  get termLength(): number {
    return this.buffers.termLength;
  }

  get fileName(): string {
    return this.buffers.path;
  }

  get termBuffers(): readonly AtomicBuffer[] {
    return this.buffers.termBuffers;
  }

  get metaData(): AtomicBuffer {
    return this.buffers.metaData;
  }

  get memory(): Memory {
    return this.buffers.memory;
  }

  free(): boolean {
    if (!this.buffers.isClosed) {
      this.buffers.close();
      this.onUnmapped();
    }
    if (!this.isRemoved) {
      try {
        this.files.remove(this.fileName);
        this.isRemoved = true;
      } catch {
        // Whoever frees logs counts the failure and comes back.
      }
    }
    return this.isRemoved;
  }
}
