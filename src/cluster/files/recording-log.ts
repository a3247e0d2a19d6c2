import { AeronError, type Platform } from '../../platform/mod.ts';
import {
  CONSENSUS_MODULE_SERVICE_ID,
  compareEntries,
  type Entry,
  type EntryFields,
  EntryType,
  isAnySnapshot,
  isValidSnapshot,
  isValidTerm,
  MAX_ENDPOINT_LENGTH,
  NULL_VALUE,
} from './recording-log-entry.ts';
import { RecordingLogFile, rewriteRecordingLog } from './recording-log-file.ts';
import {
  createRecoveryPlan,
  type RecordingLookUp,
  type RecoveryPlan,
  type Snapshot,
  toSnapshot,
} from './recovery-plan.ts';

/**
 * The history of a member's log: which terms there were, from where to where, and which snapshots. Its entries are
 * kept sorted: latest state is the last snapshot and the log behind it.
 *
 *     term 0 --- term 1 -- snapshot --------- term 2 ---------- snapshot --- ...
 *
 * Byte for byte the file of upstream's `RecordingLog`. An entry is written at once, and is durable after `force`.
 * Used by one thread; another process may read the file meanwhile.
 */
export class RecordingLog {
  static readonly FILE_NAME = 'recording.log';

  private readonly file: RecordingLogFile;
  private sorted: Entry[] = [];
  private readonly termIndexes = new Map<number, number>();
  private termRecordingId = NULL_VALUE;

  /**
   * Opens the file in a cluster directory.
   * @param createNew whether to make it when it is not there
   * @throws AeronError RECORDING_LOG_INVALID when it is damaged; PlatformError ENOENT and others
   */
  constructor(platform: Platform, clusterDir: string, createNew: boolean) {
    this.file = new RecordingLogFile(platform, clusterDir, RecordingLog.FILE_NAME, createNew);
    try {
      this.reload();
    } catch (error) {
      this.file.close();
      throw error;
    }
  }

  /**
   * Replaces the file by one with the given entries in the given order; there is none any more without entries.
   * Nobody may have it open.
   */
  static rewrite(
    platform: Platform,
    clusterDir: string,
    entries: readonly Omit<Entry, 'filePosition' | 'entryIndex'>[],
  ): void {
    rewriteRecordingLog(platform, clusterDir, RecordingLog.FILE_NAME, entries);
  }

  /** @throws AeronError STANDBY_SNAPSHOT_INVALID when it cannot be an entry */
  static checkStandbySnapshot({ recordingId, serviceId }: Snapshot, archiveEndpoint: string): void {
    if (recordingId < 0 || serviceId < CONSENSUS_MODULE_SERVICE_ID || !isEndpoint(archiveEndpoint)) {
      throw new AeronError(
        'STANDBY_SNAPSHOT_INVALID',
        'a standby snapshot needs a recordingId of 0 or more, ' +
          `a serviceId of ${CONSENSUS_MODULE_SERVICE_ID} or more, and an archiveEndpoint of 1 to ${MAX_ENDPOINT_LENGTH} ` +
          `printable characters, not recordingId=${recordingId} serviceId=${serviceId} ` +
          `archiveEndpoint=${archiveEndpoint.slice(0, 100)} (${archiveEndpoint.length})`,
      );
    }
  }

  /** All entries in order, also invalid ones. */
  get entries(): readonly Entry[] {
    return this.sorted;
  }

  /** The index that the next entry will have. */
  get nextEntryIndex(): number {
    return this.file.nextEntryIndex;
  }

  /** Reads the file again. @throws AeronError RECORDING_LOG_INVALID */
  reload(): void {
    const entries = this.file.readAll();
    for (const entry of entries) {
      if (entry.type === EntryType.TERM) {
        this.checkTermRecordingId(entry.recordingId);
      }
    }
    this.sorted = entries.sort(compareEntries);
    this.indexTerms();
  }

  /** Makes what was written durable: 0 not at all, 1 the data, 2 also what the file system knows of the file. */
  force(fileSyncLevel: number): void {
    if (fileSyncLevel > 0) {
      this.file.sync(fileSyncLevel > 1);
    }
  }

  close(): void {
    this.file.close();
  }

  /** Of the log; -1 when there is no term yet. */
  findLastTermRecordingId(): number {
    return this.findLastTerm()?.recordingId ?? NULL_VALUE;
  }

  findLastTerm(): Entry | undefined {
    return this.sorted.findLast(isValidTerm);
  }

  findTermEntry(leadershipTermId: number): Entry | undefined {
    const index = this.termIndexes.get(leadershipTermId);
    return index === undefined ? undefined : this.sorted[index];
  }

  /** @throws AeronError UNKNOWN_TERM */
  getTermEntry(leadershipTermId: number): Entry {
    const entry = this.findTermEntry(leadershipTermId);
    if (entry === undefined) {
      throw new AeronError('UNKNOWN_TERM', `unknown leadershipTermId=${leadershipTermId}`);
    }
    return entry;
  }

  isUnknown(leadershipTermId: number): boolean {
    return !this.termIndexes.has(leadershipTermId);
  }

  /** -1 when the term is unknown. */
  getTermTimestamp(leadershipTermId: number): bigint {
    return this.findTermEntry(leadershipTermId)?.timestamp ?? BigInt(NULL_VALUE);
  }

  /** The last snapshot of a service (-1: of the consensus module) that belongs to one of the consensus module. */
  getLatestSnapshot(serviceId: number): Entry | undefined {
    for (let i = this.sorted.length - 1; i >= 0; i--) {
      const entry = this.sorted[i]!;
      if (isValidSnapshot(entry) && entry.serviceId === CONSENSUS_MODULE_SERVICE_ID) {
        const snapshot = this.sorted[i - (serviceId + 1)];
        if (snapshot !== undefined && isValidSnapshot(snapshot) && snapshot.serviceId === serviceId) {
          return snapshot;
        }
      }
    }
    return undefined;
  }

  /**
   * The snapshots, the services' first from the highest id down, of the latest state at or before a position, or of
   * the earliest there is; undefined when there is none.
   */
  findSnapshotAtOrBeforeOrLowest(logPosition: number, serviceCount: number): Snapshot[] | undefined {
    const isWhole = (entry: Entry, index: number): boolean =>
      isValidSnapshot(entry) &&
      entry.serviceId === CONSENSUS_MODULE_SERVICE_ID &&
      this.areServicesBefore(index, serviceCount);
    let index = this.sorted.findLastIndex((entry, i) => entry.logPosition <= logPosition && isWhole(entry, i));
    if (index === -1) {
      index = this.sorted.findIndex(isWhole);
    }
    return index === -1 ? undefined : this.sorted.slice(index - serviceCount, index + 1).map(toSnapshot);
  }

  /** For each archive with standby snapshots, by endpoint: the latest whole one, the consensus module's first. */
  latestStandbySnapshots(serviceCount: number): Map<string, Entry[]> {
    const byArchive = new Map<string, Map<number, Entry[]>>();
    for (const entry of this.sorted.toReversed()) {
      if (entry.isValid && entry.type === EntryType.STANDBY_SNAPSHOT) {
        const byPosition = getOrPut(byArchive, entry.archiveEndpoint!, () => new Map<number, Entry[]>());
        getOrPut(byPosition, entry.logPosition, () => []).push(entry);
      }
    }
    const latest = new Map<string, Entry[]>();
    for (const [endpoint, byPosition] of byArchive) {
      const whole = [...byPosition].filter(([, entries]) => entries.length === serviceCount + 1);
      if (whole.length > 0) {
        latest.set(endpoint, whole.reduce((a, b) => (b[0] > a[0] ? b : a))[1]);
      }
    }
    return latest;
  }

  /**
   * What to load and to replay for the latest state.
   * @param lookUp asks the archive of this member
   * @param replicatedRecordingId the log of a member without any entry that got it from another one; -1 for none
   * @throws AeronError RECORDING_UNKNOWN when the archive does not have the log, RECORDING_LOG_INVALID
   */
  createRecoveryPlan(lookUp: RecordingLookUp, serviceCount: number, replicatedRecordingId: number): RecoveryPlan {
    return createRecoveryPlan(this.sorted, lookUp, serviceCount, replicatedRecordingId);
  }

  /**
   * Enters the term, which also commits the one before it where this one begins.
   * @throws AeronError DUPLICATE_TERM, RECORDING_MISMATCH when the log is another recording; PlatformError
   */
  appendTerm(recordingId: number, leadershipTermId: number, termBaseLogPosition: number, timestamp: bigint): void {
    this.checkTermRecordingId(recordingId);
    if (!this.isUnknown(leadershipTermId)) {
      throw new AeronError('DUPLICATE_TERM', `duplicate TERM entry for leadershipTermId=${leadershipTermId}`);
    }
    if (!this.isUnknown(leadershipTermId - 1)) {
      this.commitLogPosition(leadershipTermId - 1, termBaseLogPosition);
    }
    this.append({
      type: EntryType.TERM,
      recordingId,
      leadershipTermId,
      termBaseLogPosition,
      logPosition: this.findTermEntry(leadershipTermId + 1)?.termBaseLogPosition ?? NULL_VALUE,
      timestamp,
      serviceId: NULL_VALUE,
      archiveEndpoint: undefined,
    });
  }

  /** Enters a snapshot, or makes an invalid one of the same state valid again. */
  appendSnapshot(snapshot: Snapshot): void {
    this.appendOrRestore({ ...snapshot, type: EntryType.SNAPSHOT, archiveEndpoint: undefined });
  }

  /** Enters a standby's snapshot. @throws AeronError STANDBY_SNAPSHOT_INVALID, as `checkStandbySnapshot` */
  appendStandbySnapshot(snapshot: Snapshot, archiveEndpoint: string): void {
    RecordingLog.checkStandbySnapshot(snapshot, archiveEndpoint);
    this.appendOrRestore({ ...snapshot, type: EntryType.STANDBY_SNAPSHOT, archiveEndpoint });
  }

  /** Writes down where the term ended. @throws AeronError UNKNOWN_TERM */
  commitLogPosition(leadershipTermId: number, logPosition: number): void {
    const entry = this.getTermEntry(leadershipTermId);
    if (entry.logPosition !== logPosition) {
      this.file.writeLogPosition(entry, logPosition);
      this.sorted[this.termIndexes.get(leadershipTermId)!] = { ...entry, logPosition };
    }
  }

  /**
   * Invalidates the latest snapshots, a standby's of the same position among them, so that an earlier one is loaded
   * on the next start.
   * @returns false when there was none
   * @throws AeronError UNKNOWN_TERM when the term of the snapshot is not in the log
   */
  invalidateLatestSnapshot(): boolean {
    const isMain = (entry: Entry) =>
      entry.isValid && isAnySnapshot(entry) && entry.serviceId === CONSENSUS_MODULE_SERVICE_ID;
    const mains = this.sorted.filter(isMain);
    const logPosition = mains.reduce((highest, entry) => Math.max(highest, entry.logPosition), NULL_VALUE);
    const latest = mains.filter((entry) => entry.logPosition === logPosition);
    for (const { leadershipTermId } of latest) {
      if (this.isUnknown(leadershipTermId)) {
        throw new AeronError('UNKNOWN_TERM', `no matching term for snapshot: leadershipTermId=${leadershipTermId}`);
      }
    }
    for (const entry of latest) {
      this.invalidateSnapshot(this.sorted.indexOf(entry));
    }
    return latest.length > 0;
  }

  /** Invalidates one entry of `entries`. */
  invalidateEntry(index: number): void {
    const entry = this.sorted[index]!;
    this.file.writeInvalid(entry);
    this.sorted[index] = { ...entry, isValid: false };
    this.indexTerms();
  }

  /** The consensus module's at the index, and those of the services before it. */
  private invalidateSnapshot(mainIndex: number): void {
    let serviceId = CONSENSUS_MODULE_SERVICE_ID;
    for (let i = mainIndex; i >= 0; i--, serviceId++) {
      const entry = this.sorted[i]!;
      if (!entry.isValid || !isAnySnapshot(entry) || entry.serviceId !== serviceId) {
        return;
      }
      this.invalidateEntry(i);
    }
  }

  private areServicesBefore(mainIndex: number, serviceCount: number): boolean {
    const main = this.sorted[mainIndex]!;
    const services = this.sorted.slice(Math.max(0, mainIndex - serviceCount), mainIndex);
    return (
      services.length === serviceCount &&
      services.every(
        ({ type, leadershipTermId, logPosition }) =>
          type === EntryType.SNAPSHOT && leadershipTermId === main.leadershipTermId && logPosition === main.logPosition,
      )
    );
  }

  private appendOrRestore(fields: EntryFields): void {
    checkRecordingId(fields.recordingId);
    const index = this.sorted.findLastIndex(
      (entry) =>
        !entry.isValid &&
        entry.type === fields.type &&
        entry.archiveEndpoint === fields.archiveEndpoint &&
        entry.leadershipTermId === fields.leadershipTermId &&
        entry.termBaseLogPosition === fields.termBaseLogPosition &&
        entry.logPosition === fields.logPosition &&
        entry.serviceId === fields.serviceId,
    );
    if (index === -1) {
      this.append(fields);
    } else {
      const { entryIndex, filePosition } = this.sorted[index]!;
      const entry: Entry = { ...fields, isValid: true, entryIndex, filePosition };
      this.file.overwrite(entry);
      this.sorted[index] = entry;
    }
  }

  private append(fields: EntryFields): void {
    const entry = this.file.append({ ...fields, isValid: true });
    const before = this.sorted.findLastIndex((other) => compareEntries(entry, other) >= 0);
    this.sorted.splice(before + 1, 0, entry);
    this.indexTerms();
  }

  private indexTerms(): void {
    this.termIndexes.clear();
    this.sorted.forEach((entry, index) => {
      if (isValidTerm(entry)) {
        this.termIndexes.set(entry.leadershipTermId, index);
      }
    });
  }

  private checkTermRecordingId(recordingId: number): void {
    checkRecordingId(recordingId);
    if (this.termRecordingId === NULL_VALUE) {
      this.termRecordingId = recordingId;
    } else if (recordingId !== this.termRecordingId) {
      throw new AeronError(
        'RECORDING_MISMATCH',
        `invalid TERM recordingId=${recordingId}, expected recordingId=${this.termRecordingId}`,
      );
    }
  }
}

/** In ASCII, which has as many bytes as characters. */
function isEndpoint(text: string): boolean {
  return text.length <= MAX_ENDPOINT_LENGTH && /^[!-~]+$/.test(text);
}

function checkRecordingId(recordingId: number): void {
  if (recordingId === NULL_VALUE) {
    throw new AeronError('RECORDING_MISMATCH', `invalid recordingId=${recordingId}`);
  }
}

function getOrPut<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
