import { type Authenticator, type AuthorisationService, type ErrorHandler, SemanticVersion } from '../../agrona/mod.ts';
import { BackupQueryDecoder, HeartbeatRequestDecoder, StandbySnapshotDecoder } from '../codecs/mod.ts';
import { type Entry, RecordingLog, type Snapshot } from '../files/mod.ts';
import { Authentication } from './authentication.ts';
import type { ResponseRequest } from './client-sessions.ts';
import { ClusterSession, type SessionParameters } from './cluster-session.ts';
import type { BackupRequest, StandbySnapshot } from './consensus-adapter.ts';
import type { ConsensusPublisher } from './consensus-publisher.ts';
import type { EgressPublisher } from './egress-publisher.ts';
import { ClusterError, ClusterEvent } from './errors.ts';
import { CLIENT_PROTOCOL_MAJOR_VERSION, PROTOCOL_SEMANTIC_VERSION } from './protocol-version.ts';
import type { SessionEvents } from './session-events.ts';
import type { SessionResponse } from './session-response.ts';
import { WaitingSessions } from './waiting-sessions.ts';

const NO_SESSION = -1;
/** Requests that may be under way at a time. */
const MAX_REQUESTS = 64;
/** Notifications of standbys that may be waiting for the log to get there. */
const MAX_NOTIFIED = 64;
const SCHEMA_ID = BackupQueryDecoder.SCHEMA_ID;

/** What is asked for. */
type Wish =
  | { readonly kind: 'backup'; readonly logPosition: number }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'standbySnapshot'; readonly snapshots: readonly StandbySnapshot[] };

const WISHES = {
  backup: { actionId: BackupQueryDecoder.TEMPLATE_ID, name: 'BackupQuery', action: 'BACKUP' },
  heartbeat: { actionId: HeartbeatRequestDecoder.TEMPLATE_ID, name: 'Heartbeat', action: 'HEARTBEAT' },
  standbySnapshot: {
    actionId: StandbySnapshotDecoder.TEMPLATE_ID,
    name: 'StandbySnapshot',
    action: 'STANDBY_SNAPSHOT',
  },
} as const;

/** A request that is under way, as the session that it is meanwhile. */
class RequestSession extends ClusterSession {
  readonly wish: Wish;

  constructor(wish: Wish, parameters: Omit<SessionParameters, 'id' | 'name'>) {
    super({ ...parameters, id: NO_SESSION, name: 'request of a backup' });
    this.wish = wish;
  }
}

export interface BackupRequestsParameters {
  readonly memberId: number;
  readonly serviceCount: number;
  readonly clusterMembers: string;
  readonly commitPositionCounterId: number;
  readonly sessionTimeoutNs: number;
  readonly acceptStandbySnapshots: boolean;
  readonly standbySnapshotNotificationProcessingDelayNs: number;
  readonly authenticator: Authenticator;
  readonly authorisationService: AuthorisationService;
  readonly egress: EgressPublisher;
  readonly publisher: ConsensusPublisher;
  readonly recordingLog: Pick<
    RecordingLog,
    'findLastTerm' | 'findSnapshotAtOrBeforeOrLowest' | 'appendStandbySnapshot'
  >;
  readonly newResponse: (request: ResponseRequest) => SessionResponse;
  readonly report: ErrorHandler;
  /** undefined when they are not logged. */
  readonly events: SessionEvents | undefined;
  readonly onStandbySnapshot: () => void;
  readonly nanoTime: () => number;
  readonly epochTimeMs: () => number;
}

/**
 * Requests of backups and standbys on the consensus channel. Each is a session for as long as it takes: it is
 * authenticated as a client is, authorised, answered and gone.
 */
export class BackupRequests {
  readonly #p: BackupRequestsParameters;
  readonly #authentication: Authentication;
  readonly #pending: WaitingSessions<RequestSession>;
  readonly #rejected: WaitingSessions<RequestSession>;
  /** Snapshots that are not committed here yet, or that have to wait out the delay. */
  #notified: { readonly snapshots: readonly StandbySnapshot[]; deadlineNs: number | undefined }[] = [];

  constructor(parameters: BackupRequestsParameters) {
    this.#p = parameters;
    const { authenticator, egress, epochTimeMs, report } = parameters;
    this.#authentication = new Authentication(authenticator, egress, epochTimeMs, report);
    this.#pending = new WaitingSessions(report);
    this.#rejected = new WaitingSessions(report);
  }

  onBackupQuery(request: BackupRequest, version: number, logPosition: number | undefined): void {
    this.#add(request, version, { kind: 'backup', logPosition: logPosition ?? Number.POSITIVE_INFINITY });
  }

  onHeartbeatRequest(request: BackupRequest): void {
    this.#add(request, PROTOCOL_SEMANTIC_VERSION, { kind: 'heartbeat' });
  }

  onStandbySnapshot(request: BackupRequest, version: number, snapshots: readonly StandbySnapshot[]): void {
    this.#add(request, version, { kind: 'standbySnapshot', snapshots });
  }

  onChallengeResponse(correlationId: number, encodedCredentials: Uint8Array): void {
    const session = this.#pending.all.find(({ state }) => state === 'CHALLENGED');
    if (session !== undefined) {
      session.onRequest(correlationId, this.#p.nanoTime());
      this.#authentication.onChallengeResponse(session, encodedCredentials);
    }
  }

  /** Goes on with requests. Returns how many were answered. */
  process(nowNs: number, leadershipTermId: number, leaderMemberId: number): number {
    let workCount = 0;
    this.#pending.process((session) => {
      if (session.state !== 'INIT' && session.hasTimedOut(nowNs, this.#p.sessionTimeoutNs)) {
        session.close();
        return false;
      }
      this.#authentication.poll(session, nowNs);
      if (session.state === 'AUTHENTICATED' && this.#answer(session, leaderMemberId)) {
        session.close();
        workCount++;
        return false;
      }
      if ((session.state as string) === 'REJECTED') {
        this.#reject(session);
        return false;
      }
      return true;
    });
    return workCount + this.#processRejected(nowNs, leadershipTermId, leaderMemberId);
  }

  /** Enters what standbys have told of once it is committed here. */
  processStandbySnapshots(commitPosition: number, nowNs: number): number {
    const delayNs = this.#p.standbySnapshotNotificationProcessingDelayNs;
    const before = this.#notified.length;
    this.#notified = this.#notified.filter((notified) => {
      const [first] = notified.snapshots;
      if (first === undefined || first.logPosition > commitPosition) {
        return first !== undefined;
      }
      notified.deadlineNs ??= nowNs + delayNs;
      if (nowNs - notified.deadlineNs < 0) {
        return true;
      }
      this.#enter(notified.snapshots);
      return false;
    });
    return before - this.#notified.length;
  }

  close(): void {
    this.#pending.closeAll();
    this.#rejected.closeAll();
  }

  /** What fails is not tried again: a part may have been entered. */
  #enter(snapshots: readonly StandbySnapshot[]): void {
    try {
      for (const snapshot of snapshots) {
        this.#p.events?.onStandbySnapshot(snapshot);
        this.#p.recordingLog.appendStandbySnapshot(snapshot, snapshot.archiveEndpoint);
      }
      this.#p.onStandbySnapshot();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#p.report(new ClusterError('STANDBY_SNAPSHOT', `a standby's snapshot is not entered: ${why}`, { cause }));
    }
  }

  #add(request: BackupRequest, version: number, wish: Wish): void {
    const { correlationId, responseChannel, responseStreamId, header } = request;
    if (this.#pending.length + this.#rejected.length >= MAX_REQUESTS) {
      this.#p.report(new ClusterEvent(`more than ${MAX_REQUESTS} requests of backups at a time: one is dropped`));
      return;
    }
    const response = this.#p.newResponse({
      sessionId: NO_SESSION,
      sessionInfo: `${WISHES[wish.kind].name} sourceIdentity=${header.image?.sourceIdentity} sessionId=${header.sessionId}`,
      channel: responseChannel,
      streamId: responseStreamId,
    });
    const onStateChange = this.#p.events?.listener(NO_SESSION, WISHES[wish.kind].action);
    const session = new RequestSession(wish, { responseStreamId, responseChannel, response, onStateChange });
    response.connect();
    session.onRequest(correlationId, this.#p.nanoTime());
    if (SemanticVersion.major(version) !== CLIENT_PROTOCOL_MAJOR_VERSION) {
      const cluster = SemanticVersion.format(PROTOCOL_SEMANTIC_VERSION);
      session.reject('ERROR', `invalid client version ${SemanticVersion.format(version)}, cluster=${cluster}`);
      this.#reject(session);
      return;
    }
    this.#authentication.onConnect(session, request.encodedCredentials);
    this.#pending.add(session);
  }

  #answer(session: RequestSession, leaderMemberId: number): boolean {
    const { wish } = session;
    const { actionId, name } = WISHES[wish.kind];
    if (wish.kind === 'standbySnapshot' && !this.#p.acceptStandbySnapshots) {
      session.reject('ERROR', 'Not configured to accept StandbySnapshot');
      return false;
    }
    if (!this.#p.authorisationService.isAuthorised(SCHEMA_ID, actionId, undefined, session.encodedPrincipal)) {
      session.reject('AUTHENTICATION_REJECTED', `Not authorised for ${name}`);
      return false;
    }
    switch (wish.kind) {
      case 'backup':
        return this.#answerBackup(session, wish.logPosition, leaderMemberId);
      case 'heartbeat':
        return this.#p.publisher.heartbeatResponse(session);
      case 'standbySnapshot':
        return this.#takeNotification(session, wish.snapshots);
    }
  }

  #takeNotification(session: ClusterSession, snapshots: readonly StandbySnapshot[]): boolean {
    if (this.#notified.length >= MAX_NOTIFIED) {
      session.reject('ERROR', `more than ${MAX_NOTIFIED} notifications of standby snapshots at a time`);
      return false;
    }
    try {
      for (const snapshot of snapshots) {
        RecordingLog.checkStandbySnapshot(snapshot, snapshot.archiveEndpoint);
      }
    } catch (error) {
      session.reject('ERROR', error instanceof Error ? error.message : String(error));
      return false;
    }
    this.#notified.push({ snapshots, deadlineNs: undefined });
    return true;
  }

  #answerBackup(session: ClusterSession, logPosition: number, leaderMemberId: number): boolean {
    const { recordingLog, serviceCount, commitPositionCounterId, clusterMembers, memberId } = this.#p;
    const lastTerm: Entry | undefined = recordingLog.findLastTerm();
    if (lastTerm === undefined) {
      return false;
    }
    const snapshots: readonly Snapshot[] = recordingLog.findSnapshotAtOrBeforeOrLowest(logPosition, serviceCount) ?? [];
    return this.#p.publisher.backupResponse(session, {
      commitPositionCounterId,
      leaderMemberId,
      memberId,
      lastTerm,
      clusterMembers,
      snapshots,
    });
  }

  #reject(session: RequestSession): void {
    const { eventCode, responseDetail } = session;
    this.#p.report(new ClusterEvent(`${eventCode} ${responseDetail}, clusterMemberId=${this.#p.memberId}`));
    this.#rejected.add(session);
  }

  #processRejected(nowNs: number, leadershipTermId: number, leaderMemberId: number): number {
    return this.#rejected.process((session) => {
      const { eventCode, responseDetail } = session;
      const isAnswered =
        session.isResponseConnected(nowNs) &&
        this.#p.egress.event(session, leadershipTermId, leaderMemberId, eventCode, responseDetail);
      if (isAnswered || session.hasTimedOut(nowNs, this.#p.sessionTimeoutNs)) {
        session.close();
        return false;
      }
      return true;
    });
  }
}
