import type { ClusterEventLog } from '../../events/mod.ts';
import type { ClusterTimeUnit } from '../codecs/mod.ts';
import { timeUnitName } from './cluster-clock.ts';
import { type ClusterSession, closeReasonName, type SessionStateListener } from './cluster-session.ts';
import type { StandbySnapshot } from './consensus-adapter.ts';

/** What a session was asked for. Upstream: `ClusterSession.Action`. */
export type SessionAction = 'CLIENT' | 'BACKUP' | 'HEARTBEAT' | 'STANDBY_SNAPSHOT';

/** How sessions come and go, and what they bring, in the event log, under upstream's names. */
export class SessionEvents {
  readonly #log: ClusterEventLog;
  readonly #memberId: number;
  readonly #timeUnit: string;

  constructor(log: ClusterEventLog, memberId: number, timeUnit: ClusterTimeUnit) {
    this.#log = log;
    this.#memberId = memberId;
    this.#timeUnit = timeUnitName(timeUnit);
  }

  /** For a session that begins. */
  listener(sessionId: number, action: SessionAction): SessionStateListener {
    return (oldState, newState, reason) =>
      this.#log.log('CLUSTER_SESSION_STATE_CHANGE', {
        memberId: this.#memberId,
        sessionId,
        action,
        oldState,
        newState,
        reason,
      });
  }

  /** A snapshot that a standby has told of goes into the recording log. */
  onStandbySnapshot(snapshot: StandbySnapshot): void {
    this.#log.log('STANDBY_SNAPSHOT_NOTIFICATION', {
      memberId: this.#memberId,
      ...snapshot,
      timeUnit: this.#timeUnit,
    });
  }

  /** The leader has put the session's opening into its log. */
  onAppendOpen(session: ClusterSession, leadershipTermId: number, timestamp: bigint): void {
    this.#log.log('APPEND_SESSION_OPEN', {
      memberId: this.#memberId,
      sessionId: session.id,
      leadershipTermId,
      logPosition: session.openedLogPosition,
      timestamp,
      timeUnit: this.#timeUnit,
    });
  }

  /** The leader has put the session's closing into its log. */
  onAppendClose(session: ClusterSession, leadershipTermId: number, timestamp: bigint): void {
    this.#log.log('APPEND_SESSION_CLOSE', {
      memberId: this.#memberId,
      sessionId: session.id,
      closeReason: closeReasonName(session.closeReason),
      leadershipTermId,
      timestamp,
      timeUnit: this.#timeUnit,
    });
  }
}
