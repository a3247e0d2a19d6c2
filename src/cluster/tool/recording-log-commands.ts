import { AeronArchive } from '../../archive/client/mod.ts';
import { AeronError } from '../../platform/mod.ts';
import {
  CONSENSUS_MODULE_SERVICE_ID,
  type Entry,
  formatEntry,
  isValidSnapshot,
  isValidTerm,
  NULL_VALUE,
  type RecordingExtent,
  RecordingLog,
  type RecoveryLog,
  type RecoveryPlan,
  type Snapshot,
} from '../files/mod.ts';
import { javaLongMapOrder } from './java-long-map-order.ts';
import { FAILURE, SUCCESS, type ToolContext, withRecordingLog } from './tool-context.ts';

/** Prints the entries, and which of them begins each term. */
export function recordingLog(context: ToolContext): number {
  return withRecordingLog(context, ({ entries }) => {
    const terms = new Map<number, number>();
    entries.forEach((entry, index) => {
      if (isValidTerm(entry)) {
        terms.set(entry.leadershipTermId, index);
      }
    });
    const index = javaLongMapOrder([...terms.keys()]).map((term) => `${term}=${terms.get(term)}`);
    context.out(`RecordingLog{entries=[${entries.map(formatEntry).join(', ')}], cacheIndex={${index.join(', ')}}}`);
    return SUCCESS;
  });
}

/** Writes the file in the order of the log; fails when it has it already, or cannot be read. */
export function sortRecordingLog(context: ToolContext): number {
  const { platform, clusterDir } = context;
  let entries: readonly Entry[];
  try {
    entries = withRecordingLog(context, (log) => [...log.entries]);
  } catch (error) {
    if (AeronError.is(error)) {
      return FAILURE;
    }
    throw error;
  }
  if (entries.every(({ entryIndex }, index) => entryIndex === index)) {
    return FAILURE;
  }
  RecordingLog.rewrite(platform, clusterDir, entries);
  return SUCCESS;
}

/**
 * Replaces the recording log by one with nothing but the latest snapshots, as of position 0: for a member that is to
 * start with a log of its own. The old one is kept as `recording.log.bak`.
 */
export function seedRecordingLog(context: ToolContext): number {
  const { platform, clusterDir } = context;
  const seeds = withRecordingLog(context, ({ entries }) => {
    const mainIndex = entries.findLastIndex(
      (entry) => isValidSnapshot(entry) && entry.serviceId === CONSENSUS_MODULE_SERVICE_ID,
    );
    const found: Entry[] = [];
    for (let i = mainIndex, serviceId = CONSENSUS_MODULE_SERVICE_ID; i >= 0; i--, serviceId++) {
      const entry = entries[i]!;
      if (!isValidSnapshot(entry) || entry.serviceId !== serviceId) {
        break;
      }
      found.unshift({ ...entry, termBaseLogPosition: 0, logPosition: 0 });
    }
    return found;
  });
  const path = `${clusterDir}/${RecordingLog.FILE_NAME}`;
  platform.files.writeWhole(`${path}.bak`, platform.files.readWhole(path));
  RecordingLog.rewrite(platform, clusterDir, seeds);
  return SUCCESS;
}

/** Marks the latest snapshot as invalid, so that the one before it is loaded. */
export function invalidateLatestSnapshot(context: ToolContext): number {
  return withRecordingLog(context, (log) => {
    const isDone = log.invalidateLatestSnapshot();
    context.out(` invalidate latest snapshot: ${isDone}`);
    return isDone ? SUCCESS : FAILURE;
  });
}

/** Prints what the member would load and replay; asks its archive, which is configured as for any archive client. */
export function recoveryPlan(context: ToolContext): number | undefined {
  const [word] = context.words;
  if (word === undefined) {
    return undefined;
  }
  const serviceCount = Number(word);
  if (!Number.isInteger(serviceCount) || serviceCount < 0) {
    throw new AeronError('CONFIGURATION', `'${word}' is no number of services`);
  }
  const archive = AeronArchive.connectBlocking({ platform: context.platform, clientName: 'cluster-tool' });
  try {
    const lookUp = (recordingId: number) => extentOf(archive, recordingId);
    return withRecordingLog(context, (log) => {
      context.out(formatPlan(log.createRecoveryPlan(lookUp, serviceCount, NULL_VALUE)));
      return SUCCESS;
    });
  } finally {
    archive.close();
  }
}

function extentOf(archive: AeronArchive, recordingId: number): RecordingExtent | undefined {
  let extent: RecordingExtent | undefined;
  archive
    .listRecording(recordingId, (descriptor) => {
      extent = descriptor;
    })
    .block();
  return extent;
}

function formatPlan(plan: RecoveryPlan): string {
  const { snapshots, log, ...positions } = plan;
  const logText = log === undefined ? 'null' : formatLog(log);
  return `RecoveryPlan[${fieldsOf(positions)}, snapshots=[${snapshots.map(formatSnapshot).join(', ')}], log=${logText}]`;
}

function formatSnapshot(snapshot: Snapshot): string {
  return `Snapshot[${fieldsOf(snapshot)}]`;
}

function formatLog(log: RecoveryLog): string {
  const { recordingId, leadershipTermId, termBaseLogPosition, logPosition, startPosition, stopPosition } = log;
  const { initialTermId, termBufferLength, mtuLength, sessionId } = log;
  const positions = { recordingId, leadershipTermId, termBaseLogPosition, logPosition, startPosition, stopPosition };
  return `Log[${fieldsOf({ ...positions, initialTermId, termBufferLength, mtuLength, sessionId })}]`;
}

function fieldsOf(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
