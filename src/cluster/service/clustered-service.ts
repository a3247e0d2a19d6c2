import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { ExclusivePublication, Header, Image } from '../../client/mod.ts';
import type { CloseReason, ClusterTimeUnit } from '../codecs/mod.ts';
import type { ClientSession } from './client-session.ts';
import type { Cluster, ClusterRole } from './cluster.ts';

/**
 * An application that is replicated: the same messages in the same order, and so the same state, on all members.
 * A service must be deterministic: no clock but `timestamp`, no random numbers, no files, no order that hangs on
 * anything but the messages.
 *
 *     const echo: ClusteredService = {
 *       onSessionMessage(session, _timestamp, buffer, offset, length) {
 *         session?.offer(buffer, offset, length);
 *       },
 *     };
 *
 * All callbacks but `onSessionMessage` may be left out. They come from one thread and must return; what one throws
 * is counted and logged, and the service goes on behind the message that it did not understand.
 * Timestamps are cluster time, in `cluster.timeUnit`.
 *
 * None of them may be `async`, although TypeScript lets it stand here: nothing waits for the promise, so that what
 * follows the first `await` happens at another position on each member, and in a thread of its own never at all. It is
 * reported once for each callback; `onStart` and `onTakeSnapshot` fail by it.
 *
 * Upstream: `io.aeron.cluster.service.ClusteredService`.
 */
export interface ClusteredService {
  /**
   * The first call. With a `snapshotImage` the service reads back what it wrote in `onTakeSnapshot`, up to
   * `snapshotImage.isEndOfStream`, and waits with `cluster.idleStrategy`. What it throws ends the container.
   */
  onStart?(cluster: Cluster, snapshotImage: Image | undefined): void;

  onSessionOpen?(session: ClientSession, timestamp: bigint): void;

  onSessionClose?(session: ClientSession, timestamp: bigint, closeReason: CloseReason): void;

  /**
   * A message of `length` bytes at `offset` of `buffer`, which belong to the log: copy what shall be kept.
   * @param session undefined for messages of services (`cluster.offer`)
   */
  onSessionMessage(
    session: ClientSession | undefined,
    timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    header: Header,
  ): void;

  onTimerEvent?(correlationId: bigint, timestamp: bigint): void;

  /**
   * Write all state to `snapshotPublication`, in messages of up to its `maxMessageLength`; sessions are written
   * already. Offers may be back-pressured: wait with `cluster.idleStrategy`. The service stands still meanwhile.
   */
  onTakeSnapshot?(snapshotPublication: ExclusivePublication): void;

  /** Not at the same position on all members, so not for state. */
  onRoleChange?(newRole: ClusterRole): void;

  /** The last call, when the container ends in an orderly way. */
  onTerminate?(cluster: Cluster): void;

  /** A new leader, or the same again after an election; everything behind it in the log is of this term. */
  onNewLeadershipTermEvent?(event: NewLeadershipTerm): void;

  /**
   * Called in every round, for what is not replicated, as keeping a connection alive. Short; must not touch the
   * state. Returns how much there was to do.
   * @param nowNs of `platform.clock.nanoTime`, no cluster time
   */
  doBackgroundWork?(nowNs: number): number;
}

/** A leadership term, at its begin. */
export interface NewLeadershipTerm {
  readonly leadershipTermId: number;
  /** Of the log, behind this event. */
  readonly logPosition: number;
  readonly timestamp: bigint;
  /** Where the term began. */
  readonly termBaseLogPosition: number;
  readonly leaderMemberId: number;
  readonly logSessionId: number;
  readonly timeUnit: ClusterTimeUnit;
  /** Of the leader's consensus module; see `SemanticVersion`. */
  readonly appVersion: number;
}
