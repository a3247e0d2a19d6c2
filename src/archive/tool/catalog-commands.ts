import { describeErrorLog } from '../../agrona/mod.ts';
import { CncFile } from '../../protocol/mod.ts';
import { CatalogHeaderEncoder, type RecordingState } from '../codecs/mod.ts';
import { replaceCatalog, SegmentFiles } from '../server/mod.ts';
import { stateName } from './describe-entries.ts';
import {
  ArchiveToolError,
  forRecording,
  refuseBesideArchive,
  SUCCESS,
  type ToolContext,
  usingCatalog,
  withCatalog,
  withMarkFile,
} from './tool-context.ts';

const HEADER_LENGTH = CatalogHeaderEncoder.BLOCK_LENGTH;

/** Prints the length of the catalog's file, which first grows to `wanted` bytes if it has fewer. */
export function capacity(context: ToolContext, wanted: number | undefined): number {
  if (wanted !== undefined) {
    refuseBesideArchive(context);
  }
  const options = wanted === undefined ? { isWritable: false } : { isWritable: true, catalogCapacity: wanted };
  return usingCatalog(context, options, (catalog) => {
    context.out(`${catalog.capacity}`);
    return SUCCESS;
  });
}

/** Prints how many recordings are valid. */
export function countEntries(context: ToolContext): number {
  return withCatalog(context, false, (catalog) => {
    context.out(`${catalog.entryCount}`);
    return SUCCESS;
  });
}

export function pid(context: ToolContext): number {
  return withMarkFile(context, false, (markFile) => {
    context.out(`${markFile.header().pid}`);
    return SUCCESS;
  });
}

/** Prints the error logs of the archive and of its media driver. */
export function errors(context: ToolContext): number {
  return withMarkFile(context, false, (markFile) => {
    const { aeronDirectory } = markFile.header();
    context.out('Archive error log:');
    context.print(describeErrorLog(markFile.errorBuffer).text);
    context.out('');
    context.out(`Aeron driver error log (directory: ${aeronDirectory}):`);
    const cnc = CncFile.tryMap(context.platform, aeronDirectory);
    if (typeof cnc === 'string') {
      throw new ArchiveToolError(`${CncFile.pathIn(aeronDirectory)}: ${cnc}`);
    }
    context.print(describeErrorLog(cnc.errorLogBuffer).text);
    cnc.close();
    return SUCCESS;
  });
}

/** Takes a recording out of use, or back into it. A deleted one stays deleted. */
export function mark(context: ToolContext, recordingId: number, from: RecordingState, to: RecordingState): number {
  refuseBesideArchive(context);
  return withCatalog(context, true, (catalog) => {
    forRecording(catalog, recordingId, (entry) => {
      const state = entry.header.state();
      if (state === to) {
        return;
      }
      if (state !== from) {
        const transition = `${stateName(state)} -> ${stateName(to)}`;
        throw new ArchiveToolError(
          `ERROR - (recordingId=${recordingId}) state transition ${transition} is not allowed`,
        );
      }
      catalog.putState(entry.offset, to);
      context.out(`(recordingId=${recordingId}) changed state to ${stateName(to)}`);
    });
    return SUCCESS;
  });
}

/**
 * Writes the catalog anew without entries that are not valid, as long as its entries, and deletes the segment files of
 * these. The old catalog stands until the new one is on the device.
 */
export function compact(context: ToolContext): number {
  const { files } = context.platform;
  const { archiveDir } = context;
  const segments = SegmentFiles.indexSegments(files, archiveDir);
  return withCatalog(context, true, (catalog) => {
    const parts: Uint8Array[] = [];
    const removed: number[] = [];
    let reclaimed = 0;
    let length = HEADER_LENGTH;
    catalog.forEach((entry) => {
      const { frameLength, recordingId } = entry;
      if (entry.isValid) {
        parts.push(entry.buffer.copyBytes(entry.offset, frameLength));
        length += frameLength;
      } else {
        removed.push(recordingId);
        reclaimed += frameLength;
      }
    });
    const content = new Uint8Array(length);
    new CatalogHeaderEncoder()
      .wrap({ u8: content, view: new DataView(content.buffer) }, 0)
      .version(catalog.version)
      .length(HEADER_LENGTH)
      .nextRecordingId(catalog.nextRecordingId)
      .alignment(catalog.alignment);
    let offset = HEADER_LENGTH;
    for (const part of parts) {
      content.set(part, offset);
      offset += part.length;
    }
    replaceCatalog(files, archiveDir, content);
    for (const recordingId of removed) {
      for (const position of segments.get(recordingId) ?? []) {
        files.remove(SegmentFiles.segmentFilePath(archiveDir, recordingId, position));
      }
    }
    context.out(`Compaction result: deleted ${removed.length} records and reclaimed ${reclaimed} bytes`);
    return SUCCESS;
  });
}
