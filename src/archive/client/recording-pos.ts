import { type AtomicBuffer, CountersDescriptor, type CountersReader } from '../../agrona/mod.ts';
import { AeronCounters } from '../../protocol/mod.ts';

/*
 * The counter by which an archive tells, on its own driver, how far it has recorded a stream: its value is the
 * recorded position. Its key:
 *
 *        0   recording id             int64
 *        8   session id               int32
 *       12   source identity length   int32
 *       16   source identity          ASCII
 *       ..   archive id               int64   right behind it; from 1.44 on
 *
 * Its label: 'rec-pos: <recording id> <session id> <stream id> <channel> - archiveId=<archive id>'. Upstream:
 * `io.aeron.archive.status.RecordingPos`.
 */
export const NULL_RECORDING_ID = -1;
const RECORDING_ID_OFFSET = 0;
const SESSION_ID_OFFSET = 8;
const SOURCE_IDENTITY_OFFSET = 12;
const { NULL_COUNTER_ID, KEY_OFFSET, MAX_KEY_LENGTH, RECORD_ALLOCATED, metaDataOffset } = CountersDescriptor;

/** The counter of a recording that is being written; -1 when there is none. An `archiveId` tells archives on one driver apart. */
export function findCounterIdByRecording(counters: CountersReader, recordingId: number, archiveId?: bigint): number {
  return find(counters, archiveId, (key) => key.getInt64(RECORDING_ID_OFFSET) === recordingId);
}

/** The counter of a recording of a session that is being written; -1 when there is none. */
export function findCounterIdBySession(counters: CountersReader, sessionId: number, archiveId?: bigint): number {
  return find(counters, archiveId, (key) => key.getInt32(SESSION_ID_OFFSET) === sessionId);
}

/** The recording that a counter is about; -1 when it is not, or no longer, such a counter. */
export function getRecordingId(counters: CountersReader, counterId: number): number {
  return isRecordingPosition(counters, counterId)
    ? counters.metaDataBuffer.getInt64(metaDataOffset(counterId) + KEY_OFFSET + RECORDING_ID_OFFSET)
    : NULL_RECORDING_ID;
}

/** Where the recorded stream comes from, as `Image.sourceIdentity`; undefined as for `getRecordingId`. */
export function getSourceIdentity(counters: CountersReader, counterId: number): string | undefined {
  if (!isRecordingPosition(counters, counterId)) {
    return undefined;
  }
  const key = counters.keyBuffer(counterId);
  return key.getStringWithoutLength(SOURCE_IDENTITY_OFFSET + 4, sourceIdentityLength(key));
}

/** Whether the counter still is about the recording: while not, its value means nothing. */
export function isActive(counters: CountersReader, counterId: number, recordingId: number): boolean {
  return getRecordingId(counters, counterId) === recordingId;
}

function find(
  counters: CountersReader,
  archiveId: bigint | undefined,
  matches: (key: AtomicBuffer) => boolean,
): number {
  return counters.findAllocated((counterId) => {
    if (counters.getCounterTypeId(counterId) !== AeronCounters.ARCHIVE_RECORDING_POSITION_TYPE_ID) {
      return false;
    }
    const key = counters.keyBuffer(counterId);
    return matches(key) && (archiveId === undefined || archiveIdOf(key) === archiveId);
  });
}

function isRecordingPosition(counters: CountersReader, counterId: number): boolean {
  return (
    counterId !== NULL_COUNTER_ID &&
    counters.getCounterState(counterId) === RECORD_ALLOCATED &&
    counters.getCounterTypeId(counterId) === AeronCounters.ARCHIVE_RECORDING_POSITION_TYPE_ID
  );
}

function archiveIdOf(key: AtomicBuffer): bigint {
  return key.view.getBigInt64(SOURCE_IDENTITY_OFFSET + 4 + sourceIdentityLength(key), true);
}

/** Within the key, whatever stands there. */
function sourceIdentityLength(key: AtomicBuffer): number {
  const longest = MAX_KEY_LENGTH - SOURCE_IDENTITY_OFFSET - 4 - 8;
  return Math.min(Math.max(key.getInt32(SOURCE_IDENTITY_OFFSET), 0), longest);
}
