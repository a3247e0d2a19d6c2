import { AeronError, AtomicBuffer } from '../../agrona/mod.ts';
import { BufferClaim, ControlledFragmentAction, Publication, SendQueue, Wait } from '../../client/mod.ts';
import type { Platform, ScheduledCall } from '../../platform/mod.ts';
import { AdminResponseCode, EventCode } from '../codecs/mod.ts';
import { AeronCluster, SessionState } from './aeron-cluster.ts';
import type { AeronClusterOptions } from './context.ts';
import { ClusterError } from './errors.ts';
import { type ClusterClientEvents, type ClusterMessage, Inbox } from './inbox.ts';

const SECOND_NS = 1_000_000_000;
/** Rounds right after each other before an idle loop sleeps. */
const EAGER_ROUNDS = 50;
const SLEEP_MS = 1;
const utf8 = new TextEncoder();

/** The options of `AeronCluster`, but for the listeners, and two more. */
export interface ClusterClientOptions extends Omit<AeronClusterOptions, 'egressListener' | 'controlledEgressListener'> {
  /** How long the client may have sent nothing before it sends a keep-alive; 1 s by default. Stay well below the cluster's session timeout. */
  readonly keepAliveIntervalNs?: number;
  /** Messages kept for `messages()`; beyond that the cluster is held back. 1024 by default. */
  readonly maxQueuedMessages?: number;
}

type Handlers = { [Name in keyof ClusterClientEvents]: Set<(event: ClusterClientEvents[Name]) => void> };

interface AwaitedAnswer {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * A cluster client for programs with an event loop: it polls the egress, keeps the session alive and goes over
 * to new leaders by itself, and keeps the process alive until it is closed.
 *
 *     await using cluster = await ClusterClient.connect({ ingressChannel, ingressEndpoints, egressChannel });
 *     cluster.on('newLeader', ({ leaderMemberId }) => console.log(`member ${leaderMemberId} leads`));
 *     await cluster.send('bid 100');
 *     for await (const message of cluster.messages()) { ... }
 *
 * What was sent while a leader died may be lost: count on nothing that a service has not answered.
 */
export class ClusterClient {
  /** The session itself. Do not poll it. */
  readonly session: AeronCluster;
  /** Settles when the client is closed: with nothing after `close()`, otherwise with the reason. Never rejects. */
  readonly closed: Promise<unknown>;
  readonly #platform: Platform;
  readonly #keepAliveIntervalNs: number;
  readonly #inbox: Inbox;
  readonly #handlers: Handlers = { stateChange: new Set(), newLeader: new Set(), sessionEvent: new Set() };
  readonly #answers = new Map<bigint, AwaitedAnswer>();
  #settleClosed!: (reason: unknown) => void;
  #closeReason: unknown;
  #state: SessionState = SessionState.CONNECTED;
  #lastSentNs: number;
  #idleRounds = 0;
  #next: ScheduledCall | undefined;
  readonly #sendQueue: SendQueue;
  readonly #claim = new BufferClaim();
  #scratch = AtomicBuffer.allocate(0);

  private constructor(session: AeronCluster, inbox: Inbox, keepAliveIntervalNs: number) {
    this.session = session;
    this.#platform = session.context.platform;
    this.#sendQueue = new SendQueue(this.#platform);
    this.#inbox = inbox;
    this.#keepAliveIntervalNs = keepAliveIntervalNs;
    this.#lastSentNs = this.#nowNs;
    // What others send to the egress is no reason to end.
    session.controlledEgressListenerExtension = () => ControlledFragmentAction.CONTINUE;
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    inbox.client = {
      onSessionEvent: (event) => this.#onSessionEvent(event),
      onNewLeader: (event) => this.#onNewLeader(event),
      onAdminResponse: (correlationId, code, message) => this.#onAdminResponse(correlationId, code, message),
    };
    this.#next = this.#platform.scheduler.soon(this.#run);
  }

  /** Opens a session. @throws as `AeronCluster.connect` */
  static async connect(
    options: ClusterClientOptions,
    connectOptions: { readonly signal?: AbortSignal } = {},
  ): Promise<ClusterClient> {
    const { keepAliveIntervalNs = SECOND_NS, maxQueuedMessages = 1024, ...rest } = options;
    if (!(keepAliveIntervalNs > 0) || !(maxQueuedMessages > 0)) {
      throw new AeronError(
        'CONFIGURATION',
        `keepAliveIntervalNs = ${keepAliveIntervalNs} and maxQueuedMessages = ${maxQueuedMessages} must be above 0`,
      );
    }
    const inbox = new Inbox(maxQueuedMessages);
    const session = await AeronCluster.connect(
      {
        ...rest,
        // Of a client of its own: when it ends this one does, with that as the reason, and not the process.
        errorHandler: (error) => {
          inbox.failure = error;
          rest.errorHandler?.(error);
        },
        controlledEgressListener: inbox.listener,
      },
      connectOptions,
    );
    return new ClusterClient(session, inbox, keepAliveIntervalNs);
  }

  get state(): SessionState {
    return this.session.state;
  }

  get isClosed(): boolean {
    return this.session.isClosed;
  }

  get clusterSessionId(): number {
    return this.session.clusterSessionId;
  }

  get leadershipTermId(): number {
    return this.session.leadershipTermId;
  }

  get leaderMemberId(): number {
    return this.session.leaderMemberId;
  }

  /** Calls the handler at each event of the name. Returns what takes it away again. */
  on<Name extends keyof ClusterClientEvents>(
    name: Name,
    handler: (event: ClusterClientEvents[Name]) => void,
  ): () => void {
    this.#handlers[name].add(handler);
    return () => {
      this.#handlers[name].delete(handler);
    };
  }

  /**
   * Sends a message (text as UTF-8) and resolves once it is on its way to the leader, which may have to be found
   * first. Messages leave in the order of the calls. The bytes must not change until then.
   *
   * @throws ClusterError CLOSED, or why the client was closed; AeronError MESSAGE_TOO_LONG; the signal's reason,
   *   and the message is not sent then.
   */
  async send(message: Uint8Array | string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    const bytes = typeof message === 'string' ? utf8.encode(message) : message;
    if (this.#sendQueue.isEmpty && this.#tryOffer(bytes) >= 0) {
      return;
    }
    await this.#sendQueue.send(() => this.#tryOffer(bytes), signal);
  }

  /**
   * What services send to this session, until the client is closed. Messages wait for whoever iterates, up to
   * `maxQueuedMessages`; then the cluster is held back, and news of leaders with it.
   *
   * @throws why the client was closed, unless that was `close()`; the signal's reason
   */
  async *messages({ signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ClusterMessage, void, void> {
    for (;;) {
      signal?.throwIfAborted();
      const message = this.#inbox.take();
      if (message !== undefined) {
        yield message;
      } else if (this.isClosed) {
        if (this.#closeReason !== undefined) {
          throw this.#closeReason;
        }
        return;
      } else {
        await this.#inbox.arrival(signal);
      }
    }
  }

  /**
   * Asks the cluster for a snapshot and resolves when it has begun to take one.
   * @throws ClusterError ADMIN_REQUEST_FAILED with the cluster's reason, LEADER_CHANGED; the signal's reason
   */
  async takeSnapshot({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    signal?.throwIfAborted();
    this.#checkOpen();
    const correlationId = BigInt(this.session.aeron.nextCorrelationId());
    const wait = new Wait(this.#platform, signal);
    while (!this.session.sendAdminRequestToTakeASnapshot(correlationId)) {
      await wait.next();
      this.#checkOpen();
    }
    this.#lastSentNs = this.#nowNs;
    const answer = new Promise<void>((resolve, reject) => {
      this.#answers.set(correlationId, { resolve, reject });
    });
    try {
      await wait.until(answer);
    } finally {
      this.#answers.delete(correlationId);
    }
  }

  /** Ends the session. What was received and not iterated yet can still be iterated. */
  async close(): Promise<void> {
    this.#finish(undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #nowNs(): number {
    return this.#platform.clock.nanoTime();
  }

  readonly #run = (): void => {
    let workCount = 0;
    this.#noticeState();
    try {
      if (this.session.aeron.isClosed) {
        throw this.#inbox.failure ?? new ClusterError('CLOSED', 'the Aeron client of the session was closed');
      }
      workCount = this.session.controlledPollEgress();
      this.#keepAlive();
    } catch (error) {
      this.#finish(error);
    }
    this.#noticeState();
    if (this.#next === undefined) {
      return;
    }
    this.#idleRounds = workCount > 0 ? 0 : this.#idleRounds + 1;
    const { scheduler } = this.#platform;
    this.#next =
      this.#idleRounds < EAGER_ROUNDS
        ? scheduler.soon(this.#run)
        : scheduler.after(SLEEP_MS, this.#run, { keepAlive: true });
  };

  #keepAlive(): void {
    const nowNs = this.#nowNs;
    const { state } = this.session;
    const canSend = state === SessionState.CONNECTED || state === SessionState.AWAIT_NEW_LEADER_CONNECTION;
    // Right after a new leader was announced, too: it is by this that a client which only listens is known again.
    const isDue = state !== SessionState.CONNECTED || nowNs - this.#lastSentNs >= this.#keepAliveIntervalNs;
    if (canSend && isDue && this.session.sendKeepAlive()) {
      this.#lastSentNs = nowNs;
    }
  }

  #noticeState(): void {
    const { state } = this.session;
    const previous = this.#state;
    if (state === previous) {
      return;
    }
    this.#state = state;
    this.#emit('stateChange', { state, previous });
    if (state === SessionState.CLOSED) {
      this.#finish(this.#inbox.closeReason ?? this.#timeoutOrEnd(previous));
    }
  }

  #timeoutOrEnd(previous: SessionState): ClusterError {
    if (previous === SessionState.PENDING_CLOSE) {
      return new ClusterError('MAX_POSITION_EXCEEDED', 'the ingress stream is at its end; connect again');
    }
    const { newLeaderTimeoutNs, context } = this.session;
    return new ClusterError(
      'NEW_LEADER_TIMEOUT',
      `the leader of the cluster was lost and no other was reached; newLeaderTimeoutNs is ${newLeaderTimeoutNs}, ` +
        `messageTimeoutNs ${context.messageTimeoutNs}`,
      { cause: this.#inbox.failure },
    );
  }

  #finish(reason: unknown): void {
    if (this.#next === undefined) {
      return;
    }
    this.#next.cancel();
    this.#next = undefined;
    this.#closeReason = reason;
    try {
      this.session.close();
      this.#noticeState();
    } finally {
      for (const answer of this.#answers.values()) {
        answer.reject(reason ?? closedError());
      }
      this.#settleClosed(reason);
      this.#inbox.wake();
    }
  }

  /** The position, or a status that goes away by itself. */
  #tryOffer(bytes: Uint8Array): number {
    this.#checkOpen();
    let position = this.#offer(bytes);
    if (position === Publication.ADMIN_ACTION) {
      position = this.#offer(bytes);
    }
    if (position >= 0) {
      this.#lastSentNs = this.#nowNs;
    }
    return position;
  }

  /** What fits a datagram is written right into the log. */
  #offer(bytes: Uint8Array): number {
    const { session } = this;
    const publication = session.ingressPublication;
    if (publication === undefined) {
      return Publication.NOT_CONNECTED;
    }
    if (AeronCluster.SESSION_HEADER_LENGTH + bytes.length > publication.maxPayloadLength) {
      if (bytes.length > this.#scratch.capacity) {
        this.#scratch = AtomicBuffer.allocate(bytes.length);
      }
      this.#scratch.putBytes(0, bytes, 0, bytes.length);
      return session.offer(this.#scratch, 0, bytes.length);
    }
    const position = session.tryClaim(bytes.length, this.#claim);
    if (position > 0) {
      this.#claim.putBytes(AeronCluster.SESSION_HEADER_LENGTH, bytes, 0, bytes.length);
      this.#claim.commit();
    }
    return position;
  }

  #checkOpen(): void {
    if (this.isClosed) {
      throw this.#closeReason ?? closedError();
    }
  }

  #onSessionEvent(event: ClusterClientEvents['sessionEvent']): void {
    if (event.code === EventCode.CLOSED) {
      this.#inbox.closeReason = new ClusterError(
        'SESSION_CLOSED',
        `the cluster has closed the session: ${event.detail}`,
      );
    }
    this.#emit('sessionEvent', event);
  }

  #onNewLeader(event: ClusterClientEvents['newLeader']): void {
    for (const answer of this.#answers.values()) {
      answer.reject(new ClusterError('LEADER_CHANGED', 'another leader was elected before the request was answered'));
    }
    this.#emit('newLeader', event);
  }

  #onAdminResponse(correlationId: bigint, code: AdminResponseCode, message: string): void {
    const answer = this.#answers.get(correlationId);
    if (code === AdminResponseCode.OK) {
      answer?.resolve();
    } else {
      answer?.reject(new ClusterError('ADMIN_REQUEST_FAILED', message));
    }
  }

  #emit<Name extends keyof ClusterClientEvents>(name: Name, event: ClusterClientEvents[Name]): void {
    for (const handler of this.#handlers[name]) {
      try {
        handler(event);
      } catch (error) {
        // It is nothing to the session: what nobody catches goes where it would have gone from any other callback.
        this.#platform.scheduler.soon(() => {
          throw error;
        });
      }
    }
  }
}

function closedError(): ClusterError {
  return new ClusterError('CLOSED', 'the cluster client was closed');
}
