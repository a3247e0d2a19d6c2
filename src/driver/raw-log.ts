import type { AtomicBuffer } from '../agrona/mod.ts';
import type { Memory } from '../platform/mod.ts';

/**
 * The memory of one stream: three terms and their metadata in one mapped file.
 *
 *     0            termLength     2 * termLength   3 * termLength
 *     +------------+--------------+----------------+-------------------+
 *     | term 0     | term 1       | term 2         | metadata          |
 *     +------------+--------------+----------------+-------------------+
 *
 * Upstream: `io.aeron.driver.buffer.RawLog`.
 */
export interface RawLog {
  /** Bytes of one term. */
  readonly termLength: number;
  /** Absolute path, as clients are told it. */
  readonly fileName: string;
  /** Three of them. */
  readonly termBuffers: readonly AtomicBuffer[];
  readonly metaData: AtomicBuffer;
  /** The whole file, to send from: term `i` starts at `i * termLength`. */
  readonly memory: Memory;
  /** Unmaps and deletes the file; every buffer is released first. False when it has to be tried again later. */
  free(): boolean;
}
