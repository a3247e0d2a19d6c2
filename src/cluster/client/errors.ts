import { AeronError } from '../../agrona/mod.ts';

/**
 * What goes wrong between a client and a cluster. Upstream: `io.aeron.cluster.client.ClusterException`. Codes:
 * 'SESSION_REFUSED' (with the cluster's reason), 'CONNECTION_LOST' while connecting, 'SCHEMA_MISMATCH',
 * 'MAX_POSITION_EXCEEDED', 'CLOSED', 'SESSION_CLOSED' by the cluster, 'NO_LEADER_ENDPOINT', 'NEW_LEADER_TIMEOUT',
 * 'ADMIN_REQUEST_FAILED', 'LEADER_CHANGED' before a request was answered.
 */
export class ClusterError extends AeronError {}

/** The cluster did not take the credentials. Upstream: `io.aeron.security.AuthenticationException`. */
export class AuthenticationError extends ClusterError {
  constructor(message: string) {
    super('AUTHENTICATION_REJECTED', message);
  }
}

/** No session came about within `messageTimeoutNs`. The errors of members that could not be reached are its `cause`. */
export class ConnectTimeoutError extends ClusterError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('CLUSTER_CONNECT_TIMEOUT', message, options);
  }
}
