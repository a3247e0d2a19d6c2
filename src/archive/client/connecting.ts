import { formatDuration, SemanticVersion } from '../../agrona/mod.ts';
import { type Aeron, type ExclusivePublication, RegistrationError, type Subscription } from '../../client/mod.ts';
import { ChannelUri, ErrorCode, formatVersionInfo } from '../../protocol/mod.ts';
import { ControlResponseCode } from '../codecs/mod.ts';
import { ArchiveProxy } from './archive-proxy.ts';
import type { Procedure } from './archive-request.ts';
import type { AeronArchiveContext } from './context.ts';
import { ControlResponsePoller } from './control-response-poller.ts';
import { ArchiveError, ArchiveTimeoutError } from './errors.ts';

/** Of the control protocol that this client speaks. */
export const PROTOCOL_SEMANTIC_VERSION = SemanticVersion.compose(1, 12, 0);
/** The first that tells the archive's id. */
const PROTOCOL_VERSION_WITH_ARCHIVE_ID = SemanticVersion.compose(1, 11, 0);
const VERSION_INFO = formatVersionInfo('1.52.2', 'aeron-ts');
const NULL_VALUE = -1;

/** How far a connection has come. Upstream: `AeronArchive.AsyncConnect.State`. */
export const AsyncConnectState = {
  AWAIT_SESSION_ID: 'AWAIT_SESSION_ID',
  AWAIT_SUBSCRIPTION: 'AWAIT_SUBSCRIPTION',
  ADD_PUBLICATION: 'ADD_PUBLICATION',
  AWAIT_PUBLICATION_CONNECTED: 'AWAIT_PUBLICATION_CONNECTED',
  SEND_CONNECT_REQUEST: 'SEND_CONNECT_REQUEST',
  AWAIT_SUBSCRIPTION_CONNECTED: 'AWAIT_SUBSCRIPTION_CONNECTED',
  AWAIT_CONNECT_RESPONSE: 'AWAIT_CONNECT_RESPONSE',
  SEND_ARCHIVE_ID_REQUEST: 'SEND_ARCHIVE_ID_REQUEST',
  AWAIT_ARCHIVE_ID_RESPONSE: 'AWAIT_ARCHIVE_ID_RESPONSE',
  SEND_CHALLENGE_RESPONSE: 'SEND_CHALLENGE_RESPONSE',
  AWAIT_CHALLENGE_RESPONSE: 'AWAIT_CHALLENGE_RESPONSE',
  DONE: 'DONE',
} as const;
export type AsyncConnectState = (typeof AsyncConnectState)[keyof typeof AsyncConnectState];

/** What a connection is made of when it is there. */
export interface Connection {
  readonly context: AeronArchiveContext;
  readonly proxy: ArchiveProxy;
  readonly poller: ControlResponsePoller;
  readonly controlSessionId: number;
  /** undefined when the archive is too old to have one. */
  readonly archiveId: bigint | undefined;
}

/**
 * Opens a control session:
 *
 *     driver:   a session id for both channels, unless the archive answers on a response channel
 *               subscription for the answers, publication for the requests
 *     archive:  connect request ─▶ [ ◀─ challenge ─▶ challenge response ] ◀─ OK, protocol version
 *               archive id request ─▶ ◀─ OK, archive id                      (from version 1.11 on)
 *               keep-alive ─▶
 */
export class Connecting {
  state: AsyncConnectState = AsyncConnectState.AWAIT_SESSION_ID;
  readonly #context: AeronArchiveContext;
  readonly #aeron: Aeron;
  readonly #deadlineNs: number;
  readonly #onDisconnected: () => void;
  #requestChannel: string;
  #responseChannel: string;
  #correlationId = NULL_VALUE;

  constructor(context: AeronArchiveContext, onDisconnected: () => void) {
    this.#context = context;
    this.#aeron = context.aeron;
    this.#onDisconnected = onDisconnected;
    this.#requestChannel = context.controlRequestChannel;
    this.#responseChannel = context.controlResponseChannel;
    this.#deadlineNs = context.platform.clock.nanoTime() + context.messageTimeoutNs;
  }

  /** Given up or failed, it removes what it has added. */
  *connect(): Procedure<Connection> {
    let subscription: Subscription | undefined;
    let publication: ExclusivePublication | undefined;
    let isDone = false;
    try {
      if (!ChannelUri.parse(this.#responseChannel).hasControlModeResponse) {
        yield* this.#agreeOnSessionId();
      }
      subscription = yield* this.#addSubscription();
      publication = yield* this.#addPublication();
      const poller = new ControlResponsePoller(subscription);
      const proxy = new ArchiveProxy(publication, this.#context.messageRetryAttempts);
      yield* this.#sendConnectRequest(proxy, poller);
      const connection = yield* this.#openSession(proxy, poller);
      isDone = true;
      this.state = AsyncConnectState.DONE;
      return connection;
    } finally {
      if (!isDone) {
        publication?.close();
        subscription?.close();
      }
    }
  }

  *#agreeOnSessionId(): Procedure<void> {
    const id = this.#aeron.asyncNextSessionId(this.#context.controlRequestStreamId);
    const sessionId = yield* this.#until(() => this.#aeron.getNextSessionId(id));
    this.#requestChannel = ChannelUri.addSessionId(this.#requestChannel, sessionId);
    this.#responseChannel = ChannelUri.addSessionId(this.#responseChannel, sessionId);
  }

  *#addSubscription(): Procedure<Subscription> {
    this.state = AsyncConnectState.AWAIT_SUBSCRIPTION;
    const subscription = yield* this.#add(
      () =>
        this.#aeron.asyncAddSubscription(
          this.#responseChannel,
          this.#context.controlResponseStreamId,
          () => {},
          () => this.#onDisconnected(),
        ),
      (id) => this.#aeron.getSubscription(id),
      (id) => this.#aeron.asyncRemoveSubscription(id),
    );
    const uri = ChannelUri.parse(this.#responseChannel);
    if (uri.hasControlModeResponse) {
      const requestUri = ChannelUri.parse(this.#requestChannel);
      requestUri.put('response-correlation-id', String(subscription.registrationId));
      this.#requestChannel = requestUri.toString();
    }
    return subscription;
  }

  *#addPublication(): Procedure<ExclusivePublication> {
    this.state = AsyncConnectState.ADD_PUBLICATION;
    return yield* this.#add(
      () => this.#aeron.asyncAddExclusivePublication(this.#requestChannel, this.#context.controlRequestStreamId),
      (id) => this.#aeron.getExclusivePublication(id),
      (id) => this.#aeron.asyncRemovePublication(id),
    );
  }

  *#sendConnectRequest(proxy: ArchiveProxy, poller: ControlResponsePoller): Procedure<void> {
    const { subscription } = poller;
    const { credentialsSupplier, clientName, controlResponseStreamId } = this.#context;
    this.state = AsyncConnectState.AWAIT_PUBLICATION_CONNECTED;
    yield* this.#until(() => proxy.publication.isConnected || undefined);

    this.state = AsyncConnectState.SEND_CONNECT_REQUEST;
    const responseChannel = yield* this.#until(() => subscription.tryResolveChannelEndpointPort());
    const encodedCredentials = credentialsSupplier.encodedCredentials();
    const clientInfo = `name=${clientName} ${VERSION_INFO}`;
    this.#correlationId = this.#aeron.nextCorrelationId();
    yield* this.#until(
      () =>
        proxy.tryConnect(
          responseChannel,
          controlResponseStreamId,
          PROTOCOL_SEMANTIC_VERSION,
          encodedCredentials,
          clientInfo,
          this.#correlationId,
        ) || undefined,
    );

    this.state = AsyncConnectState.AWAIT_SUBSCRIPTION_CONNECTED;
    yield* this.#until(() => subscription.isConnected || undefined);
  }

  *#openSession(proxy: ArchiveProxy, poller: ControlResponsePoller): Procedure<Connection> {
    this.state = AsyncConnectState.AWAIT_CONNECT_RESPONSE;
    yield* this.#awaitResponse(poller);
    const { controlSessionId } = poller;
    try {
      if (poller.encodedChallenge !== undefined) {
        yield* this.#answerChallenge(proxy, poller, controlSessionId, poller.encodedChallenge);
      }
      this.#checkCode(poller);
      const archiveId =
        poller.version < PROTOCOL_VERSION_WITH_ARCHIVE_ID
          ? undefined
          : yield* this.#askArchiveId(proxy, poller, controlSessionId);
      if (!proxy.keepAlive(NULL_VALUE, controlSessionId)) {
        throw new ArchiveError('failed to send keep alive after archive connect');
      }
      const context = {
        ...this.#context,
        controlRequestChannel: this.#requestChannel,
        controlResponseChannel: this.#responseChannel,
      };
      return { context, proxy, poller, controlSessionId, archiveId };
    } catch (error) {
      closeQuietly(proxy, controlSessionId);
      throw error;
    }
  }

  *#answerChallenge(
    proxy: ArchiveProxy,
    poller: ControlResponsePoller,
    controlSessionId: number,
    encodedChallenge: Uint8Array,
  ): Procedure<void> {
    this.state = AsyncConnectState.SEND_CHALLENGE_RESPONSE;
    const encodedCredentials = this.#context.credentialsSupplier.onChallenge(encodedChallenge);
    this.#correlationId = this.#aeron.nextCorrelationId();
    yield* this.#until(
      () => proxy.tryChallengeResponse(encodedCredentials, this.#correlationId, controlSessionId) || undefined,
    );
    this.state = AsyncConnectState.AWAIT_CHALLENGE_RESPONSE;
    yield* this.#awaitResponse(poller);
  }

  *#askArchiveId(proxy: ArchiveProxy, poller: ControlResponsePoller, controlSessionId: number): Procedure<bigint> {
    this.state = AsyncConnectState.SEND_ARCHIVE_ID_REQUEST;
    this.#correlationId = this.#aeron.nextCorrelationId();
    yield* this.#until(() => proxy.archiveId(this.#correlationId, controlSessionId) || undefined);
    this.state = AsyncConnectState.AWAIT_ARCHIVE_ID_RESPONSE;
    yield* this.#awaitResponse(poller);
    this.#checkCode(poller);
    return poller.relevantIdExact;
  }

  *#awaitResponse(poller: ControlResponsePoller): Procedure<void> {
    yield* this.#until(() => {
      poller.poll();
      return (poller.isPollComplete && poller.correlationId === this.#correlationId) || undefined;
    });
  }

  #checkCode(poller: ControlResponsePoller): void {
    const { code, errorMessage, correlationId } = poller;
    if (code === ControlResponseCode.ERROR) {
      throw new ArchiveError(errorMessage, Number(poller.relevantIdExact), correlationId);
    }
    if (code !== ControlResponseCode.OK) {
      throw new ArchiveError(`unexpected response: code=${code}`, undefined, correlationId);
    }
  }

  /** Adds something to the driver, again when the driver had no room for it. Given up, it is removed. */
  *#add<R>(
    add: () => number,
    get: (registrationId: number) => R | undefined,
    remove: (registrationId: number) => void,
  ): Procedure<R> {
    let registrationId: number | undefined;
    let resource: R | undefined;
    try {
      for (;;) {
        registrationId ??= add();
        try {
          resource = get(registrationId);
        } catch (error) {
          registrationId = undefined;
          if (!(error instanceof RegistrationError) || error.errorCode !== ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE) {
            throw error;
          }
        }
        if (resource !== undefined) {
          return resource;
        }
        this.#checkDeadline();
        yield 0;
      }
    } finally {
      if (resource === undefined && registrationId !== undefined && !this.#aeron.isClosed) {
        remove(registrationId);
      }
    }
  }

  *#until<R>(get: () => R | undefined): Procedure<R> {
    for (;;) {
      const result = get();
      if (result !== undefined) {
        return result;
      }
      this.#checkDeadline();
      yield 0;
    }
  }

  #checkDeadline(): void {
    const { messageTimeoutNs, platform } = this.#context;
    if (platform.clock.nanoTime() - this.#deadlineNs > 0) {
      throw new ArchiveTimeoutError(
        `no connection to an archive within ${formatDuration(messageTimeoutNs)} (messageTimeoutNs): step=${this.state} ` +
          `request channel=${this.#requestChannel} response channel=${this.#responseChannel}`,
      );
    }
  }
}

function closeQuietly(proxy: ArchiveProxy, controlSessionId: number): void {
  try {
    proxy.closeSession(controlSessionId);
  } catch (error) {
    if (!(error instanceof ArchiveError)) {
      throw error;
    }
  }
}
