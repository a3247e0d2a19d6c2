import { AeronError } from '../../agrona/mod.ts';
import {
  Aeron,
  type ConcurrentPublication,
  type ExclusivePublication,
  Publication,
  type Subscription,
} from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import { SourceLocation } from '../codecs/mod.ts';
import type { ArchiveProxy } from './archive-proxy.ts';
import { ArchiveRequest, type Procedure } from './archive-request.ts';
import { AsyncConnect } from './async-connect.ts';
import type { Connection } from './connecting.ts';
import { type AeronArchiveContext, type AeronArchiveOptions, createContext } from './context.ts';
import type { ControlResponsePoller } from './control-response-poller.ts';
import { ArchiveClientState, ControlSession, type Send } from './control-session.ts';
import { RecordingDescriptorPoller, RecordingSubscriptionDescriptorPoller } from './descriptor-poller.ts';
import { ArchiveError, ArchiveErrorCode } from './errors.ts';
import { awaitRecorded } from './recorded-procedure.ts';
import type {
  RecordingDescriptor,
  RecordingDescriptorConsumer,
  RecordingSubscriptionDescriptorConsumer,
} from './recording-descriptor.ts';
import type { RecordingSignalEvent } from './recording-signal.ts';
import { RecordingSignalPoller } from './recording-signal-poller.ts';
import { type RecordingSignalsOptions, recordingSignals } from './recording-signals.ts';
import { type RecordingsOptions, recordings } from './recordings.ts';
import type { ReplayParams } from './replay-params.ts';
import {
  addExclusivePublication,
  type ReplayHandlers,
  replayToSubscription,
  startReplay,
} from './replay-procedures.ts';
import type { ReplicationParams } from './replication-params.ts';

const NOT_CONNECTED = 'not connected';

/**
 * A client of an archive: asks it to record streams, to replay and copy what it has recorded, and about its
 * catalog. Used by one thread. Upstream: `io.aeron.archive.client.AeronArchive`.
 *
 * What it asks is an `ArchiveRequest`: to be awaited, polled or blocked on. Each can fail with an ArchiveError,
 * whose `errorCode` tells why the archive has refused, or an ArchiveTimeoutError.
 *
 *     await using archive = await AeronArchive.connect({ controlRequestChannel, controlResponseChannel });
 *     await archive.startRecording('aeron:udp?endpoint=localhost:20121', 10, SourceLocation.REMOTE);
 *
 * Agents that would rather pair answers themselves send with `archiveProxy` and poll `controlResponsePoller`,
 * `recordingSignalPoller` or one of the descriptor pollers. All of these read the same stream: while one is
 * used, no ArchiveRequest may be waiting for its answer.
 */
export class AeronArchive {
  static readonly NULL_POSITION = -1;
  static readonly NULL_LENGTH = -1;
  static readonly NULL_TIMESTAMP = -1;

  readonly context: AeronArchiveContext;
  readonly archiveProxy: ArchiveProxy;
  readonly controlResponsePoller: ControlResponsePoller;
  /** What the archive knows this client by. */
  readonly controlSessionId: number;
  /** undefined for an archive that is too old to have one. */
  readonly archiveId: bigint | undefined;
  readonly #session: ControlSession;
  #recordingSignalPoller: RecordingSignalPoller | undefined;
  #recordingDescriptorPoller: RecordingDescriptorPoller | undefined;
  #recordingSubscriptionDescriptorPoller: RecordingSubscriptionDescriptorPoller | undefined;

  /** For `AsyncConnect`. */
  constructor(connection: Connection) {
    const { context, poller, proxy, controlSessionId, archiveId } = connection;
    this.context = context;
    this.archiveProxy = proxy;
    this.controlResponsePoller = poller;
    this.controlSessionId = controlSessionId;
    this.archiveId = archiveId;
    this.#session = new ControlSession(context, proxy, poller.subscription, controlSessionId);
    if (context.recordingSignalConsumer !== undefined) {
      this.#session.signalListeners.add(context.recordingSignalConsumer);
    }
  }

  /**
   * Connects to an archive, for programs. Without an `aeron` it connects one, and closes it in the end.
   * @throws ArchiveTimeoutError, ArchiveError AUTHENTICATION_REJECTED, ...; RegistrationError for a channel that
   *   the driver refuses; DriverTimeoutError; AeronError CONFIGURATION; the signal's reason.
   */
  static async connect(
    options: AeronArchiveOptions = {},
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<AeronArchive> {
    const unconnected = createContext(options);
    const context: AeronArchiveContext =
      unconnected.aeron === undefined
        ? { ...unconnected, aeron: await Aeron.connect(aeronOptions(unconnected)), ownsAeronClient: true }
        : { ...unconnected, aeron: unconnected.aeron };
    return await new AsyncConnect(context, create).promise({ signal });
  }

  /** As `connect`, and blocks the thread until then by asking the idle strategy: for agents that start. */
  static connectBlocking(options: AeronArchiveOptions = {}): AeronArchive {
    const unconnected = createContext(options);
    const context: AeronArchiveContext =
      unconnected.aeron === undefined
        ? {
            ...unconnected,
            aeron: Aeron.connectBlocking({ ...aeronOptions(unconnected), useConductorAgentInvoker: true }),
            ownsAeronClient: true,
          }
        : { ...unconnected, aeron: unconnected.aeron };
    return new AsyncConnect(context, create).block();
  }

  /** Begins to connect, for agents: poll it. Needs an `aeron`. @throws AeronError CONFIGURATION */
  static asyncConnect(options: AeronArchiveOptions): AsyncConnect {
    const unconnected = createContext(options);
    if (unconnected.aeron === undefined) {
      throw new AeronError('CONFIGURATION', 'asyncConnect needs option aeron: it never waits, not for a driver either');
    }
    return new AsyncConnect({ ...unconnected, aeron: unconnected.aeron }, create);
  }

  get state(): ArchiveClientState {
    return this.#session.state;
  }

  get isClosed(): boolean {
    return this.#session.state === ArchiveClientState.CLOSED;
  }

  /** Of the request that was sent last, in this client's forms. */
  get lastCorrelationId(): number {
    return this.#session.lastCorrelationId;
  }

  /** For agents. */
  get recordingSignalPoller(): RecordingSignalPoller {
    this.#recordingSignalPoller ??= new RecordingSignalPoller(this.controlSessionId, this.#session.subscription);
    return this.#recordingSignalPoller;
  }

  /** For agents. */
  get recordingDescriptorPoller(): RecordingDescriptorPoller {
    this.#recordingDescriptorPoller ??= new RecordingDescriptorPoller(
      this.#session.subscription,
      this.controlSessionId,
      this.context,
    );
    return this.#recordingDescriptorPoller;
  }

  /** For agents. */
  get recordingSubscriptionDescriptorPoller(): RecordingSubscriptionDescriptorPoller {
    this.#recordingSubscriptionDescriptorPoller ??= new RecordingSubscriptionDescriptorPoller(
      this.#session.subscription,
      this.controlSessionId,
      this.context,
    );
    return this.#recordingSubscriptionDescriptorPoller;
  }

  /** Looks for an error that the archive has sent for no request that waits. Its message, or 'not connected'. */
  pollForErrorResponse(): string | undefined {
    this.#session.ensureConnected();
    return this.#isConnected() ? this.#session.pollForStrayError()?.message : NOT_CONNECTED;
  }

  /** As `pollForErrorResponse`; an error goes to the `errorHandler`, or is thrown without one. @throws ArchiveError */
  checkForErrorResponse(): void {
    this.#session.ensureConnected();
    const error = this.#isConnected() ? this.#session.pollForStrayError() : new ArchiveError(NOT_CONNECTED);
    this.#handle(error);
  }

  /** Gives signals that have come to the `recordingSignalConsumer`. Returns how many. Errors as for `checkForErrorResponse`. */
  pollForRecordingSignals(): number {
    this.#session.ensureConnected();
    const before = this.#session.signalCount;
    this.#handle(this.#session.pollForStrayError());
    return this.#session.signalCount - before;
  }

  /** Signals as they come, on and on: `for await (const { recordingId, signal } of ...)`. */
  recordingSignals(options: RecordingSignalsOptions = {}): AsyncGenerator<RecordingSignalEvent, void, void> {
    return recordingSignals(this.#session, options);
  }

  /**
   * Adds a publication and has it recorded. A session that was recorded before is another recording.
   * @throws AeronError ALREADY_ADDED when the publication is shared with one that is there already.
   */
  addRecordedPublication(channel: string, streamId: number): ArchiveRequest<ConcurrentPublication> {
    return this.#request(this.#addRecordedPublication(channel, streamId));
  }

  addRecordedExclusivePublication(channel: string, streamId: number): ArchiveRequest<ExclusivePublication> {
    return this.#request(this.#addRecordedExclusivePublication(channel, streamId));
  }

  /**
   * Waits until what was offered to a recorded publication so far, or up to `position`, is recorded: written, and on
   * the device where the archive's `fileSyncLevel` asks for that. Returns the recording's id.
   * @throws ArchiveTimeoutError when the recording gets no further for `messageTimeoutNs`
   */
  awaitRecorded(publication: Publication, position = publication.position): ArchiveRequest<number> {
    return this.#request(awaitRecorded(this.#session, publication, position));
  }

  /**
   * Has the archive subscribe to a channel and stream, and record every publisher that comes.
   * @param sourceLocation LOCAL when the publishers are on the archive's driver: it then listens in on what they send.
   * @param autoStop whether to stop when the first publisher has gone.
   * @returns what the subscription is known by to the archive; each publisher's recording gets an id of its own.
   */
  startRecording(
    channel: string,
    streamId: number,
    sourceLocation: SourceLocation,
    autoStop = false,
  ): ArchiveRequest<number> {
    return this.#ask('start recording', (correlationId, controlSessionId) =>
      this.archiveProxy.startRecording(channel, streamId, sourceLocation, autoStop, correlationId, controlSessionId),
    );
  }

  /** As `startRecording`, for the one publisher that goes on where a recording has ended: its terms and MTU must be the same. */
  extendRecording(
    recordingId: number,
    channel: string,
    streamId: number,
    sourceLocation: SourceLocation,
    autoStop = false,
  ): ArchiveRequest<number> {
    return this.#ask('extend recording', (correlationId, controlSessionId) =>
      this.archiveProxy.extendRecording(
        channel,
        streamId,
        sourceLocation,
        autoStop,
        recordingId,
        correlationId,
        controlSessionId,
      ),
    );
  }

  /**
   * Stops what was started for a channel and stream, for a subscription id, or for a recorded publication.
   * @throws ArchiveError UNKNOWN_SUBSCRIPTION when there is none.
   */
  stopRecording(channel: string, streamId: number): ArchiveRequest<void>;
  stopRecording(subscription: number | Publication): ArchiveRequest<void>;
  stopRecording(what: string | number | Publication, streamId?: number): ArchiveRequest<void> {
    return this.#tell('stop recording', this.#sendStop(what, streamId));
  }

  /** As `stopRecording`; false when there was none. */
  tryStopRecording(channel: string, streamId: number): ArchiveRequest<boolean>;
  tryStopRecording(subscription: number | Publication): ArchiveRequest<boolean>;
  tryStopRecording(what: string | number | Publication, streamId?: number): ArchiveRequest<boolean> {
    return this.#try('stop recording', ArchiveErrorCode.UNKNOWN_SUBSCRIPTION, this.#sendStop(what, streamId));
  }

  /** Stops the recording that is being written under this id; false when it is not. */
  tryStopRecordingByIdentity(recordingId: number): ArchiveRequest<boolean> {
    return this.#request(
      map(
        this.#session.callForNumber('stop recording', (correlationId, controlSessionId) =>
          this.archiveProxy.stopRecordingByIdentity(recordingId, correlationId, controlSessionId),
        ),
        (wasActive) => wasActive !== 0,
      ),
    );
  }

  /**
   * Has a recording sent to a channel and stream.
   * @returns what the replay is known by, for `stopReplay`; its low 32 bits are the stream's session id
   *   (`sessionIdOfReplay`).
   * @throws ArchiveError UNKNOWN_RECORDING, INVALID_POSITION, EMPTY_RECORDING, MAX_REPLAYS, ...
   */
  startReplay(
    recordingId: number,
    replayChannel: string,
    replayStreamId: number,
    params: ReplayParams = {},
  ): ArchiveRequest<bigint> {
    const replay = { recordingId, channel: replayChannel, streamId: replayStreamId, params };
    return this.#request(startReplay(this.#session, replay));
  }

  /** Has a recording sent to a subscription that is made for it. Close the subscription to end the replay. */
  replay(
    recordingId: number,
    replayChannel: string,
    replayStreamId: number,
    params: ReplayParams = {},
    handlers: ReplayHandlers = {},
  ): ArchiveRequest<Subscription> {
    const replay = { recordingId, channel: replayChannel, streamId: replayStreamId, params };
    return this.#request(replayToSubscription(this.#session, replay, handlers));
  }

  /** Stops a replay. When it has ended, older archives (1.44) refuse with UNKNOWN_REPLAY; newer ones do not mind. */
  stopReplay(replaySessionId: bigint): ArchiveRequest<void> {
    return this.#tell('stop replay', (correlationId, controlSessionId) =>
      this.archiveProxy.stopReplay(replaySessionId, correlationId, controlSessionId),
    );
  }

  /** @param recordingId -1 for all recordings. */
  stopAllReplays(recordingId: number): ArchiveRequest<void> {
    return this.#tell('stop all replays', (correlationId, controlSessionId) =>
      this.archiveProxy.stopAllReplays(recordingId, correlationId, controlSessionId),
    );
  }

  /** All recordings, one after the other, asked for as they are used: `for await (const { recordingId } of ...)`. */
  recordings(options: RecordingsOptions = {}): AsyncGenerator<RecordingDescriptor, void, void> {
    return recordings(this, options);
  }

  /** Gives up to `recordCount` recordings, from an id on, to `consumer`. Returns how many there were. */
  listRecordings(
    fromRecordingId: number,
    recordCount: number,
    consumer: RecordingDescriptorConsumer,
  ): ArchiveRequest<number> {
    return this.#list('list recordings', recordCount, consumer, (correlationId, controlSessionId) =>
      this.archiveProxy.listRecordings(fromRecordingId, recordCount, correlationId, controlSessionId),
    );
  }

  /** As `listRecordings`, of those of a stream whose channel contains `channelFragment`. */
  listRecordingsForUri(
    fromRecordingId: number,
    recordCount: number,
    channelFragment: string,
    streamId: number,
    consumer: RecordingDescriptorConsumer,
  ): ArchiveRequest<number> {
    return this.#list('list recordings', recordCount, consumer, (correlationId, controlSessionId) =>
      this.archiveProxy.listRecordingsForUri(
        fromRecordingId,
        recordCount,
        channelFragment,
        streamId,
        correlationId,
        controlSessionId,
      ),
    );
  }

  /** Gives a recording to `consumer`. Returns 1, or 0 when there is none of this id. */
  listRecording(recordingId: number, consumer: RecordingDescriptorConsumer): ArchiveRequest<number> {
    return this.#list('list recording', 1, consumer, (correlationId, controlSessionId) =>
      this.archiveProxy.listRecording(recordingId, correlationId, controlSessionId),
    );
  }

  /**
   * Gives up to `subscriptionCount` of what the archive subscribes to, from the `pseudoIndex`-th match on, to
   * `consumer`. Returns how many there were.
   */
  listRecordingSubscriptions(
    pseudoIndex: number,
    subscriptionCount: number,
    channelFragment: string,
    streamId: number,
    applyStreamId: boolean,
    consumer: RecordingSubscriptionDescriptorConsumer,
  ): ArchiveRequest<number> {
    const procedure = this.#session.listSubscriptions(
      'list recording subscriptions',
      subscriptionCount,
      consumer,
      (correlationId, controlSessionId) =>
        this.archiveProxy.listRecordingSubscriptions(
          pseudoIndex,
          subscriptionCount,
          channelFragment,
          streamId,
          applyStreamId,
          correlationId,
          controlSessionId,
        ),
    );
    return this.#request(procedure);
  }

  /** The last recording, of at least `minRecordingId`, of a stream and session whose channel contains `channelFragment`; -1 when there is none. */
  findLastMatchingRecording(
    minRecordingId: number,
    channelFragment: string,
    streamId: number,
    sessionId: number,
  ): ArchiveRequest<number> {
    return this.#ask('find last matching recording', (correlationId, controlSessionId) =>
      this.archiveProxy.findLastMatchingRecording(
        minRecordingId,
        channelFragment,
        streamId,
        sessionId,
        correlationId,
        controlSessionId,
      ),
    );
  }

  getStartPosition(recordingId: number): ArchiveRequest<number> {
    return this.#ask('get start position', (correlationId, controlSessionId) =>
      this.archiveProxy.getStartPosition(recordingId, correlationId, controlSessionId),
    );
  }

  /** How far a recording that is being written has come; -1 when it is not being written. */
  getRecordingPosition(recordingId: number): ArchiveRequest<number> {
    return this.#ask('get recording position', (correlationId, controlSessionId) =>
      this.archiveProxy.getRecordingPosition(recordingId, correlationId, controlSessionId),
    );
  }

  /** Where a recording has ended; -1 while it is being written. */
  getStopPosition(recordingId: number): ArchiveRequest<number> {
    return this.#ask('get stop position', (correlationId, controlSessionId) =>
      this.archiveProxy.getStopPosition(recordingId, correlationId, controlSessionId),
    );
  }

  /** How far a recording has come, or where it has ended. For archives of version 1.42 and later. */
  getMaxRecordedPosition(recordingId: number): ArchiveRequest<number> {
    return this.#ask('get max recorded position', (correlationId, controlSessionId) =>
      this.archiveProxy.getMaxRecordedPosition(recordingId, correlationId, controlSessionId),
    );
  }

  /** Cuts the end of a stopped recording off, at a frame. Returns the segment files that were deleted. */
  truncateRecording(recordingId: number, position: number): ArchiveRequest<number> {
    return this.#ask('truncate recording', (correlationId, controlSessionId) =>
      this.archiveProxy.truncateRecording(recordingId, position, correlationId, controlSessionId),
    );
  }

  /** Deletes a stopped recording. Returns the segment files that were deleted. */
  purgeRecording(recordingId: number): ArchiveRequest<number> {
    return this.#ask('purge recording', (correlationId, controlSessionId) =>
      this.archiveProxy.purgeRecording(recordingId, correlationId, controlSessionId),
    );
  }

  /** Changes the channel that stands in the catalog for a recording. */
  updateChannel(recordingId: number, channel: string): ArchiveRequest<void> {
    return this.#tell('update channel', (correlationId, controlSessionId) =>
      this.archiveProxy.updateChannel(recordingId, channel, correlationId, controlSessionId),
    );
  }

  /**
   * Has a recording copied here from another archive, on and on until `stopReplication`, the `stopPosition`, or the
   * end of a recording that is not live. Signals tell how it goes. Returns what the replication is known by.
   */
  replicate(
    srcRecordingId: number,
    srcControlStreamId: number,
    srcControlChannel: string,
    params: ReplicationParams = {},
  ): ArchiveRequest<number> {
    return this.#ask('replicate', (correlationId, controlSessionId) =>
      this.archiveProxy.replicate(
        srcRecordingId,
        srcControlStreamId,
        srcControlChannel,
        params,
        correlationId,
        controlSessionId,
      ),
    );
  }

  /** @throws ArchiveError UNKNOWN_REPLICATION when it has ended. */
  stopReplication(replicationId: number): ArchiveRequest<void> {
    return this.#tell('stop replication', this.#sendStopReplication(replicationId));
  }

  /** As `stopReplication`; false when it has ended. */
  tryStopReplication(replicationId: number): ArchiveRequest<boolean> {
    return this.#try(
      'stop replication',
      ArchiveErrorCode.UNKNOWN_REPLICATION,
      this.#sendStopReplication(replicationId),
    );
  }

  /** Moves the start of a recording up to a segment's base position; the files before it stay as they are, no part of it. */
  detachSegments(recordingId: number, newStartPosition: number): ArchiveRequest<void> {
    return this.#tell('detach segments', (correlationId, controlSessionId) =>
      this.archiveProxy.detachSegments(recordingId, newStartPosition, correlationId, controlSessionId),
    );
  }

  /** Deletes the files that `detachSegments` has left. Returns how many. */
  deleteDetachedSegments(recordingId: number): ArchiveRequest<number> {
    return this.#ask('delete detached segments', (correlationId, controlSessionId) =>
      this.archiveProxy.deleteDetachedSegments(recordingId, correlationId, controlSessionId),
    );
  }

  /** `detachSegments` and `deleteDetachedSegments` in one. Returns the files deleted. */
  purgeSegments(recordingId: number, newStartPosition: number): ArchiveRequest<number> {
    return this.#ask('purge segments', (correlationId, controlSessionId) =>
      this.archiveProxy.purgeSegments(recordingId, newStartPosition, correlationId, controlSessionId),
    );
  }

  /** Takes files that lie before the start of a recording, and fit, back into it. Returns how many. */
  attachSegments(recordingId: number): ArchiveRequest<number> {
    return this.#ask('attach segments', (correlationId, controlSessionId) =>
      this.archiveProxy.attachSegments(recordingId, correlationId, controlSessionId),
    );
  }

  /** Moves all files of a stopped recording to before the start, or behind the end, of another of the same stream. Returns how many. */
  migrateSegments(srcRecordingId: number, dstRecordingId: number): ArchiveRequest<number> {
    return this.#ask('migrate segments', (correlationId, controlSessionId) =>
      this.archiveProxy.migrateSegments(srcRecordingId, dstRecordingId, correlationId, controlSessionId),
    );
  }

  /** Ends the control session; the archive ends what belongs to it. What waits for an answer fails. */
  close(): void {
    const session = this.#session;
    if (session.state === ArchiveClientState.CLOSED) {
      return;
    }
    session.state = ArchiveClientState.CLOSED;
    const { aeron, ownsAeronClient } = this.context;
    if (aeron.isClosed) {
      return;
    }
    if (this.archiveProxy.publication.isConnected) {
      try {
        this.archiveProxy.closeSession(this.controlSessionId);
      } catch (error) {
        this.context.errorHandler?.(error);
      }
    }
    if (ownsAeronClient) {
      aeron.close();
    } else {
      this.archiveProxy.publication.close();
      session.subscription.close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** For `AsyncConnect`: the archive, or the way to it, has gone. */
  onDisconnected(): void {
    if (this.#session.state === ArchiveClientState.CONNECTED) {
      this.#session.state = ArchiveClientState.DISCONNECTED;
    }
  }

  *#addRecordedPublication(channel: string, streamId: number): Procedure<ConcurrentPublication> {
    const { aeron } = this.context;
    const id = aeron.asyncAddPublication(channel, streamId);
    let isDone = false;
    try {
      const publication = yield* this.#session.until('adding a publication', () => aeron.getPublication(id));
      if (!publication.isOriginal) {
        throw new AeronError('ALREADY_ADDED', `publication already added for channel=${channel} streamId=${streamId}`);
      }
      yield* this.#record(publication);
      isDone = true;
      return publication;
    } finally {
      if (!isDone && !aeron.isClosed) {
        aeron.asyncRemovePublication(id);
      }
    }
  }

  *#addRecordedExclusivePublication(channel: string, streamId: number): Procedure<ExclusivePublication> {
    const publication = yield* addExclusivePublication(this.#session, channel, streamId);
    let isDone = false;
    try {
      yield* this.#record(publication);
      isDone = true;
      return publication;
    } finally {
      if (!isDone) {
        publication.close();
      }
    }
  }

  *#record(publication: Publication): Procedure<void> {
    const channel = ChannelUri.addSessionId(publication.channel, publication.sessionId);
    yield* this.#session.call('start recording', (correlationId, controlSessionId) =>
      this.archiveProxy.startRecording(
        channel,
        publication.streamId,
        SourceLocation.LOCAL,
        false,
        correlationId,
        controlSessionId,
      ),
    );
  }

  #sendStop(what: string | number | Publication, streamId: number | undefined): Send {
    if (typeof what === 'number') {
      return (correlationId, controlSessionId) =>
        this.archiveProxy.stopRecordingSubscription(what, correlationId, controlSessionId);
    }
    const [channel, stream] =
      what instanceof Publication
        ? [ChannelUri.addSessionId(what.channel, what.sessionId), what.streamId]
        : [what, streamId!];
    return (correlationId, controlSessionId) =>
      this.archiveProxy.stopRecording(channel, stream, correlationId, controlSessionId);
  }

  #sendStopReplication(replicationId: number): Send {
    return (correlationId, controlSessionId) =>
      this.archiveProxy.stopReplication(replicationId, correlationId, controlSessionId);
  }

  #ask(what: string, send: Send): ArchiveRequest<number> {
    return this.#request(this.#session.callForNumber(what, send));
  }

  #tell(what: string, send: Send): ArchiveRequest<void> {
    return this.#request(map(this.#session.call(what, send), () => {}));
  }

  /** False when the archive refuses with `allowedErrorCode`. */
  #try(what: string, allowedErrorCode: ArchiveErrorCode, send: Send): ArchiveRequest<boolean> {
    const { call } = this.#session;
    const procedure = call.call(this.#session, what, send);
    return this.#request(
      (function* (): Procedure<boolean> {
        try {
          yield* procedure;
          return true;
        } catch (error) {
          if (error instanceof ArchiveError && error.errorCode === allowedErrorCode) {
            return false;
          }
          throw error;
        }
      })(),
    );
  }

  #list(what: string, count: number, consumer: RecordingDescriptorConsumer, send: Send): ArchiveRequest<number> {
    return this.#request(this.#session.listRecordings(what, count, consumer, send));
  }

  #request<T>(procedure: Procedure<T>): ArchiveRequest<T> {
    return new ArchiveRequest(this.context, procedure);
  }

  #isConnected(): boolean {
    const { isConnected } = this.#session.subscription;
    if (!isConnected) {
      this.onDisconnected();
    }
    return isConnected;
  }

  #handle(error: ArchiveError | undefined): void {
    if (error === undefined) {
      return;
    }
    if (this.context.errorHandler === undefined) {
      throw error;
    }
    this.context.errorHandler(error);
  }
}

function create(connection: Connection): AeronArchive {
  return new AeronArchive(connection);
}

function aeronOptions(
  context: Pick<AeronArchiveContext, 'aeronDirectoryName' | 'clientName' | 'errorHandler' | 'platform'>,
) {
  const { aeronDirectoryName, clientName, errorHandler, platform } = context;
  return {
    aeronDirectoryName,
    clientName: clientName || 'archive-client',
    errorHandler,
    subscriberErrorHandler: rethrow,
    platform,
  };
}

/** What is wrong with a message is told to whoever polls. */
function rethrow(error: unknown): never {
  throw error;
}

function* map<A, B>(procedure: Procedure<A>, change: (result: A) => B): Procedure<B> {
  return change(yield* procedure);
}
