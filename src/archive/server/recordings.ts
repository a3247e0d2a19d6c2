import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { Image, Subscription } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import { ArchiveError, ArchiveErrorCode } from '../client/mod.ts';
import { RecordingSignal, SourceLocation } from '../codecs/mod.ts';
import type { ArchiveContext } from './archive-context.ts';
import type { Catalog } from './catalog.ts';
import type { ControlSession } from './control-session.ts';
import { FileWorker } from './file-worker.ts';
import type { RecordingEventsProxy } from './recording-events-proxy.ts';
import { addRecordingPositionCounter } from './recording-position-counter.ts';
import { RecordingSession } from './recording-session.ts';
import type { RecordingSummary } from './recording-summary.ts';
import { RecordingWriter } from './recording-writer.ts';
import { recordingKey, stripChannel } from './stripped-channel.ts';

const NULL_POSITION = -1;
const SPY_PREFIX = 'aeron-spy:';

/** Who wants a stream recorded, and how. */
export interface RecordingRequest {
  readonly session: ControlSession;
  readonly correlationId: number;
  readonly streamId: number;
  readonly sourceLocation: SourceLocation;
  readonly isAutoStop: boolean;
}

/** A stream that is recorded: its subscription, and the sessions of the images it has had. */
export interface RecordingSubscription {
  readonly key: string;
  readonly request: RecordingRequest;
  readonly originalChannel: string;
  readonly strippedChannel: string;
  /** The recording that goes on; undefined when each image begins one. */
  readonly extendedRecordingId: number | undefined;
  readonly registrationId: number;
  readonly sessions: Set<RecordingSession>;
  /** Not looked at yet. */
  readonly images: Image[];
  /** undefined until the driver has made it. */
  subscription: Subscription | undefined;
  state: SubscriptionState;
}

/**
 * ACTIVE:  every image is recorded; it can be stopped by its channel or its id
 * ORPHAN:  one of its recordings was stopped by identity: nothing finds it any more, it goes on up to its last image
 * STOPPED: refused or stopped: images are left alone, and what is being recorded comes to its end
 */
type SubscriptionState = 'ACTIVE' | 'ORPHAN' | 'STOPPED';

export interface RecordingsOptions {
  readonly context: ArchiveContext;
  readonly recordingEventsProxy: RecordingEventsProxy | undefined;
  /** Shared by all writers. */
  readonly checksumBuffer: AtomicBuffer | undefined;
  /** Whether files are being deleted that a recording needs to go on. */
  readonly isDeletionInTheWay: (summary: RecordingSummary) => boolean;
}

/**
 * What is being recorded: subscribes to streams, has each of their images recorded, and stops again, by whatever
 * key the client names it. Nothing of it waits for the driver. Upstream: a part of `ArchiveConductor`.
 */
export class Recordings {
  readonly recorder: FileWorker<RecordingSession>;
  private readonly options: RecordingsOptions;
  private readonly context: ArchiveContext;
  /** All that are not closed. */
  private readonly open = new Set<RecordingSubscription>();
  /** Those of them that are active. */
  private readonly byKey = new Map<string, RecordingSubscription>();
  private readonly sessions = new Map<number, RecordingSession>();
  private readonly subscriptionOf = new Map<RecordingSession, RecordingSubscription>();
  private isBusy = false;

  constructor(options: RecordingsOptions) {
    const { context } = options;
    this.options = options;
    this.context = context;
    const { totalWriteBytes: totalBytes, totalWriteTimeNs: totalTimeNs, maxWriteTimeNs: maxTimeNs } = context.counters;
    const counters = { totalBytes, totalTimeNs, maxTimeNs };
    const onSessionEnd = (session: RecordingSession) => this.onSessionEnd(session);
    this.recorder = new FileWorker('archive-recorder', context.errorHandler, counters, onSessionEnd);
  }

  /** The one that writes the recording; undefined when it is not being written. */
  session(recordingId: number): RecordingSession | undefined {
    return this.sessions.get(recordingId);
  }

  /** Those that the driver has made, in the order of the requests. */
  activeSubscriptions(): Subscription[] {
    return [...this.byKey.values()].flatMap(({ subscription }) => subscription ?? []);
  }

  /** What the driver has answered, and images that have come. */
  doWork(): number {
    if (!this.isBusy) {
      return 0;
    }
    this.isBusy = false;
    let workCount = 0;
    for (const recording of [...this.open]) {
      workCount += this.poll(recording);
    }
    return workCount;
  }

  start(request: RecordingRequest, channel: string): void {
    const refusal = this.refusal('');
    if (refusal !== undefined) {
      throw refusal;
    }
    this.subscribe(request, channel, undefined);
  }

  /** @throws ArchiveError, ControlProtocolError */
  extend(recordingId: number, request: RecordingRequest, channel: string): RecordingSubscription {
    const { catalog } = this.context;
    const refusal = this.refusal('at ');
    if (refusal?.errorCode === ArchiveErrorCode.MAX_RECORDINGS) {
      throw refusal;
    }
    checkIsKnown(catalog, recordingId);
    const summary = catalog.recordingSummary(recordingId);
    const { streamId } = request;
    if (streamId !== summary.streamId) {
      throw new ArchiveError(
        `cannot extend recording ${recordingId} with streamId=${streamId} for existing streamId=${summary.streamId}`,
        ArchiveErrorCode.UNKNOWN_RECORDING,
      );
    }
    if (this.sessions.has(recordingId)) {
      throw new ArchiveError(`cannot extend active recording ${recordingId}`, ArchiveErrorCode.ACTIVE_RECORDING);
    }
    if (this.options.isDeletionInTheWay(summary)) {
      throw new ArchiveError(`cannot extend recording ${recordingId} due to an outstanding delete operation`);
    }
    if (refusal !== undefined) {
      throw refusal;
    }
    return this.subscribe(request, channel, recordingId);
  }

  stop(correlationId: number, streamId: number, channel: string, session: ControlSession): void {
    const recording = this.byKey.get(recordingKey(streamId, ChannelUri.parse(channel)));
    if (recording === undefined) {
      throw new ArchiveError(
        `no recording found for streamId=${streamId} channel=${channel}`,
        ArchiveErrorCode.UNKNOWN_SUBSCRIPTION,
      );
    }
    this.end(recording, 'stop recording');
    session.sendOk(correlationId);
  }

  stopSubscription(correlationId: number, subscriptionId: number, session: ControlSession): void {
    const recording = this.bySubscriptionId(subscriptionId);
    if (recording === undefined) {
      throw new ArchiveError(
        `no recording subscription found for subscriptionId=${subscriptionId}`,
        ArchiveErrorCode.UNKNOWN_SUBSCRIPTION,
      );
    }
    this.end(recording, 'stop recording');
    session.sendOk(correlationId);
  }

  /** Answers 1 when it was being written, else 0. */
  stopByIdentity(correlationId: number, recordingId: number, session: ControlSession): void {
    checkIsKnown(this.context.catalog, recordingId);
    const recordingSession = this.sessions.get(recordingId);
    let found = 0;
    if (recordingSession !== undefined) {
      recordingSession.abort('stop recording by identity');
      const recording = this.subscriptionOf.get(recordingSession)!;
      if (recording.state === 'ACTIVE') {
        this.leave(recording, 'ORPHAN');
        found = 1;
      }
    }
    session.sendOk(correlationId, found);
  }

  /** Ends the subscription and, when they have come to their ends, its recordings. */
  end(recording: RecordingSubscription, reason: string): void {
    if (!this.open.has(recording)) {
      return;
    }
    this.leave(recording, 'STOPPED');
    for (const session of recording.sessions) {
      session.abort(reason);
    }
    if (recording.subscription === undefined) {
      this.context.aeron.asyncRemoveSubscription(recording.registrationId);
      recording.request.session.sendOk(recording.request.correlationId, recording.registrationId);
    }
    this.closeWhenUnused(recording);
  }

  /** When the archive closes, and the client stays. */
  close(): void {
    for (const { subscription } of this.open) {
      subscription?.close();
    }
  }

  private subscribe(
    request: RecordingRequest,
    originalChannel: string,
    extendedRecordingId: number | undefined,
  ): RecordingSubscription {
    const { streamId } = request;
    const uri = ChannelUri.parse(originalChannel);
    const key = recordingKey(streamId, uri);
    if (this.byKey.has(key)) {
      throw new ArchiveError(
        `recording exists for streamId=${streamId} channel=${originalChannel}`,
        ArchiveErrorCode.ACTIVE_SUBSCRIPTION,
      );
    }
    const strippedChannel = stripChannel(uri).build();
    const isSpy = request.sourceLocation === SourceLocation.LOCAL && uri.isUdp;
    const images: Image[] = [];
    const registrationId = this.context.aeron.asyncAddSubscription(
      isSpy ? SPY_PREFIX + strippedChannel : strippedChannel,
      streamId,
      (image) => {
        images.push(image);
        this.isBusy = true;
      },
    );
    const recording: RecordingSubscription = {
      key,
      request,
      originalChannel,
      strippedChannel,
      extendedRecordingId,
      registrationId,
      sessions: new Set(),
      images,
      subscription: undefined,
      state: 'ACTIVE',
    };
    this.open.add(recording);
    this.byKey.set(key, recording);
    this.isBusy = true;
    return recording;
  }

  private poll(recording: RecordingSubscription): number {
    if (recording.subscription === undefined && !this.isAdded(recording)) {
      return recording.state === 'STOPPED' ? 1 : 0;
    }
    let workCount = 0;
    for (let image = recording.images.shift(); image !== undefined; image = recording.images.shift()) {
      if (recording.state !== 'STOPPED') {
        this.onImage(recording, image);
      }
      workCount++;
    }
    return workCount;
  }

  /** Whether the driver has made the subscription. It is answered before anything is said of its images. */
  private isAdded(recording: RecordingSubscription): boolean {
    const { correlationId, session } = recording.request;
    try {
      recording.subscription = this.context.aeron.getSubscription(recording.registrationId);
    } catch (error) {
      const { message } = error as Error;
      this.leave(recording, 'STOPPED');
      this.open.delete(recording);
      this.context.errorHandler(error);
      session.sendError(correlationId, message);
      return false;
    }
    if (recording.subscription === undefined) {
      this.isBusy = true;
      return false;
    }
    session.sendOk(correlationId, recording.registrationId);
    return true;
  }

  private onImage(recording: RecordingSubscription, image: Image): void {
    const { session, correlationId, isAutoStop } = recording.request;
    const { extendedRecordingId } = recording;
    try {
      if (extendedRecordingId === undefined) {
        this.begin(recording, image);
      } else {
        this.goOn(recording, extendedRecordingId, image);
      }
    } catch (error) {
      const { message } = error as Error;
      this.context.errorHandler(error);
      session.sendError(correlationId, message, error instanceof ArchiveError ? error.errorCode : undefined);
      // Nobody reads the image now: rather no subscription than a publisher who waits for ever.
      if (isAutoStop || (extendedRecordingId === undefined && recording.sessions.size === 0)) {
        this.end(recording, message);
      }
    }
  }

  private begin(recording: RecordingSubscription, image: Image): void {
    const { catalog, clock, options } = this.context;
    const segmentFileLength = Math.max(options.segmentFileLength, image.termBufferLength);
    const recordingId = catalog.addNewRecording({
      startPosition: image.joinPosition,
      stopPosition: NULL_POSITION,
      startTimestamp: clock.epochTimeMs(),
      stopTimestamp: NULL_POSITION,
      initialTermId: image.initialTermId,
      segmentFileLength,
      termBufferLength: image.termBufferLength,
      mtuLength: image.mtuLength,
      sessionId: image.sessionId,
      streamId: image.subscription.streamId,
      strippedChannel: recording.strippedChannel,
      originalChannel: recording.originalChannel,
      sourceIdentity: image.sourceIdentity,
    });
    this.addSession(recording, image, { recordingId, startPosition: image.joinPosition, segmentFileLength }, () => {
      this.signal(recording, recordingId, image.joinPosition, RecordingSignal.START);
    });
  }

  private goOn(recording: RecordingSubscription, recordingId: number, image: Image): void {
    const { catalog } = this.context;
    const { streamId } = image.subscription;
    const where = `streamId=${streamId} channel=${recording.originalChannel}`;
    if (this.sessions.has(recordingId)) {
      throw new ArchiveError(
        `cannot extend active recording ${recordingId} ${where}`,
        ArchiveErrorCode.ACTIVE_RECORDING,
      );
    }
    const summary = catalog.recordingSummary(recordingId);
    if (this.options.isDeletionInTheWay(summary)) {
      throw new ArchiveError(`cannot extend recording ${recordingId} due to an outstanding delete operation: ${where}`);
    }
    checkExtension(image, summary);
    this.addSession(recording, image, summary, () => {
      const { session, correlationId } = recording.request;
      catalog.extendRecording(recordingId, session.sessionId, correlationId, image.sessionId);
      this.signal(recording, recordingId, image.joinPosition, RecordingSignal.EXTEND);
    });
  }

  private addSession(
    recording: RecordingSubscription,
    image: Image,
    summary: Pick<RecordingSummary, 'recordingId' | 'startPosition' | 'segmentFileLength'>,
    onStart: () => void,
  ): void {
    const { context } = this;
    const { aeron, options, recordChecksum } = context;
    const { recordingId, segmentFileLength } = summary;
    const { recordingEventsProxy, checksumBuffer } = this.options;
    const session = new RecordingSession({
      aeron,
      image,
      recordingId,
      controlSession: recording.request.session,
      correlationId: recording.request.correlationId,
      originalChannel: recording.originalChannel,
      isAutoStop: recording.request.isAutoStop,
      blockLengthLimit: options.fileIoMaxLength,
      writer: new RecordingWriter({
        platform: context.platform,
        archiveDir: context.archiveDir,
        recordingId,
        startPosition: summary.startPosition,
        joinPosition: image.joinPosition,
        termBufferLength: image.termBufferLength,
        segmentFileLength,
        fileSyncLevel: options.fileSyncLevel,
        checksum: recordChecksum,
        checksumBuffer,
        errorHandler: context.errorHandler,
        onWritten: this.recorder.onTransferred,
      }),
      counterCorrelationId: addRecordingPositionCounter(aeron, {
        archiveId: context.archiveId,
        recordingId,
        sessionId: image.sessionId,
        streamId: image.subscription.streamId,
        strippedChannel: recording.strippedChannel,
        sourceIdentity: image.sourceIdentity,
      }),
      onStart,
      recordingEventsProxy,
      errorHandler: context.errorHandler,
    });
    recording.sessions.add(session);
    this.sessions.set(recordingId, session);
    this.subscriptionOf.set(session, recording);
    this.recorder.addSession(session);
    context.counters.recordingSessions.incrementRelease();
  }

  private onSessionEnd(session: RecordingSession): void {
    const { context } = this;
    const recording = this.subscriptionOf.get(session)!;
    const recordingId = session.sessionId;
    try {
      context.catalog.recordingStopped(recordingId, session.get(), context.clock.epochTimeMs());
    } catch (error) {
      // The catalog knows it all the same; it is the disk that failed, of which the client shall hear.
      context.errorHandler(error);
    }
    if (!context.isAborted) {
      try {
        session.sendPendingError();
        this.signal(recording, recordingId, session.get(), RecordingSignal.STOP);
      } catch (error) {
        context.errorHandler(error);
      }
    }
    this.sessions.delete(recordingId);
    this.subscriptionOf.delete(session);
    recording.sessions.delete(session);
    if (!context.counters.recordingSessions.isClosed) {
      context.counters.recordingSessions.decrementRelease();
    }
    if (session.isAutoStop) {
      this.end(recording, 'close recording session');
    } else {
      this.closeWhenUnused(recording);
    }
  }

  /** It is no longer active. */
  private leave(recording: RecordingSubscription, state: 'ORPHAN' | 'STOPPED'): void {
    if (recording.state === 'ACTIVE') {
      this.byKey.delete(recording.key);
    }
    recording.state = state;
  }

  private closeWhenUnused(recording: RecordingSubscription): void {
    if (recording.state !== 'ACTIVE' && recording.sessions.size === 0) {
      this.open.delete(recording);
      recording.subscription?.close();
    }
  }

  private signal(
    { request, registrationId }: RecordingSubscription,
    recordingId: number,
    position: number,
    signal: RecordingSignal,
  ): void {
    request.session.sendSignal(request.correlationId, recordingId, registrationId, position, signal);
  }

  private bySubscriptionId(subscriptionId: number): RecordingSubscription | undefined {
    for (const recording of this.byKey.values()) {
      if (recording.registrationId === subscriptionId) {
        return recording;
      }
    }
    return undefined;
  }

  /** Why nothing more can be recorded now. */
  private refusal(preposition: string): ArchiveError | undefined {
    const { archiveDir, options, platform } = this.context;
    const { maxConcurrentRecordings, lowStorageSpaceThreshold } = options;
    let active = 0;
    for (const { sessions, state } of this.open) {
      active += state === 'ACTIVE' ? Math.max(1, sessions.size) : sessions.size;
    }
    if (active >= maxConcurrentRecordings) {
      return new ArchiveError(
        `max concurrent recordings reached ${preposition}${maxConcurrentRecordings}`,
        ArchiveErrorCode.MAX_RECORDINGS,
      );
    }
    const usableSpace = platform.files.usableSpace(archiveDir);
    return usableSpace <= lowStorageSpaceThreshold
      ? new ArchiveError(
          `low storage threshold=${lowStorageSpaceThreshold} <= usableSpace=${usableSpace}`,
          ArchiveErrorCode.STORAGE_SPACE,
        )
      : undefined;
  }
}

/** @throws ArchiveError UNKNOWN_RECORDING */
export function checkIsKnown(catalog: Catalog, recordingId: number): void {
  if (!catalog.hasRecording(recordingId)) {
    throw new ArchiveError(
      catalog.refusalOf(recordingId) ?? `unknown recording id: ${recordingId}`,
      ArchiveErrorCode.UNKNOWN_RECORDING,
    );
  }
}

/** That the image goes on where the recording ends. @throws ArchiveError INVALID_EXTENSION */
function checkExtension(image: Image, recording: RecordingSummary): void {
  const pairs = [
    ['joinPosition', image.joinPosition, 'stopPosition', recording.stopPosition],
    ['initialTermId', image.initialTermId, 'initialTermId', recording.initialTermId],
    ['termBufferLength', image.termBufferLength, 'termBufferLength', recording.termBufferLength],
    ['mtuLength', image.mtuLength, 'mtuLength', recording.mtuLength],
  ] as const;
  for (const [imageName, found, recordingName, expected] of pairs) {
    if (found !== expected) {
      throw new ArchiveError(
        `cannot extend recording ${recording.recordingId} image.${imageName}=${found} != rec.${recordingName}=${expected}`,
        ArchiveErrorCode.INVALID_EXTENSION,
      );
    }
  }
}
