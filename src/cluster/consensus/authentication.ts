import type { Authenticator, ErrorHandler } from '../../agrona/mod.ts';
import type { ClusterSession } from './cluster-session.ts';
import type { EgressPublisher } from './egress-publisher.ts';
import { EgressSessionProxy } from './egress-session-proxy.ts';
import { ClusterError } from './errors.ts';

/** Asks the authenticator about sessions, each of which has a publication to be answered by. */
export class Authentication {
  readonly #authenticator: Authenticator;
  readonly #proxy: EgressSessionProxy;
  readonly #epochTimeMs: () => number;
  readonly #report: ErrorHandler;

  constructor(authenticator: Authenticator, egress: EgressPublisher, epochTimeMs: () => number, report: ErrorHandler) {
    this.#authenticator = authenticator;
    this.#proxy = new EgressSessionProxy(egress);
    this.#epochTimeMs = epochTimeMs;
    this.#report = report;
  }

  /** A session has come up. */
  onConnect(session: ClusterSession, encodedCredentials: Uint8Array): void {
    this.#ask(session, () => this.#authenticator.onConnectRequest(session.id, encodedCredentials, this.#epochTimeMs()));
  }

  /** The session has answered a challenge. */
  onChallengeResponse(session: ClusterSession, encodedCredentials: Uint8Array): void {
    this.#ask(session, () =>
      this.#authenticator.onChallengeResponse(session.id, encodedCredentials, this.#epochTimeMs()),
    );
  }

  /** Goes on with a session that is not authenticated yet. */
  poll(session: ClusterSession, nowNs: number): void {
    const { state } = session;
    if (state === 'INIT' || state === 'CONNECTING' || state === 'CONNECTED') {
      if (session.isResponseConnected(nowNs)) {
        if (state !== 'CONNECTED') {
          session.become('CONNECTED', 'connected');
        }
        this.#ask(session, () => this.#authenticator.onConnectedSession(this.#proxy.of(session), this.#epochTimeMs()));
      }
    } else if (state === 'CHALLENGED' && session.isResponseConnected(nowNs)) {
      this.#ask(session, () => this.#authenticator.onChallengedSession(this.#proxy.of(session), this.#epochTimeMs()));
    }
  }

  /** An authenticator that fails lets nobody in. */
  #ask(session: ClusterSession, question: () => void): void {
    try {
      question();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#report(new ClusterError('AUTHENTICATOR_FAILED', `${session.name} is rejected: ${why}`, { cause }));
      session.reject('AUTHENTICATION_REJECTED', 'session failed authentication');
    }
  }
}
