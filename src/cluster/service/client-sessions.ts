import type { ErrorHandler } from '../../agrona/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import type { ContainerClientSession } from './container-client-session.ts';

/** The open sessions of a cluster, by rising id. */
export class ClientSessions {
  /** Do not change it. */
  readonly list: ContainerClientSession[] = [];
  private readonly byId = new Map<number, ContainerClientSession>();

  get(id: number): ContainerClientSession | undefined {
    return this.byId.get(id);
  }

  add(session: ContainerClientSession): void {
    this.byId.set(session.id, session);
    let index = this.list.length;
    while (index > 0 && this.list[index - 1]!.id > session.id) {
      index--;
    }
    this.list.splice(index, 0, session);
  }

  /** The session that was removed, or undefined when it was not there. */
  remove(id: number): ContainerClientSession | undefined {
    const session = this.byId.get(id);
    if (session !== undefined) {
      this.byId.delete(id);
      this.list.splice(this.list.indexOf(session), 1);
    }
    return session;
  }

  connect(aeron: Aeron, errorHandler: ErrorHandler): void {
    for (const session of this.list) {
      session.connect(aeron, errorHandler);
    }
  }

  isConnectSettled(aeron: Aeron, errorHandler: ErrorHandler): boolean {
    return this.list.every((session) => session.isConnectSettled(aeron, errorHandler));
  }

  resetClosing(): void {
    for (const session of this.list) {
      session.isClosing = false;
    }
  }

  disconnect(aeron: Aeron): void {
    for (const session of this.list) {
      session.disconnect(aeron);
    }
  }
}
