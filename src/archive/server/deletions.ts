import { ArchiveError } from '../client/mod.ts';
import { RecordingSignal } from '../codecs/mod.ts';
import type { ArchiveContext } from './archive-context.ts';
import type { ControlSession } from './control-session.ts';
import { DeleteSegmentsSession } from './delete-segments-session.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { renameForDeletion } from './segment-files.ts';
import type { Session } from './session.ts';

const NULL_VALUE = -1;

/** Segment files that are being deleted: for one recording, one lot at a time. Upstream: a part of `ArchiveConductor`. */
export class Deletions {
  private readonly context: ArchiveContext;
  private readonly addSession: (session: Session) => void;
  private readonly sessions = new Map<number, DeleteSegmentsSession>();

  constructor(context: ArchiveContext, addSession: (session: Session) => void) {
    this.context = context;
    this.addSession = addSession;
  }

  /** @throws ArchiveError when files of the recording are being deleted */
  checkIsAllowed(recordingId: number): void {
    if (this.sessions.has(recordingId)) {
      throw new ArchiveError(`another delete operation in progress for recording id: ${recordingId}`);
    }
  }

  /** Whether a file is being deleted that the recording would need to go on. */
  isInTheWayOf({ recordingId, stopPosition }: RecordingSummary): boolean {
    const session = this.sessions.get(recordingId);
    return session !== undefined && session.maxDeletePosition >= stopPosition;
  }

  /** Whether a file behind its end is being deleted. */
  isBehind({ recordingId, stopPosition }: RecordingSummary): boolean {
    const session = this.sessions.get(recordingId);
    return session !== undefined && session.maxDeletePosition > stopPosition;
  }

  /**
   * Deletes files in the coming duty cycles, once `isInUse` says no, and signals the end. They are no part of the
   * recording from now on. Returns how many.
   */
  begin(
    correlationId: number,
    recordingId: number,
    names: readonly string[],
    controlSession: ControlSession,
    isInUse: () => boolean = () => false,
  ): number {
    if (names.length === 0) {
      return 0;
    }
    const { archiveDir, errorHandler, platform } = this.context;
    const { files } = platform;
    const session = new DeleteSegmentsSession({
      files,
      archiveDir,
      recordingId,
      correlationId,
      controlSession,
      names: names.map((name) => renameForDeletion(files, archiveDir, name) ?? name),
      isInUse,
      errorHandler,
      onEnd: () => this.sessions.delete(recordingId),
    });
    this.sessions.set(recordingId, session);
    this.addSession(session);
    return names.length;
  }

  /** As `begin`; answers how many there are, and signals at once when there are none. */
  answer(
    correlationId: number,
    recordingId: number,
    names: readonly string[],
    controlSession: ControlSession,
    isInUse?: () => boolean,
  ): void {
    const count = this.begin(correlationId, recordingId, names, controlSession, isInUse);
    controlSession.sendOk(correlationId, count);
    if (count === 0) {
      controlSession.sendSignal(correlationId, recordingId, NULL_VALUE, NULL_VALUE, RecordingSignal.DELETE);
    }
  }
}
