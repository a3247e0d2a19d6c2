/**
 * Decides who may have a session with an archive or a cluster. Asked in the duty cycle of the server, so every
 * method answers at once; a decision that takes time is given at a later call.
 *
 *     onConnectRequest -> onConnectedSession, again and again -> authenticate | reject
 *                                                             -> challenge -> onChallengeResponse
 *                                                                          -> onChallengedSession, again and again
 *
 * Upstream: `io.aeron.security.Authenticator`.
 */
export interface Authenticator {
  /** A client wants to connect; it cannot be answered yet. The credentials may be empty. */
  onConnectRequest(sessionId: number, encodedCredentials: Uint8Array, nowMs: number): void;
  /** A client that was challenged has answered. */
  onChallengeResponse(sessionId: number, encodedCredentials: Uint8Array, nowMs: number): void;
  /** The session can be answered now. Comes again until it is challenged, authenticated, rejected or too late. */
  onConnectedSession(session: SessionProxy, nowMs: number): void;
  /** Comes again while the session is challenged, whether or not it has answered. */
  onChallengedSession(session: SessionProxy, nowMs: number): void;
}

/** What an authenticator decides by; good for the time of the call. Upstream: `io.aeron.security.SessionProxy`. */
export interface SessionProxy {
  /** What the server calls the session. */
  readonly sessionId: number;
  /** Asks the client for more. False when the message could not be sent now: it is asked again. */
  challenge(encodedChallenge: Uint8Array): boolean;
  /** Lets the client in, under this name for the authorisation service. False as for `challenge`. */
  authenticate(encodedPrincipal: Uint8Array): boolean;
  reject(): void;
}

/** Makes the authenticator of one server. Upstream: `io.aeron.security.AuthenticatorSupplier`. */
export type AuthenticatorSupplier = () => Authenticator;

const NULL_ENCODED_PRINCIPAL = new Uint8Array(0);

/** Lets everybody in, under no name. Upstream: `io.aeron.security.DefaultAuthenticatorSupplier`. */
export const DEFAULT_AUTHENTICATOR: Authenticator = {
  onConnectRequest: () => {},
  onChallengeResponse: () => {},
  onConnectedSession: (session) => {
    session.authenticate(NULL_ENCODED_PRINCIPAL);
  },
  onChallengedSession: (session) => {
    session.authenticate(NULL_ENCODED_PRINCIPAL);
  },
};
