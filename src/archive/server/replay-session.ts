import type { AtomicBuffer, EpochClock } from '../../agrona/mod.ts';
import { type ExclusivePublication, Publication } from '../../client/mod.ts';
import type { Platform } from '../../platform/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight } from '../../protocol/mod.ts';
import { ArchiveError, ArchiveErrorCode } from '../client/mod.ts';
import type { Checksum } from './checksum.ts';
import type { ControlSession } from './control-session.ts';
import type { LimitPosition } from './recording-session.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { hasValidChecksum, SegmentReader } from './segment-reader.ts';
import type { Session } from './session.ts';

const { HEADER_LENGTH } = DataHeaderFlyweight;
const { FRAME_ALIGNMENT } = FrameDescriptor;
const { HDR_TYPE_PAD } = HeaderFlyweight;
/** Of words in a frame's header. */
const SESSION_ID_INDEX = DataHeaderFlyweight.SESSION_ID_FIELD_OFFSET / 4;
const STREAM_ID_INDEX = DataHeaderFlyweight.STREAM_ID_FIELD_OFFSET / 4;

export interface ReplaySessionParameters {
  readonly platform: Platform;
  readonly clock: EpochClock;
  readonly archiveDir: string;
  readonly sessionId: number;
  readonly correlationId: number;
  readonly controlSession: ControlSession;
  readonly recording: RecordingSummary;
  readonly publication: ExclusivePublication;
  readonly replayPosition: number;
  readonly replayLength: number;
  /** Up to where there is something to replay now. */
  readonly stopPosition: number;
  /** What moves the stop position on; undefined when it stays. */
  readonly limit: LimitPosition | undefined;
  readonly connectTimeoutMs: number;
  /** Read into; shared by all replays. */
  readonly buffer: AtomicBuffer;
  /** At most so much is read at once. */
  readonly fileIoMaxLength: number;
  readonly checksum: Checksum | undefined;
  readonly onRead: (bytes: number, timeNs: number) => void;
}

/**
 * Replays a stretch of a recording to a publication: reads a block of frames from the segment file, gives them
 * the session and stream of the publication, and offers the block as it is. A reader who does not keep up, or
 * never comes, holds up nobody: the session then does nothing in its turn.
 *
 *     INIT, until the file is there and somebody listens -> REPLAY -> INACTIVE, the file is closed -> DONE
 *
 * Upstream: `ReplaySession`.
 */
export class ReplaySession implements Session {
  readonly sessionId: number;
  readonly recordingId: number;
  readonly publication: ExclusivePublication;
  private readonly parameters: ReplaySessionParameters;
  private readonly connectDeadlineMs: number;
  private readonly startPosition: number;
  private readonly reader: SegmentReader;
  private readonly buffer: AtomicBuffer;
  private currentState: 'INIT' | 'REPLAY' | 'INACTIVE' | 'DONE' = 'INIT';
  private isAnswered = false;
  private stopPosition: number;
  private replayLimit: number;
  private isAborted = false;
  private isRevoked = false;
  private error: ArchiveError | undefined;

  constructor(parameters: ReplaySessionParameters) {
    const { archiveDir, platform, recording, replayPosition } = parameters;
    this.parameters = parameters;
    this.sessionId = parameters.sessionId;
    this.recordingId = recording.recordingId;
    this.publication = parameters.publication;
    this.buffer = parameters.buffer;
    this.startPosition = recording.startPosition;
    this.reader = new SegmentReader(platform.files, archiveDir, recording, replayPosition);
    this.stopPosition = parameters.stopPosition;
    this.replayLimit = replayPosition + parameters.replayLength;
    this.connectDeadlineMs = parameters.clock.epochTimeMs() + parameters.connectTimeoutMs;
  }

  get isDone(): boolean {
    return this.currentState === 'DONE';
  }

  get state(): string {
    return this.currentState;
  }

  /** Of the segment that is being read: it and those behind it are in use. */
  get segmentFileBasePosition(): number {
    return this.reader.segmentBasePosition;
  }

  abort(_reason: string): void {
    this.isAborted = true;
  }

  doWork(): number {
    let workCount = 0;
    if (this.isAborted && this.currentState !== 'DONE') {
      this.end(true);
    }
    try {
      if (this.currentState === 'INIT') {
        workCount += this.init();
      }
      if (this.currentState === 'REPLAY') {
        workCount += this.replay();
      }
    } catch (error) {
      throw this.fail(error);
    } finally {
      if (this.currentState === 'INACTIVE') {
        this.reader.close();
        this.currentState = 'DONE';
      }
    }
    return workCount;
  }

  close(): void {
    this.reader.close();
    if (this.isRevoked) {
      this.publication.revoke();
    } else {
      this.publication.close();
    }
  }

  /** Tells the client why it has ended, if that was an error. */
  sendPendingError(): void {
    if (this.error !== undefined) {
      const { controlSession, correlationId } = this.parameters;
      controlSession.sendError(correlationId, this.error.message, this.error.errorCode);
    }
  }

  private init(): number {
    const { clock, controlSession, correlationId } = this.parameters;
    const isLate = clock.epochTimeMs() > this.connectDeadlineMs;
    if (!this.isAnswered) {
      if (!this.reader.open()) {
        if (isLate) {
          throw this.failure('recording segment file not created');
        }
        return 0;
      }
      const { position } = this.reader;
      if (position > this.startPosition && position !== this.stopPosition && !this.reader.isAtFrame(this.buffer)) {
        throw this.failure(
          `replayPosition=${this.framePosition(0)} does not point to a valid frame`,
          ArchiveErrorCode.INVALID_POSITION,
        );
      }
      controlSession.sendOk(correlationId, this.sessionId);
      this.isAnswered = true;
    }
    if (!this.publication.isConnected) {
      if (isLate) {
        const { channel, streamId } = this.publication;
        throw this.failure(`no connection established for replayChannel=${channel}, replayStreamId=${streamId}`);
      }
      return 0;
    }
    this.currentState = 'REPLAY';
    return 1;
  }

  private replay(): number {
    const { publication } = this;
    if (!publication.isConnected) {
      this.end(true);
      return 0;
    }
    if (this.startPosition === this.stopPosition && this.replayLimit === 0) {
      this.end(false);
      return 0;
    }
    const { limit } = this.parameters;
    if (limit !== undefined && this.reader.position >= this.stopPosition && !this.isExtended(limit)) {
      return 0;
    }
    return publication.availableWindow > 0 ? this.replayBlock() : 0;
  }

  private replayBlock(): number {
    const { buffer, publication } = this;
    const { clock } = this.parameters.platform;
    const startNs = clock.nanoTime();
    const bytesRead = this.read();
    const batchLength = this.prepareBatch(bytesRead);
    const next = batchLength < bytesRead ? buffer.getInt32(batchLength) : 0;
    const paddingLength =
      batchLength + HEADER_LENGTH <= bytesRead && FrameDescriptor.isPaddingFrame(buffer, batchLength) ? next : 0;
    this.parameters.onRead(bytesRead, clock.nanoTime() - startNs);
    let workCount = 0;
    if (batchLength > 0 && this.hasAdvanced(publication.offerBlock(buffer, 0, batchLength), batchLength)) {
      workCount++;
    }
    const isPaddingNext = paddingLength > 0 && this.currentState === 'REPLAY' && (batchLength === 0 || workCount > 0);
    if (isPaddingNext) {
      const alignedLength = FrameDescriptor.alignFrameLength(paddingLength);
      if (this.hasAdvanced(publication.appendPadding(paddingLength - HEADER_LENGTH), alignedLength)) {
        workCount++;
      }
    }
    return workCount;
  }

  /** Makes the frames ready to be offered: all whole data frames up to the first padding or the limit. Returns their length. */
  private prepareBatch(bytesRead: number): number {
    const { buffer, publication } = this;
    const { checksum } = this.parameters;
    const { sessionId, streamId } = publication;
    const words = buffer.i32;
    const limit = Math.min(bytesRead, this.replayLimit - this.reader.position);
    let offset = 0;
    while (offset < limit) {
      const index = offset >>> 2;
      const frameLength = words[index]!;
      if (frameLength < HEADER_LENGTH) {
        throw this.failure(`unexpected end of recording at position=${this.framePosition(offset)}`);
      }
      const nextOffset = offset + ((frameLength + (FRAME_ALIGNMENT - 1)) & -FRAME_ALIGNMENT);
      if (words[index + 1]! >>> 16 === HDR_TYPE_PAD || nextOffset > bytesRead) {
        break;
      }
      if (checksum !== undefined && !hasValidChecksum(checksum, buffer, offset, nextOffset - offset)) {
        throw this.failure(`CRC checksum mismatch at position=${this.framePosition(offset)}`);
      }
      words[index + SESSION_ID_INDEX] = sessionId;
      words[index + STREAM_ID_INDEX] = streamId;
      offset = nextOffset;
    }
    if (offset === 0 && limit > 0 && !FrameDescriptor.isPaddingFrame(buffer, 0)) {
      throw this.failure(
        `frame of ${words[0]} bytes is not whole in the ${bytesRead} bytes read at position=${this.framePosition(0)}`,
      );
    }
    return offset;
  }

  private hasAdvanced(result: number, alignedLength: number): boolean {
    if (result > 0) {
      this.reader.advance(alignedLength);
      if (this.reader.position >= this.replayLimit) {
        this.end(false);
      }
      return true;
    }
    if (result === Publication.CLOSED || result === Publication.NOT_CONNECTED) {
      this.end(true);
    }
    return false;
  }

  /** Bytes read into the buffer from the replay position on, none beyond the term or what is recorded. */
  private read(): number {
    if (!this.reader.open()) {
      throw this.failure('recording segment not found');
    }
    const available = this.stopPosition - this.reader.position;
    if (available <= 0) {
      return 0;
    }
    const length = this.reader.read(this.buffer, Math.min(available, this.parameters.fileIoMaxLength));
    if (length < HEADER_LENGTH) {
      throw this.failure(`unexpected end of recording at position=${this.framePosition(0)}`);
    }
    return length;
  }

  /** Whether there is more than there was; what will never come ends the replay. */
  private isExtended(limit: LimitPosition): boolean {
    const isClosed = limit.isClosed;
    const limitPosition = limit.get();
    const newStopPosition = isClosed ? Math.max(this.stopPosition, limitPosition) : limitPosition;
    if (isClosed) {
      this.replayLimit = Math.min(this.replayLimit, newStopPosition);
    }
    if (this.reader.position >= this.replayLimit) {
      this.end(false);
      return false;
    }
    if (newStopPosition > this.stopPosition) {
      this.stopPosition = newStopPosition;
      return true;
    }
    return false;
  }

  private end(isRevoked: boolean): void {
    this.isRevoked ||= isRevoked;
    this.currentState = 'INACTIVE';
  }

  private fail(error: unknown): ArchiveError {
    this.end(true);
    this.error = error instanceof ArchiveError ? error : this.failure((error as Error).message);
    return this.error;
  }

  private failure(message: string, errorCode: number = ArchiveErrorCode.GENERIC): ArchiveError {
    return new ArchiveError(
      `${message}, recordingId=${this.recordingId}, replaySessionId=${this.sessionId}, segmentFile=${this.reader.segmentName}`,
      errorCode,
    );
  }

  private framePosition(frameOffset: number): string {
    const { position, segmentBasePosition } = this.reader;
    const framePosition = position + frameOffset;
    return `${framePosition} (segmentFilePosition=${segmentBasePosition}, segmentOffset=${framePosition - segmentBasePosition})`;
  }
}
