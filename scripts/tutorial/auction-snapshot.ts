import { join } from 'node:path';
import { decodeSnapshot, SNAPSHOT_LENGTH } from '../../samples/basic-auction/auction-messages.ts';
import { Catalog, RecordingReader } from '../../src/archive/server/mod.ts';
import { EntryType, RecordingLog } from '../../src/cluster/files/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';

/** The auction in the latest snapshot of a node that has ended, out of its recording log and its archive. */
export function readAuctionSnapshot(home: string): { logPosition: number; customerId: bigint; price: bigint } {
  const platform = nativePlatform();
  const log = new RecordingLog(platform, join(home, 'cluster'), false);
  const entry = log.entries.filter((e) => e.type === EntryType.SNAPSHOT && e.isValid && e.serviceId === 0).at(-1);
  log.close();
  if (entry === undefined) {
    throw new Error(`${home} has no snapshot`);
  }
  const archiveDir = join(home, 'archive');
  const catalog = Catalog.openForTool({ platform, archiveDir });
  const recording = catalog.recordingSummary(entry.recordingId);
  catalog.close();
  const reader = new RecordingReader(platform.files, archiveDir, recording);
  let snapshot: { customerId: bigint; price: bigint } | undefined;
  while (!reader.isDone) {
    // What the container has written comes first, what the service has written last.
    reader.poll((buffer, offset, length) => {
      snapshot = length === SNAPSHOT_LENGTH ? decodeSnapshot(buffer, offset) : undefined;
    }, 10);
  }
  reader.close();
  if (snapshot === undefined) {
    throw new Error(`the snapshot of ${home} has no auction in it`);
  }
  return { logPosition: entry.logPosition, ...snapshot };
}
