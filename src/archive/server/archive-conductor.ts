import {
  type Agent,
  AgentInvoker,
  AgentTerminationError,
  ALLOW_ALL,
  AtomicBuffer,
  DEFAULT_AUTHENTICATOR,
  DENY_ALL,
} from '../../agrona/mod.ts';
import type { Subscription } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import { type AeronArchiveOptions, ArchiveError, PROTOCOL_SEMANTIC_VERSION } from '../client/mod.ts';
import type { ArchiveContext } from './archive-context.ts';
import type { ArchiveMarkFile } from './archive-mark-file.ts';
import { ControlRequests } from './control-requests.ts';
import { ControlResponseProxy } from './control-response-proxy.ts';
import { archiveEvent, ControlSession, type ControlSessionContext } from './control-session.ts';
import { type ConnectRequest, ControlSessionAdapter, versionComplaint } from './control-session-adapter.ts';
import { addControlSessionCounter } from './control-session-counter.ts';
import { Deletions } from './deletions.ts';
import { Listings } from './listings.ts';
import { RecordingAdministration } from './recording-administration.ts';
import type { RecordingEventsProxy } from './recording-events-proxy.ts';
import { Recordings } from './recordings.ts';
import { Replays } from './replays.ts';
import { Replications } from './replications.ts';
import { SegmentAdministration } from './segment-administration.ts';
import type { Session } from './session.ts';
import { SessionWorker } from './session-worker.ts';
import { stripChannel } from './stripped-channel.ts';

const MARK_FILE_UPDATE_INTERVAL_MS = 1000;
/** Each has a publication and a counter of the driver. Upstream has no limit. */
const MAX_CONTROL_SESSIONS = 1024;

export interface ArchiveConductorOptions {
  readonly context: ArchiveContext;
  readonly markFile: ArchiveMarkFile;
  readonly controlSubscription: Subscription | undefined;
  readonly localControlSubscription: Subscription;
  readonly recordingEventsProxy: RecordingEventsProxy | undefined;
  readonly archiveClientOptions: AeronArchiveOptions;
  /** Gives back what is the archive's, when nothing of it works any more. */
  readonly onClosed: () => void;
}

/**
 * The archive's agent: takes requests, drives the sessions that come of them, and the agents that record and
 * replay, all in one duty cycle:
 *
 *     requests -> tokens, subscriptions -> control sessions, listings, deletions, replications
 *              -> Replayer -> client, driver -> Recorder -> client, driver
 *
 * Recorder and replayer talk to the rest by callbacks at the end of a session alone: there a thread boundary
 * could be. A lost driver ends it. Upstream: `ArchiveConductor`, `SharedModeArchiveConductor`.
 */
export class ArchiveConductor extends SessionWorker<Session> implements Agent {
  override readonly roleName = 'archive-conductor';
  private readonly options: ArchiveConductorOptions;
  private readonly context: ArchiveContext;
  private readonly recordings: Recordings;
  private readonly replays: Replays;
  private readonly adapter: ControlSessionAdapter;
  private readonly controlSessionContext: ControlSessionContext;
  private readonly recorderInvoker: AgentInvoker;
  private readonly replayerInvoker: AgentInvoker;
  private readonly closeHandlerId: number;
  private nextSessionId: number;
  private markFileUpdateDeadlineMs = 0;
  private clientWorkTimeMs = 0;

  constructor(options: ArchiveConductorOptions) {
    const { context } = options;
    super(context.errorHandler);
    this.options = options;
    this.context = context;
    this.nextSessionId = context.platform.random.nextInt32() >>> 1;
    const addSession = (session: Session) => this.addSession(session);
    const deletions = new Deletions(context, addSession);
    this.recordings = new Recordings({
      context,
      recordingEventsProxy: options.recordingEventsProxy,
      checksumBuffer:
        context.recordChecksum === undefined ? undefined : AtomicBuffer.allocate(context.options.fileIoMaxLength),
      isDeletionInTheWay: (recording) => deletions.isInTheWayOf(recording),
    });
    this.replays = new Replays({
      context,
      liveRecording: (recordingId) => this.recordings.session(recordingId),
      isDeletedBehind: (recording) => deletions.isBehind(recording),
      addSession,
    });
    this.adapter = this.newAdapter(deletions, addSession);
    this.controlSessionContext = {
      aeron: context.aeron,
      clock: context.clock,
      errorHandler: context.errorHandler,
      authenticator: context.options.authenticatorSupplier?.() ?? DEFAULT_AUTHENTICATOR,
      controlResponseProxy: new ControlResponseProxy(),
      connectTimeoutMs: context.connectTimeoutMs,
      sessionLivenessCheckIntervalMs: context.options.sessionLivenessCheckIntervalNs / 1_000_000,
    };
    const { errorHandler } = context;
    this.recorderInvoker = new AgentInvoker(errorHandler, undefined, this.recordings.recorder);
    this.replayerInvoker = new AgentInvoker(errorHandler, undefined, this.replays.replayer);
    this.closeHandlerId = context.aeron.addCloseHandler(() => {
      context.isAborted = true;
    });
  }

  onStart(): void {
    this.recorderInvoker.start();
    this.replayerInvoker.start();
    this.context.counters.dutyCycleTracker.update(this.context.platform.clock.nanoTime());
  }

  override doWork(): number {
    const { context } = this;
    const { clock } = context.platform;
    this.checkDriver();
    context.counters.dutyCycleTracker.measureAndUpdate(clock.nanoTime());
    let workCount = 0;
    const nowMs = clock.epochTimeMs();
    if (nowMs !== this.clientWorkTimeMs) {
      this.clientWorkTimeMs = nowMs;
      workCount += this.onTime(nowMs);
    }
    workCount += this.adapter.poll();
    workCount += this.invokeDriver();
    workCount += this.recordings.doWork();
    workCount += super.doWork();
    workCount += this.replayerInvoker.invoke();
    workCount += this.invokeClient() + this.invokeDriver();
    workCount += this.recorderInvoker.invoke();
    workCount += this.invokeClient() + this.invokeDriver();
    return workCount;
  }

  /** For the adapter's subscriptions. */
  readonly onUnavailableImage: ControlSessionAdapter['onUnavailableImage'] = (image) => {
    this.adapter.onUnavailableImage(image);
  };

  protected override beforeSessionsClose(): void {
    this.recorderInvoker.close();
    this.replayerInvoker.close();
  }

  protected override afterSessionsClose(): void {
    const { context, options } = this;
    if (!context.isAborted) {
      context.aeron.removeCloseHandler(this.closeHandlerId);
      this.guard(() => this.recordings.close());
      this.guard(() => options.localControlSubscription.close());
      this.guard(() => options.controlSubscription?.close());
      this.guard(() => options.recordingEventsProxy?.close());
    }
    options.onClosed();
  }

  private onTime(nowMs: number): number {
    this.context.clock.update(nowMs);
    this.replays.checkTokens(nowMs);
    if (nowMs >= this.markFileUpdateDeadlineMs) {
      this.markFileUpdateDeadlineMs = nowMs + MARK_FILE_UPDATE_INTERVAL_MS;
      this.options.markFile.updateActivityTimestamp(nowMs);
    }
    return this.invokeClient();
  }

  private invokeClient(): number {
    const workCount = this.context.aeron.conductorAgentInvoker!.invoke();
    this.checkDriver();
    return workCount;
  }

  private invokeDriver(): number {
    const invoker = this.context.options.mediaDriverAgentInvoker;
    if (invoker === undefined) {
      return 0;
    }
    const workCount = invoker.invoke();
    if (invoker.isClosed) {
      throw new AgentTerminationError('unexpected driver close');
    }
    return workCount;
  }

  private checkDriver(): void {
    if (this.context.isAborted || this.context.aeron.isClosed) {
      this.context.isAborted = true;
      throw new AgentTerminationError('unexpected Aeron close');
    }
  }

  private newAdapter(deletions: Deletions, addSession: (session: Session) => void): ControlSessionAdapter {
    const { context, options, recordings, replays } = this;
    const { authorisationServiceName, authorisationServiceSupplier } = context.options;
    const requests = new ControlRequests({
      archiveId: context.archiveId,
      administration: new RecordingAdministration(context, recordings, replays, deletions),
      listings: new Listings(context, recordings, addSession),
      recordings,
      replays,
      replications: new Replications({
        context,
        recordings,
        addSession,
        newSessionId: () => this.nextSessionId++,
        archiveClientOptions: options.archiveClientOptions,
      }),
      segments: new SegmentAdministration(context, recordings, replays, deletions),
    });
    return new ControlSessionAdapter({
      controlSubscription: options.controlSubscription,
      localControlSubscription: options.localControlSubscription,
      requests,
      authorisationService:
        authorisationServiceSupplier?.() ?? (authorisationServiceName === 'DENY_ALL' ? DENY_ALL : ALLOW_ALL),
      errorHandler: context.errorHandler,
      connect: (request) => this.connect(request),
    });
  }

  private connect(request: ConnectRequest): ControlSession {
    const { context } = this;
    const { correlationId, encodedCredentials, image } = request;
    if (context.counters.controlSessions.get() >= MAX_CONTROL_SESSIONS) {
      throw new ArchiveError(`more than ${MAX_CONTROL_SESSIONS} control sessions; refused ${image.sourceIdentity}`);
    }
    const responseChannel = this.responseChannel(request);
    const sessionId = this.nextSessionId++;
    // The application's code may throw: first of all, while there is nothing to take back.
    this.controlSessionContext.authenticator.onConnectRequest(
      sessionId,
      encodedCredentials,
      context.clock.epochTimeMs(),
    );
    const session = new ControlSession(this.controlSessionContext, {
      sessionId,
      correlationId,
      image,
      responseChannel,
      responseStreamId: request.responseStreamId,
      counterRegistrationId: addControlSessionCounter(context.aeron, context.archiveId, sessionId, request),
      invalidVersionMessage: versionComplaint(request.version, PROTOCOL_SEMANTIC_VERSION),
      onClose: (closed, reason) => this.onSessionClosed(closed, reason),
    });
    this.addSession(session);
    context.counters.controlSessions.incrementRelease();
    return session;
  }

  /** As the client wants it, and as the archive has it where the client does not say. */
  private responseChannel({ image, responseChannel }: ConnectRequest): string {
    const { controlMtuLength, controlTermBufferLength, controlTermBufferSparse } = this.context.options;
    const channel = ChannelUri.parse(responseChannel);
    const sparse = channel.get('sparse');
    const builder = stripChannel(channel)
      .termLength(channel.get('term-length') ?? controlTermBufferLength)
      .sparse(sparse === undefined ? controlTermBufferSparse : sparse === 'true')
      .mtu(channel.get('mtu') ?? controlMtuLength);
    return (channel.hasControlModeResponse ? builder.responseCorrelationId(image.correlationId) : builder).build();
  }

  private onSessionClosed(session: ControlSession, terminationReason: string | undefined): void {
    const { counters, errorHandler, isAborted } = this.context;
    this.adapter.removeSession(session);
    this.replays.removeTokensOf(session);
    if (!counters.controlSessions.isClosed) {
      counters.controlSessions.decrementRelease();
    }
    if (terminationReason !== undefined) {
      errorHandler(archiveEvent(`${session} terminated: ${terminationReason}`));
      if (!isAborted && !session.image.isClosed) {
        session.image.asyncReject(terminationReason);
      }
    }
  }
}
