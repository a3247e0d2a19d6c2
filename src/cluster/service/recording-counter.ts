import { CountersDescriptor, type CountersReader } from '../../agrona/mod.ts';
import { AeronCounters } from '../../protocol/mod.ts';

/**
 * Key of the counter that an archive keeps while it records a stream; its value is the position:
 *
 *      0               4               8
 *     +---------------+---------------+
 *     |         recording id          |
 *     +---------------+---------------+
 *     |  session id   | source length |
 *     +---------------+---------------+
 *     |  source identity ...          |
 *     +-------------------------------+
 *     |          archive id           |   (unaligned)
 *     +-------------------------------+
 *
 * Upstream: `io.aeron.archive.status.RecordingPos`.
 */
const RECORDING_ID_OFFSET = 0;
const SESSION_ID_OFFSET = 8;
const SOURCE_IDENTITY_LENGTH_OFFSET = 12;
const SOURCE_IDENTITY_OFFSET = 16;

/** The counter of a session's recording; undefined while the archive has not begun. */
export function findRecordingCounter(
  counters: CountersReader,
  sessionId: number,
  archiveId: bigint | undefined,
): number | undefined {
  const counterId = counters.findAllocated((candidate) => {
    if (counters.getCounterTypeId(candidate) !== AeronCounters.ARCHIVE_RECORDING_POSITION_TYPE_ID) {
      return false;
    }
    const key = counters.keyBuffer(candidate);
    const archiveIdOffset = SOURCE_IDENTITY_OFFSET + key.getInt32(SOURCE_IDENTITY_LENGTH_OFFSET);
    return (
      key.getInt32(SESSION_ID_OFFSET) === sessionId &&
      (archiveId === undefined || key.view.getBigInt64(archiveIdOffset, true) === archiveId)
    );
  });
  return counterId === CountersDescriptor.NULL_COUNTER_ID ? undefined : counterId;
}

export function recordingIdOf(counters: CountersReader, counterId: number): number {
  return counters.keyBuffer(counterId).getInt64(RECORDING_ID_OFFSET);
}

/** Whether the archive still records. */
export function isRecordingActive(counters: CountersReader, counterId: number, recordingId: number): boolean {
  return (
    counters.getCounterState(counterId) === CountersDescriptor.RECORD_ALLOCATED &&
    counters.getCounterTypeId(counterId) === AeronCounters.ARCHIVE_RECORDING_POSITION_TYPE_ID &&
    recordingIdOf(counters, counterId) === recordingId
  );
}
