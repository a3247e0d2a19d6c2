import { AtomicBuffer } from '../../agrona/mod.ts';
import type { OpenFile } from '../../platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight } from '../../protocol/mod.ts';
import { type Catalog, type CatalogEntry, type Checksum, SegmentFiles } from '../server/mod.ts';
import { forRecording, SUCCESS, type ToolContext, usingCatalog } from './tool-context.ts';

const { HEADER_LENGTH, SESSION_ID_FIELD_OFFSET } = DataHeaderFlyweight;
const MAX_FRAME_LENGTH = 64 * 1024;

/** Writes the checksums of descriptors and frames: of all recordings or one, of their last segment file or of all. */
export function checksumEntries(
  context: ToolContext,
  checksum: Checksum,
  recordingId: number | undefined,
  isOfAllFiles: boolean,
): number {
  const segments = SegmentFiles.indexSegments(context.platform.files, context.archiveDir);
  return usingCatalog(context, { isWritable: true, checksum }, (catalog) => {
    const handler = (entry: CatalogEntry): void => {
      const positions = segments.get(entry.recordingId) ?? [];
      checksumEntry(context, catalog, checksum, entry, isOfAllFiles ? positions : positions.slice(-1));
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

function checksumEntry(
  context: ToolContext,
  catalog: Catalog,
  checksum: Checksum,
  entry: CatalogEntry,
  basePositions: readonly number[],
): void {
  const { recordingId, startPosition, termBufferLength } = entry.summary();
  catalog.updateChecksum(entry.offset);
  const startTermOffset = startPosition % termBufferLength;
  for (const basePosition of basePositions) {
    const path = SegmentFiles.segmentFilePath(context.archiveDir, recordingId, basePosition);
    const offset = basePosition === startPosition - startTermOffset ? startTermOffset : 0;
    const fault = checksumFile(context, checksum, path, offset);
    if (fault !== undefined) {
      context.out(`(recordingId=${recordingId}, file=${path}) ERR: ${fault}`);
    }
  }
}

function checksumFile(context: ToolContext, checksum: Checksum, path: string, offset: number): string | undefined {
  try {
    const file = context.platform.files.open(path, 'r+');
    try {
      return checksumFrames(file, checksum, offset);
    } finally {
      file.close();
    }
  } catch (error) {
    return `failed to checksum: ${(error as Error).message}`;
  }
}

function checksumFrames(file: OpenFile, checksum: Checksum, from: number): string | undefined {
  const frame = AtomicBuffer.allocate(MAX_FRAME_LENGTH);
  const value = AtomicBuffer.allocate(8);
  const size = file.length();
  for (let offset = from; offset < size; ) {
    if (file.read(frame.u8, 0, HEADER_LENGTH, offset) !== HEADER_LENGTH) {
      return 'failed to read fragment header';
    }
    const frameLength = FrameDescriptor.frameLength(frame, 0);
    if (frameLength < HEADER_LENGTH) {
      return frameLength === 0 ? undefined : `a frame of length ${frameLength} at offset ${offset}`;
    }
    const aligned = FrameDescriptor.alignFrameLength(frameLength);
    if (FrameDescriptor.frameType(frame, 0) === HeaderFlyweight.HDR_TYPE_DATA) {
      const length = aligned - HEADER_LENGTH;
      const dataOffset = offset + HEADER_LENGTH;
      if (length > frame.capacity || file.read(frame.u8, 0, length, dataOffset) !== length) {
        return `failed to read ${length} byte(s) of data at offset ${dataOffset}`;
      }
      value.putInt32(0, checksum.compute(frame, 0, length));
      file.write(value.u8, 0, 4, offset + SESSION_ID_FIELD_OFFSET);
    }
    offset += aligned;
  }
  return undefined;
}
