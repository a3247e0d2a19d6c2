import { ControlledFragmentAction } from '../../client/mod.ts';
import type { AdminResponseCode, EventCode } from '../codecs/mod.ts';
import type { SessionState } from './aeron-cluster.ts';
import type { ControlledEgressListener } from './egress-listener.ts';
import type { ClusterError } from './errors.ts';

const { ABORT, CONTINUE } = ControlledFragmentAction;
/** Messages that were taken before their places are given back. */
const COMPACT_AT = 256;

/** A message of a service, with a copy of its bytes: it may be kept. */
export interface ClusterMessage {
  readonly data: Uint8Array;
  /** Cluster time, in the unit of the cluster, when the service sent it. */
  readonly timestamp: bigint;
}

export interface ClusterClientEvents {
  /** The session has come to another state; see `SessionState`. */
  stateChange: { readonly state: SessionState; readonly previous: SessionState };
  newLeader: { readonly leadershipTermId: number; readonly leaderMemberId: number; readonly ingressEndpoints: string };
  sessionEvent: {
    readonly correlationId: number;
    readonly leadershipTermId: number;
    readonly leaderMemberId: number;
    readonly code: EventCode;
    readonly detail: string;
  };
}

/** What an inbox passes on. */
interface InboxOwner {
  onSessionEvent(event: ClusterClientEvents['sessionEvent']): void;
  onNewLeader(event: ClusterClientEvents['newLeader']): void;
  onAdminResponse(correlationId: bigint, code: AdminResponseCode, message: string): void;
}

/** Messages between the polls and whoever iterates over them. */
export class Inbox {
  client: InboxOwner | undefined;
  /** Why the cluster has closed the session. */
  closeReason: ClusterError | undefined;
  /** What has gone wrong last with the Aeron client. */
  failure: unknown;
  readonly listener: ControlledEgressListener;
  #messages: ClusterMessage[] = [];
  #taken = 0;
  #waiters = new Set<() => void>();

  constructor(maxMessages: number) {
    this.listener = {
      onMessage: (_sessionId, timestamp, buffer, offset, length) => {
        if (this.#messages.length - this.#taken >= maxMessages) {
          return ABORT;
        }
        this.#messages.push({ data: buffer.copyBytes(offset, length), timestamp });
        this.wake();
        return CONTINUE;
      },
      onSessionEvent: (correlationId, _sessionId, leadershipTermId, leaderMemberId, code, detail) =>
        this.client?.onSessionEvent({ correlationId, leadershipTermId, leaderMemberId, code, detail }),
      onNewLeader: (_sessionId, leadershipTermId, leaderMemberId, ingressEndpoints) =>
        this.client?.onNewLeader({ leadershipTermId, leaderMemberId, ingressEndpoints }),
      onAdminResponse: (_sessionId, correlationId, _type, code, message) =>
        this.client?.onAdminResponse(correlationId, code, message),
    };
  }

  /** The next message; undefined when there is none. */
  take(): ClusterMessage | undefined {
    const message = this.#messages[this.#taken];
    if (message !== undefined) {
      this.#taken++;
    }
    if (this.#taken === this.#messages.length || this.#taken >= COMPACT_AT) {
      this.#messages = this.#messages.slice(this.#taken);
      this.#taken = 0;
    }
    return message;
  }

  /** Resolves at the next `wake`. @throws the signal's reason */
  arrival(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        this.#waiters.delete(done);
        reject(signal!.reason);
      };
      this.#waiters.add(done);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  wake(): void {
    const waiters = this.#waiters;
    this.#waiters = new Set();
    for (const done of waiters) {
      done();
    }
  }
}
