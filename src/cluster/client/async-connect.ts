import { AtomicBuffer, formatDuration, SemanticVersion } from '../../agrona/mod.ts';
import { type Aeron, Publication, RegistrationError, type Subscription } from '../../client/mod.ts';
import { ChannelUri, ErrorCode, isMulticastEndpoint } from '../../protocol/mod.ts';
import {
  ChallengeResponseEncoder,
  EventCode,
  MessageHeaderEncoder,
  SessionConnectRequestEncoder,
} from '../codecs/mod.ts';
import { AeronCluster } from './aeron-cluster.ts';
import type { AeronClusterContext } from './context.ts';
import { EgressPoller } from './egress-poller.ts';
import { AuthenticationError, ClusterError, ConnectTimeoutError } from './errors.ts';
import { memberChannel, parseIngressEndpoints } from './ingress-endpoints.ts';
import { IngressPublication } from './ingress-publication.ts';

const NULL_VALUE = -1;
const FRAGMENT_LIMIT = 10;
/** Of a request without its credentials: more than channel and name can have. */
const MAX_REQUEST_LENGTH = 8192;
/** For clusters that do not report theirs. */
const LEADER_HEARTBEAT_TIMEOUT_DEFAULT_NS = 10_000_000_000;
/** The part of the message timeout for which only the member is tried that a redirect has named. */
const REDIRECT_PATIENCE = 1 / 5;

/**
 * On a group that customers share, a leader may be sending already: what it answers is lost unless its stream was joined
 * before. A silent one is heard within 100 ms, and describes itself within another 100 ms when asked to.
 */
const JOIN_GROUP_NS = 500_000_000;

/** Of the protocol between client and consensus module. */
export const PROTOCOL_SEMANTIC_VERSION = SemanticVersion.compose(0, 3, 0);

/** What a connection attempt is at. Upstream: `AeronCluster.AsyncConnect.State`. */
export const ConnectState = {
  CREATE_EGRESS_SUBSCRIPTION: 'CREATE_EGRESS_SUBSCRIPTION',
  CREATE_INGRESS_PUBLICATIONS: 'CREATE_INGRESS_PUBLICATIONS',
  AWAIT_PUBLICATION_CONNECTED: 'AWAIT_PUBLICATION_CONNECTED',
  SEND_MESSAGE: 'SEND_MESSAGE',
  POLL_RESPONSE: 'POLL_RESPONSE',
  CONCLUDE_CONNECT: 'CONCLUDE_CONNECT',
  DONE: 'DONE',
} as const;
export type ConnectState = (typeof ConnectState)[keyof typeof ConnectState];

const S = ConnectState;

/**
 * A session that is coming about, driven by `poll`. Upstream: `AeronCluster.AsyncConnect`.
 *
 *     egress subscription ─▶ ingress publications ─▶ one is connected ─▶ request ─▶ response
 *                                        ▲                                │   ▲        │
 *                                        │                                └───┘        │
 *                                        │                                challenge    │
 *                                        └──────────────── redirect ───────────────────┤
 *                                                                           OK: session open
 */
export class AsyncConnect {
  readonly context: AeronClusterContext;
  #state: ConnectState = S.CREATE_EGRESS_SUBSCRIPTION;
  readonly #aeron: Aeron;
  readonly #ownsAeron: boolean;
  readonly #deadlineNs: number;
  /** The request to be sent, `messageLength` bytes of it. */
  #buffer = AtomicBuffer.allocate(0);
  readonly #messageHeader = new MessageHeaderEncoder();
  #messageLength = 0;
  #egressRegistrationId = NULL_VALUE;
  #egress: Subscription | undefined;
  /** Nothing is asked before. */
  #egressReadyNs = 0;
  #egressPoller: EgressPoller | undefined;
  /** By member id; without endpoints the one channel is under -1. */
  #ingresses = new Map<number, IngressPublication>();
  #ingress: IngressPublication | undefined;
  /** Only this member is tried until then. */
  #redirectedTo = NULL_VALUE;
  #redirectDeadlineNs = 0;
  #correlationId = NULL_VALUE;
  #clusterSessionId = NULL_VALUE;

  /** For `AeronCluster`, which makes them. */
  constructor(context: AeronClusterContext, aeron: Aeron, ownsAeron: boolean) {
    this.context = context;
    this.#aeron = aeron;
    this.#ownsAeron = ownsAeron;
    this.#deadlineNs = this.#nowNs + context.messageTimeoutNs;
    const { ingressEndpoints, ingressChannel } = context;
    if (ingressEndpoints === undefined) {
      this.#ingresses.set(NULL_VALUE, this.#newIngress(ingressChannel));
    } else {
      this.#ingresses = this.#ingressesOf(parseIngressEndpoints(ingressEndpoints));
    }
  }

  get state(): ConnectState {
    return this.#state;
  }

  /**
   * Takes the next step and returns the client once there is a session. When it throws, `close` it.
   * @throws ConnectTimeoutError after `messageTimeoutNs`; AuthenticationError; ClusterError SESSION_REFUSED when
   *   the cluster has answered with an error, as at its session limit, CONNECTION_LOST; RegistrationError for an
   *   egress channel that the driver refuses.
   */
  poll(): AeronCluster | undefined {
    this.#checkDeadline();
    this.#aeron.conductorAgentInvoker?.invoke();
    this.context.agentInvoker?.invoke();
    switch (this.#state) {
      case S.CREATE_EGRESS_SUBSCRIPTION:
        this.#createEgressSubscription();
        break;
      case S.CREATE_INGRESS_PUBLICATIONS:
        this.#createIngressPublications();
        break;
      case S.AWAIT_PUBLICATION_CONNECTED:
        this.#awaitPublicationConnected();
        break;
      case S.SEND_MESSAGE:
        this.#sendMessage();
        break;
      case S.POLL_RESPONSE:
        this.#pollResponse();
        break;
      case S.CONCLUDE_CONNECT:
        return this.#concludeConnect();
    }
    return undefined;
  }

  /** Gives up, unless the client is there already. */
  close(): void {
    if (this.#state === S.DONE) {
      return;
    }
    this.#state = S.DONE;
    if (this.#ownsAeron) {
      this.#aeron.close();
    } else if (!this.#aeron.isClosed) {
      this.#closeIngresses();
      if (this.#egress !== undefined) {
        this.#egress.close();
      } else if (this.#egressRegistrationId !== NULL_VALUE) {
        this.#aeron.asyncRemoveSubscription(this.#egressRegistrationId);
      }
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #nowNs(): number {
    return this.#aeron.context.platform.clock.nanoTime();
  }

  /**
   * Clients that share an egress see each other's answers and cannot tell the sessions apart yet; ids counted by drivers
   * of their own would be equal.
   */
  #randomCorrelationId(): number {
    return Math.floor(this.#aeron.context.platform.random.nextDouble() * Number.MAX_SAFE_INTEGER);
  }

  #newIngress(channel: string): IngressPublication {
    const { ingressStreamId, isIngressExclusive } = this.context;
    return new IngressPublication(this.#aeron, channel, ingressStreamId, isIngressExclusive);
  }

  #ingressesOf(endpoints: ReadonlyMap<number, string>): Map<number, IngressPublication> {
    const { ingressChannel } = this.context;
    return new Map(
      [...endpoints].map(([memberId, endpoint]) => [
        memberId,
        this.#newIngress(memberChannel(ingressChannel, endpoint)),
      ]),
    );
  }

  #createEgressSubscription(): void {
    const { egressChannel, egressStreamId } = this.context;
    if (this.#egressRegistrationId === NULL_VALUE) {
      this.#egressRegistrationId = this.#aeron.asyncAddSubscription(egressChannel, egressStreamId);
    }
    try {
      this.#egress = this.#aeron.getSubscription(this.#egressRegistrationId);
    } catch (error) {
      this.#egressRegistrationId = NULL_VALUE;
      if (!(error instanceof RegistrationError) || error.errorCode !== ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE) {
        throw error;
      }
    }
    if (this.#egress !== undefined) {
      this.#egressPoller = new EgressPoller(this.#egress, FRAGMENT_LIMIT);
      const endpoint = ChannelUri.parse(egressChannel).get('endpoint') ?? '';
      this.#egressReadyNs = this.#nowNs + (isMulticastEndpoint(endpoint) ? JOIN_GROUP_NS : 0);
      this.#state = S.CREATE_INGRESS_PUBLICATIONS;
    }
  }

  #createIngressPublications(): void {
    const only = this.#ingresses.get(NULL_VALUE);
    if (only === undefined || only.poll() !== undefined) {
      this.#state = S.AWAIT_PUBLICATION_CONNECTED;
    } else if (only.error !== undefined) {
      throw only.error;
    }
  }

  #awaitPublicationConnected(): void {
    const responseChannel = this.#egress!.tryResolveChannelEndpointPort();
    if (responseChannel === undefined || this.#nowNs < this.#egressReadyNs) {
      return;
    }
    for (const [memberId, ingress] of this.#ingresses) {
      if (memberId !== this.#redirectedTo && this.#nowNs < this.#redirectDeadlineNs) {
        continue;
      }
      if (ingress.poll()?.isConnected === true) {
        this.#ingress = ingress;
        this.#prepareConnectRequest(responseChannel);
        return;
      }
    }
  }

  #prepareConnectRequest(responseChannel: string): void {
    const { credentialsSupplier, clientName, egressStreamId } = this.context;
    const credentials = credentialsSupplier.encodedCredentials();
    this.#correlationId = this.#randomCorrelationId();
    this.#buffer = AtomicBuffer.allocate(MAX_REQUEST_LENGTH + credentials.length);
    const request = new SessionConnectRequestEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#messageHeader)
      .correlationId(this.#correlationId)
      .responseStreamId(egressStreamId)
      .version(PROTOCOL_SEMANTIC_VERSION)
      .responseChannel(responseChannel)
      .putEncodedCredentials(credentials)
      .clientInfo(`name=${clientName} version=aeron-ts`);
    this.#messageLength = MessageHeaderEncoder.ENCODED_LENGTH + request.encodedLength();
    this.#state = S.SEND_MESSAGE;
  }

  #prepareChallengeResponse(): void {
    const poller = this.#egressPoller!;
    this.#clusterSessionId = poller.clusterSessionId;
    const credentials = this.context.credentialsSupplier.onChallenge(poller.encodedChallenge);
    this.#correlationId = this.#randomCorrelationId();
    this.#buffer = AtomicBuffer.allocate(MAX_REQUEST_LENGTH + credentials.length);
    const response = new ChallengeResponseEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#messageHeader)
      .correlationId(this.#correlationId)
      .clusterSessionId(this.#clusterSessionId)
      .putEncodedCredentials(credentials);
    this.#messageLength = MessageHeaderEncoder.ENCODED_LENGTH + response.encodedLength();
    this.#state = S.SEND_MESSAGE;
  }

  #sendMessage(): void {
    const position = this.#ingress!.publication!.offer(this.#buffer, 0, this.#messageLength);
    if (position > 0) {
      this.#state = S.POLL_RESPONSE;
    } else if (position === Publication.CLOSED || position === Publication.NOT_CONNECTED) {
      throw new ClusterError('CONNECTION_LOST', `lost the connection to ${this.#ingress!.channel} while connecting`);
    }
  }

  #pollResponse(): void {
    const poller = this.#egressPoller!;
    if (poller.poll() <= 0 || !poller.isPollComplete || poller.correlationId !== this.#correlationId) {
      return;
    }
    if (poller.isChallenged) {
      this.#prepareChallengeResponse();
      return;
    }
    switch (poller.eventCode) {
      case EventCode.OK:
        this.#clusterSessionId = poller.clusterSessionId;
        this.#state = S.CONCLUDE_CONNECT;
        break;
      case EventCode.REDIRECT:
        this.#redirect(poller.leaderMemberId, poller.detail);
        break;
      case EventCode.AUTHENTICATION_REJECTED:
        throw new AuthenticationError(poller.detail);
      case EventCode.ERROR:
        throw new ClusterError('SESSION_REFUSED', poller.detail);
    }
  }

  #redirect(leaderMemberId: number, ingressEndpoints: string): void {
    const known = this.#ingresses;
    const next = this.#ingressesOf(parseIngressEndpoints(ingressEndpoints));
    const leader = next.get(leaderMemberId);
    if (leader === undefined) {
      throw new ClusterError(
        'SESSION_REFUSED',
        `redirected to member ${leaderMemberId}, of which '${ingressEndpoints}' has no endpoint`,
      );
    }
    const knownLeader = known.get(leaderMemberId);
    if (knownLeader?.channel === leader.channel && knownLeader.error === undefined) {
      next.set(leaderMemberId, knownLeader);
      known.delete(leaderMemberId);
    }
    this.#closeIngresses();
    this.#ingresses = next;
    this.#ingress = undefined;
    this.#redirectedTo = leaderMemberId;
    this.#redirectDeadlineNs = this.#nowNs + this.context.messageTimeoutNs * REDIRECT_PATIENCE;
    this.#state = S.AWAIT_PUBLICATION_CONNECTED;
  }

  #concludeConnect(): AeronCluster {
    const poller = this.#egressPoller!;
    const ingress = this.#ingress!;
    const leaderHeartbeatTimeoutNs =
      poller.leaderHeartbeatTimeoutNs === NULL_VALUE
        ? LEADER_HEARTBEAT_TIMEOUT_DEFAULT_NS
        : poller.leaderHeartbeatTimeoutNs;
    for (const other of this.#ingresses.values()) {
      if (other !== ingress) {
        other.close();
      }
    }
    this.#state = S.DONE;
    return new AeronCluster({
      context: this.context,
      aeron: this.#aeron,
      ownsAeron: this.#ownsAeron,
      newLeaderTimeoutNs: this.context.newLeaderTimeoutNs ?? 2 * leaderHeartbeatTimeoutNs,
      ingress,
      egress: this.#egress!,
      egressImage: poller.egressImage!,
      clusterSessionId: this.#clusterSessionId,
      leadershipTermId: poller.leadershipTermId,
      leaderMemberId: poller.leaderMemberId,
    });
  }

  #closeIngresses(): void {
    for (const ingress of this.#ingresses.values()) {
      ingress.close();
    }
  }

  #checkDeadline(): void {
    if (this.#nowNs < this.#deadlineNs) {
      return;
    }
    const { messageTimeoutNs, ingressChannel, ingressEndpoints } = this.context;
    const errors = [...this.#ingresses.values()].flatMap(({ error }) => (error === undefined ? [] : [error]));
    const endpoints = ingressEndpoints === undefined ? '' : ` and ingressEndpoints '${ingressEndpoints}'`;
    const egress = this.#egress?.tryResolveChannelEndpointPort() ?? this.context.egressChannel;
    throw new ConnectTimeoutError(
      `no session within messageTimeoutNs = ${formatDuration(messageTimeoutNs)}: in state ${this.#state}, with ` +
        `ingressChannel '${ingressChannel}'${endpoints}, connected to ${this.#ingress?.channel ?? 'none of them'}; ` +
        `egress '${egress}' is ${this.#egress?.isConnected === true ? 'connected' : 'not connected'}`,
      { cause: errors.length > 0 ? new AggregateError(errors, 'members that could not be reached') : undefined },
    );
  }
}
