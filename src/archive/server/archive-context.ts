import type { CachedEpochClock, ErrorHandler } from '../../agrona/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import type { ArchiveCounters } from './archive-counters.ts';
import type { ArchiveOptions } from './archive-options.ts';
import type { Catalog } from './catalog.ts';
import type { Checksum } from './checksum.ts';

/** What the parts of a running archive share. */
export interface ArchiveContext {
  readonly options: ArchiveOptions;
  readonly platform: Platform;
  /** Told once a duty cycle. */
  readonly clock: CachedEpochClock;
  readonly aeron: Aeron;
  readonly archiveDir: string;
  readonly archiveId: bigint;
  readonly catalog: Catalog;
  readonly counters: ArchiveCounters;
  /** Counts, and records in the mark file's error log. */
  readonly errorHandler: ErrorHandler;
  readonly recordChecksum: Checksum | undefined;
  readonly replayChecksum: Checksum | undefined;
  readonly connectTimeoutMs: number;
  /** The driver is lost: nothing can be sent any more, and the next start finds out where recordings end. */
  isAborted: boolean;
}
