import type { AtomicBuffer, IdleStrategy } from '../../agrona/mod.ts';
import type { Aeron, BufferClaim, DirectBufferVector } from '../../client/mod.ts';
import type { ClusterTimeUnit } from '../codecs/mod.ts';
import type { ClientSession } from './client-session.ts';
import type { ServiceOptions } from './service-options.ts';

/** What a member is in the current leadership term. Upstream: `Cluster.Role`. */
export const ClusterRole = {
  FOLLOWER: 0,
  CANDIDATE: 1,
  LEADER: 2,
} as const;
export type ClusterRole = (typeof ClusterRole)[keyof typeof ClusterRole];

/**
 * The cluster, as a service sees it. Everything that decides what a service does must come from here and from the
 * messages it gets: the same input, in the same order, on all members. `memberId` and `role` are no such thing.
 *
 * Timers and service messages go to the consensus module, which acts on those of the leader alone; they come back
 * by the log. `scheduleTimer`, `cancelTimer`, `offer`, `tryClaim` and `closeClientSession` throw an AeronError
 * CLUSTER_CALL_NOT_ALLOWED out of `onStart`, `onRoleChange`, `onTerminate` and `doBackgroundWork`. When one is told
 * to try again, wait with `idleStrategy`, as it keeps the service alive:
 *
 *     while (!cluster.scheduleTimer(7n, cluster.time + 1000n)) cluster.idleStrategy.idle(0);
 *
 * Upstream: `io.aeron.cluster.service.Cluster`.
 */
export interface Cluster {
  /** For diagnosis alone; -1 before the first leadership term. */
  readonly memberId: number;
  readonly role: ClusterRole;
  /** Bytes of the log up to the end of the message at hand. */
  readonly logPosition: number;
  /** Cluster time of the message at hand, in `timeUnit` since 1970-01-01T00:00Z. */
  readonly time: bigint;
  /** undefined before the first leadership term, unless a snapshot says so. */
  readonly timeUnit: ClusterTimeUnit | undefined;
  /** For a service's own streams. They are not part of the replicated state. */
  readonly aeron: Aeron;
  /** The options of the container, all settled. */
  readonly context: ServiceOptions;
  /** How a service waits: it does the container's own work meanwhile, and ends with it. */
  readonly idleStrategy: IdleStrategy;

  /** Open sessions by rising id: the order is the same on all members. */
  readonly clientSessions: readonly ClientSession[];
  /** undefined when there is no such open session. */
  getClientSession(clusterSessionId: number): ClientSession | undefined;
  /** In the order of `clientSessions`. */
  forEachClientSession(action: (session: ClientSession) => void): void;
  /**
   * Asks the consensus module to close a session. False when it could not be asked yet.
   * @throws AeronError UNKNOWN_SESSION
   */
  closeClientSession(clusterSessionId: number): boolean;

  /**
   * Schedules a timer, or reschedules the one of the same id, for `deadline` in cluster time. The id is the
   * service's choice, shared with the other services of the cluster; 2^63 - 1 is taken. False: try again.
   */
  scheduleTimer(correlationId: bigint, deadline: bigint): boolean;
  /** It may fire nevertheless, if it is about to. False: try again. */
  cancelTimer(correlationId: bigint): boolean;

  /**
   * Sends a message to all services of the cluster, through the log; they get it without a session. Returns a
   * position, or one of the negative constants of `Publication`.
   */
  offer(buffer: AtomicBuffer, offset?: number, length?: number): number;
  offerVector(vectors: readonly DirectBufferVector[]): number;
  /** As `offer`; the message goes to `claim.offset + SESSION_HEADER_LENGTH`. */
  tryClaim(length: number, bufferClaim: BufferClaim): number;
}
