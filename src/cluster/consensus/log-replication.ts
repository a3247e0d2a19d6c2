import { CountersDescriptor } from '../../agrona/mod.ts';
import {
  type AeronArchive,
  type ArchiveRequest,
  RecordingPos,
  RecordingSignal,
  type RecordingSignalEvent,
  type ReplicationParams,
} from '../../archive/client/mod.ts';
import type { ClusterEventLog } from '../../events/mod.ts';
import { ClusterError } from './errors.ts';
import { answer, type Procedure } from './procedure.ts';

/** What a recording is copied for, as the event log has it. */
export type ReplicationPurpose = 'ELECTION' | 'STANDBY_SNAPSHOT';

const NULL_VALUE = -1;
const { NULL_COUNTER_ID } = CountersDescriptor;

export interface ReplicationRequest {
  readonly srcRecordingId: number;
  readonly srcControlChannel: string;
  readonly srcControlStreamId: number;
  readonly params: ReplicationParams;
  readonly progressTimeoutNs: number;
  readonly progressIntervalNs: number;
}

/**
 * A recording being copied from another member's archive into this node's, as the archive's signals tell.
 * Upstream: `io.aeron.cluster.RecordingReplication`.
 */
export class RecordingReplication {
  readonly #archive: AeronArchive;
  readonly #request: ReplicationRequest;
  /** Here; -1 while not known. */
  recordingId = NULL_VALUE;
  /** How far it has got; -1 while not known. */
  position = NULL_VALUE;
  hasEnded = false;
  /** It has all that there was, or was asked for. */
  hasSynced = false;
  hasStopped = false;
  #starting: ArchiveRequest<number> | undefined;
  #replicationId: number | undefined;
  /** Signals that came before it was known which are its own. */
  readonly #early: RecordingSignalEvent[] = [];
  #counterId: number = NULL_COUNTER_ID;
  #progressDeadlineNs = 0;
  #checkDeadlineNs = 0;

  constructor(archive: AeronArchive, request: ReplicationRequest) {
    this.#archive = archive;
    this.#request = request;
  }

  get isDone(): boolean {
    return this.hasEnded && this.hasStopped;
  }

  *start(nowNs: number): Procedure<void> {
    const { srcRecordingId, srcControlStreamId, srcControlChannel, params } = this.#request;
    this.#progressDeadlineNs = nowNs + this.#request.progressTimeoutNs;
    this.#checkDeadlineNs = nowNs + this.#request.progressIntervalNs;
    this.#starting = this.#archive.replicate(srcRecordingId, srcControlStreamId, srcControlChannel, params);
    yield* this.#awaitStarted(this.#starting);
    for (const event of this.#early.splice(0)) {
      this.onSignal(event);
    }
  }

  /** Looks for progress. @throws ClusterError REPLICATION when there has been none for too long */
  poll(nowNs: number): void {
    if (this.hasEnded || this.#replicationId === undefined || nowNs - this.#checkDeadlineNs < 0) {
      return;
    }
    this.#checkDeadlineNs = nowNs + this.#request.progressIntervalNs;
    if (this.#hasProgressed()) {
      this.#progressDeadlineNs = nowNs + this.#request.progressTimeoutNs;
    } else if (nowNs - this.#progressDeadlineNs > 0) {
      const { stopPosition = NULL_VALUE } = this.#request.params;
      const what =
        stopPosition === NULL_VALUE || this.position < stopPosition ? 'has not progressed' : 'failed to stop';
      throw new ClusterError(
        'REPLICATION',
        `log replication from ${this.#request.srcControlChannel} ${what}: position=${this.position} stopPosition=${stopPosition}`,
      );
    }
  }

  /** @throws ClusterError REPLICATION when the recording was deleted */
  onSignal(event: RecordingSignalEvent): void {
    const { correlationId, recordingId, position, signal } = event;
    if (this.#replicationId === undefined) {
      this.#early.push(event);
      return;
    }
    if (correlationId !== this.#replicationId) {
      return;
    }
    if (recordingId !== NULL_VALUE) {
      this.recordingId = recordingId;
    }
    if (position !== NULL_VALUE) {
      this.position = position;
    }
    switch (signal) {
      case RecordingSignal.EXTEND:
        this.#counterId = RecordingPos.findCounterIdByRecording(
          this.#archive.context.aeron.countersReader,
          recordingId,
          this.#archive.archiveId,
        );
        break;
      case RecordingSignal.SYNC:
        this.hasSynced = true;
        break;
      case RecordingSignal.REPLICATE_END:
        this.hasEnded = true;
        break;
      case RecordingSignal.STOP:
        this.hasStopped = true;
        break;
      case RecordingSignal.DELETE:
        throw new ClusterError('REPLICATION', `recording ${recordingId} was deleted during replication`);
    }
  }

  /** Tells of its end. */
  logEnd(events: ClusterEventLog | undefined, memberId: number, purpose: ReplicationPurpose): void {
    const { srcRecordingId, srcControlChannel } = this.#request;
    events?.log('REPLICATION_ENDED', {
      memberId,
      purpose,
      channel: srcControlChannel,
      srcRecordingId,
      dstRecordingId: this.recordingId,
      position: this.position,
      hasSynced: this.hasSynced,
    });
  }

  /** Given up, it leaves the request: the archive begins what it was asked for, and `stop` has to know what that is. */
  *#awaitStarted(starting: ArchiveRequest<number>): Procedure<void> {
    try {
      while (!starting.poll()) {
        yield;
      }
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
    this.#starting = undefined;
    this.#replicationId = starting.result;
  }

  /** Ends it, should it still go on. */
  *stop(): Procedure<void> {
    if (this.#starting !== undefined) {
      yield* this.#awaitStarted(this.#starting);
    }
    if (!this.hasEnded && this.#replicationId !== undefined) {
      this.hasEnded = true;
      yield* answer(this.#archive.tryStopReplication(this.#replicationId));
    }
  }

  #hasProgressed(): boolean {
    const counters = this.#archive.context.aeron.countersReader;
    if (this.#counterId === NULL_COUNTER_ID || !RecordingPos.isActive(counters, this.#counterId, this.recordingId)) {
      return false;
    }
    const position = counters.getCounterValue(this.#counterId);
    if (position <= this.position) {
      return false;
    }
    this.position = position;
    return true;
  }
}
