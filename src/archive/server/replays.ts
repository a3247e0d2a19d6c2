import { AtomicBuffer } from '../../agrona/mod.ts';
import type { ExclusivePublication } from '../../client/mod.ts';
import { type ChannelUri, FrameDescriptor } from '../../protocol/mod.ts';
import { ArchiveError, ArchiveErrorCode, REPLAY_ALL_AND_FOLLOW, REPLAY_ALL_AND_STOP } from '../client/mod.ts';
import type { ArchiveContext } from './archive-context.ts';
import type { ControlSession } from './control-session.ts';
import { CreateReplayPublicationSession } from './create-replay-publication-session.ts';
import { FileWorker } from './file-worker.ts';
import { LimitCounter } from './limit-counter.ts';
import type { LimitPosition } from './recording-session.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { checkIsKnown } from './recordings.ts';
import { ReplaySession } from './replay-session.ts';
import type { Session } from './session.ts';
import { stripChannel } from './stripped-channel.ts';

const NULL_VALUE = -1;
const NULL_POSITION = -1;
const { FRAME_ALIGNMENT } = FrameDescriptor;
/** A replay's session id is its number and the session id of its publication, and a safe integer. */
const MAX_REPLAY_NUMBER = 0xf_ffff;
const TWO_32 = 2 ** 32;
/** Each is good for the connect time-out. Upstream has no limit. */
const MAX_TOKENS = 8 * 1024;

export interface ReplayRequest {
  readonly session: ControlSession;
  readonly correlationId: number;
  readonly recordingId: number;
  /** -1: from where the recording starts. */
  readonly position: number;
  /** REPLAY_ALL_AND_FOLLOW, REPLAY_ALL_AND_STOP, or bytes. */
  readonly length: number;
  /** Not above 0: as the archive has it. */
  readonly fileIoMaxLength: number;
  readonly streamId: number;
  readonly channel: ChannelUri;
  /** Of a bounded replay. */
  readonly limitCounterId: number | undefined;
}

export interface ReplaysOptions {
  readonly context: ArchiveContext;
  /** What tells how far a recording is; undefined when it is not being written. */
  readonly liveRecording: (recordingId: number) => LimitPosition | undefined;
  /** Whether segments behind the stop position of a recording are being deleted. */
  readonly isDeletedBehind: (recording: RecordingSummary) => boolean;
  readonly addSession: (session: Session) => void;
}

/** Somebody who may have replays of a recording over another publication, for a while. */
interface ReplayToken {
  readonly recordingId: number;
  readonly session: ControlSession;
  readonly deadlineMs: number;
}

/** What is being replayed, and to whom it may be. Upstream: a part of `ArchiveConductor`. */
export class Replays {
  readonly replayer: FileWorker<ReplaySession>;
  private readonly options: ReplaysOptions;
  private readonly context: ArchiveContext;
  private readonly buffer: AtomicBuffer;
  private readonly sessions = new Map<number, ReplaySession>();
  private readonly tokens = new Map<bigint, ReplayToken>();
  private activeCount = 0;
  private lastNumber = 0;

  constructor(options: ReplaysOptions) {
    const { context } = options;
    this.options = options;
    this.context = context;
    this.buffer = AtomicBuffer.over(context.platform.allocate(context.options.fileIoMaxLength));
    const { totalReadBytes: totalBytes, totalReadTimeNs: totalTimeNs, maxReadTimeNs: maxTimeNs } = context.counters;
    const counters = { totalBytes, totalTimeNs, maxTimeNs };
    const onSessionEnd = (session: ReplaySession) => this.onSessionEnd(session);
    this.replayer = new FileWorker('archive-replayer', context.errorHandler, counters, onSessionEnd);
  }

  /** The replays of a recording that are going on. */
  of(recordingId: number): ReplaySession[] {
    return [...this.sessions.values()].filter((session) => session.recordingId === recordingId);
  }

  /** @throws ArchiveError, ControlProtocolError */
  start(request: ReplayRequest): void {
    const { catalog, options } = this.context;
    const { recordingId } = request;
    const limit = this.limitOf(request);
    if (this.activeCount >= options.maxConcurrentReplays) {
      throw new ArchiveError(
        `max concurrent replays reached ${options.maxConcurrentReplays}`,
        ArchiveErrorCode.MAX_REPLAYS,
      );
    }
    checkIsKnown(catalog, recordingId);
    const recording = catalog.recordingSummary(recordingId);
    const replayPosition = request.position === NULL_POSITION ? recording.startPosition : request.position;
    if (request.position !== NULL_POSITION) {
      checkReplayPosition(recording, request.position);
    }
    const fileIoMaxLength = this.fileIoMaxLength(request, recording);
    const stopPosition = limit?.get() ?? recording.stopPosition;
    const replayLength = lengthOf(request, limit !== undefined, replayPosition, stopPosition);
    if (stopPosition > recording.stopPosition && this.options.isDeletedBehind(recording)) {
      throw new ArchiveError(`cannot start replay of recording ${recordingId} due to an outstanding delete operation`);
    }
    const channel = this.replayChannel(request.channel, recording, replayPosition);
    this.activeCount++;
    this.options.addSession(
      new CreateReplayPublicationSession(
        this.context.aeron,
        channel,
        request.streamId,
        (publication) =>
          this.add(request, recording, publication, {
            replayPosition,
            replayLength,
            stopPosition,
            limit,
            fileIoMaxLength,
          }),
        (error) => {
          this.activeCount--;
          request.session.sendError(request.correlationId, `failed to create replay publication: ${error}`);
        },
      ),
    );
  }

  /** One that is not there any more has been stopped too. */
  stop(correlationId: number, replaySessionId: number, session: ControlSession): void {
    this.sessions.get(replaySessionId)?.abort('stop replay');
    session.sendOk(correlationId);
  }

  /** Of one recording, or (-1) of all. */
  stopAll(recordingId: number): void {
    for (const session of this.sessions.values()) {
      if (recordingId === NULL_VALUE || session.recordingId === recordingId) {
        session.abort('stop all replays');
      }
    }
  }

  /** A token by which a replay of the recording can be asked for over another publication than the session's. */
  newToken(recordingId: number, session: ControlSession): bigint {
    const { clock, connectTimeoutMs, platform } = this.context;
    if (this.tokens.size >= MAX_TOKENS) {
      throw new ArchiveError(`more than ${MAX_TOKENS} replay tokens that nobody has used`);
    }
    let token: bigint;
    do {
      token = (BigInt(platform.random.nextInt32()) << 32n) | BigInt(platform.random.nextInt32() >>> 0);
    } while (token === BigInt(NULL_VALUE) || this.tokens.has(token));
    this.tokens.set(token, { recordingId, session, deadlineMs: clock.epochTimeMs() + connectTimeoutMs });
    return token;
  }

  /** @throws ArchiveError when it is of another recording, too old, or none */
  sessionOfToken(token: bigint, recordingId: number): ControlSession {
    const found = this.tokens.get(token);
    if (found?.recordingId !== recordingId || this.context.clock.epochTimeMs() >= found.deadlineMs) {
      throw new ArchiveError(`Unknown session or token timeout for replayToken=${token}`);
    }
    return found.session;
  }

  removeTokensOf(session: ControlSession): void {
    this.removeTokens((token) => token.session === session);
  }

  /** Forgets tokens that nobody used in time. */
  checkTokens(nowMs: number): void {
    if (this.tokens.size > 0) {
      this.removeTokens(({ deadlineMs }) => deadlineMs <= nowMs);
    }
  }

  private removeTokens(isUseless: (token: ReplayToken) => boolean): void {
    for (const [key, token] of this.tokens) {
      if (isUseless(token)) {
        this.tokens.delete(key);
      }
    }
  }

  private limitOf({ limitCounterId, recordingId }: ReplayRequest): LimitPosition | undefined {
    if (limitCounterId === undefined) {
      return this.options.liveRecording(recordingId);
    }
    try {
      return new LimitCounter(this.context.aeron.countersReader, limitCounterId);
    } catch (error) {
      throw new ArchiveError(
        `unable to create replay limit counter id= ${limitCounterId} because of: ${(error as Error).message}`,
      );
    }
  }

  private fileIoMaxLength({ fileIoMaxLength }: ReplayRequest, { mtuLength }: RecordingSummary): number {
    const { capacity } = this.buffer;
    if (fileIoMaxLength > 0 && fileIoMaxLength < mtuLength) {
      throw new ArchiveError(`fileIoMaxLength=${fileIoMaxLength} < mtuLength=${mtuLength}`);
    }
    if (capacity < mtuLength) {
      throw new ArchiveError(`replayBufferCapacity=${capacity} < mtuLength=${mtuLength}`);
    }
    return fileIoMaxLength > 0 ? Math.min(fileIoMaxLength, capacity) : capacity;
  }

  private replayChannel(uri: ChannelUri, recording: RecordingSummary, replayPosition: number): string {
    try {
      const eos = uri.get('eos');
      const sparse = uri.get('sparse');
      return stripChannel(uri)
        .initialPosition(replayPosition, recording.initialTermId, recording.termBufferLength)
        .eos(eos === undefined ? undefined : eos === 'true')
        .sparse(sparse === undefined ? undefined : sparse === 'true')
        .mtu(recording.mtuLength)
        .linger(uri.get('linger') ?? this.context.options.replayLingerTimeoutNs)
        .build();
    } catch (error) {
      throw new ArchiveError(`failed to process replayChannel - ${(error as Error).message}`);
    }
  }

  private add(
    request: ReplayRequest,
    recording: RecordingSummary,
    publication: ExclusivePublication,
    range: {
      readonly replayPosition: number;
      readonly replayLength: number;
      readonly stopPosition: number;
      readonly limit: LimitPosition | undefined;
      readonly fileIoMaxLength: number;
    },
  ): void {
    const { context } = this;
    const session = new ReplaySession({
      ...range,
      platform: context.platform,
      clock: context.clock,
      archiveDir: context.archiveDir,
      sessionId: this.newSessionId(publication.sessionId),
      correlationId: request.correlationId,
      controlSession: request.session,
      recording,
      publication,
      connectTimeoutMs: context.connectTimeoutMs,
      buffer: this.buffer,
      checksum: context.replayChecksum,
      onRead: this.replayer.onTransferred,
    });
    this.sessions.set(session.sessionId, session);
    this.replayer.addSession(session);
    context.counters.replaySessions.incrementRelease();
  }

  /** Its lower half is the session id of the publication, by which the client knows the image. */
  private newSessionId(publicationSessionId: number): number {
    let id: number;
    do {
      this.lastNumber = this.lastNumber === MAX_REPLAY_NUMBER ? 1 : this.lastNumber + 1;
      id = this.lastNumber * TWO_32 + (publicationSessionId >>> 0);
    } while (this.sessions.has(id));
    return id;
  }

  private onSessionEnd(session: ReplaySession): void {
    const { counters, isAborted } = this.context;
    if (!isAborted) {
      session.sendPendingError();
    }
    this.sessions.delete(session.sessionId);
    this.activeCount--;
    if (!counters.replaySessions.isClosed) {
      counters.replaySessions.decrementRelease();
    }
  }
}

/** @throws ArchiveError */
function checkReplayPosition({ recordingId, startPosition, stopPosition }: RecordingSummary, position: number): void {
  const requested = `requested replay start position=${position}`;
  if (position % FRAME_ALIGNMENT !== 0) {
    throw new ArchiveError(
      `${requested} is not a multiple of FRAME_ALIGNMENT (${FRAME_ALIGNMENT}) for recording ${recordingId}`,
    );
  }
  if (position < startPosition) {
    throw new ArchiveError(
      `${requested} is less than recording start position=${startPosition} for recording ${recordingId}`,
      ArchiveErrorCode.INVALID_POSITION,
    );
  }
  if (stopPosition !== NULL_POSITION && position >= stopPosition) {
    throw beyondLimit(recordingId, position, stopPosition);
  }
}

function beyondLimit(recordingId: number, position: number, limitPosition: number): ArchiveError {
  return new ArchiveError(
    `requested replay start position=${position} must be less than the limit position=${limitPosition} for recording ${recordingId}`,
    ArchiveErrorCode.INVALID_POSITION,
  );
}

/** How much is to be replayed. @throws ArchiveError */
function lengthOf(
  { length, recordingId }: ReplayRequest,
  isFollowing: boolean,
  replayPosition: number,
  stopPosition: number,
): number {
  if (isFollowing && replayPosition > stopPosition) {
    throw beyondLimit(recordingId, replayPosition, stopPosition);
  }
  const maxLength = (isFollowing ? Number.MAX_SAFE_INTEGER : stopPosition) - replayPosition;
  if (length === REPLAY_ALL_AND_STOP && stopPosition === replayPosition) {
    throw new ArchiveError(
      `when replaying and stopping the replay length must be non-zero, recordingId=${recordingId}`,
      ArchiveErrorCode.EMPTY_RECORDING,
    );
  }
  const replayLength =
    length === REPLAY_ALL_AND_FOLLOW
      ? maxLength
      : length === REPLAY_ALL_AND_STOP
        ? stopPosition - replayPosition
        : Math.min(length, maxLength);
  if (replayLength < 0) {
    throw new ArchiveError(
      `replay length must be positive: replayLength=${replayLength}, length=${length}, ` +
        `stopPosition=${stopPosition}, replayPosition=${replayPosition} for recording ${recordingId}`,
    );
  }
  return replayLength;
}
