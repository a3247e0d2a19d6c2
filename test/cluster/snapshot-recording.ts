import { Catalog, RecordingReader } from '../../src/archive/server/mod.ts';
import { EntryType, RecordingLog } from '../../src/cluster/files/mod.ts';
import type { Platform } from '../../src/platform/mod.ts';

/** Of the consensus module, among services. */
export const CONSENSUS_MODULE = -1;

/** The latest snapshot of a service, as its archive has it: its fragments in hexadecimal. Undefined without one. */
export function recordedSnapshot(
  platform: Platform,
  clusterDir: string,
  archiveDir: string,
  serviceId: number,
): { readonly logPosition: number; readonly fragments: readonly string[] } | undefined {
  const log = new RecordingLog(platform, clusterDir, false);
  const entry = log.entries.findLast((e) => e.type === EntryType.SNAPSHOT && e.isValid && e.serviceId === serviceId);
  log.close();
  if (entry === undefined) {
    return undefined;
  }
  const catalog = Catalog.openForTool({ platform, archiveDir });
  const reader = new RecordingReader(platform.files, archiveDir, catalog.recordingSummary(entry.recordingId));
  catalog.close();
  const fragments: string[] = [];
  while (!reader.isDone) {
    reader.poll((buffer, offset, length) => {
      fragments.push(Buffer.from(buffer.copyBytes(offset, length)).toString('hex'));
    }, 10);
  }
  reader.close();
  return { logPosition: entry.logPosition, fragments };
}
