import { AtomicCounter, CountersDescriptor, type CountersReader } from '../../agrona/mod.ts';
import {
  type AeronArchive,
  ArchiveError,
  ArchiveErrorCode,
  RecordingPos,
  type SourceLocation,
} from '../../archive/client/mod.ts';
import type { Aeron } from '../../client/mod.ts';
import type { RecordingLog } from '../files/mod.ts';
import { answer, type Procedure, until, untilTrue, withinMessageTimeout } from './procedure.ts';

const NULL_VALUE = -1;
const { NULL_COUNTER_ID, RECORD_ALLOCATED } = CountersDescriptor;

/**
 * The recording of the log in this node's archive: one recording, extended term by term and start by start,
 * whoever leads.
 */
export class LogRecording {
  readonly #aeron: Aeron;
  readonly #archive: AeronArchive;
  readonly #recordingLog: RecordingLog;
  /** -1 while there is none. */
  recordingId = NULL_VALUE;
  /** Where it ended when it was last stopped. */
  stopPosition = 0;
  #subscriptionId: number | undefined;
  #position: AtomicCounter | undefined;
  #positionRegistrationId = NULL_VALUE;

  constructor(aeron: Aeron, archive: AeronArchive, recordingLog: RecordingLog) {
    this.#aeron = aeron;
    this.#archive = archive;
    this.#recordingLog = recordingLog;
  }

  /** What is recorded; -1 while nothing is being recorded. */
  get position(): number {
    return this.#position?.get() ?? NULL_VALUE;
  }

  /**
   * Begins, or goes on with, the recording of a stream, and waits until its session is being recorded.
   * @throws ClusterError ARCHIVE_TIMEOUT; ArchiveError, ArchiveTimeoutError
   */
  *start(channel: string, streamId: number, sessionId: number, source: SourceLocation): Procedure<void> {
    const lastRecordingId = this.#recordingLog.findLastTermRecordingId();
    const recordingId = lastRecordingId === NULL_VALUE ? this.recordingId : lastRecordingId;
    this.#subscriptionId = yield* answer(
      recordingId === NULL_VALUE
        ? this.#archive.startRecording(channel, streamId, source, true)
        : this.#archive.extendRecording(recordingId, channel, streamId, source, true),
    );
    const counters = this.#aeron.countersReader;
    const recorded = until(() => {
      const id = RecordingPos.findCounterIdBySession(counters, sessionId, this.#archive.archiveId);
      return id !== NULL_COUNTER_ID && RecordingPos.getRecordingId(counters, id) !== NULL_VALUE ? id : undefined;
    });
    const what = `the log is not being recorded: channel=${channel} streamId=${streamId}`;
    const counterId = yield* withinMessageTimeout(this.#archive, recorded, what);
    this.recordingId = RecordingPos.getRecordingId(counters, counterId);
    this.#positionRegistrationId = counters.getCounterRegistrationId(counterId);
    this.#position = new AtomicCounter(counters.valuesBuffer, counterId);
  }

  /** A counter has gone; true when it was that of the recording: nothing is recorded any more. */
  onUnavailableCounter(registrationId: number): boolean {
    if (this.#position === undefined || registrationId !== this.#positionRegistrationId) {
      return false;
    }
    this.#position = undefined;
    this.#subscriptionId = undefined;
    return true;
  }

  /** Stops recording, when there is any, and waits until it has ended. */
  *stop(): Procedure<void> {
    const position = this.#position;
    const registrationId = this.#positionRegistrationId;
    this.#position = undefined;
    if (this.#subscriptionId !== undefined) {
      const subscriptionId = this.#subscriptionId;
      this.#subscriptionId = undefined;
      yield* answer(this.#archive.tryStopRecording(subscriptionId));
    } else if (this.recordingId !== NULL_VALUE) {
      yield* answer(this.#archive.tryStopRecordingByIdentity(this.recordingId));
    }
    if (this.recordingId === NULL_VALUE) {
      return;
    }
    const counters = this.#aeron.countersReader;
    yield* untilTrue(() =>
      position === undefined
        ? RecordingPos.findCounterIdByRecording(counters, this.recordingId, this.#archive.archiveId) === NULL_COUNTER_ID
        : !isSameCounter(counters, position.id, registrationId),
    );
  }

  /** Where the recording, which is being or has been stopped, ends; -1 when there is none. */
  *awaitStopPosition(): Procedure<number> {
    if (this.recordingId === NULL_VALUE) {
      return NULL_VALUE;
    }
    for (;;) {
      const position = yield* answer(this.#archive.getStopPosition(this.recordingId));
      if (position !== NULL_VALUE) {
        this.stopPosition = position;
        return position;
      }
      yield;
    }
  }

  /** Drops what lies behind a position. */
  *truncate(position: number): Procedure<void> {
    yield* answer(this.#archive.truncateRecording(this.recordingId, position));
    this.stopPosition = position;
  }
}

/**
 * Stops what a predecessor of this member has left recording, and waits until it is known where that ends. That the
 * archive does not know the log is said when it is needed.
 */
export function* stopLeftRecording(archive: AeronArchive, recordingId: number): Procedure<void> {
  try {
    if (yield* answer(archive.tryStopRecordingByIdentity(recordingId))) {
      while ((yield* answer(archive.getStopPosition(recordingId))) === NULL_VALUE) {
        yield;
      }
    }
  } catch (error) {
    if (!(error instanceof ArchiveError && error.errorCode === ArchiveErrorCode.UNKNOWN_RECORDING)) {
      throw error;
    }
  }
}

function isSameCounter(counters: CountersReader, counterId: number, registrationId: number): boolean {
  return (
    counters.getCounterState(counterId) === RECORD_ALLOCATED &&
    counters.getCounterRegistrationId(counterId) === registrationId
  );
}
