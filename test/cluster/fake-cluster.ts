import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { Aeron, FragmentAssembler, type Subscription } from '../../src/client/mod.ts';
import {
  AdminRequestDecoder,
  AdminRequestType,
  AdminResponseCode,
  AdminResponseEncoder,
  ChallengeEncoder,
  ChallengeResponseDecoder,
  EventCode,
  MessageHeaderDecoder,
  MessageHeaderEncoder,
  NewLeaderEventEncoder,
  SessionCloseRequestDecoder,
  SessionConnectRequestDecoder,
  SessionEventEncoder,
  SessionKeepAliveDecoder,
  SessionMessageHeaderDecoder,
  SessionMessageHeaderEncoder,
} from '../../src/cluster/codecs/mod.ts';
import { SimulatedMediaDriver, SimulatedWorld } from '../../src/simulation/mod.ts';

export const SECOND_NS = 1_000_000_000;
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const PORT = 9002;

interface FakeSession {
  readonly id: number;
  readonly responseChannel: string;
  readonly responseStreamId: number;
  readonly correlationId: number;
  isOpen: boolean;
}

interface Outgoing {
  readonly registrationId: number;
  readonly bytes: AtomicBuffer;
}

export interface FakeClusterOptions {
  readonly memberCount?: number;
  /** Asked of each new session; it opens for who answers with the same bytes backwards. */
  readonly challenge?: Uint8Array;
  /** Answers to requests for sessions in place of opening one. */
  readonly refusal?: { readonly code: EventCode; readonly detail: string };
  readonly seed?: number;
}

/** What members remember together: the sessions, as if through a log. */
export class FakeCluster {
  readonly world: SimulatedWorld;
  readonly clientDriver: SimulatedMediaDriver;
  readonly members: FakeMember[];
  readonly options: FakeClusterOptions;
  readonly sessions = new Map<number, FakeSession>();
  /** Everything that a leader was told, in order. */
  readonly journal: string[] = [];
  leaderId = 0;
  leadershipTermId = 0;
  nextSessionId = 1;

  constructor(options: FakeClusterOptions = {}) {
    const { memberCount = 1, seed = 1 } = options;
    this.options = options;
    this.world = new SimulatedWorld({ seed, links: { latencyNs: 100_000 } });
    const launch = (name: string, address: string) =>
      SimulatedMediaDriver.launch(this.world.host(name, { addresses: [address] }));
    this.clientDriver = launch('client', '10.0.0.100');
    this.members = Array.from(
      { length: memberCount },
      (_, id) => new FakeMember(this, id, launch(`member${id}`, `10.0.0.${id + 1}`)),
    );
  }

  get ingressEndpoints(): string {
    return this.members.map(({ id, endpoint }) => `${id}=${endpoint}`).join(',');
  }

  /** Options for a client that knows these members. */
  clientOptions(knownMembers: readonly number[] = this.members.map(({ id }) => id)) {
    return {
      platform: this.clientDriver.host.process('client').platform,
      ingressChannel: 'aeron:udp?term-length=64k',
      ingressEndpoints: knownMembers.map((id) => `${id}=${this.members[id]!.endpoint}`).join(','),
      egressChannel: 'aeron:udp?endpoint=10.0.0.100:0',
    };
  }

  /** The leader's machine stops, and a while later another member takes over. */
  failOver(newLeaderId: number, afterNs: number): void {
    const old = this.members[this.leaderId]!;
    old.stop();
    this.world.after(afterNs, () => {
      this.leaderId = newLeaderId;
      this.leadershipTermId++;
      this.members[newLeaderId]!.tellNewLeader();
    });
  }

  async settle<T>(promise: Promise<T>, withinNs = 120 * SECOND_NS): Promise<T> {
    let isSettled = false;
    const done = () => {
      isSettled = true;
    };
    promise.then(done, done);
    await this.until(() => isSettled, withinNs);
    return promise;
  }

  async until(condition: () => boolean, withinNs = 120 * SECOND_NS): Promise<void> {
    if (!(await this.world.settleUntil(condition, withinNs))) {
      throw new Error(`not within ${withinNs} ns: ${condition}; journal:\n${this.journal.join('\n')}`);
    }
  }
}

/** One member: what it leads it echoes; what it does not lead it redirects. */
export class FakeMember {
  readonly id: number;
  readonly endpoint: string;
  readonly driver: SimulatedMediaDriver;
  readonly #cluster: FakeCluster;
  readonly #aeron: Aeron;
  readonly #ingressId: number;
  #ingress: Subscription | undefined;
  readonly #assembler: FragmentAssembler;
  /** By channel and stream. */
  readonly #publications = new Map<string, number>();
  /** Not yet taken by their publications. */
  readonly #outbox: Outgoing[] = [];

  constructor(cluster: FakeCluster, id: number, driver: SimulatedMediaDriver) {
    this.#cluster = cluster;
    this.id = id;
    this.driver = driver;
    this.endpoint = `10.0.0.${id + 1}:${PORT}`;
    const process = driver.host.process('consensus-module');
    this.#aeron = Aeron.connectBlocking({
      platform: process.platform,
      useConductorAgentInvoker: true,
      errorHandler: () => {},
    });
    this.#ingressId = this.#aeron.asyncAddSubscription(`aeron:udp?endpoint=${this.endpoint}`, 101);
    this.#assembler = new FragmentAssembler((buffer, offset, length) => this.#onIngress(buffer, offset, length));
    process.run(() => this.#work());
  }

  get #isLeader(): boolean {
    return this.#cluster.leaderId === this.id;
  }

  stop(): void {
    this.driver.host.crash();
  }

  tellNewLeader(): void {
    const { leadershipTermId, ingressEndpoints } = this.#cluster;
    for (const session of this.#cluster.sessions.values()) {
      this.#sendEvent(session, EventCode.OK, '');
      this.#send(session, (buffer, header) =>
        new NewLeaderEventEncoder()
          .wrapAndApplyHeader(buffer, 0, header)
          .leadershipTermId(leadershipTermId)
          .clusterSessionId(session.id)
          .leaderMemberId(this.id)
          .ingressEndpoints(ingressEndpoints),
      );
    }
  }

  /** Closes a session, as after its time-out. */
  closeSession(sessionId: number, detail: string): void {
    const session = this.#cluster.sessions.get(sessionId)!;
    this.#cluster.sessions.delete(sessionId);
    this.#sendEvent(session, EventCode.CLOSED, detail);
  }

  /** A message as no client expects it. */
  sendRaw(sessionId: number, bytes: Uint8Array): void {
    this.#sendBytes(this.#cluster.sessions.get(sessionId)!, AtomicBuffer.copyOf(bytes));
  }

  echo(sessionId: number, bytes: Uint8Array): void {
    const session = this.#cluster.sessions.get(sessionId)!;
    const message = AtomicBuffer.allocate(HEADER_LENGTH + SessionMessageHeaderEncoder.BLOCK_LENGTH + bytes.length);
    new SessionMessageHeaderEncoder()
      .wrapAndApplyHeader(message, 0, new MessageHeaderEncoder())
      .leadershipTermId(this.#cluster.leadershipTermId)
      .clusterSessionId(BigInt(session.id))
      .timestamp(1234n);
    message.putBytes(HEADER_LENGTH + SessionMessageHeaderEncoder.BLOCK_LENGTH, bytes, 0, bytes.length);
    this.#sendBytes(session, message);
  }

  #work(): number {
    let workCount = this.#aeron.conductorAgentInvoker!.invoke();
    this.#ingress ??= this.#aeron.getSubscription(this.#ingressId);
    workCount += this.#ingress?.poll(this.#assembler.onFragment, 10) ?? 0;
    while (this.#outbox.length > 0 && this.#isTaken(this.#outbox[0]!)) {
      this.#outbox.shift();
    }
    return workCount;
  }

  #isTaken({ registrationId, bytes }: Outgoing): boolean {
    const publication = this.#aeron.getExclusivePublication(registrationId);
    return publication !== undefined && publication.offer(bytes) > 0;
  }

  #onIngress(buffer: AtomicBuffer, offset: number, length: number): void {
    const header = new MessageHeaderDecoder().wrap(buffer, offset);
    const block = [offset + HEADER_LENGTH, header.blockLength(), header.version()] as const;
    const { journal, sessions } = this.#cluster;
    switch (header.templateId()) {
      case SessionConnectRequestDecoder.TEMPLATE_ID: {
        const request = new SessionConnectRequestDecoder().wrap(buffer, ...block);
        this.#onConnectRequest(request);
        break;
      }
      case ChallengeResponseDecoder.TEMPLATE_ID: {
        const response = new ChallengeResponseDecoder().wrap(buffer, ...block);
        const known = sessions.get(response.clusterSessionId())!;
        const credentials = new Uint8Array(response.encodedCredentialsLength());
        response.getEncodedCredentials(credentials);
        this.#onChallengeResponse({ ...known, correlationId: response.correlationId() }, credentials);
        break;
      }
      case SessionMessageHeaderDecoder.TEMPLATE_ID: {
        const message = new SessionMessageHeaderDecoder().wrap(buffer, ...block);
        const bodyOffset = offset + HEADER_LENGTH + SessionMessageHeaderDecoder.BLOCK_LENGTH;
        const body = buffer.copyBytes(bodyOffset, offset + length - bodyOffset);
        const sessionId = Number(message.clusterSessionId());
        if (this.#isLeader && message.leadershipTermId() === this.#cluster.leadershipTermId) {
          journal.push(`message ${sessionId} ${new TextDecoder().decode(body)}`);
          this.echo(sessionId, body);
        }
        break;
      }
      case SessionKeepAliveDecoder.TEMPLATE_ID:
        journal.push(`keep-alive ${new SessionKeepAliveDecoder().wrap(buffer, ...block).clusterSessionId()}`);
        break;
      case SessionCloseRequestDecoder.TEMPLATE_ID:
        journal.push(`close ${new SessionCloseRequestDecoder().wrap(buffer, ...block).clusterSessionId()}`);
        break;
      case AdminRequestDecoder.TEMPLATE_ID:
        this.#onAdminRequest(new AdminRequestDecoder().wrap(buffer, ...block));
        break;
    }
  }

  #onConnectRequest(request: SessionConnectRequestDecoder): void {
    const { refusal, challenge } = this.#cluster.options;
    const correlationId = request.correlationId();
    const responseStreamId = request.responseStreamId();
    const responseChannel = request.responseChannel();
    const credentials = new Uint8Array(request.encodedCredentialsLength());
    request.getEncodedCredentials(credentials);
    const session: FakeSession = {
      id: this.#isLeader ? this.#cluster.nextSessionId++ : -1,
      responseChannel,
      responseStreamId,
      correlationId,
      isOpen: false,
    };
    this.#cluster.journal.push(
      `connect member ${this.id} version ${request.version()} credentials '${new TextDecoder().decode(credentials)}' ` +
        `info '${request.clientInfo()}'`,
    );
    if (!this.#isLeader) {
      this.#sendEvent(session, EventCode.REDIRECT, this.#cluster.ingressEndpoints);
    } else if (refusal !== undefined) {
      this.#sendEvent(session, refusal.code, refusal.detail);
    } else if (challenge !== undefined) {
      this.#cluster.sessions.set(session.id, session);
      this.#send(session, (buffer, header) =>
        new ChallengeEncoder()
          .wrapAndApplyHeader(buffer, 0, header)
          .correlationId(session.correlationId)
          .clusterSessionId(session.id)
          .putEncodedChallenge(challenge),
      );
    } else {
      this.#open(session);
    }
  }

  #onChallengeResponse(session: FakeSession, credentials: Uint8Array): void {
    const expected = [...this.#cluster.options.challenge!].reverse();
    if (String(expected) === String([...credentials])) {
      this.#open(session);
    } else {
      this.#cluster.sessions.delete(session.id);
      this.#sendEvent(session, EventCode.AUTHENTICATION_REJECTED, 'Session failed authentication');
    }
  }

  #open(session: FakeSession): void {
    this.#cluster.sessions.set(session.id, { ...session, isOpen: true });
    this.#sendEvent(session, EventCode.OK, '');
  }

  #onAdminRequest(request: AdminRequestDecoder): void {
    const session = this.#cluster.sessions.get(request.clusterSessionId())!;
    const correlationId = request.correlationId();
    const isSnapshot = request.requestType() === AdminRequestType.SNAPSHOT;
    const isAllowed = isSnapshot && session.id !== 2;
    this.#send(session, (buffer, header) =>
      new AdminResponseEncoder()
        .wrapAndApplyHeader(buffer, 0, header)
        .clusterSessionId(session.id)
        .correlationId(correlationId)
        .requestType(AdminRequestType.SNAPSHOT)
        .responseCode(isAllowed ? AdminResponseCode.OK : AdminResponseCode.UNAUTHORISED_ACCESS)
        .message(isAllowed ? '' : 'Execution of the SNAPSHOT request was not authorised')
        .putPayload(new Uint8Array([7, 8])),
    );
  }

  #sendEvent(session: FakeSession, code: EventCode, detail: string): void {
    const { leadershipTermId, leaderId } = this.#cluster;
    this.#send(session, (buffer, header) =>
      new SessionEventEncoder()
        .wrapAndApplyHeader(buffer, 0, header)
        .clusterSessionId(session.id)
        .correlationId(session.correlationId)
        .leadershipTermId(leadershipTermId)
        .leaderMemberId(leaderId)
        .code(code)
        .version(3 << 8)
        .leaderHeartbeatTimeoutNs(10 * SECOND_NS)
        .detail(detail),
    );
  }

  #send(
    session: FakeSession,
    encode: (buffer: AtomicBuffer, header: MessageHeaderEncoder) => { encodedLength(): number },
  ): void {
    const buffer = AtomicBuffer.allocate(1024);
    const length = HEADER_LENGTH + encode(buffer, new MessageHeaderEncoder()).encodedLength();
    this.#sendBytes(session, buffer.slice(0, length));
  }

  #sendBytes({ responseChannel, responseStreamId }: FakeSession, bytes: AtomicBuffer): void {
    const key = `${responseChannel} ${responseStreamId}`;
    let registrationId = this.#publications.get(key);
    if (registrationId === undefined) {
      registrationId = this.#aeron.asyncAddExclusivePublication(responseChannel, responseStreamId);
      this.#publications.set(key, registrationId);
    }
    this.#outbox.push({ registrationId, bytes });
  }
}
