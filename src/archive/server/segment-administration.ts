import { ArchiveError } from '../client/mod.ts';
import { RecordingSignal } from '../codecs/mod.ts';
import type { ArchiveContext } from './archive-context.ts';
import type { ControlSession } from './control-session.ts';
import type { Deletions } from './deletions.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { checkIsKnown, type Recordings } from './recordings.ts';
import type { Replays } from './replays.ts';
import { findAttachableSegments } from './segment-changes.ts';
import {
  detachedSegments,
  listSegments,
  moveSegments,
  range,
  segmentBaseOf,
  segmentFileName,
} from './segment-files.ts';

const NULL_VALUE = -1;
const NULL_POSITION = -1;

/** Taking segment files out of recordings, back in, and over to others. Upstream: a part of `ArchiveConductor`. */
export class SegmentAdministration {
  private readonly context: ArchiveContext;
  private readonly recordings: Recordings;
  private readonly replays: Replays;
  private readonly deletions: Deletions;

  constructor(context: ArchiveContext, recordings: Recordings, replays: Replays, deletions: Deletions) {
    this.context = context;
    this.recordings = recordings;
    this.replays = replays;
    this.deletions = deletions;
  }

  /** The recording starts at a later segment; the files stay. */
  detach(correlationId: number, recordingId: number, newStartPosition: number, session: ControlSession): void {
    this.checkDetach(this.summaryOf(recordingId), newStartPosition);
    this.context.catalog.setStartPosition(recordingId, newStartPosition);
    session.sendOk(correlationId);
  }

  /** Deletes the files before the start of the recording. Answers how many. */
  deleteDetached(correlationId: number, recordingId: number, session: ControlSession): void {
    const recording = this.summaryOf(recordingId);
    this.deletions.checkIsAllowed(recordingId);
    const { archiveDir, platform } = this.context;
    const [first] = listSegments(platform.files, archiveDir, recordingId);
    const names = first === undefined ? [] : this.detachedNames(recording, first);
    this.deletions.answer(correlationId, recordingId, names, session);
  }

  /** `detach` and deletes what that has detached. Answers how many files. */
  purge(correlationId: number, recordingId: number, newStartPosition: number, session: ControlSession): void {
    const recording = this.summaryOf(recordingId);
    this.checkDetach(recording, newStartPosition);
    this.deletions.checkIsAllowed(recordingId);
    this.context.catalog.setStartPosition(recordingId, newStartPosition);
    const names = this.detachedNames({ ...recording, startPosition: newStartPosition }, recording.startPosition);
    this.deletions.answer(correlationId, recordingId, names, session);
  }

  /** Takes the files back in that lie before the start of the recording without a gap. Answers how many. */
  attach(correlationId: number, recordingId: number, session: ControlSession): void {
    const { archiveDir, catalog, platform } = this.context;
    const recording = this.summaryOf(recordingId);
    const found = findAttachableSegments(platform.files, archiveDir, recording);
    if (found.segmentCount > 0) {
      catalog.setStartPosition(recordingId, found.startPosition);
    }
    if (found.refusal !== undefined) {
      throw new ArchiveError(found.refusal);
    }
    session.sendOk(correlationId, found.segmentCount);
  }

  /** Moves all files of a recording to one that it continues, or that continues it. Answers how many. */
  migrate(correlationId: number, srcRecordingId: number, dstRecordingId: number, session: ControlSession): void {
    const { archiveDir, catalog, options, platform } = this.context;
    const source = this.summaryOf(srcRecordingId);
    const target = this.summaryOf(dstRecordingId);
    if (source.stopPosition === NULL_POSITION || this.recordings.session(srcRecordingId) !== undefined) {
      throw new ArchiveError(`recording ${srcRecordingId} is still active`);
    }
    checkSameStream(source, target);
    const joinPosition = joinPositionOf(source, target);
    if (source.stopPosition !== target.startPosition && this.recordings.session(dstRecordingId) !== undefined) {
      throw new ArchiveError(`recording ${dstRecordingId} is still active`);
    }
    checkIsSegmentBase('src', source, joinPosition);
    checkIsSegmentBase('dst', target, joinPosition);
    const { startPosition, stopPosition, segmentFileLength } = source;
    const positions = range(segmentBaseOf(source, startPosition), stopPosition, segmentFileLength);
    try {
      const isDurable = options.fileSyncLevel > 0;
      moveSegments(platform.files, archiveDir, srcRecordingId, dstRecordingId, positions, isDurable);
    } catch (error) {
      throw new ArchiveError((error as Error).message);
    }
    // A file that was made and not begun: what comes next would have gone into it.
    const isNextThere = segmentBaseOf(source, stopPosition) === stopPosition;
    const emptySegments = isNextThere ? [segmentFileName(srcRecordingId, stopPosition)] : [];
    const deletedCount = this.deletions.begin(correlationId, srcRecordingId, emptySegments, session);
    if (source.stopPosition === target.startPosition) {
      catalog.setStartPosition(dstRecordingId, startPosition);
    } else {
      catalog.setStopPosition(dstRecordingId, stopPosition);
    }
    catalog.setStopPosition(srcRecordingId, startPosition);
    session.sendOk(correlationId, positions.length);
    if (positions.length > 0 && deletedCount === 0) {
      session.sendSignal(correlationId, srcRecordingId, NULL_VALUE, NULL_VALUE, RecordingSignal.DELETE);
    }
  }

  private summaryOf(recordingId: number): RecordingSummary {
    checkIsKnown(this.context.catalog, recordingId);
    return this.context.catalog.recordingSummary(recordingId);
  }

  private detachedNames(recording: RecordingSummary, previousStartPosition: number): string[] {
    return detachedSegments(recording, previousStartPosition).map((base) =>
      segmentFileName(recording.recordingId, base),
    );
  }

  private checkDetach(recording: RecordingSummary, position: number): void {
    const { recordingId, segmentFileLength, startPosition, stopPosition } = recording;
    const lowerBound = segmentBaseOf(recording, startPosition) + segmentFileLength;
    if (position !== segmentBaseOf(recording, position)) {
      throw new ArchiveError(`invalid segment start: newStartPosition=${position}`);
    }
    if (position < lowerBound) {
      throw new ArchiveError(`invalid detach: newStartPosition=${position} lowerBound=${lowerBound}`);
    }
    const endPosition =
      stopPosition === NULL_POSITION ? (this.recordings.session(recordingId)?.get() ?? startPosition) : stopPosition;
    const upperBound = segmentBaseOf(recording, endPosition);
    if (position > upperBound) {
      throw new ArchiveError(`invalid detach: in use, newStartPosition=${position} upperBound=${upperBound}`);
    }
    const [replay] = this.replays
      .of(recordingId)
      .filter(({ segmentFileBasePosition }) => segmentFileBasePosition < position)
      .sort((a, b) => a.segmentFileBasePosition - b.segmentFileBasePosition);
    if (replay !== undefined) {
      const { publication } = replay;
      throw new ArchiveError(
        `invalid detach: replay in progress -  state=${replay.state} newStartPosition=${position} ` +
          `upperBound=${replay.segmentFileBasePosition} sessionId=${publication.sessionId} ` +
          `streamId=${publication.streamId} channel=${publication.channel}`,
      );
    }
  }
}

function checkSameStream(source: RecordingSummary, target: RecordingSummary): void {
  for (const name of ['segmentFileLength', 'termBufferLength', 'initialTermId', 'streamId', 'mtuLength'] as const) {
    if (source[name] !== target[name]) {
      const suffix = name[0]!.toUpperCase() + name.slice(1);
      throw new ArchiveError(`invalid migrate: src${suffix}=${source[name]} dst${suffix}=${target[name]}`);
    }
  }
}

function joinPositionOf(source: RecordingSummary, target: RecordingSummary): number {
  if (source.stopPosition === target.startPosition) {
    return source.stopPosition;
  }
  if (source.startPosition === target.stopPosition) {
    return source.startPosition;
  }
  throw new ArchiveError(
    'invalid migrate: src and dst are not contiguous ' +
      `srcStartPosition=${source.startPosition} srcStopPosition=${source.stopPosition} ` +
      `dstStartPosition=${target.startPosition} dstStopPosition=${target.stopPosition}`,
  );
}

function checkIsSegmentBase(label: string, recording: RecordingSummary, position: number): void {
  if (segmentBaseOf(recording, position) !== position) {
    const { startPosition, stopPosition, termBufferLength, segmentFileLength } = recording;
    throw new ArchiveError(
      `invalid migrate: join position is not on segment boundary of ${label} recording seamPosition=${position} ` +
        `startPosition=${startPosition} stopPosition=${stopPosition} termBufferLength=${termBufferLength} ` +
        `segmentFileLength=${segmentFileLength}`,
    );
  }
}
