import type { Image, Subscription } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import {
  AeronArchive,
  type AeronArchiveOptions,
  ArchiveError,
  ArchiveErrorCode,
  type ArchiveRequest,
  ArchiveTimeoutError,
  type AsyncConnect,
  type RecordingDescriptor,
  sessionIdOfReplay,
} from '../client/mod.ts';
import { RecordingSignal, SourceLocation } from '../codecs/mod.ts';
import type { ArchiveContext } from './archive-context.ts';
import type { ControlSession } from './control-session.ts';
import type { RecordingSummary } from './recording-summary.ts';
import type { RecordingSubscription, Recordings } from './recordings.ts';
import type { Session } from './session.ts';

const NULL_VALUE = -1;
const NULL_POSITION = -1;
const RETRY_ATTEMPTS = 3;
const SOURCE_POLL_INTERVAL_MS = 100;
/** How far behind the live stream a replay may be for the live stream to join it, in bytes. */
const LIVE_ADD_MAX_WINDOW = 32 * 1024 * 1024;

/** What is to be copied from where to where, as the client asks for it. */
export interface ReplicationRequest {
  readonly srcRecordingId: number;
  /** -1: a new one. */
  readonly dstRecordingId: number;
  /** -1: the end of the source. */
  readonly stopPosition: number;
  /** -1 for none, as all that follow here. */
  readonly channelTagId: bigint;
  readonly subscriptionTagId: bigint;
  readonly fileIoMaxLength: number;
  readonly replicationSessionId: number;
  readonly srcControlStreamId: number;
  readonly srcControlChannel: string;
  /** Empty for none, as all that follow here. */
  readonly liveDestination: string;
  readonly replicationChannel: string;
  readonly encodedCredentials: Uint8Array;
  readonly srcResponseChannel: string;
}

export interface ReplicationSessionParameters {
  readonly context: ArchiveContext;
  readonly recordings: Recordings;
  readonly controlSession: ControlSession;
  readonly replicationId: number;
  readonly request: ReplicationRequest;
  readonly replicationChannel: string;
  /** The recording to go on with; undefined for a new one. */
  readonly destination: RecordingSummary | undefined;
  /** By which the other archive is reached. */
  readonly archiveOptions: AeronArchiveOptions;
  readonly onEnd: () => void;
}

/** One step at a time; yields while it waits. */
type Steps<T> = Generator<number, T, void>;

/**
 * Copies a recording of another archive, as that archive's client:
 *
 *     connect -> its descriptor -> record the replay that is to come -> replay -> ... up to the end of the source,
 *     or to where it stands, from where a live stream joins in and the replay stops
 *
 * The copy is a recording as any other, extended by a replay. Upstream: `ReplicationSession`.
 */
export class ReplicationSession implements Session {
  readonly sessionId: number;
  private readonly parameters: ReplicationSessionParameters;
  private readonly steps: Steps<void>;
  private connecting: AsyncConnect | undefined;
  private source: AeronArchive | undefined;
  private recording: RecordingSubscription | undefined;
  private srcReplaySessionId: bigint | undefined;
  private dstRecordingId: number;
  private lastSourcePollMs = 0;
  /** Said by the source without being asked; it ends the replication. */
  private sourceError: unknown;
  private isOver = false;

  constructor(parameters: ReplicationSessionParameters) {
    this.parameters = parameters;
    this.sessionId = parameters.replicationId;
    this.dstRecordingId = parameters.request.dstRecordingId;
    this.steps = this.replicate();
  }

  get isDone(): boolean {
    return this.isOver;
  }

  doWork(): number {
    if (this.isOver) {
      return 0;
    }
    try {
      // Aborted; or its recording was stopped by somebody else, or is at its own end.
      if (this.isOver || (this.recording !== undefined && this.recording.state !== 'ACTIVE')) {
        this.isOver = true;
        return 1;
      }
      if (this.sourceError !== undefined) {
        throw this.sourceError;
      }
      const step = this.steps.next();
      this.isOver = step.done === true;
      return step.done === true ? 1 : step.value;
    } catch (error) {
      this.isOver = true;
      const code = error instanceof ArchiveError ? error.errorCode : ArchiveErrorCode.GENERIC;
      this.parameters.controlSession.sendError(this.sessionId, (error as Error).message, code);
      throw error;
    }
  }

  abort(_reason: string): void {
    this.isOver = true;
  }

  close(): void {
    const { onEnd, recordings } = this.parameters;
    const { recording } = this;
    this.guard(() => this.steps.return());
    if (recording !== undefined) {
      this.guard(() => recordings.end(recording, 'replication ended'));
    }
    this.guard(() => this.connecting?.close());
    this.guard(() => this.stopReplay());
    this.guard(() => this.source?.close());
    onEnd();
    this.signal(NULL_POSITION, RecordingSignal.REPLICATE_END);
  }

  /** Whatever one step of the end throws, the others are taken. */
  private guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.parameters.context.errorHandler(error);
    }
  }

  private stopReplay(): void {
    const { source, srcReplaySessionId } = this;
    if (source?.archiveProxy.publication.isConnected && srcReplaySessionId !== undefined) {
      const correlationId = this.parameters.context.aeron.nextCorrelationId();
      source.archiveProxy.stopReplay(srcReplaySessionId, correlationId, source.controlSessionId);
    }
  }

  private *replicate(): Steps<void> {
    const { destination, request } = this.parameters;
    const source = yield* this.connect();
    const descriptor = yield* this.sourceDescriptor(source);
    const isLive = request.liveDestination !== '';
    const replayPosition = this.enter(descriptor);
    if (isLive && descriptor.stopPosition !== NULL_POSITION) {
      throw new ArchiveError('cannot live merge without active source recording');
    }
    const { startPosition, stopPosition } = descriptor;
    if (startPosition === stopPosition || (destination !== undefined && stopPosition === replayPosition)) {
      this.signal(stopPosition, RecordingSignal.SYNC);
      return;
    }
    const srcPosition = isLive ? yield* this.sourcePosition(source) : NULL_POSITION;
    const subscription = yield* this.subscribe(descriptor);
    const image = yield* this.replay(source, descriptor, subscription, replayPosition);
    if (isLive) {
      yield* this.merge(source, subscription, image, srcPosition);
    } else {
      yield* this.follow(source, image, stopPosition);
    }
  }

  private *connect(): Steps<AeronArchive> {
    const connecting = AeronArchive.asyncConnect({
      ...this.parameters.archiveOptions,
      errorHandler: (error) => {
        this.sourceError ??= error;
      },
    });
    this.connecting = connecting;
    try {
      for (;;) {
        const { state } = connecting;
        const archive = connecting.poll();
        if (archive !== undefined) {
          this.connecting = undefined;
          this.source = archive;
          return archive;
        }
        yield connecting.state === state ? 0 : 1;
      }
    } catch (error) {
      throw new ArchiveError(
        `Replication connection failed=${(error as Error).message}`,
        ArchiveErrorCode.REPLICATION_CONNECTION_FAILURE,
      );
    }
  }

  private *sourceDescriptor(source: AeronArchive): Steps<RecordingDescriptor> {
    const { srcRecordingId } = this.parameters.request;
    let descriptor: RecordingDescriptor | undefined;
    yield* this.answer(
      source.listRecording(srcRecordingId, (found) => {
        descriptor = found;
      }),
    );
    if (descriptor === undefined) {
      throw new ArchiveError(`unknown src recording id ${srcRecordingId}`, ArchiveErrorCode.UNKNOWN_RECORDING);
    }
    return descriptor;
  }

  /** Makes the recording that the copy goes to, unless there is one with something in it. Returns where to go on. */
  private enter(descriptor: RecordingDescriptor): number {
    const { context, destination, request } = this.parameters;
    const { fileIoMaxLength } = request;
    const { mtuLength, startPosition, startTimestamp } = descriptor;
    if (fileIoMaxLength > 0 && fileIoMaxLength < mtuLength) {
      throw new ArchiveError(
        `Replication fileIoMaxLength (${fileIoMaxLength}) is less than than the recording mtuLength (${mtuLength})`,
      );
    }
    const recording = { ...descriptor, stopPosition: startPosition, stopTimestamp: startTimestamp };
    if (destination === undefined) {
      this.dstRecordingId = context.catalog.addNewRecording(recording);
      this.signal(startPosition, RecordingSignal.REPLICATE);
      return startPosition;
    }
    if (destination.startPosition === destination.stopPosition) {
      context.catalog.replaceRecording(this.dstRecordingId, recording);
      return startPosition;
    }
    return destination.stopPosition;
  }

  /** Of a source that goes on being recorded. */
  private *sourcePosition(source: AeronArchive): Steps<number> {
    const position = yield* this.answer(source.getRecordingPosition(this.parameters.request.srcRecordingId));
    if (position === NULL_POSITION) {
      throw new ArchiveError('cannot live merge without active source recording');
    }
    return position;
  }

  /** Has what will come on the replication channel recorded behind what there is. */
  private *subscribe(descriptor: RecordingDescriptor): Steps<Subscription> {
    const { controlSession, recordings, replicationChannel, request } = this.parameters;
    const channel = ChannelUri.parse(replicationChannel);
    const endpoint = channel.get('endpoint');
    channel.put('rejoin', 'false');
    if (!channel.hasControlModeResponse) {
      channel.put('session-id', String(this.replaySessionId(descriptor)));
    }
    if (this.isMultiDestination) {
      channel.remove('endpoint');
      channel.put('tags', `${this.tagOr(request.channelTagId)},${this.tagOr(request.subscriptionTagId)}`);
      channel.put('control-mode', 'manual');
    }
    const recording = recordings.extend(
      this.dstRecordingId,
      {
        session: controlSession,
        correlationId: this.sessionId,
        streamId: descriptor.streamId,
        sourceLocation: SourceLocation.REMOTE,
        isAutoStop: true,
      },
      channel.toString(),
    );
    this.recording = recording;
    while (recording.subscription === undefined) {
      yield 0;
    }
    if (this.isMultiDestination) {
      recording.subscription.asyncAddDestination(ChannelUri.createDestinationUri(replicationChannel, endpoint ?? ''));
    }
    return recording.subscription;
  }

  /** Has the source replayed to the subscription. */
  private *replay(
    source: AeronArchive,
    descriptor: RecordingDescriptor,
    subscription: Subscription,
    position: number,
  ): Steps<Image> {
    const { replicationChannel, request } = this.parameters;
    const channel = ChannelUri.parse(replicationChannel);
    if (channel.isUdp && channel.containsKey('endpoint')) {
      const what = `to resolve subscription endpoint: channel=${subscription.channel}`;
      channel.replaceEndpointWildcardPort(yield* this.until(source, what, () => subscription.resolvedEndpoint()));
    }
    if (request.liveDestination !== '') {
      channel.put('linger', '0');
      channel.put('eos', 'false');
    }
    if (!channel.hasControlModeResponse) {
      channel.put('session-id', String(this.replaySessionId(descriptor)));
    }
    const { fileIoMaxLength, srcRecordingId, stopPosition } = request;
    this.srcReplaySessionId = yield* this.answer(
      source.startReplay(srcRecordingId, channel.toString(), descriptor.streamId, {
        position,
        ...(stopPosition === NULL_POSITION ? {} : { length: stopPosition - position }),
        ...(fileIoMaxLength > 0 ? { fileIoMaxLength } : {}),
        subscriptionRegistrationId: subscription.registrationId,
      }),
    );
    const sessionId = sessionIdOfReplay(this.srcReplaySessionId);
    const what = `get replay image for sessionId=${sessionId} on channel=${subscription.channel}`;
    return yield* this.until(source, what, () => subscription.imageBySessionId(sessionId));
  }

  /** Up to the stop position, of the request or of the source. */
  private *follow(source: AeronArchive, image: Image, srcStopPosition: number): Steps<void> {
    const { stopPosition } = this.parameters.request;
    for (;;) {
      const isOver = image.isClosed || image.isEndOfStream;
      const { position } = image;
      const isSynced = srcStopPosition !== NULL_POSITION && position >= srcStopPosition;
      if (isOver || isSynced || (stopPosition !== NULL_POSITION && position >= stopPosition)) {
        if (isSynced) {
          this.signal(position, RecordingSignal.SYNC);
        }
        this.srcReplaySessionId = undefined;
        return;
      }
      yield this.pollSource(source);
    }
  }

  /** Has the live stream join in when the replay has come near enough, and stops the replay. */
  private *merge(
    source: AeronArchive,
    subscription: Subscription,
    image: Image,
    firstSrcPosition: number,
  ): Steps<void> {
    const { liveDestination } = this.parameters.request;
    while (image.position < firstSrcPosition) {
      checkIsOpen(image);
      yield this.pollSource(source);
    }
    let isLiveAdded = false;
    for (;;) {
      const srcPosition = yield* this.sourcePositionRetried(source, image);
      const { position } = image;
      const behind = srcPosition - position;
      if (!isLiveAdded && behind <= Math.min(image.termBufferLength / 4, LIVE_ADD_MAX_WINDOW)) {
        subscription.asyncAddDestination(liveDestination);
        isLiveAdded = true;
      } else if (isLiveAdded && behind <= 0 && image.activeTransportCount >= 2) {
        const { replicationChannel } = this.parameters;
        const endpoint = ChannelUri.parse(replicationChannel).get('endpoint') ?? '';
        subscription.asyncRemoveDestination(ChannelUri.createDestinationUri(replicationChannel, endpoint));
        // It goes on without us.
        this.recording = undefined;
        this.signal(position, RecordingSignal.MERGE);
        return;
      }
      yield 1;
    }
  }

  private *sourcePositionRetried(source: AeronArchive, image: Image): Steps<number> {
    for (let attempt = 1; ; attempt++) {
      checkIsOpen(image);
      try {
        return yield* this.sourcePosition(source);
      } catch (error) {
        if (!(error instanceof ArchiveTimeoutError) || attempt === RETRY_ATTEMPTS) {
          throw error;
        }
      }
    }
  }

  private get isMultiDestination(): boolean {
    const { channelTagId, liveDestination, subscriptionTagId } = this.parameters.request;
    return liveDestination !== '' || channelTagId !== BigInt(NULL_VALUE) || subscriptionTagId !== BigInt(NULL_VALUE);
  }

  private tagOr(tagId: bigint): bigint | number {
    return tagId === BigInt(NULL_VALUE) ? this.sessionId : tagId;
  }

  private replaySessionId(descriptor: RecordingDescriptor): number {
    const { liveDestination, replicationSessionId } = this.parameters.request;
    return liveDestination === '' && replicationSessionId !== NULL_VALUE ? replicationSessionId : descriptor.sessionId;
  }

  private *answer<T>(request: ArchiveRequest<T>): Steps<T> {
    try {
      while (!request.poll()) {
        yield 0;
      }
      return request.result;
    } finally {
      request.cancel();
    }
  }

  /** Waits as long as the other archive may take for an answer. @throws ArchiveTimeoutError */
  private *until<T>(source: AeronArchive, what: string, poll: () => T | undefined): Steps<T> {
    const { clock } = this.parameters.context;
    const timeoutMs = source.context.messageTimeoutNs / 1_000_000;
    const deadlineMs = clock.epochTimeMs() + timeoutMs;
    for (;;) {
      const result = poll();
      if (result !== undefined) {
        return result;
      }
      if (clock.epochTimeMs() >= deadlineMs) {
        throw new ArchiveTimeoutError(`failed ${what} within ${timeoutMs} ms`);
      }
      yield this.pollSource(source);
    }
  }

  /** Now and then: what it has to say that nobody has asked for. */
  private pollSource(source: AeronArchive): number {
    const nowMs = this.parameters.context.clock.epochTimeMs();
    if (nowMs > this.lastSourcePollMs + SOURCE_POLL_INTERVAL_MS) {
      this.lastSourcePollMs = nowMs;
      const error = source.pollForErrorResponse();
      if (error !== undefined) {
        throw new ArchiveError(error);
      }
    }
    return 0;
  }

  private signal(position: number, signal: RecordingSignal): void {
    const subscriptionId = this.recording?.registrationId ?? NULL_VALUE;
    this.parameters.controlSession.sendSignal(this.sessionId, this.dstRecordingId, subscriptionId, position, signal);
  }
}

function checkIsOpen(image: Image): void {
  if (image.isClosed) {
    throw new ArchiveError('replication image closed unexpectedly');
  }
}
