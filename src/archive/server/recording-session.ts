import { AeronError, type AtomicBuffer, type ErrorHandler } from '../../agrona/mod.ts';
import type { Aeron, BlockHandler, Counter, Image } from '../../client/mod.ts';
import { ArchiveErrorCode } from '../client/mod.ts';
import type { ControlSession } from './control-session.ts';
import type { RecordingEventsProxy } from './recording-events-proxy.ts';
import type { RecordingWriter } from './recording-writer.ts';
import type { Session } from './session.ts';

/** What a replay may follow: the position that a recording, or somebody else, has come to. */
export interface LimitPosition {
  readonly isClosed: boolean;
  /** The last one there was, when it is closed. */
  get(): number;
}

export interface RecordingSessionParameters {
  readonly aeron: Aeron;
  readonly image: Image;
  readonly recordingId: number;
  /** Of the control session that asked for it, and of the request. */
  readonly controlSession: ControlSession;
  readonly correlationId: number;
  readonly originalChannel: string;
  readonly isAutoStop: boolean;
  readonly blockLengthLimit: number;
  readonly writer: RecordingWriter;
  /** Of the counter that is to show the position. */
  readonly counterCorrelationId: number;
  /** Called once, when the counter is there and the recording begins, or when it ends before that. */
  readonly onStart: () => void;
  readonly recordingEventsProxy: RecordingEventsProxy | undefined;
  readonly errorHandler: ErrorHandler;
}

/**
 * Records one image: takes blocks of frames where they lie in its log, has them written, and shows the position
 * up to which they are as safe as the sync level says. Nothing is copied or made on the way.
 *
 *     INIT, until the position counter is there -> RECORDING -> INACTIVE -> STOPPED, then the file is closed
 *
 * Upstream: `RecordingSession`.
 */
export class RecordingSession implements Session, LimitPosition {
  readonly sessionId: number;
  readonly image: Image;
  readonly controlSession: ControlSession;
  readonly correlationId: number;
  readonly isAutoStop: boolean;
  private readonly parameters: RecordingSessionParameters;
  private readonly writer: RecordingWriter;
  private readonly onBlock: BlockHandler;
  private readonly blockLengthLimit: number;
  private state: 'INIT' | 'RECORDING' | 'INACTIVE' | 'STOPPED' = 'INIT';
  private counter: Counter | undefined;
  private isAborted = false;
  private wasStarted = false;
  private recorded: number;
  private progressEventPosition: number;
  private writeError: unknown;
  private error: { readonly code: number; readonly message: string } | undefined;

  constructor(parameters: RecordingSessionParameters) {
    const { image, writer } = parameters;
    this.parameters = parameters;
    this.sessionId = parameters.recordingId;
    this.image = image;
    this.controlSession = parameters.controlSession;
    this.correlationId = parameters.correlationId;
    this.isAutoStop = parameters.isAutoStop;
    this.writer = writer;
    this.onBlock = (buffer, offset, length) => this.write(buffer, offset, length);
    this.blockLengthLimit = Math.min(image.termBufferLength, parameters.blockLengthLimit);
    this.recorded = image.joinPosition;
    this.progressEventPosition = image.joinPosition;
  }

  get isDone(): boolean {
    return this.state === 'STOPPED';
  }

  get isClosed(): boolean {
    return this.isDone;
  }

  /** Up to where it is recorded. */
  get(): number {
    return this.recorded;
  }

  abort(_reason: string): void {
    this.isAborted = true;
  }

  doWork(): number {
    if (this.isAborted && this.state !== 'STOPPED') {
      this.state = 'INACTIVE';
    }
    let workCount = 0;
    if (this.state === 'INIT') {
      workCount += this.init();
    }
    if (this.state === 'RECORDING') {
      workCount += this.record();
    }
    if (this.state === 'INACTIVE') {
      this.stop();
      workCount++;
    }
    return workCount;
  }

  /** When the catalog knows where the recording ends: until then the writer's note in the file may be needed. */
  close(): void {
    this.writer.close();
    if (this.counter !== undefined) {
      this.counter.close();
    } else {
      this.parameters.aeron.asyncRemoveCounter(this.parameters.counterCorrelationId);
    }
  }

  /** Tells the client why it has ended, if that was an error. */
  sendPendingError(): void {
    if (this.error !== undefined) {
      this.controlSession.sendError(this.correlationId, this.error.message, this.error.code);
    }
  }

  private init(): number {
    const { aeron, counterCorrelationId, image, originalChannel, recordingEventsProxy } = this.parameters;
    try {
      const counter = aeron.getCounter(counterCorrelationId);
      if (counter === undefined) {
        return 0;
      }
      counter.setRelease(image.joinPosition);
      this.counter = counter;
      this.writer.init();
      this.wasStarted = true;
      this.parameters.onStart();
      recordingEventsProxy?.started(
        this.sessionId,
        image.joinPosition,
        image.sessionId,
        image.subscription.streamId,
        originalChannel,
        image.sourceIdentity,
      );
      this.state = 'RECORDING';
    } catch (error) {
      this.fail(error);
    }
    return 1;
  }

  private record(): number {
    const { image } = this;
    try {
      const bytes = image.blockPoll(this.onBlock, this.blockLengthLimit);
      if (this.writeError !== undefined) {
        throw this.writeError;
      }
      if (bytes > 0) {
        const { position } = this.writer;
        this.recorded = position;
        this.counter!.setRelease(position);
      } else if (image.isClosed || image.isEndOfStream) {
        this.state = 'INACTIVE';
      }
      if (this.parameters.recordingEventsProxy !== undefined) {
        this.sendProgress(this.parameters.recordingEventsProxy);
      }
      return bytes;
    } catch (error) {
      this.fail(error);
      return 1;
    }
  }

  /** What is thrown here is kept: the client, which may be somebody else's, has a handler of its own for it. */
  private write(buffer: AtomicBuffer, offset: number, length: number): void {
    try {
      this.writer.onBlock(buffer, offset, length);
    } catch (error) {
      this.writeError = error;
    }
  }

  private sendProgress(proxy: RecordingEventsProxy): void {
    if (
      this.progressEventPosition < this.recorded &&
      proxy.progress(this.sessionId, this.image.joinPosition, this.recorded)
    ) {
      this.progressEventPosition = this.recorded;
    }
  }

  private stop(): void {
    this.state = 'STOPPED';
    if (this.wasStarted) {
      this.parameters.recordingEventsProxy?.stopped(this.sessionId, this.image.joinPosition, this.recorded);
    } else {
      // Its end will be told: so is its beginning.
      this.parameters.onStart();
    }
  }

  private fail(error: unknown): void {
    this.parameters.errorHandler(error);
    this.error = { code: errorCodeOf(error), message: (error as Error).message };
    this.state = 'INACTIVE';
  }
}

/** What of an error crosses the wire. */
function errorCodeOf(error: unknown): number {
  const codes: Readonly<Record<string, number | undefined>> = ArchiveErrorCode;
  return (AeronError.is(error) ? codes[error.code] : undefined) ?? ArchiveErrorCode.GENERIC;
}
