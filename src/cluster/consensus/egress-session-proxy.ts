import type { SessionProxy } from '../../agrona/mod.ts';
import type { ClusterSession } from './cluster-session.ts';
import type { EgressPublisher } from './egress-publisher.ts';

/** What an authenticator decides about one session after the other. Upstream: `io.aeron.cluster.ClusterSessionProxy`. */
export class EgressSessionProxy implements SessionProxy {
  readonly #egress: EgressPublisher;
  #session!: ClusterSession;

  constructor(egress: EgressPublisher) {
    this.#egress = egress;
  }

  /** The next call is about this one. */
  of(session: ClusterSession): this {
    this.#session = session;
    return this;
  }

  get sessionId(): number {
    return this.#session.id;
  }

  challenge(encodedChallenge: Uint8Array): boolean {
    if (!this.#egress.challenge(this.#session, encodedChallenge)) {
      return false;
    }
    this.#session.become('CHALLENGED', 'challenged');
    return true;
  }

  authenticate(encodedPrincipal: Uint8Array): boolean {
    this.#session.authenticate(encodedPrincipal);
    return true;
  }

  reject(): void {
    this.#session.reject('AUTHENTICATION_REJECTED', 'session failed authentication');
  }
}
