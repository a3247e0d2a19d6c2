import { type AtomicBuffer, type Authenticator, DEFAULT_AUTHENTICATOR } from '../../../src/agrona/mod.ts';
import type { Header } from '../../../src/client/mod.ts';
import { CloseReason, EventCode, MessageHeaderDecoder, SessionEventDecoder } from '../../../src/cluster/codecs/mod.ts';
import { ClientSessions, type ConnectRequest } from '../../../src/cluster/consensus/client-sessions.ts';
import type { ClusterSession } from '../../../src/cluster/consensus/cluster-session.ts';
import { EgressPublisher } from '../../../src/cluster/consensus/egress-publisher.ts';
import { PROTOCOL_SEMANTIC_VERSION } from '../../../src/cluster/consensus/protocol-version.ts';
import type { SessionResponse } from '../../../src/cluster/consensus/session-response.ts';

/** The way back to a client that is there at once, and what came by it. */
export class FakeResponse implements SessionResponse {
  readonly failure = new Error('no such channel');
  readonly events: string[] = [];
  isConnected = true;
  availableWindow = 1024;
  progress: 'pending' | 'ready' | 'failed' = 'ready';
  isClosed = false;
  maxMessageLength = 8192;

  connect(): void {
    this.isClosed = false;
  }

  poll(): 'pending' | 'ready' | 'failed' {
    return this.progress;
  }

  offer(buffer: AtomicBuffer, _offset: number, length: number): number {
    if (this.isClosed || !this.isConnected) {
      return -1;
    }
    if (length > this.maxMessageLength) {
      this.progress = 'failed';
      return -1;
    }
    this.#onMessage(buffer);
    return 1;
  }

  close(): void {
    this.isClosed = true;
  }

  #onMessage(buffer: AtomicBuffer): void {
    const event = new SessionEventDecoder();
    if (event.wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder())) {
      const code = Object.entries(EventCode).find(([, value]) => value === event.code())![0];
      this.events.push(`${code} ${event.detail()}`.trim());
    } else {
      this.events.push(`template ${new MessageHeaderDecoder().wrap(buffer, 0).templateId()}`);
    }
  }
}

/** By which a fake client asks. */
export const FAKE_HEADER = {
  sessionId: 1,
  image: { sourceIdentity: 'client:9', correlationId: 4 },
} as unknown as Header;

/** Sessions of a leader whose log is a list of lines, under a clock that a test moves. */
export class SessionsUnderTest {
  readonly log: string[] = [];
  readonly responses: FakeResponse[] = [];
  readonly reports: string[] = [];
  readonly sessions: ClientSessions;
  timedOut = 0;
  nowNs = 1_000_000;
  /** Of the log; full when it is 0. */
  logRoom = Number.POSITIVE_INFINITY;
  readonly leadership = { leadershipTermId: 5, leaderMemberId: 2, ingressEndpoints: '0=a:1,2=b:2' };

  constructor(options: { maxConcurrentSessions?: number; authenticator?: Authenticator } = {}) {
    this.sessions = new ClientSessions({
      memberId: 2,
      sessionTimeoutNs: 1000,
      maxConcurrentSessions: options.maxConcurrentSessions ?? 10,
      authenticator: options.authenticator ?? DEFAULT_AUTHENTICATOR,
      egress: new EgressPublisher(10_000),
      log: this.#newLog(),
      newResponse: () => {
        const response = new FakeResponse();
        this.responses.push(response);
        return response;
      },
      report: (error) => this.reports.push((error as Error).message),
      events: undefined,
      onTimedOut: () => this.timedOut++,
      time: () => BigInt(this.nowNs),
      nanoTime: () => this.nowNs,
      epochTimeMs: () => this.nowNs / 1000,
    });
  }

  connect(request: Partial<ConnectRequest> = {}, isLeader = true): FakeResponse {
    this.sessions.onConnect(
      {
        correlationId: 77,
        responseStreamId: 102,
        version: PROTOCOL_SEMANTIC_VERSION,
        responseChannel: 'aeron:udp?endpoint=client:1',
        encodedCredentials: new Uint8Array(0),
        clientInfo: '',
        header: FAKE_HEADER,
        ...request,
      },
      isLeader,
      this.leadership.ingressEndpoints,
    );
    return this.responses.at(-1)!;
  }

  /** A round of the leader. */
  round(): void {
    this.sessions.processTurnedAway(this.nowNs, this.leadership);
    this.sessions.processPending(this.nowNs, this.leadership.leadershipTermId);
    this.sessions.check(this.nowNs, this.leadership);
  }

  /** A client that is in. */
  open(): ClusterSession {
    this.connect();
    this.round();
    return this.sessions.table.sessions.at(-1)!;
  }

  #newLog() {
    const append = (line: string): number => {
      if (this.log.length >= this.logRoom) {
        return 0;
      }
      this.log.push(line);
      return this.log.length;
    };
    const under = this;
    return {
      get position() {
        return under.log.length;
      },
      appendSessionOpen: (session: ClusterSession) => {
        if (session.responseChannel.length > 100) {
          throw new Error('too long for the log');
        }
        return append(`open ${session.id}`);
      },
      appendSessionClose: (session: ClusterSession) => {
        const reason = Object.entries(CloseReason).find(([, value]) => value === session.closeReason)![0];
        return append(`close ${session.id} ${reason}`) > 0;
      },
    };
  }
}
