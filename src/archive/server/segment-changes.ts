import { AeronError, AtomicBuffer } from '../../agrona/mod.ts';
import type { FileSystem } from '../../platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor } from '../../protocol/mod.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { segmentBaseOf, segmentFilePath } from './segment-files.ts';
import { isHeaderOf, SegmentReader } from './segment-reader.ts';

const { HEADER_LENGTH } = DataHeaderFlyweight;

/** That a frame of the recording starts at `position`. @throws AeronError INVALID_POSITION, SEGMENT_MISSING; PlatformError */
export function checkFrameStartsAt(
  files: FileSystem,
  archiveDir: string,
  recording: RecordingSummary,
  position: number,
): void {
  const reader = new SegmentReader(files, archiveDir, recording, position);
  try {
    if (!reader.open()) {
      throw new AeronError('SEGMENT_MISSING', `recording segment not found: ${reader.segmentName} in ${archiveDir}`);
    }
    if (!reader.isAtFrame(AtomicBuffer.allocate(HEADER_LENGTH))) {
      throw new AeronError('INVALID_POSITION', `${position} position not aligned to a data header`);
    }
  } finally {
    reader.close();
  }
}

/** Makes what stands from `position` on in the segment file that it lies in zeros. @throws PlatformError */
export function eraseSegmentFrom(
  files: FileSystem,
  archiveDir: string,
  recording: RecordingSummary,
  position: number,
  isDurable: boolean,
): void {
  const basePosition = segmentBaseOf(recording, position);
  const file = files.open(segmentFilePath(archiveDir, recording.recordingId, basePosition), 'r+');
  try {
    file.truncate(position - basePosition);
    file.truncate(recording.segmentFileLength);
    if (isDurable) {
      file.sync(true);
    }
  } finally {
    file.close();
  }
}

/** What attaching found: where the recording starts now, and how many segments that are. */
interface Attachment {
  readonly startPosition: number;
  readonly segmentCount: number;
}

/**
 * Looks for segments in front of where a recording starts, that were detached and are back: from the nearest one on, as
 * far as they follow each other. The first segment of all may begin with nothing; then its first frame is the start.
 * Upstream: `ArchiveConductor.attachSegments`.
 * `refusal` says why the segment before that is none. @throws PlatformError
 */
export function findAttachableSegments(
  files: FileSystem,
  archiveDir: string,
  recording: RecordingSummary,
): Attachment & { readonly refusal: string | undefined } {
  const { recordingId, segmentFileLength, startPosition } = recording;
  let found: Attachment = { startPosition, segmentCount: 0 };
  for (let position = startPosition - segmentFileLength; position >= 0; position -= segmentFileLength) {
    const path = segmentFilePath(archiveDir, recordingId, position);
    const stat = files.stat(path);
    if (stat === undefined) {
      break;
    }
    if (stat.length !== segmentFileLength) {
      const refusal = `fileLength=${stat.length} not equal to segmentLength=${segmentFileLength}`;
      return { ...found, refusal };
    }
    const offset = findFirstFrame(files, path);
    if (offset === undefined || offset >= recording.termBufferLength) {
      return { ...found, refusal: `fragment not found in first term of segment ${path}` };
    }
    if (!isHeaderOf(recording, readHeader(files, path, offset), position + offset)) {
      return { ...found, refusal: `fragment is not valid in segment ${path} at offset ${offset}` };
    }
    found = { startPosition: position + offset, segmentCount: found.segmentCount + 1 };
    if (offset > 0) {
      break;
    }
  }
  return { ...found, refusal: undefined };
}

/** Offset of the first frame in a file; undefined when it has none. */
function findFirstFrame(files: FileSystem, path: string): number | undefined {
  const file = files.open(path, 'r');
  try {
    const buffer = AtomicBuffer.allocate(64 * 1024);
    for (let start = 0; ; start += buffer.capacity) {
      const length = file.read(buffer.u8, 0, buffer.capacity, start);
      for (let offset = 0; offset + HEADER_LENGTH <= length; offset += FrameDescriptor.FRAME_ALIGNMENT) {
        if (FrameDescriptor.frameLength(buffer, offset) > 0) {
          return start + offset;
        }
      }
      if (length < buffer.capacity) {
        return undefined;
      }
    }
  } finally {
    file.close();
  }
}

function readHeader(files: FileSystem, path: string, offset: number): AtomicBuffer {
  const file = files.open(path, 'r');
  try {
    const header = AtomicBuffer.allocate(HEADER_LENGTH);
    file.read(header.u8, 0, HEADER_LENGTH, offset);
    return header;
  } finally {
    file.close();
  }
}
