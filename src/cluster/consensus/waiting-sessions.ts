import type { ErrorHandler } from '../../agrona/mod.ts';
import type { ClusterSession } from './cluster-session.ts';
import { ClusterError, ClusterEvent } from './errors.ts';

/**
 * Sessions that wait: for their authentication, or to be told that they may not come in. One that fails, or cannot be
 * answered, is let go with a report, and keeps nobody else waiting.
 */
export class WaitingSessions<S extends ClusterSession> {
  readonly #report: ErrorHandler;
  #sessions: S[] = [];

  constructor(report: ErrorHandler) {
    this.#report = report;
  }

  get all(): readonly S[] {
    return this.#sessions;
  }

  get length(): number {
    return this.#sessions.length;
  }

  add(session: S): void {
    this.#sessions.push(session);
  }

  /** Goes on with each; `goOn` says whether it still has to wait. Returns how many have not. */
  process(goOn: (session: S) => boolean): number {
    const before = this.#sessions.length;
    this.#sessions = this.#sessions.filter((session) => this.#isToStay(session, goOn));
    return before - this.#sessions.length;
  }

  closeAll(): void {
    for (const session of this.#sessions) {
      session.close();
    }
    this.#sessions = [];
  }

  #isToStay(session: S, goOn: (session: S) => boolean): boolean {
    try {
      if (session.canBeAnswered() && !goOn(session)) {
        return false;
      }
      if (session.canBeAnswered()) {
        return true;
      }
      this.#report(unanswerable(session));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#report(new ClusterError('SESSION_FAILED', `${session.name} is given up: ${why}`, { cause }));
    }
    session.close();
    return false;
  }
}

/** That there is no way to answer a session. */
export function unanswerable({ name, responseChannel, response }: ClusterSession): ClusterEvent {
  return new ClusterEvent(`${name} cannot be answered on responseChannel=${responseChannel}`, {
    cause: response.failure,
  });
}
