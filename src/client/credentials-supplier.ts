/**
 * What a client proves itself with to an archive or a cluster. The bytes mean something to the other side's
 * authenticator alone. Upstream: `io.aeron.security.CredentialsSupplier`.
 */
export interface CredentialsSupplier {
  /** Sent when connecting; may be empty. */
  encodedCredentials(): Uint8Array;
  /** The answer to a challenge. */
  onChallenge(encodedChallenge: Uint8Array): Uint8Array;
}

const NO_CREDENTIALS = new Uint8Array(0);

/** Has nothing to show and no answer: the default. Upstream: `NullCredentialsSupplier`. */
export const NULL_CREDENTIALS_SUPPLIER: CredentialsSupplier = {
  encodedCredentials: () => NO_CREDENTIALS,
  onChallenge: () => NO_CREDENTIALS,
};
