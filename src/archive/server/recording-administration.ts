import { FrameDescriptor } from '../../protocol/mod.ts';
import { ArchiveError, ArchiveErrorCode } from '../client/mod.ts';
import { RecordingState } from '../codecs/mod.ts';
import type { ArchiveContext } from './archive-context.ts';
import type { ControlSession } from './control-session.ts';
import type { Deletions } from './deletions.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { checkIsKnown, type Recordings } from './recordings.ts';
import type { Replays } from './replays.ts';
import { checkFrameStartsAt, eraseSegmentFrom } from './segment-changes.ts';
import { listSegmentsAndRemains, range, segmentBaseOf, segmentFileName } from './segment-files.ts';

const NULL_POSITION = -1;
const { FRAME_ALIGNMENT } = FrameDescriptor;

/** Positions of recordings, and cutting or removing them. Upstream: a part of `ArchiveConductor`. */
export class RecordingAdministration {
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

  startPosition(correlationId: number, recordingId: number, session: ControlSession): void {
    session.sendOk(correlationId, this.summaryOf(recordingId).startPosition);
  }

  /** -1 while it is being written. */
  stopPosition(correlationId: number, recordingId: number, session: ControlSession): void {
    session.sendOk(correlationId, this.summaryOf(recordingId).stopPosition);
  }

  /** -1 unless it is being written. */
  recordingPosition(correlationId: number, recordingId: number, session: ControlSession): void {
    this.summaryOf(recordingId);
    session.sendOk(correlationId, this.recordings.session(recordingId)?.get() ?? NULL_POSITION);
  }

  maxRecordedPosition(correlationId: number, recordingId: number, session: ControlSession): void {
    const { stopPosition } = this.summaryOf(recordingId);
    session.sendOk(correlationId, this.recordings.session(recordingId)?.get() ?? stopPosition);
  }

  /** Cuts what follows a position off. Replays of the recording are stopped. Answers how many files go. */
  truncate(correlationId: number, recordingId: number, position: number, session: ControlSession): void {
    const recording = this.summaryOf(recordingId);
    const { startPosition, stopPosition } = recording;
    if (this.isActive(recording)) {
      throw new ArchiveError('cannot truncate active recording', ArchiveErrorCode.ACTIVE_RECORDING);
    }
    if (position < startPosition || position > stopPosition || position % FRAME_ALIGNMENT !== 0) {
      throw new ArchiveError(
        `invalid position ${position}: start=${startPosition} stop=${stopPosition} alignment=${FRAME_ALIGNMENT}`,
        ArchiveErrorCode.INVALID_POSITION,
      );
    }
    this.deletions.checkIsAllowed(recordingId);
    const names = this.segmentsBehind(recording, position);
    this.context.catalog.setStopPosition(recordingId, position);
    this.eraseBehind(recording, position);
    this.replays.stopAll(recordingId);
    this.deletions.answer(correlationId, recordingId, names, session, () => this.replays.of(recordingId).length > 0);
  }

  /** Removes a recording. Answers how many files go. */
  purge(correlationId: number, recordingId: number, session: ControlSession): void {
    const recording = this.summaryOf(recordingId);
    if (this.replays.of(recordingId).length > 0) {
      throw new ArchiveError(
        `cannot purge recording with active replay ${recordingId}`,
        ArchiveErrorCode.ACTIVE_RECORDING,
      );
    }
    if (this.isActive(recording)) {
      throw new ArchiveError(`cannot purge active recording ${recordingId}`, ArchiveErrorCode.ACTIVE_RECORDING);
    }
    this.deletions.checkIsAllowed(recordingId);
    const { archiveDir, catalog, platform } = this.context;
    catalog.changeState(recordingId, RecordingState.DELETED);
    const names = listSegmentsAndRemains(platform.files, archiveDir, recordingId);
    this.deletions.answer(correlationId, recordingId, names, session);
  }

  private summaryOf(recordingId: number): RecordingSummary {
    checkIsKnown(this.context.catalog, recordingId);
    return this.context.catalog.recordingSummary(recordingId);
  }

  private isActive({ recordingId, stopPosition }: RecordingSummary): boolean {
    return stopPosition === NULL_POSITION || this.recordings.session(recordingId) !== undefined;
  }

  /** @throws ArchiveError when the position is within a frame */
  private segmentsBehind(recording: RecordingSummary, position: number): string[] {
    const { recordingId, segmentFileLength, startPosition, stopPosition } = recording;
    if (position === startPosition) {
      return listSegmentsAndRemains(this.context.platform.files, this.context.archiveDir, recordingId);
    }
    const segmentBase = segmentBaseOf(recording, position);
    if (position !== segmentBase && position !== stopPosition) {
      this.checkFrame(recording, position);
    }
    const firstDeleted = position === segmentBase ? segmentBase : segmentBase + segmentFileLength;
    return range(firstDeleted, stopPosition + 1, segmentFileLength).map((base) => segmentFileName(recordingId, base));
  }

  private checkFrame(recording: RecordingSummary, position: number): void {
    try {
      checkFrameStartsAt(this.context.platform.files, this.context.archiveDir, recording, position);
    } catch (error) {
      throw new ArchiveError((error as Error).message);
    }
  }

  /** Makes the rest of the last segment zeros. */
  private eraseBehind(recording: RecordingSummary, position: number): void {
    const { startPosition, stopPosition } = recording;
    const isWhole =
      position === startPosition || position === stopPosition || position === segmentBaseOf(recording, position);
    if (!isWhole) {
      const { archiveDir, options, platform } = this.context;
      eraseSegmentFrom(platform.files, archiveDir, recording, position, options.fileSyncLevel > 0);
    }
  }
}
