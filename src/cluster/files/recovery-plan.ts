import { AeronError } from '../../platform/mod.ts';
import {
  CONSENSUS_MODULE_SERVICE_ID,
  type Entry,
  EntryType,
  formatEntry,
  isValidSnapshot,
  isValidTerm,
  NULL_VALUE,
} from './recording-log-entry.ts';

/** A snapshot to load: of the consensus module (service id -1) or of one service. */
export type Snapshot = Pick<
  Entry,
  'recordingId' | 'leadershipTermId' | 'termBaseLogPosition' | 'logPosition' | 'timestamp' | 'serviceId'
>;

/** The recording of the log, as far as this member has it. Positions in bytes. */
export interface RecoveryLog {
  readonly recordingId: number;
  /** The last term in it, and where that began. */
  readonly leadershipTermId: number;
  readonly termBaseLogPosition: number;
  /** Where the term ended; -1 when it was not committed. */
  readonly logPosition: number;
  /** Where to replay from. */
  readonly startPosition: number;
  /** Where the recording ends. */
  readonly stopPosition: number;
  readonly initialTermId: number;
  readonly termBufferLength: number;
  readonly mtuLength: number;
  readonly sessionId: number;
}

/** What to do to have the latest state: load the snapshots, replay the log. */
export interface RecoveryPlan {
  readonly lastLeadershipTermId: number;
  readonly lastTermBaseLogPosition: number;
  readonly appendedLogPosition: number;
  readonly committedLogPosition: number;
  /** The consensus module's first, then by service id; empty when there is none. */
  readonly snapshots: readonly Snapshot[];
  readonly log: RecoveryLog | undefined;
}

/** What the archive tells of a recording. */
export interface RecordingExtent {
  readonly startPosition: number;
  readonly stopPosition: number;
  readonly initialTermId: number;
  readonly termBufferLength: number;
  readonly mtuLength: number;
  readonly sessionId: number;
}

/** Asks the archive about a recording; undefined when it has none of that id. May block. */
export type RecordingLookUp = (recordingId: number) => RecordingExtent | undefined;

/**
 * The plan for entries in the order of the log.
 * @param replicatedRecordingId the log of a member that has no entry yet and got it from another one; -1 for none
 * @throws AeronError RECORDING_UNKNOWN, RECORDING_LOG_INVALID
 */
export function createRecoveryPlan(
  entries: readonly Entry[],
  lookUp: RecordingLookUp,
  serviceCount: number,
  replicatedRecordingId: number,
): RecoveryPlan {
  const snapshotIndex = entries.findLastIndex(
    (entry) => isValidSnapshot(entry) && entry.serviceId === CONSENSUS_MODULE_SERVICE_ID,
  );
  const snapshots = snapshotIndex === -1 ? [] : snapshotsAt(entries, snapshotIndex, serviceCount);
  const log =
    entries.length === 0 ? replicatedLog(lookUp, replicatedRecordingId) : lastLog(entries, lookUp, snapshots[0]);
  const last = log ?? snapshots[0];
  return {
    lastLeadershipTermId: last?.leadershipTermId ?? NULL_VALUE,
    lastTermBaseLogPosition: last?.termBaseLogPosition ?? 0,
    appendedLogPosition: log?.stopPosition ?? snapshots[0]?.logPosition ?? 0,
    committedLogPosition:
      log === undefined || log.logPosition === NULL_VALUE ? (snapshots[0]?.logPosition ?? 0) : log.logPosition,
    snapshots,
    log,
  };
}

/** The entry as a snapshot to load. */
export function toSnapshot(entry: Entry): Snapshot {
  const { recordingId, leadershipTermId, termBaseLogPosition, logPosition, timestamp, serviceId } = entry;
  return { recordingId, leadershipTermId, termBaseLogPosition, logPosition, timestamp, serviceId };
}

/** The consensus module's snapshot at the index, and before it those of the services that belong to it. */
function snapshotsAt(entries: readonly Entry[], index: number, serviceCount: number): Snapshot[] {
  const main = entries[index]!;
  const snapshots = [toSnapshot(main)];
  for (let i = 1; i <= serviceCount; i++) {
    const entry = entries[index - i];
    if (entry === undefined) {
      throw new AeronError(
        'RECORDING_LOG_INVALID',
        `snapshot missing for service at index ${i} in [${entries.map(formatEntry).join(', ')}]; is serviceCount right?`,
      );
    }
    if (
      entry.type === EntryType.SNAPSHOT &&
      entry.leadershipTermId === main.leadershipTermId &&
      entry.logPosition === main.logPosition
    ) {
      snapshots.splice(entry.serviceId + 1, 0, toSnapshot(entry));
    }
  }
  return snapshots;
}

function replicatedLog(lookUp: RecordingLookUp, recordingId: number): RecoveryLog | undefined {
  if (recordingId === NULL_VALUE) {
    return undefined;
  }
  return {
    recordingId,
    leadershipTermId: NULL_VALUE,
    termBaseLogPosition: 0,
    logPosition: 0,
    ...extentOf(lookUp, recordingId),
  };
}

function lastLog(entries: readonly Entry[], lookUp: RecordingLookUp, snapshot?: Snapshot): RecoveryLog | undefined {
  const term = entries.findLast((entry) => isValidTerm(entry) && entry.recordingId !== NULL_VALUE);
  if (term === undefined) {
    return undefined;
  }
  const { recordingId, leadershipTermId, termBaseLogPosition, logPosition } = term;
  const extent = extentOf(lookUp, recordingId);
  const startPosition = snapshot?.logPosition ?? extent.startPosition;
  return { recordingId, leadershipTermId, termBaseLogPosition, logPosition, ...extent, startPosition };
}

function extentOf(lookUp: RecordingLookUp, recordingId: number): RecordingExtent {
  const extent = lookUp(recordingId);
  if (extent === undefined) {
    throw new AeronError(
      'RECORDING_UNKNOWN',
      `unknown recording id: ${recordingId}; the recording log belongs to another archive, or the archive was emptied`,
    );
  }
  const { startPosition, stopPosition, initialTermId, termBufferLength, mtuLength, sessionId } = extent;
  return { startPosition, stopPosition, initialTermId, termBufferLength, mtuLength, sessionId };
}
