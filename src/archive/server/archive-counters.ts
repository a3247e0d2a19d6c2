import {
  AtomicBuffer,
  CountersDescriptor,
  type CountersReader,
  DutyCycleTracker,
  formatDuration,
} from '../../agrona/mod.ts';
import type { Aeron, Counter } from '../../client/mod.ts';
import { AeronCounters, formatVersionInfo } from '../../protocol/mod.ts';
import type { ArchiveWaiter } from './archive-waiter.ts';

/** The version of Aeron whose behaviour this archive has, as counters show it. */
const VERSION_INFO = formatVersionInfo('1.52.2', 'aeron-ts');

/** Of `Archive Errors` and all the others: the archive id. */
const ARCHIVE_ID_KEY_LENGTH = 8;

/**
 * The counters that an archive has while it runs, with upstream's type ids, keys and labels.
 * Upstream: `Archive.Context`, `ArchiveCounters`.
 *
 *     key:   0  archive id  8
 *     label: <what> - archiveId=<archive id>
 */
export interface ArchiveCounters {
  readonly errors: Counter;
  readonly controlSessions: Counter;
  readonly recordingSessions: Counter;
  readonly replaySessions: Counter;
  readonly maxWriteTimeNs: Counter;
  readonly totalWriteBytes: Counter;
  readonly totalWriteTimeNs: Counter;
  readonly maxReadTimeNs: Counter;
  readonly totalReadBytes: Counter;
  readonly totalReadTimeNs: Counter;
  readonly dutyCycleTracker: DutyCycleTracker;
  readonly all: readonly Counter[];
}

/** Adds them all. @throws RegistrationError */
export function addArchiveCounters(
  aeron: Aeron,
  waiter: ArchiveWaiter,
  errors: Counter,
  archiveId: bigint,
  cycle: { readonly thresholdNs: number; readonly threadingMode: string },
): ArchiveCounters {
  const all = [errors];
  const add = (typeId: number, name: string) => {
    const counter = addArchiveCounter(aeron, waiter, typeId, name, archiveId);
    all.push(counter);
    return counter;
  };
  const { thresholdNs, threadingMode } = cycle;
  const maxCycleTime = add(
    AeronCounters.ARCHIVE_MAX_CYCLE_TIME_TYPE_ID,
    `archive-conductor max cycle time in ns: ${threadingMode}`,
  );
  const cycleTimeThresholdExceeded = add(
    AeronCounters.ARCHIVE_CYCLE_TIME_THRESHOLD_EXCEEDED_TYPE_ID,
    `archive-conductor work cycle time exceeded count: threshold=${formatDuration(thresholdNs)} ${threadingMode}`,
  );
  return {
    all,
    errors,
    dutyCycleTracker: new DutyCycleTracker(maxCycleTime, cycleTimeThresholdExceeded, thresholdNs),
    controlSessions: add(AeronCounters.ARCHIVE_CONTROL_SESSIONS_TYPE_ID, 'Archive Control Sessions'),
    recordingSessions: add(AeronCounters.ARCHIVE_RECORDING_SESSION_COUNT_TYPE_ID, 'Archive Recording Sessions'),
    replaySessions: add(AeronCounters.ARCHIVE_REPLAY_SESSION_COUNT_TYPE_ID, 'Archive Replay Sessions'),
    maxWriteTimeNs: add(AeronCounters.ARCHIVE_RECORDER_MAX_WRITE_TIME_TYPE_ID, 'archive-recorder max write time in ns'),
    totalWriteBytes: add(
      AeronCounters.ARCHIVE_RECORDER_TOTAL_WRITE_BYTES_TYPE_ID,
      'archive-recorder total write bytes',
    ),
    totalWriteTimeNs: add(
      AeronCounters.ARCHIVE_RECORDER_TOTAL_WRITE_TIME_TYPE_ID,
      'archive-recorder total write time in ns',
    ),
    maxReadTimeNs: add(AeronCounters.ARCHIVE_REPLAYER_MAX_READ_TIME_TYPE_ID, 'archive-replayer max read time in ns'),
    totalReadBytes: add(AeronCounters.ARCHIVE_REPLAYER_TOTAL_READ_BYTES_TYPE_ID, 'archive-replayer total read bytes'),
    totalReadTimeNs: add(
      AeronCounters.ARCHIVE_REPLAYER_TOTAL_READ_TIME_TYPE_ID,
      'archive-replayer total read time in ns',
    ),
  };
}

/** The first counter of all: an archive with this id is there while it is. */
export function addErrorCounter(aeron: Aeron, waiter: ArchiveWaiter, archiveId: bigint): Counter {
  return waiter.counter(
    aeron.asyncAddCounter(
      AeronCounters.ARCHIVE_ERROR_COUNT_TYPE_ID,
      `Archive Errors${archiveIdLabel(archiveId)} ${VERSION_INFO}`,
      archiveIdKey(archiveId),
    ),
  );
}

/** The counter of an archive by its type, or NULL_COUNTER_ID. */
export function findArchiveCounter(counters: CountersReader, typeId: number, archiveId: bigint): number {
  const { metaDataBuffer } = counters;
  return counters.findAllocated(
    (counterId) =>
      counters.getCounterTypeId(counterId) === typeId &&
      metaDataBuffer.getBigInt64(CountersDescriptor.metaDataOffset(counterId) + CountersDescriptor.KEY_OFFSET) ===
        archiveId,
  );
}

/** What the label of every counter of an archive ends in. */
export function archiveIdLabel(archiveId: bigint): string {
  return ` - archiveId=${archiveId}`;
}

function addArchiveCounter(
  aeron: Aeron,
  waiter: ArchiveWaiter,
  typeId: number,
  name: string,
  archiveId: bigint,
): Counter {
  return waiter.counter(aeron.asyncAddCounter(typeId, `${name}${archiveIdLabel(archiveId)}`, archiveIdKey(archiveId)));
}

function archiveIdKey(archiveId: bigint): Uint8Array {
  const key = AtomicBuffer.allocate(ARCHIVE_ID_KEY_LENGTH);
  key.putBigInt64(0, archiveId);
  return key.u8;
}
