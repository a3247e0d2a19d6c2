import type { ClusterSession } from './cluster-session.ts';

interface OpenedAt {
  readonly logPosition: number;
  readonly nextSessionId: number;
}

/**
 * The sessions that the log knows of, in the order of their ids, and what a leader has said of them in its log
 * and may have to take back:
 *
 *     opened   the session is there at once; `nextCommittedSessionId` counts it when its opening is committed
 *     closed   the session has gone at once, and comes back, closing, when its closing did not get committed
 *
 * Pure; kept by `ClientSessions`.
 */
export class SessionTable {
  /** Given to the next client. Never used twice, also not when its session did not get committed. */
  nextSessionId = 1;
  /** What a snapshot has: above all sessions that are committed. */
  nextCommittedSessionId = 1;
  readonly #byId = new Map<number, ClusterSession>();
  #sessions: ClusterSession[] = [];
  #uncommittedClosed: ClusterSession[] = [];
  #uncommittedOpened: OpenedAt[] = [];

  /** By id, rising. A copy may be kept; the array itself changes. */
  get sessions(): readonly ClusterSession[] {
    return this.#sessions;
  }

  get(sessionId: number): ClusterSession | undefined {
    return this.#byId.get(sessionId);
  }

  /** From a snapshot's count. */
  loadNextSessionId(nextSessionId: number): void {
    this.nextSessionId = nextSessionId;
    this.nextCommittedSessionId = nextSessionId;
  }

  /** A session that is committed: from the log or a snapshot. */
  addCommitted(session: ClusterSession): void {
    this.#add(session);
    this.nextSessionId = Math.max(this.nextSessionId, session.id + 1);
    this.nextCommittedSessionId = Math.max(this.nextCommittedSessionId, session.id + 1);
  }

  /** A session whose opening this member has appended to its log. */
  addOpened(session: ClusterSession): void {
    this.#add(session);
    this.#uncommittedOpened.push({ logPosition: session.openedLogPosition, nextSessionId: session.id + 1 });
  }

  /** A session whose closing this member has appended to its log. */
  removeClosed(session: ClusterSession, closedLogPosition: number): void {
    session.closedLogPosition = closedLogPosition;
    this.#uncommittedClosed.push(session);
    this.remove(session);
  }

  remove(session: ClusterSession): void {
    this.#byId.delete(session.id);
    this.#sessions = this.#sessions.filter((other) => other !== session);
  }

  /** The log is committed up to here. */
  onCommitted(commitPosition: number): void {
    while (this.#uncommittedClosed.length > 0 && this.#uncommittedClosed[0]!.closedLogPosition <= commitPosition) {
      this.#uncommittedClosed.shift();
    }
    while (this.#uncommittedOpened.length > 0 && this.#uncommittedOpened[0]!.logPosition <= commitPosition) {
      const { nextSessionId } = this.#uncommittedOpened.shift()!;
      this.nextCommittedSessionId = Math.max(this.nextCommittedSessionId, nextSessionId);
    }
  }

  /** Leadership is lost with the log committed up to here. Returns the sessions that are closing again. */
  restoreUncommitted(commitPosition: number): ClusterSession[] {
    this.onCommitted(commitPosition);
    const restored = this.#uncommittedClosed.filter(({ openedLogPosition }) => openedLogPosition <= commitPosition);
    this.#uncommittedClosed = [];
    this.#uncommittedOpened = [];
    for (const session of restored) {
      session.closedLogPosition = -1;
      session.become('CLOSING', 'uncommitted session');
      this.#add(session);
    }
    return restored;
  }

  #add(session: ClusterSession): void {
    this.#byId.set(session.id, session);
    const index = this.#sessions.findLastIndex(({ id }) => id < session.id);
    this.#sessions.splice(index + 1, 0, session);
  }
}
