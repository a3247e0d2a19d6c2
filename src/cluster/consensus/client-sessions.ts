import { type Authenticator, type ErrorHandler, SemanticVersion } from '../../agrona/mod.ts';
import type { Header } from '../../client/mod.ts';
import { CloseReason } from '../codecs/mod.ts';
import { Authentication } from './authentication.ts';
import { ClusterSession, closeReasonName } from './cluster-session.ts';
import type { EgressPublisher } from './egress-publisher.ts';
import { ClusterEvent } from './errors.ts';
import type { LogPublisher } from './log-publisher.ts';
import { CLIENT_PROTOCOL_MAJOR_VERSION, PROTOCOL_SEMANTIC_VERSION } from './protocol-version.ts';
import type { SessionEvents } from './session-events.ts';
import type { SessionResponse } from './session-response.ts';
import { SessionTable } from './session-table.ts';
import { unanswerable, WaitingSessions } from './waiting-sessions.ts';

const NO_SESSION = -1;
/** Clients that may be waiting at a time to be told where to go, or that they may not come in. */
const MAX_TURNED_AWAY = 256;

/** How sessions are answered. */
export interface ResponseRequest {
  readonly sessionId: number;
  readonly sessionInfo: string;
  readonly channel: string;
  readonly streamId: number;
}

export interface SessionsParameters {
  readonly memberId: number;
  readonly sessionTimeoutNs: number;
  readonly maxConcurrentSessions: number;
  readonly authenticator: Authenticator;
  readonly egress: EgressPublisher;
  readonly log: Pick<LogPublisher, 'appendSessionOpen' | 'appendSessionClose' | 'position'>;
  readonly newResponse: (request: ResponseRequest) => SessionResponse;
  /** For what an operator should see of clients that are turned away. */
  readonly report: ErrorHandler;
  /** undefined when they are not logged. */
  readonly events: SessionEvents | undefined;
  /** Counts a client that was not heard of for too long. */
  readonly onTimedOut: () => void;
  /** Now: in the cluster's time, monotonic ns, epoch ms. */
  readonly time: () => bigint;
  readonly nanoTime: () => number;
  readonly epochTimeMs: () => number;
}

/** Who leads, and in which term. */
export interface Leadership {
  readonly leadershipTermId: number;
  readonly leaderMemberId: number;
  /** Of all members, for clients. */
  readonly ingressEndpoints: string;
}

export interface ConnectRequest {
  readonly correlationId: number;
  readonly responseStreamId: number;
  readonly version: number;
  readonly responseChannel: string;
  readonly encodedCredentials: Uint8Array;
  readonly clientInfo: string;
  readonly header: Header;
}

/**
 * The clients of the cluster: who asks to come in, who is in, who has to go. The leader decides, and its log
 * tells the others. Upstream: `io.aeron.cluster.SessionManager`.
 */
export class ClientSessions {
  readonly table = new SessionTable();
  readonly #p: SessionsParameters;
  readonly #authentication: Authentication;
  /** On their way in. */
  readonly #pending: WaitingSessions<ClusterSession>;
  /** To be told where to go, or that they may not come in. */
  readonly #turnedAway: WaitingSessions<ClusterSession>;

  constructor(parameters: SessionsParameters) {
    this.#p = parameters;
    const { authenticator, egress, epochTimeMs, report } = parameters;
    this.#authentication = new Authentication(authenticator, egress, epochTimeMs, report);
    this.#pending = new WaitingSessions(report);
    this.#turnedAway = new WaitingSessions(report);
  }

  get(sessionId: number): ClusterSession | undefined {
    return this.table.get(sessionId);
  }

  /** A client asks to connect. A member that does not lead sends it to the one that does. */
  onConnect(request: ConnectRequest, isLeader: boolean, ingressEndpoints: string): void {
    const { header } = request;
    const refusal = isLeader ? this.#refusal(request.version) : undefined;
    const isTurnedAway = !isLeader || refusal !== undefined;
    if (isTurnedAway && this.#turnedAway.length >= MAX_TURNED_AWAY) {
      this.#p.report(
        new ClusterEvent(`more than ${MAX_TURNED_AWAY} clients to be turned away at a time: one is dropped`),
      );
      return;
    }
    const id = isLeader ? this.table.nextSessionId++ : NO_SESSION;
    const session = this.#newSession(id, request.responseStreamId, request.responseChannel, sessionInfo(request));
    session.response.connect();
    session.onRequest(request.correlationId, this.#p.nanoTime());
    if (!isLeader) {
      session.redirect(ingressEndpoints);
      this.#turnedAway.add(session);
      return;
    }
    if (refusal !== undefined) {
      session.reject('ERROR', refusal);
      this.#report(session);
      this.#turnedAway.add(session);
      return;
    }
    session.linkIngressImage(header);
    this.#authentication.onConnect(session, request.encodedCredentials);
    this.#pending.add(session);
  }

  /** A client has answered a challenge. */
  onChallengeResponse(correlationId: number, sessionId: number, encodedCredentials: Uint8Array): void {
    const session = this.#pending.all.find(({ id, state }) => id === sessionId && state === 'CHALLENGED');
    if (session !== undefined) {
      session.onRequest(correlationId, this.#p.nanoTime());
      this.#authentication.onChallengeResponse(session, encodedCredentials);
    }
  }

  /** A client asks to be closed. */
  onClose(sessionId: number, leadershipTermId: number): void {
    const session = this.table.get(sessionId);
    if (session?.isOpen) {
      session.closing(CloseReason.CLIENT_ACTION);
      session.response.close();
      this.#appendClose(session, leadershipTermId);
    }
  }

  /** A service asks for it; what it says counts on every member, and goes to the log by the leader. */
  onServiceClose(sessionId: number, leadershipTermId: number, isActiveLeader: boolean): void {
    const session = this.table.get(sessionId);
    if (session === undefined) {
      return;
    }
    session.closing(CloseReason.SERVICE_ACTION);
    if (isActiveLeader) {
      this.#appendCloseAndTell(session, leadershipTermId);
    }
  }

  onReplayOpen(event: {
    readonly logPosition: number;
    readonly correlationId: number;
    readonly clusterSessionId: number;
    readonly responseStreamId: number;
    readonly responseChannel: string;
  }): void {
    const { responseStreamId, responseChannel } = event;
    const session = this.#newSession(event.clusterSessionId, responseStreamId, responseChannel, responseChannel);
    session.open(event.logPosition);
    session.onRequest(event.correlationId, this.#p.nanoTime());
    this.table.addCommitted(session);
  }

  onReplayClose(sessionId: number, reason: CloseReason): void {
    const session = this.table.get(sessionId);
    if (session !== undefined) {
      session.closing(reason);
      this.table.remove(session);
      session.close();
    }
  }

  onLoad(snapshot: {
    readonly clusterSessionId: number;
    readonly correlationId: number;
    readonly openedLogPosition: number;
    readonly closeReason: CloseReason;
    readonly responseStreamId: number;
    readonly responseChannel: string;
  }): void {
    const { responseStreamId, responseChannel } = snapshot;
    const session = this.#newSession(snapshot.clusterSessionId, responseStreamId, responseChannel, responseChannel);
    session.loadSnapshotState(snapshot.correlationId, snapshot.openedLogPosition, snapshot.closeReason);
    this.table.addCommitted(session);
  }

  /** Leader: goes on with those on their way in. Returns how many got there. */
  processPending(nowNs: number, leadershipTermId: number): number {
    let workCount = 0;
    this.#pending.process((session) => {
      if (session.state !== 'INIT' && session.hasTimedOut(nowNs, this.#p.sessionTimeoutNs)) {
        session.close();
        this.#p.onTimedOut();
        return false;
      }
      this.#authentication.poll(session, nowNs);
      if (session.state === 'REJECTED') {
        this.#report(session);
        this.#turnedAway.add(session);
        return false;
      }
      if (session.state === 'AUTHENTICATED' && this.#appendOpen(session, nowNs, leadershipTermId)) {
        workCount++;
        return false;
      }
      return true;
    });
    return workCount;
  }

  /** Answers those that are turned away, whoever leads. Returns how many were answered or given up. */
  processTurnedAway(nowNs: number, leadership: Leadership): number {
    return this.#turnedAway.process((session) => {
      const isAnswered = session.isResponseConnected(nowNs) && this.#event(session, leadership);
      if (isAnswered || (session.state !== 'INIT' && session.hasTimedOut(nowNs, this.#p.sessionTimeoutNs))) {
        session.close();
        return false;
      }
      return true;
    });
  }

  /** Leader: time-outs, closings that the log did not take at once, events that clients did not get at once. */
  check(nowNs: number, leadership: Leadership): number {
    let workCount = 0;
    for (const session of [...this.table.sessions].reverse()) {
      if (session.hasTimedOut(nowNs, this.#p.sessionTimeoutNs)) {
        workCount += this.#closeTimedOut(session, leadership.leadershipTermId);
      } else if (session.hasOpenEventPending) {
        workCount += this.#tellOpen(session, leadership.leadershipTermId);
      } else if (session.hasNewLeaderEventPending) {
        workCount += this.#tellNewLeader(session, leadership);
      }
    }
    return workCount;
  }

  /** The stream that a client sends by has ended. */
  onUnavailableIngressImage(imageCorrelationId: number): void {
    for (const session of this.table.sessions) {
      if (session.ingressImageCorrelationId === imageCorrelationId && session.isOpen) {
        session.closing(CloseReason.TIMEOUT);
      }
    }
  }

  /** This member has come to lead: clients are answered by it from now on, unless the whole cluster was down. */
  prepareForNewTerm(isStartup: boolean): void {
    const nowNs = this.#p.nanoTime();
    for (const session of this.table.sessions) {
      if (session.isOpen && isStartup) {
        session.closing(CloseReason.TIMEOUT);
      } else if (session.isOpen) {
        session.response.connect();
        session.timeOfLastActivityNs = nowNs;
        session.hasNewLeaderEventPending = true;
      }
    }
  }

  /** Leadership is over, or may be: sessions that the log may not keep are told, the others are let go. */
  clearAfter(logPosition: number, leadershipTermId: number): void {
    for (const session of [...this.table.sessions]) {
      if (session.openedLogPosition > logPosition) {
        this.#p.egress.event(session, leadershipTermId, this.#p.memberId, 'CLOSED', 'election');
        this.table.remove(session);
        session.close();
      }
    }
    for (const session of this.#pending.all) {
      this.#p.egress.event(session, leadershipTermId, this.#p.memberId, 'CLOSED', 'election');
    }
    this.#pending.closeAll();
    for (const session of this.table.sessions) {
      session.ingressImageCorrelationId = undefined;
      session.response.close();
    }
  }

  /** Time spent on a snapshot is no silence of clients. */
  updateTimeOfLastActivity(): void {
    const nowNs = this.#p.nanoTime();
    for (const session of this.table.sessions) {
      if (session.state !== 'CLOSING') {
        session.timeOfLastActivityNs = nowNs;
      }
    }
  }

  /** The member ends. */
  close(): void {
    for (const session of this.table.sessions) {
      session.close();
    }
    this.#pending.closeAll();
    this.#turnedAway.closeAll();
  }

  #newSession(id: number, responseStreamId: number, responseChannel: string, info: string): ClusterSession {
    const response = this.#p.newResponse({
      sessionId: id,
      sessionInfo: info,
      channel: responseChannel,
      streamId: responseStreamId,
    });
    const onStateChange = this.#p.events?.listener(id, 'CLIENT');
    return new ClusterSession({ id, responseStreamId, responseChannel, response, onStateChange });
  }

  #refusal(version: number): string | undefined {
    if (SemanticVersion.major(version) !== CLIENT_PROTOCOL_MAJOR_VERSION) {
      const cluster = SemanticVersion.format(PROTOCOL_SEMANTIC_VERSION);
      return `invalid client version ${SemanticVersion.format(version)}, cluster is ${cluster}`;
    }
    if (this.#pending.length + this.table.sessions.length >= this.#p.maxConcurrentSessions) {
      return 'concurrent session limit';
    }
    return undefined;
  }

  #appendOpen(session: ClusterSession, nowNs: number, leadershipTermId: number): boolean {
    if (session.response.availableWindow <= 0) {
      return false;
    }
    const timestamp = this.#p.time();
    const position = this.#p.log.appendSessionOpen(session, leadershipTermId, timestamp);
    if (position <= 0) {
      return false;
    }
    session.open(position);
    this.#p.events?.onAppendOpen(session, leadershipTermId, timestamp);
    session.timeOfLastActivityNs = nowNs;
    this.table.addOpened(session);
    return true;
  }

  #closeTimedOut(session: ClusterSession, leadershipTermId: number): number {
    if (session.isOpen) {
      session.closing(CloseReason.TIMEOUT);
      this.#appendCloseAndTell(session, leadershipTermId);
      return 1;
    }
    if (session.state === 'CLOSING') {
      return this.#appendCloseAndTell(session, leadershipTermId) ? 1 : 0;
    }
    this.table.remove(session);
    session.close();
    return 1;
  }

  #appendCloseAndTell(session: ClusterSession, leadershipTermId: number): boolean {
    if (!this.#putClose(session, leadershipTermId)) {
      return false;
    }
    const reason = closeReasonName(session.closeReason);
    this.#p.egress.event(session, leadershipTermId, this.#p.memberId, 'CLOSED', reason);
    if (session.closeReason === CloseReason.TIMEOUT) {
      this.#p.onTimedOut();
    }
    session.close();
    return true;
  }

  #appendClose(session: ClusterSession, leadershipTermId: number): void {
    if (this.#putClose(session, leadershipTermId)) {
      session.close();
    }
  }

  /** Into the log, once: with that the session is out of the table. */
  #putClose(session: ClusterSession, leadershipTermId: number): boolean {
    const timestamp = this.#p.time();
    if (!this.#p.log.appendSessionClose(session, leadershipTermId, timestamp)) {
      return false;
    }
    this.table.removeClosed(session, this.#p.log.position);
    this.#p.events?.onAppendClose(session, leadershipTermId, timestamp);
    return true;
  }

  /** A client that cannot be told does not go on: its session times out. */
  #tellOpen(session: ClusterSession, leadershipTermId: number): number {
    if (session.response.poll() === 'failed') {
      session.hasOpenEventPending = false;
      this.#p.report(unanswerable(session));
      return 1;
    }
    if (!this.#p.egress.event(session, leadershipTermId, this.#p.memberId, 'OK', '')) {
      return 0;
    }
    session.hasOpenEventPending = false;
    return 1;
  }

  #tellNewLeader(session: ClusterSession, leadership: Leadership): number {
    if (session.response.poll() === 'failed') {
      session.hasNewLeaderEventPending = false;
      this.#p.report(unanswerable(session));
      return 1;
    }
    const { leadershipTermId, leaderMemberId, ingressEndpoints } = leadership;
    if (!this.#p.egress.newLeader(session, leadershipTermId, leaderMemberId, ingressEndpoints)) {
      return 0;
    }
    session.hasNewLeaderEventPending = false;
    return 1;
  }

  #event(session: ClusterSession, { leadershipTermId, leaderMemberId }: Leadership): boolean {
    const { eventCode, responseDetail } = session;
    return this.#p.egress.event(session, leadershipTermId, leaderMemberId, eventCode, responseDetail);
  }

  #report(session: ClusterSession): void {
    const { eventCode, responseDetail, id } = session;
    this.#p.report(new ClusterEvent(`${eventCode} ${responseDetail}, clusterMemberId=${this.#p.memberId}, id=${id}`));
  }
}

function sessionInfo({ clientInfo, header }: ConnectRequest): string {
  const image = `sourceIdentity=${header.image?.sourceIdentity} sessionId=${header.sessionId}`;
  return clientInfo === '' ? image : `${clientInfo} ${image}`;
}
