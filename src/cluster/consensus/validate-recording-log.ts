import { ArchiveError, ArchiveErrorCode } from '../../archive/client/mod.ts';
import { EntryType } from '../files/mod.ts';
import type { Member } from './member.ts';
import { answer, type Procedure } from './procedure.ts';

/**
 * Invalidates the snapshots of the recording log whose recordings the archive does not have any more.
 * Upstream: `io.aeron.cluster.RecordingLogValidator`.
 */
export function* validateRecordingLog(member: Member): Procedure<void> {
  const { recordingLog } = member.resources;
  const recordingIds = recordingLog.entries
    .filter(({ type, isValid }) => type === EntryType.SNAPSHOT && isValid)
    .map(({ recordingId }) => recordingId);
  for (const recordingId of recordingIds) {
    if (!(yield* isKnown(member, recordingId))) {
      invalidate(member, recordingId);
    }
  }
  recordingLog.force(member.context.fileSyncLevel);
}

function* isKnown({ archive }: Member, recordingId: number): Procedure<boolean> {
  try {
    yield* answer(archive.getStartPosition(recordingId));
    return true;
  } catch (error) {
    if (error instanceof ArchiveError && error.errorCode === ArchiveErrorCode.UNKNOWN_RECORDING) {
      return false;
    }
    throw error;
  }
}

function invalidate(member: Member, unknownRecordingId: number): void {
  const { recordingLog } = member.resources;
  recordingLog.entries.forEach(({ type, isValid, recordingId, entryIndex, logPosition, serviceId }, index) => {
    if (type === EntryType.SNAPSHOT && isValid && recordingId === unknownRecordingId) {
      recordingLog.invalidateEntry(index);
      member.events?.log('SNAPSHOT_ENTRY_INVALIDATION', {
        memberId: member.memberId,
        entryIndex,
        recordingId,
        logPosition,
        serviceId,
      });
    }
  });
}
