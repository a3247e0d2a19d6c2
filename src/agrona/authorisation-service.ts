/**
 * Decides what a session may do, request by request. Upstream: `io.aeron.security.AuthorisationService`.
 *
 * @param protocolId of the protocol: the SBE schema id
 * @param actionId the request: its SBE template id
 * @param type which of several kinds of the request, where it has kinds
 * @param encodedPrincipal who the authenticator said it is; undefined for a session that is not authenticated
 */
export interface AuthorisationService {
  isAuthorised(
    protocolId: number,
    actionId: number,
    type: number | undefined,
    encodedPrincipal: Uint8Array | undefined,
  ): boolean;
}

/** Makes the service of one server. Upstream: `io.aeron.security.AuthorisationServiceSupplier`. */
export type AuthorisationServiceSupplier = () => AuthorisationService;

/** Upstream's `ALLOW_ALL` and `DENY_ALL`. */
export const ALLOW_ALL: AuthorisationService = { isAuthorised: () => true };
export const DENY_ALL: AuthorisationService = { isAuthorised: () => false };
