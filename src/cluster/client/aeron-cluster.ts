import type { AtomicBuffer } from '../../agrona/mod.ts';
import {
  Aeron,
  BufferClaim,
  ControlledFragmentAssembler,
  type DirectBufferVector,
  FragmentAssembler,
  type Header,
  type Image,
  Publication,
  type Subscription,
  Wait,
} from '../../client/mod.ts';
import {
  AdminRequestEncoder,
  AdminRequestType,
  EventCode,
  MessageHeaderEncoder,
  SessionCloseRequestEncoder,
  SessionKeepAliveEncoder,
} from '../codecs/mod.ts';
import { AsyncConnect } from './async-connect.ts';
import { type AeronClusterContext, type AeronClusterOptions, aeronOptions, createContext } from './context.ts';
import { EgressDecoder, SESSION_HEADER_LENGTH, type SessionHooks } from './egress-decoder.ts';
import type { ControlledEgressListenerExtension, EgressListenerExtension } from './egress-listener.ts';
import { ClusterError } from './errors.ts';
import { memberChannel, parseIngressEndpoints } from './ingress-endpoints.ts';
import { IngressPublication } from './ingress-publication.ts';
import { IngressSessionDecorator } from './ingress-session-decorator.ts';

const FRAGMENT_LIMIT = 10;
const SEND_ATTEMPTS = 3;
const HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
const KEEP_ALIVE_LENGTH = HEADER_LENGTH + SessionKeepAliveEncoder.BLOCK_LENGTH;
const CLOSE_REQUEST_LENGTH = HEADER_LENGTH + SessionCloseRequestEncoder.BLOCK_LENGTH;
/** With the length of an empty payload. */
const ADMIN_REQUEST_LENGTH = HEADER_LENGTH + AdminRequestEncoder.BLOCK_LENGTH + 4;
const { CLOSED, MAX_POSITION_EXCEEDED, NOT_CONNECTED } = Publication;

/**
 * How a session is. Upstream: `AeronCluster.State`.
 *
 *     CONNECTED ──leader lost──▶ AWAIT_NEW_LEADER ──new leader──▶ AWAIT_NEW_LEADER_CONNECTION ──first offer──▶ CONNECTED
 *         │                             │                                     │
 *         └──session closed──▶ PENDING_CLOSE ─────────▶ CLOSED ◀──time-outs───┘
 */
export const SessionState = {
  /** Offers reach the leader, as far as is known. */
  CONNECTED: 'CONNECTED',
  /** The leader is gone; offers return `CLOSED` until another is announced. Keep polling the egress. */
  AWAIT_NEW_LEADER: 'AWAIT_NEW_LEADER',
  /** Another leader was announced; offers return `NOT_CONNECTED` until it is reached. Keep polling the egress. */
  AWAIT_NEW_LEADER_CONNECTION: 'AWAIT_NEW_LEADER_CONNECTION',
  /** The session is over; the next poll closes the client. */
  PENDING_CLOSE: 'PENDING_CLOSE',
  CLOSED: 'CLOSED',
} as const;
export type SessionState = (typeof SessionState)[keyof typeof SessionState];

const S = SessionState;
const NOTHING = new Uint8Array(0);

/** What an `AsyncConnect` has come to. */
export interface OpenSession {
  readonly context: AeronClusterContext;
  readonly aeron: Aeron;
  readonly ownsAeron: boolean;
  readonly newLeaderTimeoutNs: number;
  readonly ingress: IngressPublication;
  readonly egress: Subscription;
  readonly egressImage: Image;
  readonly clusterSessionId: number;
  readonly leadershipTermId: number;
  readonly leaderMemberId: number;
}

/**
 * A session with a cluster, used by one thread: sends to the leader, whichever member that is, and receives
 * what services send to the session. Upstream: `io.aeron.cluster.client.AeronCluster`.
 *
 *     const cluster = await AeronCluster.connect({
 *       ingressChannel: 'aeron:udp',
 *       ingressEndpoints: '0=localhost:9002,1=localhost:9102,2=localhost:9202',
 *       egressChannel: 'aeron:udp?endpoint=localhost:0',
 *       egressListener: { onMessage: (sessionId, timestamp, buffer, offset, length, header) => { ... } },
 *     });
 *     while (cluster.offer(buffer) < 0) { cluster.pollEgress(); }
 *
 * Whoever holds it polls the egress often, which is also what notices a lost leader and finds the next, and
 * sends something, if only `sendKeepAlive`, within the cluster's session timeout (10 s by default). Messages
 * that are offered while a leader dies are lost without a word: what matters is answered by the service, and
 * asked again when no answer comes. `ClusterClient` does the polling for programs with an event loop.
 */
export class AeronCluster {
  /** Bytes in front of each message, in both directions: `tryClaim` counts them in. */
  static readonly SESSION_HEADER_LENGTH = SESSION_HEADER_LENGTH;

  readonly context: AeronClusterContext;
  readonly aeron: Aeron;
  readonly clusterSessionId: number;
  /** How long a new leader is waited for, in nanoseconds. */
  readonly newLeaderTimeoutNs: number;
  readonly egressSubscription: Subscription;
  #state: SessionState = S.CONNECTED;
  #deadlineNs = 0;
  #leadershipTermId: number;
  #leaderMemberId: number;
  #ingressEndpoints: string | undefined;
  #ingress: IngressPublication;
  #egressImage: Image;
  readonly #ownsAeron: boolean;
  readonly #header: IngressSessionDecorator;
  readonly #bufferClaim = new BufferClaim();
  readonly #messageHeader = new MessageHeaderEncoder();
  readonly #vectors: DirectBufferVector[];
  readonly #decoder: EgressDecoder;
  readonly #assembler: FragmentAssembler;
  readonly #controlledDecoder: EgressDecoder;
  readonly #controlledAssembler: ControlledFragmentAssembler;

  /** For `AsyncConnect`. */
  constructor(session: OpenSession) {
    const { context } = session;
    this.context = context;
    this.aeron = session.aeron;
    this.#ownsAeron = session.ownsAeron;
    this.clusterSessionId = session.clusterSessionId;
    this.newLeaderTimeoutNs = session.newLeaderTimeoutNs;
    this.egressSubscription = session.egress;
    this.#egressImage = session.egressImage;
    this.#ingress = session.ingress;
    this.#ingressEndpoints = context.ingressEndpoints;
    this.#leadershipTermId = session.leadershipTermId;
    this.#leaderMemberId = session.leaderMemberId;
    this.#header = new IngressSessionDecorator(session.clusterSessionId, session.leadershipTermId);
    this.#vectors = [{ buffer: this.#header.header }];
    const hooks: SessionHooks = {
      onSessionEvent: (code) => {
        if (code === EventCode.CLOSED) {
          this.#state = S.PENDING_CLOSE;
        }
      },
      onNewLeader: (leadershipTermId, leaderMemberId, ingressEndpoints, header) =>
        this.onNewLeader(leadershipTermId, leaderMemberId, ingressEndpoints, header),
    };
    this.#decoder = new EgressDecoder(session.clusterSessionId, context.egressListener, hooks);
    this.#assembler = new FragmentAssembler(this.#decoder.onFragment);
    this.#controlledDecoder = new EgressDecoder(session.clusterSessionId, context.controlledEgressListener, hooks);
    this.#controlledAssembler = new ControlledFragmentAssembler(this.#controlledDecoder.onFragment);
  }

  /**
   * Opens a session; resolves when the cluster has taken it.
   * @throws AeronError CONFIGURATION; DriverTimeoutError; what `AsyncConnect.poll` throws; the signal's reason
   */
  static async connect(
    options: AeronClusterOptions = {},
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<AeronCluster> {
    const context = createContext(options);
    signal?.throwIfAborted();
    const wait = new Wait(context.platform, signal);
    const aeron = context.aeron ?? (await connectAeron(context, wait));
    const connect = new AsyncConnect(context, aeron, context.aeron === undefined || context.ownsAeronClient);
    try {
      for (;;) {
        const cluster = connect.poll();
        if (cluster !== undefined) {
          return cluster;
        }
        await wait.next();
      }
    } finally {
      connect.close();
    }
  }

  /**
   * As `connect`, and blocks the thread until then: for agents in a thread of their own. Without an `aeron`
   * given it makes one that `pollEgress` and `pollStateChanges` drive.
   */
  static connectBlocking(options: AeronClusterOptions = {}): AeronCluster {
    const connect = AeronCluster.asyncConnect(options);
    const { idleStrategy } = connect.context;
    try {
      for (;;) {
        const { state } = connect;
        const cluster = connect.poll();
        if (cluster !== undefined) {
          return cluster;
        }
        idleStrategy.idle(connect.state === state ? 0 : 1);
      }
    } finally {
      connect.close();
    }
  }

  /**
   * Begins to open a session and returns at once: an agent polls the result until it gives the client. Without
   * an `aeron` given it connects one first, which blocks until there is a driver, and drives it in its polls.
   * @throws AeronError CONFIGURATION; DriverTimeoutError
   */
  static asyncConnect(options: AeronClusterOptions = {}): AsyncConnect {
    const context = createContext(options);
    const aeron = context.aeron ?? Aeron.connectBlocking({ ...aeronOptions(context), useConductorAgentInvoker: true });
    return new AsyncConnect(context, aeron, context.aeron === undefined || context.ownsAeronClient);
  }

  get state(): SessionState {
    return this.#state;
  }

  get isClosed(): boolean {
    return this.#state === S.CLOSED;
  }

  /** Of the current leader. */
  get leadershipTermId(): number {
    return this.#leadershipTermId;
  }

  get leaderMemberId(): number {
    return this.#leaderMemberId;
  }

  /** As given, or as the last new leader has told; undefined where the ingress needs none. */
  get ingressEndpoints(): string | undefined {
    return this.#ingressEndpoints;
  }

  /** Messages on the egress that could not be understood, and were passed over. */
  get malformedEgressCount(): number {
    return this.#decoder.malformedCount + this.#controlledDecoder.malformedCount;
  }

  /** To the current leader; undefined while that to a new one is being added. Do not close it. */
  get ingressPublication(): Publication | undefined {
    return this.#ingress.publication;
  }

  /** Takes messages of other schemas out of `pollEgress`; without one they are an error. */
  set egressListenerExtension(extension: EgressListenerExtension | undefined) {
    this.#decoder.extension = extension;
  }

  set controlledEgressListenerExtension(extension: ControlledEgressListenerExtension | undefined) {
    this.#controlledDecoder.extension = extension;
  }

  /**
   * Sends a message of `length` bytes at `offset` of `buffer`. Returns a position, or one of the constants of
   * `Publication`; `NOT_CONNECTED` and `CLOSED` while there is no leader.
   */
  offer(buffer: AtomicBuffer, offset = 0, length = buffer.capacity - offset): number {
    const publication = this.#ingress.publication;
    return publication === undefined
      ? this.#withoutIngress()
      : this.#tracked(this.#header.offer(publication, buffer, offset, length));
  }

  /** As `offer`, for a message in any number of parts. */
  offerVector(vectors: readonly DirectBufferVector[]): number {
    const publication = this.#ingress.publication;
    if (publication === undefined) {
      return this.#withoutIngress();
    }
    this.#vectors.length = 1;
    this.#vectors.push(...vectors);
    return this.#tracked(publication.offerVector(this.#vectors));
  }

  /**
   * Claims room for a message of `length` bytes: the claim has `SESSION_HEADER_LENGTH` bytes more, which are
   * written already; write behind them and commit.
   *
   *     if (cluster.tryClaim(16, claim) > 0) {
   *       claim.putBytes(AeronCluster.SESSION_HEADER_LENGTH, message, 0, 16);
   *       claim.commit();
   *     }
   */
  tryClaim(length: number, bufferClaim: BufferClaim): number {
    const publication = this.#ingress.publication;
    if (publication === undefined) {
      return this.#withoutIngress();
    }
    // What is negative is refused before there is a claim.
    const claimLength = length < 0 ? length : length + SESSION_HEADER_LENGTH;
    const position = this.#tracked(publication.tryClaim(claimLength, bufferClaim));
    if (position > 0) {
      bufferClaim.putBytes(0, this.#header.header, 0, SESSION_HEADER_LENGTH);
    }
    return position;
  }

  /** Tells the cluster that this client lives. Whether it was sent; try again soon when not. */
  sendKeepAlive(): boolean {
    return this.#send(KEEP_ALIVE_LENGTH, (buffer, offset) => {
      new SessionKeepAliveEncoder()
        .wrapAndApplyHeader(buffer, offset, this.#messageHeader)
        .leadershipTermId(this.#leadershipTermId)
        .clusterSessionId(this.clusterSessionId);
    });
  }

  /**
   * Asks the cluster for a snapshot, for which the cluster has to trust the client. The answer comes to the
   * listener's `onAdminResponse` under `correlationId`. Whether it was sent.
   */
  sendAdminRequestToTakeASnapshot(correlationId: bigint | number): boolean {
    return this.#send(ADMIN_REQUEST_LENGTH, (buffer, offset) => {
      new AdminRequestEncoder()
        .wrapAndApplyHeader(buffer, offset, this.#messageHeader)
        .leadershipTermId(this.#leadershipTermId)
        .clusterSessionId(this.clusterSessionId)
        .correlationId(BigInt(correlationId))
        .requestType(AdminRequestType.SNAPSHOT)
        .putPayload(NOTHING);
    });
  }

  /** Gives what has come to the `egressListener` and goes on with whatever is under way. Returns how much there was. */
  pollEgress(): number {
    this.#driveAeron();
    return this.#afterPoll(this.egressSubscription.poll(this.#assembler.onFragment, FRAGMENT_LIMIT));
  }

  /** As `pollEgress`, for the `controlledEgressListener`. */
  controlledPollEgress(): number {
    this.#driveAeron();
    return this.#afterPoll(
      this.egressSubscription.controlledPoll(this.#controlledAssembler.onFragment, FRAGMENT_LIMIT),
    );
  }

  /**
   * For those who poll the egress themselves: goes on to a new leader and closes when it is time. Returns
   * whether there was something to do, as 1 or 0.
   */
  pollStateChanges(): number {
    this.#driveAeron();
    return this.#pollStateChanges();
  }

  /**
   * For those who offer to `ingressPublication` themselves: what an offer has returned decides whether the
   * leader counts as lost, or as reached.
   */
  trackIngressPublicationResult(result: number): void {
    if (this.#state === S.CONNECTED) {
      if (result === NOT_CONNECTED || result === CLOSED) {
        this.#onDisconnected();
      } else if (result === MAX_POSITION_EXCEEDED) {
        this.#ingress.close();
        this.#state = S.PENDING_CLOSE;
      }
    } else if (this.#state === S.AWAIT_NEW_LEADER_CONNECTION && result > 0) {
      this.#state = S.CONNECTED;
    }
  }

  /** For those who poll the egress themselves: what a `NewLeaderEvent` of this session has told, and the image it came from. */
  onNewLeader(leadershipTermId: number, leaderMemberId: number, ingressEndpoints: string, header: Header): void {
    if (this.#state === S.CLOSED) {
      return;
    }
    const { ingressChannel, ingressStreamId, isIngressExclusive, messageTimeoutNs } = this.context;
    const channel =
      this.#ingressEndpoints === undefined ? ingressChannel : this.#leaderChannel(leaderMemberId, ingressEndpoints);
    this.#egressImage = header.image ?? this.#egressImage;
    this.#state = S.AWAIT_NEW_LEADER_CONNECTION;
    this.#deadlineNs = this.#nowNs + messageTimeoutNs;
    this.#leadershipTermId = leadershipTermId;
    this.#leaderMemberId = leaderMemberId;
    this.#header.leadershipTermId(leadershipTermId);
    this.#ingress.close();
    this.#ingress = new IngressPublication(this.aeron, channel, ingressStreamId, isIngressExclusive);
    this.#ingress.poll();
    this.#assembler.clear();
    this.#controlledAssembler.clear();
  }

  /** Tells the cluster, if it can be reached, that the session ends. Harmless when it is closed. */
  close(): void {
    if (this.#state === S.CLOSED) {
      return;
    }
    try {
      if (this.#state === S.CONNECTED && this.#ingress.publication?.isConnected === true) {
        this.#sendCloseRequest();
      }
    } catch {
      // It is a courtesy: the stream may be at its end, and the cluster has a time-out.
    }
    this.#state = S.CLOSED;
    this.#ingress.close();
    this.egressSubscription.close();
    if (this.#ownsAeron) {
      this.aeron.close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #nowNs(): number {
    return this.context.platform.clock.nanoTime();
  }

  /** A client that was made for this session by a form that blocks has nobody else to drive it. */
  #driveAeron(): void {
    if (this.#ownsAeron) {
      this.aeron.conductorAgentInvoker?.invoke();
    }
  }

  #withoutIngress(): number {
    return this.#state === S.CLOSED ? CLOSED : NOT_CONNECTED;
  }

  #tracked(result: number): number {
    this.trackIngressPublicationResult(result);
    return result;
  }

  #afterPoll(fragments: number): number {
    const { CONNECTED, AWAIT_NEW_LEADER_CONNECTION } = S;
    let workCount = fragments;
    if (this.#egressImage.isClosed && (this.#state === CONNECTED || this.#state === AWAIT_NEW_LEADER_CONNECTION)) {
      this.#onDisconnected();
      workCount++;
    }
    return workCount + this.#pollStateChanges();
  }

  #pollStateChanges(): number {
    switch (this.#state) {
      case S.PENDING_CLOSE:
        this.close();
        return 1;
      case S.AWAIT_NEW_LEADER:
      case S.AWAIT_NEW_LEADER_CONNECTION:
        if (this.#nowNs >= this.#deadlineNs) {
          this.close();
          return 1;
        }
        return this.#state === S.AWAIT_NEW_LEADER_CONNECTION ? this.#pollIngress() : 0;
      default:
        return 0;
    }
  }

  /** @throws RegistrationError once, when the driver refuses the channel to the new leader; the deadline then closes the client */
  #pollIngress(): number {
    if (this.#ingress.publication !== undefined || this.#ingress.error !== undefined) {
      return 0;
    }
    const publication = this.#ingress.poll();
    const { error } = this.#ingress;
    if (error !== undefined) {
      throw error;
    }
    return publication === undefined ? 0 : 1;
  }

  #onDisconnected(): void {
    this.#ingress.close();
    this.#state = S.AWAIT_NEW_LEADER;
    this.#deadlineNs = this.#nowNs + this.newLeaderTimeoutNs;
  }

  #leaderChannel(leaderMemberId: number, ingressEndpoints: string): string {
    const endpoint = parseIngressEndpoints(ingressEndpoints).get(leaderMemberId);
    if (endpoint === undefined) {
      throw new ClusterError(
        'NO_LEADER_ENDPOINT',
        `member ${leaderMemberId} leads, of which '${ingressEndpoints}' has no endpoint`,
      );
    }
    this.#ingressEndpoints = ingressEndpoints;
    return memberChannel(this.context.ingressChannel, endpoint);
  }

  #sendCloseRequest(): void {
    this.#send(CLOSE_REQUEST_LENGTH, (buffer, offset) => {
      new SessionCloseRequestEncoder()
        .wrapAndApplyHeader(buffer, offset, this.#messageHeader)
        .leadershipTermId(this.#leadershipTermId)
        .clusterSessionId(this.clusterSessionId);
    });
  }

  /** @throws ClusterError MAX_POSITION_EXCEEDED */
  #send(length: number, encode: (buffer: AtomicBuffer, offset: number) => void): boolean {
    const { idleStrategy } = this.context;
    const publication = this.#ingress.publication;
    if (publication === undefined) {
      return false;
    }
    idleStrategy.reset();
    for (let attempt = 1; ; attempt++) {
      const position = publication.tryClaim(length, this.#bufferClaim);
      this.trackIngressPublicationResult(position);
      if (position > 0) {
        encode(this.#bufferClaim.buffer, this.#bufferClaim.offset);
        this.#bufferClaim.commit();
        return true;
      }
      if (position === MAX_POSITION_EXCEEDED) {
        throw new ClusterError(
          'MAX_POSITION_EXCEEDED',
          `the ingress stream is at its end, ${publication.maxPossiblePosition}; connect again`,
        );
      }
      if (position === CLOSED || attempt >= SEND_ATTEMPTS) {
        return false;
      }
      idleStrategy.idle(0);
    }
  }
}

/** An Aeron client for one session. One that comes when it is no longer waited for is closed. */
async function connectAeron(context: AeronClusterContext, wait: Wait): Promise<Aeron> {
  const connecting = Aeron.connect(aeronOptions(context));
  try {
    return await wait.until(connecting);
  } catch (error) {
    connecting.then(
      (aeron) => aeron.close(),
      () => {},
    );
    throw error;
  }
}
