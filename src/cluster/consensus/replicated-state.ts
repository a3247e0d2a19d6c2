import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { ClientSessions } from './client-sessions.ts';
import type { ClusterClock } from './cluster-clock.ts';
import { ClusterError } from './errors.ts';
import type { LogPublisher } from './log-publisher.ts';
import { SESSION_HEADER_LENGTH } from './log-publisher.ts';
import {
  type PendingServiceMessage,
  PendingServiceMessages,
  serviceIdOfLogMessage,
} from './pending-service-messages.ts';
import type { ConsensusModuleContent } from './snapshot-encoder.ts';
import type { ConsensusModuleState } from './states.ts';
import { Timers } from './timers.ts';
import { Uncommitted } from './uncommitted.ts';

/**
 * What every member's consensus module knows alike at the same place of the log: sessions, timers, messages of
 * services. The leader moves it on and writes that down in the log; the others follow the log; a snapshot holds
 * it.
 *
 *     timer   scheduled by the services of every member; expires by the leader alone, whose log tells the others
 *
 * The services of a member may be behind or ahead of its consensus module. A timer that the log says has expired
 * before this member's services have scheduled it is remembered as that, and dropped when they do.
 */
export class ReplicatedState {
  readonly sessions: ClientSessions;
  readonly #timers = new Timers();
  readonly #pendingMessages: readonly PendingServiceMessages[];
  /** By correlation id: how often a timer has expired in the log that was not scheduled here. */
  readonly #expiredEarly = new Map<bigint, number>();
  readonly #uncommitted = new Uncommitted();
  #leading: { log: LogPublisher; leadershipTermId: number; now: bigint } | undefined;

  constructor(sessions: ClientSessions, serviceCount: number) {
    this.sessions = sessions;
    this.#pendingMessages = Array.from(
      { length: serviceCount },
      (_, serviceId) => new PendingServiceMessages(serviceId),
    );
  }

  /** For a snapshot. */
  get content(): ConsensusModuleContent {
    return {
      nextSessionId: this.sessions.table.nextCommittedSessionId,
      sessions: this.sessions.table.sessions,
      forEachTimer: (consumer) => this.#timers.forEach(consumer),
      pendingMessages: this.#pendingMessages,
    };
  }

  /** @throws ClusterError UNKNOWN_SERVICE */
  pendingMessages(serviceId: number): PendingServiceMessages {
    const messages = this.#pendingMessages[serviceId];
    if (messages === undefined) {
      throw new ClusterError(
        'UNKNOWN_SERVICE',
        `serviceId=${serviceId} invalid for serviceCount=${this.#pendingMessages.length}`,
      );
    }
    return messages;
  }

  /** A service schedules. */
  scheduleTimer(correlationId: bigint, deadline: bigint): void {
    const count = this.#expiredEarly.get(correlationId) ?? 0;
    if (count === 0) {
      this.#timers.schedule(correlationId, deadline);
    } else if (count === 1) {
      this.#expiredEarly.delete(correlationId);
    } else {
      this.#expiredEarly.set(correlationId, count - 1);
    }
  }

  cancelTimer(correlationId: bigint): void {
    this.#timers.cancel(correlationId);
  }

  /** The log tells that a timer has expired. */
  onReplayTimer(correlationId: bigint): void {
    if (!this.#timers.cancel(correlationId)) {
      this.#expiredEarly.set(correlationId, (this.#expiredEarly.get(correlationId) ?? 0) + 1);
    }
  }

  /** The log brings a message of a service. */
  onReplayServiceMessage(clusterSessionId: bigint): void {
    this.pendingMessages(serviceIdOfLogMessage(clusterSessionId)).onReplayed(clusterSessionId);
  }

  /** A service offers a message to the cluster. */
  enqueueMessage(serviceId: number, buffer: AtomicBuffer, offset: number, length: number): void {
    this.pendingMessages(serviceId).enqueue(buffer, offset, length);
  }

  /** As leader: timers that are due and messages of services go to the log. Returns how many. */
  lead(log: LogPublisher, leadershipTermId: number, clock: ClusterClock): number {
    let workCount = 0;
    if (this.#timers.size > 0) {
      this.#leading = { log, leadershipTermId, now: clock.time() };
      workCount += this.#timers.poll(this.#leading.now, this.#appendTimer);
    }
    for (const messages of this.#pendingMessages) {
      if (!messages.isEmpty) {
        this.#leading = { log, leadershipTermId, now: clock.time() };
        workCount += messages.poll(this.#appendMessage);
      }
    }
    return workCount;
  }

  /** As leader: a cluster action that ends a state is in the log. */
  onAction(logPosition: number, previousState: ConsensusModuleState): void {
    this.#uncommitted.onAction(logPosition, previousState);
  }

  /** As leader: the log is committed up to here. */
  onCommitted(commitPosition: number): void {
    for (const messages of this.#pendingMessages) {
      messages.onCommitted(commitPosition);
    }
    this.#uncommitted.onCommitted(commitPosition);
    this.sessions.table.onCommitted(commitPosition);
  }

  /**
   * Takes back what the log may not keep, before an election. Returns the state of the module that an uncommitted
   * action has ended; undefined when there was none.
   */
  restoreUncommitted(commitPosition: number, leadershipTermId: number): ConsensusModuleState | undefined {
    this.sessions.clearAfter(commitPosition, leadershipTermId);
    const { timers, state } = this.#uncommitted.restore(commitPosition);
    for (const correlationId of timers) {
      this.#timers.schedule(correlationId, 0n);
    }
    for (const messages of this.#pendingMessages) {
      messages.restoreUncommitted(commitPosition);
    }
    this.sessions.table.restoreUncommitted(commitPosition);
    return state;
  }

  /** All of a snapshot has been loaded. @throws ClusterError SNAPSHOT_INVALID */
  verifyLoaded(): void {
    for (const messages of this.#pendingMessages) {
      messages.verify();
    }
  }

  readonly #appendTimer = (correlationId: bigint): boolean => {
    const { log, leadershipTermId, now } = this.#leading!;
    const position = log.appendTimer(correlationId, leadershipTermId, now);
    if (position > 0) {
      this.#uncommitted.onTimer(position, correlationId);
    }
    return position > 0;
  };

  readonly #appendMessage = ({ clusterSessionId, buffer }: PendingServiceMessage): number => {
    const { log, leadershipTermId, now } = this.#leading!;
    const length = buffer.capacity - SESSION_HEADER_LENGTH;
    return log.appendMessage(leadershipTermId, clusterSessionId, now, buffer, SESSION_HEADER_LENGTH, length);
  };
}
