import type { ErrorHandler } from '../../agrona/mod.ts';
import type { FileSystem } from '../../platform/mod.ts';
import { RecordingSignal } from '../codecs/mod.ts';
import { archiveEvent, type ControlSession } from './control-session.ts';
import { deleteSegment } from './segment-files.ts';
import type { Session } from './session.ts';

const NULL_VALUE = -1;

export interface DeleteSegmentsParameters {
  readonly files: FileSystem;
  readonly archiveDir: string;
  readonly recordingId: number;
  readonly correlationId: number;
  readonly controlSession: ControlSession;
  /** Of the files, in the order of their deletion. */
  readonly names: readonly string[];
  /** Whether something still reads them. */
  readonly isInUse: () => boolean;
  readonly errorHandler: ErrorHandler;
  readonly onEnd: () => void;
}

/** Deletes segment files, one a duty cycle, once nobody reads them, and tells the client. Upstream: `DeleteSegmentsSession`. */
export class DeleteSegmentsSession implements Session {
  readonly sessionId: number;
  /** Base position of the last one. */
  readonly maxDeletePosition: number;
  private readonly parameters: DeleteSegmentsParameters;
  private readonly names: string[];
  private isWaiting = true;

  constructor(parameters: DeleteSegmentsParameters) {
    this.sessionId = parameters.recordingId;
    this.parameters = parameters;
    this.names = [...parameters.names];
    this.maxDeletePosition = this.names.reduce((max, name) => Math.max(max, basePosition(name)), NULL_VALUE);
  }

  get isDone(): boolean {
    return this.names.length === 0;
  }

  doWork(): number {
    if (this.isWaiting) {
      this.isWaiting = this.parameters.isInUse();
    }
    const name = this.isWaiting ? undefined : this.names.shift();
    if (name === undefined) {
      return 0;
    }
    const { archiveDir, controlSession, correlationId, errorHandler, files } = this.parameters;
    try {
      deleteSegment(files, archiveDir, name);
    } catch (error) {
      const message = `unable to delete segment file: ${archiveDir}/${name}`;
      controlSession.sendError(correlationId, message);
      errorHandler(archiveEvent(`${message}: ${(error as Error).message}`));
    }
    return 1;
  }

  abort(_reason: string): void {}

  close(): void {
    const { controlSession, correlationId, onEnd, recordingId } = this.parameters;
    onEnd();
    controlSession.sendSignal(correlationId, recordingId, NULL_VALUE, NULL_VALUE, RecordingSignal.DELETE);
  }
}

/** <recording id>-<position>.rec, or with .del behind it. */
function basePosition(name: string): number {
  return Number(name.slice(name.indexOf('-') + 1, name.indexOf('.')));
}
