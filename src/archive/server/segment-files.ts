import { AeronError } from '../../agrona/mod.ts';
import type { FileSystem } from '../../platform/mod.ts';
import type { RecordingSummary } from './recording-summary.ts';

/*
 * The bytes of a recording, in files of one length each:
 *
 *     7-0.rec          7-131072.rec      7-262144.rec
 *     |----------------|-----------------|------..........|
 *     ^ start term     ^ base positions  ^               ^ zeros
 *
 * A name is `<recording id>-<position of the first byte>.rec`. Base positions count from the beginning of the term
 * that the start position lies in. Nothing precedes the start position in the first file, and zeros follow the end
 * in the last one.
 */
export const SEGMENT_SUFFIX = '.rec';
/** Behind the name of a segment that is to be deleted. */
export const DELETE_SUFFIX = '.del';

const SEGMENT_NAME = /^(\d+)-(\d+)\.rec$/;
const DELETED_NAME = /^(\d+)-(\d+)\.rec\.del$/;

/** What the geometry of a recording's files depends on. */
export type SegmentGeometry = Pick<RecordingSummary, 'startPosition' | 'termBufferLength' | 'segmentFileLength'>;

/** `<recordingId>-<segmentBasePosition>.rec`. */
export function segmentFileName(recordingId: number, segmentBasePosition: number): string {
  return `${recordingId}-${segmentBasePosition}${SEGMENT_SUFFIX}`;
}

/** Path of a segment file in an archive's directory. */
export function segmentFilePath(archiveDir: string, recordingId: number, segmentBasePosition: number): string {
  return `${archiveDir}/${segmentFileName(recordingId, segmentBasePosition)}`;
}

/**
 * Position of the first byte of the segment file that `position` lies in; a position between two segments belongs to
 * the later one. Upstream: `AeronArchive.segmentFileBasePosition`.
 */
export function segmentFileBasePosition(
  startPosition: number,
  position: number,
  termBufferLength: number,
  segmentFileLength: number,
): number {
  const startTermBasePosition = startPosition - (startPosition % termBufferLength);
  const length = position - startTermBasePosition;
  return startTermBasePosition + length - (length % segmentFileLength);
}

/** The same, for a recording. */
export function segmentBaseOf(recording: SegmentGeometry, position: number): number {
  const { startPosition, termBufferLength, segmentFileLength } = recording;
  return segmentFileBasePosition(startPosition, position, termBufferLength, segmentFileLength);
}

/** Recording id and base position that a name stands for; undefined when it is not the name of a segment file. */
export function parseSegmentFileName(name: string): { recordingId: number; basePosition: number } | undefined {
  return parse(SEGMENT_NAME, name);
}

/** Makes an empty segment file, durably: the one that a recording goes on in. @throws PlatformError */
export function createSegment(
  files: FileSystem,
  archiveDir: string,
  recording: Pick<RecordingSummary, 'recordingId' | 'segmentFileLength'>,
  segmentBasePosition: number,
): void {
  const file = files.open(segmentFilePath(archiveDir, recording.recordingId, segmentBasePosition), 'wx+');
  try {
    file.truncate(recording.segmentFileLength);
    file.sync(true);
  } finally {
    file.close();
  }
  files.syncDirectory(archiveDir);
}

/** Base positions of the segment files of a recording that are in the directory, ascending. */
export function listSegments(files: FileSystem, archiveDir: string, recordingId: number): number[] {
  return indexSegments(files, archiveDir).get(recordingId) ?? [];
}

/** Base positions, ascending, of all segment files in the directory by recording id. */
export function indexSegments(files: FileSystem, archiveDir: string): Map<number, number[]> {
  const index = new Map<number, number[]>();
  for (const name of files.list(archiveDir)) {
    const segment = parseSegmentFileName(name);
    if (segment !== undefined) {
      const positions = index.get(segment.recordingId);
      if (positions === undefined) {
        index.set(segment.recordingId, [segment.basePosition]);
      } else {
        positions.push(segment.basePosition);
      }
    }
  }
  for (const positions of index.values()) {
    positions.sort((a, b) => a - b);
  }
  return index;
}

/**
 * Names of all that is left of a recording's segments, those on their way to deletion among them. What a purge has
 * to delete.
 */
export function listSegmentsAndRemains(files: FileSystem, archiveDir: string, recordingId: number): string[] {
  return files
    .list(archiveDir)
    .filter((name) => (parseSegmentFileName(name) ?? parse(DELETED_NAME, name))?.recordingId === recordingId);
}

/** Names of segments that were to be deleted when an archive ended. */
export function listDeletionsLeft(files: FileSystem, archiveDir: string): string[] {
  return files.list(archiveDir).filter((name) => DELETED_NAME.test(name));
}

/**
 * Base positions of the segments between where a recording once started and where it starts now, ascending: those that
 * were detached, whether they are still there or not.
 */
export function detachedSegments(recording: SegmentGeometry, previousStartPosition: number): number[] {
  const { startPosition, termBufferLength, segmentFileLength } = recording;
  const from = segmentFileBasePosition(
    previousStartPosition,
    previousStartPosition,
    termBufferLength,
    segmentFileLength,
  );
  const end = segmentFileBasePosition(startPosition, startPosition, termBufferLength, segmentFileLength);
  return range(from, end, segmentFileLength);
}

/**
 * Takes a segment out of its recording in one step that a crash cannot halve: it is renamed to `.rec.del`, from where
 * `deleteSegment` removes it in its own time. Returns the new name; undefined when there is no such file, or it has that
 * name.
 * @throws PlatformError
 */
export function renameForDeletion(files: FileSystem, archiveDir: string, name: string): string | undefined {
  if (name.endsWith(DELETE_SUFFIX) || !files.exists(`${archiveDir}/${name}`)) {
    return undefined;
  }
  const renamed = `${name}${DELETE_SUFFIX}`;
  files.rename(`${archiveDir}/${name}`, `${archiveDir}/${renamed}`);
  return renamed;
}

/** Removes a file of the archive, under its name or with `.del` behind it. @throws PlatformError */
export function deleteSegment(files: FileSystem, archiveDir: string, name: string): void {
  files.remove(`${archiveDir}/${name}`);
  if (!name.endsWith(DELETE_SUFFIX)) {
    files.remove(`${archiveDir}/${name}${DELETE_SUFFIX}`);
  }
}

/**
 * Gives the segments at `basePositions` of one recording to another, whose segments at these positions must not exist.
 * All is checked before the first file moves. Makes the moves durable when `isDurable`.
 * @throws AeronError SEGMENT_MISSING, SEGMENT_EXISTS; PlatformError
 */
export function moveSegments(
  files: FileSystem,
  archiveDir: string,
  sourceRecordingId: number,
  targetRecordingId: number,
  basePositions: readonly number[],
  isDurable: boolean,
): void {
  for (const position of basePositions) {
    const source = segmentFilePath(archiveDir, sourceRecordingId, position);
    if (!files.exists(source)) {
      throw new AeronError('SEGMENT_MISSING', `missing src segment file ${source}`);
    }
    const target = segmentFilePath(archiveDir, targetRecordingId, position);
    if (files.exists(target)) {
      throw new AeronError('SEGMENT_EXISTS', `preexisting dst segment file ${target}`);
    }
  }
  for (const position of basePositions) {
    files.rename(
      segmentFilePath(archiveDir, sourceRecordingId, position),
      segmentFilePath(archiveDir, targetRecordingId, position),
    );
  }
  if (isDurable) {
    files.syncDirectory(archiveDir);
  }
}

/** Positions from `from` up to and without `end`. */
export function range(from: number, end: number, step: number): number[] {
  const positions: number[] = [];
  for (let position = from; position < end; position += step) {
    positions.push(position);
  }
  return positions;
}

function parse(pattern: RegExp, name: string): { recordingId: number; basePosition: number } | undefined {
  const match = pattern.exec(name);
  if (match === null) {
    return undefined;
  }
  const recordingId = Number(match[1]);
  const basePosition = Number(match[2]);
  return Number.isSafeInteger(recordingId) && Number.isSafeInteger(basePosition)
    ? { recordingId, basePosition }
    : undefined;
}
