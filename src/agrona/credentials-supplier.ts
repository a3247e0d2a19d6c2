/**
 * What a client proves with who it is, to an archive or to a cluster. Both methods run in the client's duty
 * cycle and answer at once. Upstream: `io.aeron.security.CredentialsSupplier`.
 */
export interface CredentialsSupplier {
  /** Sent with the request for a session; empty for none. */
  encodedCredentials(): Uint8Array;
  /** The answer to a challenge: sent back for the authenticator to judge. */
  onChallenge(encodedChallenge: Uint8Array): Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Has no credentials, also when challenged. */
export class NullCredentialsSupplier implements CredentialsSupplier {
  encodedCredentials(): Uint8Array {
    return NOTHING;
  }

  onChallenge(_encodedChallenge: Uint8Array): Uint8Array {
    return NOTHING;
  }
}
