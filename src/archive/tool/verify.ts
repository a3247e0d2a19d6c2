import { AtomicBuffer } from '../../agrona/mod.ts';
import type { OpenFile } from '../../platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight, LogBufferDescriptor } from '../../protocol/mod.ts';
import { RecordingState } from '../codecs/mod.ts';
import {
  type Catalog,
  type CatalogEntry,
  type Checksum,
  type RecordingSummary,
  recoverStopPosition,
  SegmentFiles,
} from '../server/mod.ts';
import { stateName } from './describe-entries.ts';
import {
  confirm,
  FAILURE,
  forRecording,
  isArchiveAlive,
  SUCCESS,
  type ToolContext,
  usingCatalog,
} from './tool-context.ts';

const { HEADER_LENGTH } = DataHeaderFlyweight;
const NULL_POSITION = -1;

export interface VerifyOptions {
  /** One recording; all by default. */
  readonly recordingId?: number | undefined;
  /** All segment files of a recording, and not the last one alone. */
  readonly isOfAllFiles: boolean;
  /** Of descriptors and frames; they are not looked at by default. */
  readonly checksum?: Checksum | undefined;
}

/**
 * Checks descriptors and segment files, marks recordings INVALID that are faulty and VALID that are not any more, and
 * writes down where they end. While an archive has the directory, it looks and says what it sees, and changes nothing.
 */
export function verify(context: ToolContext, options: VerifyOptions): number {
  const isAlive = isArchiveAlive(context);
  return usingCatalog(context, { isWritable: !isAlive, checksum: options.checksum }, (catalog) => {
    const verifier = new Verifier(context, catalog, options, isAlive);
    if (options.recordingId === undefined) {
      catalog.forEach((entry) => {
        verifier.verify(entry);
      });
    } else {
      forRecording(catalog, options.recordingId, (entry) => verifier.verify(entry));
    }
    return verifier.faults === 0 ? SUCCESS : FAILURE;
  });
}

class Verifier {
  faults = 0;
  private readonly context: ToolContext;
  private readonly catalog: Catalog;
  private readonly options: VerifyOptions;
  private readonly segments: Map<number, number[]>;
  private readonly isAlive: boolean;

  constructor(context: ToolContext, catalog: Catalog, options: VerifyOptions, isAlive: boolean) {
    this.context = context;
    this.catalog = catalog;
    this.options = options;
    this.segments = SegmentFiles.indexSegments(context.platform.files, context.archiveDir);
    this.isAlive = isAlive;
  }

  verify(entry: CatalogEntry): void {
    const { recordingId } = entry;
    const state = entry.header.state();
    if (state !== RecordingState.VALID && state !== RecordingState.INVALID) {
      this.say(recordingId, `skipping: ${stateName(state)}`);
      return;
    }
    const fault = this.findFault(entry);
    if (fault !== undefined) {
      this.context.out(fault);
      this.faults++;
      this.putState(entry, RecordingState.INVALID);
      return;
    }
    if (state === RecordingState.INVALID && this.segmentsOf(recordingId).length > 0) {
      this.putState(entry, RecordingState.VALID);
    }
    this.say(recordingId, 'OK');
  }

  private putState(entry: CatalogEntry, state: RecordingState): void {
    if (!this.isAlive) {
      this.catalog.putState(entry.offset, state);
    }
  }

  /** What is wrong, in upstream's words. When nothing is, the stop position is brought up to date. */
  private findFault(entry: CatalogEntry): string | undefined {
    const recording = entry.summary();
    const { recordingId } = recording;
    const segments = this.segmentsOf(recordingId);
    const positionFault = findPositionFault(recording, segments);
    if (positionFault !== undefined) {
      return `(recordingId=${recordingId}) ERR: ${positionFault}`;
    }
    const end = this.findEnd(recording, segments);
    const { checksum } = this.options;
    if (checksum !== undefined && !(end instanceof Error)) {
      const expected = this.catalog.computeChecksum(entry);
      if (expected !== entry.header.checksum()) {
        const actual = entry.header.checksum();
        return `(recordingId=${recordingId}) ERR: invalid Catalog checksum: expected=${expected}, actual=${actual}`;
      }
    }
    for (const basePosition of this.options.isOfAllFiles ? segments : segments.slice(-1)) {
      const fault = this.findSegmentFault(recording, basePosition);
      if (fault !== undefined) {
        return fault;
      }
    }
    if (end instanceof Error) {
      return `(recordingId=${recordingId}) ERR: ${end.message}`;
    }
    if (end !== recording.stopPosition && !this.isAlive) {
      this.catalog.putStop(entry.offset, end, this.context.platform.clock.epochTimeMs());
    }
    return undefined;
  }

  private findEnd(recording: RecordingSummary, segments: readonly number[]): number | Error {
    try {
      return recoverStopPosition(recording, segments, {
        files: this.context.platform.files,
        archiveDir: this.context.archiveDir,
        checksum: this.options.checksum,
        isTornStraddle: (path) => this.askToTruncate(path),
        purpose: this.isAlive ? 'look' : 'verify',
      }).stopPosition;
    } catch (error) {
      return error as Error;
    }
  }

  private askToTruncate(path: string): boolean {
    return confirm(
      this.context,
      `Last fragment in segment file: ${path} straddles a page boundary,\n` +
        'i.e. it is not possible to verify if it was written correctly.\n\n' +
        'Please choose the corrective action: (y) to truncate the file or (n) to do nothing',
    );
  }

  private findSegmentFault(recording: RecordingSummary, basePosition: number): string | undefined {
    const { platform, archiveDir } = this.context;
    const { recordingId } = recording;
    const path = SegmentFiles.segmentFilePath(archiveDir, recordingId, basePosition);
    let file: OpenFile;
    try {
      file = platform.files.open(path, 'r');
    } catch (error) {
      return `(recordingId=${recordingId}, file=${path}) ERR: failed to verify file: ${(error as Error).message}`;
    }
    try {
      const fault = findFrameFault(recording, basePosition, file, this.options.checksum);
      return fault === undefined ? undefined : `(recordingId=${recordingId}, file=${path}) ERR: ${fault}`;
    } catch (error) {
      return `(recordingId=${recordingId}, file=${path}) ERR: failed to verify file: ${(error as Error).message}`;
    } finally {
      file.close();
    }
  }

  private segmentsOf(recordingId: number): readonly number[] {
    return this.segments.get(recordingId) ?? [];
  }

  private say(recordingId: number, what: string): void {
    this.context.out(`(recordingId=${recordingId}) ${what}`);
  }
}

function findPositionFault(recording: RecordingSummary, segments: readonly number[]): string | undefined {
  const { startPosition, stopPosition, segmentFileLength } = recording;
  if (startPosition < 0) {
    return `Negative startPosition=${startPosition}`;
  }
  if (!isAligned(startPosition)) {
    return `Non-aligned startPosition=${startPosition}`;
  }
  if (stopPosition !== NULL_POSITION && stopPosition < startPosition) {
    return `Invariant violation stopPosition=${stopPosition} is before startPosition=${startPosition}`;
  }
  if (stopPosition !== NULL_POSITION && !isAligned(stopPosition)) {
    return `Non-aligned stopPosition=${stopPosition}`;
  }
  const last = segments.at(-1);
  if (last === undefined) {
    return undefined;
  }
  const maxPosition = last + segmentFileLength - 1;
  return startPosition > maxPosition || stopPosition > maxPosition
    ? `Invariant violation: startPosition=${startPosition} and/or stopPosition=${stopPosition} exceed max segment file ` +
        `position=${maxPosition}`
    : undefined;
}

/** Goes through the frames of one file, up to where nothing more is. */
function findFrameFault(
  recording: RecordingSummary,
  basePosition: number,
  file: OpenFile,
  checksum: Checksum | undefined,
): string | undefined {
  const { startPosition, termBufferLength, segmentFileLength, initialTermId, streamId } = recording;
  const startTermOffset = startPosition % termBufferLength;
  const bits = LogBufferDescriptor.positionBitsToShift(termBufferLength);
  const limit = Math.min(segmentFileLength, file.length());
  const header = AtomicBuffer.allocate(HEADER_LENGTH);
  const data = AtomicBuffer.allocate(64 * 1024);
  let offset = basePosition === startPosition - startTermOffset ? startTermOffset : 0;
  do {
    if (file.read(header.u8, 0, HEADER_LENGTH, offset) !== HEADER_LENGTH) {
      return 'failed to read fragment header';
    }
    const frameLength = FrameDescriptor.frameLength(header, 0);
    if (frameLength === 0) {
      break;
    }
    const position = basePosition + offset;
    const termId = LogBufferDescriptor.computeTermIdFromPosition(position, bits, initialTermId);
    const termOffset = position % termBufferLength;
    if (
      frameLength < HEADER_LENGTH ||
      DataHeaderFlyweight.termOffset(header, 0) !== termOffset ||
      DataHeaderFlyweight.termId(header, 0) !== termId ||
      DataHeaderFlyweight.streamId(header, 0) !== streamId
    ) {
      return (
        `fragment termOffset=${DataHeaderFlyweight.termOffset(header, 0)} (expected=${termOffset}), ` +
        `termId=${DataHeaderFlyweight.termId(header, 0)} (expected=${termId}), ` +
        `streamId=${DataHeaderFlyweight.streamId(header, 0)} (expected=${streamId})`
      );
    }
    const aligned = FrameDescriptor.alignFrameLength(frameLength);
    if (FrameDescriptor.frameType(header, 0) === HeaderFlyweight.HDR_TYPE_DATA) {
      const length = aligned - HEADER_LENGTH;
      if (length > data.capacity || file.read(data.u8, 0, length, offset + HEADER_LENGTH) !== length) {
        return `failed to read ${length} byte(s) of data at offset ${offset + HEADER_LENGTH}`;
      }
      const recorded = FrameDescriptor.frameSessionId(header, 0);
      const computed = checksum?.compute(data, 0, length) ?? recorded;
      if (computed !== recorded) {
        return `checksum failed recorded=${recorded} (expected=${computed})`;
      }
    }
    offset += aligned;
  } while (offset < limit);
  return undefined;
}

function isAligned(position: number): boolean {
  return position % FrameDescriptor.FRAME_ALIGNMENT === 0;
}
