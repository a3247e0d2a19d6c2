import { type Agent, AgentTerminationError, type ErrorHandler } from '../../agrona/mod.ts';
import type { Session } from './session.ts';

/**
 * An agent whose work is that of its sessions, each of which gets its turn in every round. What one of them
 * throws goes to the error handler and keeps nobody else from working. Upstream: `SessionWorker`.
 */
export abstract class SessionWorker<T extends Session> implements Agent {
  abstract readonly roleName: string;
  protected readonly errorHandler: ErrorHandler;
  private readonly sessions: T[] = [];
  private isClosed = false;

  constructor(errorHandler: ErrorHandler) {
    this.errorHandler = errorHandler;
  }

  doWork(): number {
    const { sessions } = this;
    let workCount = 0;
    for (let i = sessions.length - 1; i >= 0; i--) {
      const session = sessions[i]!;
      try {
        workCount += session.doWork();
      } catch (error) {
        if (error instanceof AgentTerminationError) {
          throw error;
        }
        this.errorHandler(error);
      }
      if (session.isDone) {
        this.remove(i);
        this.closeSession(session);
      }
    }
    return workCount;
  }

  onClose(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      this.beforeSessionsClose();
      for (const session of this.sessions.splice(0)) {
        this.closeSession(session);
      }
      this.afterSessionsClose();
    }
  }

  addSession(session: T): void {
    this.sessions.push(session);
  }

  protected closeSession(session: T): void {
    this.guard(() => session.close());
  }

  protected beforeSessionsClose(): void {}

  protected afterSessionsClose(): void {}

  /** Runs it, and gives what it throws to the error handler. */
  protected guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.errorHandler(error);
    }
  }

  /** The last one takes its place: sessions have no order. */
  private remove(index: number): void {
    const last = this.sessions.pop()!;
    if (index < this.sessions.length) {
      this.sessions[index] = last;
    }
  }
}
