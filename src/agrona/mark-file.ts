import { AeronError, type MappedFile, type Platform } from '../platform/mod.ts';
import { AtomicBuffer } from './atomic-buffer.ts';

/** Where in a mark file, or another file of this protocol, the two fields are. */
export interface MarkFileLayout {
  /** Offset of an int32: 0 until the file is ready, then the version of its format. */
  readonly versionFieldOffset: number;
  /** Offset of an int64: epoch ms of the owner's last sign of life. Behind the version field. */
  readonly timestampFieldOffset: number;
}

export interface MarkFileOptions extends MarkFileLayout {
  readonly platform: Platform;
  readonly path: string;
  /** An owner silent for longer than this is taken for dead, in milliseconds. */
  readonly timeoutMs: number;
  /** Throws when a file of this version cannot be used. */
  readonly versionCheck: (version: number) => void;
  /**
   * For `claim`: true when the owner's process is not to be seen, so that nobody has to wait for its sign of life to
   * grow old, nor is stopped by a file that its owner did not live to get ready. It may live where it cannot be seen,
   * in a container of its own: it counts as dead when it is silent for longer than two of its signs of life are apart.
   */
  readonly isOwnerGone?: (buffer: AtomicBuffer) => boolean;
}

/** Owners show life every second: whoever is silent for longer has left out two signs. */
const OWNER_SILENCE_MS = 2_100;
const WATCH_INTERVAL_NS = 10_000_000;

/** Agrona's timestamp while somebody takes over an existing file, so that nobody else does. */
export const ACTIVATION_IN_PROGRESS_TIMESTAMP = 0x7fff_ffff_ffff_ffffn;
/**
 * Ours is as far in the future for anybody else, and says when the taking over began: this, and the epoch ms. So who died
 * in the middle of it does not keep the file for ever.
 */
const ACTIVATION_BASE = 0x4000_0000_0000_0000n;

/**
 * A mapped file by which one component at a time owns a directory and shows that it lives. Byte-compatible
 * with Agrona's `MarkFile`:
 *
 *     create -> fill -> signalReady(version) -> timestampRelease(now) again and again -> timestamp 0 or silence
 *
 * Used by the owner's thread; observers open it with `openExisting`.
 */
export class MarkFile {
  readonly path: string;
  readonly buffer: AtomicBuffer;
  private layout: MarkFileLayout;
  private readonly mapping: MappedFile;
  /** The timestamp until the owner has given its first sign of life. */
  private readonly activation: bigint;
  private closed = false;

  private constructor(path: string, mapping: MappedFile, layout: MarkFileLayout, activation: bigint) {
    this.path = path;
    this.mapping = mapping;
    this.layout = layout;
    this.activation = activation;
    this.buffer = AtomicBuffer.over(mapping);
  }

  /**
   * Makes the file, or takes over an existing one whose owner is dead.
   * @throws AeronError MARK_FILE_ACTIVE when a living owner has it, MARK_FILE_INVALID when it is too short,
   *   what `versionCheck` throws, PlatformError
   */
  static claim(options: MarkFileOptions & { readonly totalLength: number }): MarkFile {
    checkLayout(options);
    const { platform, path, totalLength } = options;
    const activation = ACTIVATION_BASE + BigInt(platform.clock.epochTimeMs());
    if (!platform.files.exists(path)) {
      return new MarkFile(path, platform.files.createMapped(path, totalLength), options, activation);
    }
    extend(platform, path, totalLength);
    const file = MarkFile.mapExisting(options, activation);
    try {
      file.takeOver(options);
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }

  /**
   * Opens somebody else's file, waiting up to `timeoutMs` until it exists, is ready and shows life.
   * @throws AeronError MARK_FILE_INVALID when it does not in time; what `versionCheck` throws; PlatformError
   */
  static openExisting(options: MarkFileOptions): MarkFile {
    checkLayout(options);
    const { platform, path, timeoutMs } = options;
    const deadlineMs = platform.clock.epochTimeMs() + timeoutMs;
    const waitFor = (condition: () => boolean, complaint: string) => {
      while (!condition()) {
        if (platform.clock.epochTimeMs() > deadlineMs) {
          throw new AeronError('MARK_FILE_INVALID', `mark file ${path} ${complaint} within ${timeoutMs} ms`);
        }
        platform.park(1_000_000);
      }
    };
    waitFor(() => (platform.files.stat(path)?.length ?? 0) >= minimumLength(options), 'was not created');
    const file = MarkFile.mapExisting(options);
    try {
      waitFor(() => file.versionVolatile() !== 0, 'was not initialised');
      options.versionCheck(file.versionVolatile());
      waitFor(() => file.buffer.getBigInt64Volatile(options.timestampFieldOffset) !== 0n, 'showed no sign of life');
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }

  /**
   * Whether the file belongs to a living owner; false when there is none. Waits up to `timeoutMs` for a file
   * that is just being made.
   * @throws AeronError MARK_FILE_INVALID when it does not get ready; what `versionCheck` throws; PlatformError
   */
  static isActive(options: MarkFileOptions): boolean {
    checkLayout(options);
    const { platform, path, timeoutMs } = options;
    if ((platform.files.stat(path)?.length ?? 0) < minimumLength(options)) {
      return false;
    }
    const file = MarkFile.mapExisting(options);
    try {
      const deadlineMs = platform.clock.epochTimeMs() + timeoutMs;
      while (file.versionVolatile() === 0) {
        if (platform.clock.epochTimeMs() > deadlineMs) {
          throw new AeronError('MARK_FILE_INVALID', `mark file ${path} is created but not initialised`);
        }
        platform.park(1_000_000);
      }
      options.versionCheck(file.versionVolatile());
      return file.ageMs(platform) <= BigInt(timeoutMs);
    } finally {
      file.close();
    }
  }

  private static mapExisting(options: MarkFileOptions, activation = 0n): MarkFile {
    const { platform, path } = options;
    const length = platform.files.stat(path)?.length ?? 0;
    if (length < minimumLength(options)) {
      throw new AeronError(
        'MARK_FILE_INVALID',
        `mark file ${path} has ${length} bytes, at least ${minimumLength(options)} are needed; remove it if its owner is gone`,
      );
    }
    return new MarkFile(path, platform.files.map(path), options, activation);
  }

  /** Says that the file is filled in: from now on others may read it. */
  signalReady(version: number): void {
    this.buffer.putInt32Release(this.layout.versionFieldOffset, version);
  }

  /** 0 until the file is ready. */
  versionVolatile(): number {
    return this.buffer.getInt32Volatile(this.layout.versionFieldOffset);
  }

  /** The owner's sign of life. */
  timestampRelease(epochMs: number): void {
    this.buffer.putInt64Release(this.layout.timestampFieldOffset, epochMs);
  }

  /** Epoch ms of the owner's last sign of life. @throws AeronError UNSAFE_INTEGER while the file is taken over */
  timestampVolatile(): number {
    return this.buffer.getInt64Volatile(this.layout.timestampFieldOffset);
  }

  /**
   * The two fields are elsewhere from now on: for an owner that has taken over a file of an older layout and writes
   * it anew. Until its first sign of life the file counts as being taken over.
   */
  moveFields(layout: MarkFileLayout): void {
    checkLayout(layout);
    this.layout = layout;
    this.buffer.putBigInt64Release(layout.timestampFieldOffset, this.activation);
  }

  /**
   * Whether the owner gives a sign of life before it has been silent for too long for one that lives. Waits up to 2.1 s,
   * less what has passed since the last one.
   */
  showsLife(platform: Platform): boolean {
    const before = this.timestampBits();
    const ageMs = Math.max(0, Number(this.ageMs(platform)));
    const deadlineNs = platform.clock.nanoTime() + (OWNER_SILENCE_MS - ageMs) * 1_000_000;
    while (platform.clock.nanoTime() < deadlineNs) {
      platform.park(WATCH_INTERVAL_NS);
      if (this.timestampBits() !== before) {
        return true;
      }
    }
    return false;
  }

  /** Writes the file to the device. */
  sync(): void {
    this.mapping.sync();
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Unmaps the file. It stays where it is. */
  close(): void {
    if (!this.closed) {
      this.closed = true;
      this.buffer.release();
      this.mapping.unmap();
    }
  }

  private takeOver(options: MarkFileOptions): void {
    const { platform, path, timeoutMs, timestampFieldOffset } = options;
    this.checkVersionOfOwner(options);
    const timestamp = this.settledTimestamp(options);
    const ageMs = this.ageMs(platform);
    if (ageMs < BigInt(timeoutMs) && !(this.isOwnerGone(options) && !this.showsLife(platform))) {
      const why =
        timestamp >= ACTIVATION_BASE
          ? `is being taken over; if nothing is starting, remove it, or try again after the timeout of ${timeoutMs} ms`
          : `was touched ${ageMs} ms ago, less than the timeout of ${timeoutMs} ms; its owner has to be stopped first`;
      throw new AeronError('MARK_FILE_ACTIVE', `active mark file detected: ${path} ${why}`);
    }
    if (!this.buffer.compareAndSetBigInt64(timestampFieldOffset, timestamp, this.activation)) {
      throw new AeronError('MARK_FILE_ACTIVE', `concurrent mark file activation: somebody else just took over ${path}`);
    }
  }

  private isOwnerGone(options: MarkFileOptions): boolean {
    return options.isOwnerGone?.(this.buffer) ?? false;
  }

  private checkVersionOfOwner(options: MarkFileOptions): void {
    const version = this.versionVolatile();
    if (version !== 0 || options.isOwnerGone === undefined) {
      options.versionCheck(version);
    } else if (!options.isOwnerGone(this.buffer)) {
      throw new AeronError(
        'MARK_FILE_ACTIVE',
        `active mark file detected: ${options.path} is being made ready by a living process`,
      );
    }
  }

  /** Whoever died in the middle of taking over leaves a timestamp that grows old late, if ever. */
  private settledTimestamp(options: MarkFileOptions): bigint {
    const { platform, timestampFieldOffset } = options;
    const timestamp = this.timestampBits();
    const isLeft =
      timestamp >= ACTIVATION_BASE &&
      this.isOwnerGone(options) &&
      !this.showsLife(platform) &&
      this.isOwnerGone(options);
    if (isLeft) {
      this.buffer.compareAndSetBigInt64(timestampFieldOffset, timestamp, 0n);
    }
    return this.timestampBits();
  }

  private timestampBits(): bigint {
    return this.buffer.getBigInt64Volatile(this.layout.timestampFieldOffset);
  }

  /** Since the last sign of life, or since somebody began to take the file over; negative where Agrona does. */
  private ageMs(platform: Platform): bigint {
    const timestamp = this.timestampBits();
    const since = timestamp >= ACTIVATION_BASE ? timestamp - ACTIVATION_BASE : timestamp;
    return BigInt(platform.clock.epochTimeMs()) - since;
  }
}

/** A file of a smaller configuration grows; what is in it stays. */
function extend(platform: Platform, path: string, totalLength: number): void {
  if (platform.files.stat(path)!.length >= totalLength) {
    return;
  }
  const file = platform.files.open(path, 'r+');
  try {
    file.truncate(totalLength);
  } finally {
    file.close();
  }
}

function minimumLength(layout: MarkFileLayout): number {
  return layout.timestampFieldOffset + 8;
}

function checkLayout(layout: MarkFileLayout): void {
  if (layout.versionFieldOffset + 4 > layout.timestampFieldOffset) {
    throw new AeronError('CONFIGURATION', 'the version field of a mark file must precede its timestamp field');
  }
}
