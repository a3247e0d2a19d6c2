/**
 * # cluster/files
 *
 * The files of a member's cluster directory, byte for byte those of upstream:
 *
 *     recording.log                RecordingLog      which terms and snapshots there were, and where they are recorded
 *     node-state.dat               NodeStateFile     in which term the member last voted
 *     cluster-mark.dat             ClusterMarkFile   whether the consensus module lives, how it is configured, its errors
 *     cluster-mark-service-0.dat   ClusterMarkFile   the same of a service container
 *     cluster-mark.lnk, ...        where the mark files are, when they are in a directory of their own
 *
 * In use:
 *
 *     const log = new RecordingLog(platform, clusterDir, true);
 *     log.appendTerm(recordingId, 0, 0, timestamp);
 *     log.force(fileSyncLevel);
 *     const plan = log.createRecoveryPlan(lookUp, serviceCount, NULL_VALUE);
 *
 * For use by the thread that owns the file; nothing here blocks but the wait for somebody else's mark file.
 */
export { ClusterComponentType } from '../mark-codecs/mod.ts';
export {
  ClusterMarkFile,
  type ClusterMarkFileDetails,
  type ClusterMarkFileHeader,
  type ClusterMarkFileOptions,
} from './cluster-mark-file.ts';
export { NodeStateFile } from './node-state-file.ts';
export { RecordingLog } from './recording-log.ts';
export {
  CONSENSUS_MODULE_SERVICE_ID,
  type Entry,
  EntryType,
  formatEntry,
  isValidSnapshot,
  isValidTerm,
  NULL_VALUE,
} from './recording-log-entry.ts';
export type { RecordingExtent, RecordingLookUp, RecoveryLog, RecoveryPlan, Snapshot } from './recovery-plan.ts';
