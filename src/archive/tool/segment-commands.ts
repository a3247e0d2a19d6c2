import { type CatalogEntry, SegmentFiles } from '../server/mod.ts';
import { forRecording, SUCCESS, type ToolContext, withCatalog } from './tool-context.ts';

const NULL_POSITION = -1;

/** Deletes segment files that lie outside of their recordings: detached and forgotten, or left by a truncation. */
export function deleteOrphanedSegments(context: ToolContext, recordingId: number | undefined): number {
  const { files } = context.platform;
  const segments = SegmentFiles.indexSegments(files, context.archiveDir);
  return withCatalog(context, false, (catalog) => {
    const handler = (entry: CatalogEntry): void => {
      for (const basePosition of orphansOf(entry, segments.get(entry.recordingId) ?? [])) {
        files.remove(SegmentFiles.segmentFilePath(context.archiveDir, entry.recordingId, basePosition));
      }
    };
    if (recordingId === undefined) {
      catalog.forEach((entry) => {
        handler(entry);
      });
    } else {
      forRecording(catalog, recordingId, handler);
    }
    return SUCCESS;
  });
}

function orphansOf(entry: CatalogEntry, basePositions: readonly number[]): number[] {
  const recording = entry.summary();
  const { startPosition, stopPosition } = recording;
  const first = SegmentFiles.segmentBaseOf(recording, startPosition);
  const last =
    stopPosition === NULL_POSITION ? Number.POSITIVE_INFINITY : SegmentFiles.segmentBaseOf(recording, stopPosition);
  return basePositions.filter((position) => position < first || position > last);
}
