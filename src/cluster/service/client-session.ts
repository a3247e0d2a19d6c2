import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { BufferClaim, DirectBufferVector } from '../../client/mod.ts';

/**
 * What `offer` and `tryClaim` of a session return on members that do not lead: the message is not sent, and the
 * service cannot tell. Upstream: `ClientSession.MOCKED_OFFER`.
 */
export const MOCKED_OFFER = 1;

/**
 * Bytes in front of every message of an application, on ingress, in the log and on egress. What `tryClaim` claims
 * begins with them; the message goes to `claim.offset + SESSION_HEADER_LENGTH`.
 */
export const SESSION_HEADER_LENGTH = 32;

/** With the header. A negative length stays negative, so that it is refused before anything is claimed. */
export function claimLengthOf(length: number): number {
  return length < 0 ? length : SESSION_HEADER_LENGTH + length;
}

/**
 * A client of the cluster, as a service sees it. All members have the same sessions at the same position of the log;
 * the leader alone is connected to them.
 *
 * `offer` and `tryClaim` return a position, `MOCKED_OFFER` on a member that does not lead, or one of the negative
 * constants of `Publication`. A client that is gone gives `NOT_CONNECTED`: leave it, the cluster will time it out.
 * They throw an AeronError CLUSTER_CALL_NOT_ALLOWED out of `onStart`, `onRoleChange`, `onTerminate` and
 * `doBackgroundWork`, which do not happen at the same position on all members.
 *
 * Upstream: `io.aeron.cluster.service.ClientSession`.
 */
export interface ClientSession {
  /** Unique in the life of the cluster. */
  readonly id: number;
  readonly responseStreamId: number;
  readonly responseChannel: string;
  /** Who the client is, as the authenticator of the consensus module encoded it; empty when there is none. */
  readonly encodedPrincipal: Uint8Array;
  /** The cluster was asked to close it, and it is not yet closed in the log. */
  readonly isClosing: boolean;

  /** Asks the cluster to close the session, when it is still open. */
  close(): void;

  /** Sends a message; by default all of the buffer. */
  offer(buffer: AtomicBuffer, offset?: number, length?: number): number;

  /** As `offer`, for a message in any number of parts. The header needs no part. */
  offerVector(vectors: readonly DirectBufferVector[]): number;

  /** Claims room for a message of `length` bytes, to be written behind the header and then committed. */
  tryClaim(length: number, bufferClaim: BufferClaim): number;
}
