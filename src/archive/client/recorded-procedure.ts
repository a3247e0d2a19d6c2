import type { Publication } from '../../client/mod.ts';
import type { Procedure } from './archive-request.ts';
import type { ControlSession } from './control-session.ts';
import { ArchiveTimeoutError } from './errors.ts';

/** How often the archive is asked. */
const INTERVAL_NS = 1_000_000;
const NULL_VALUE = -1;

/**
 * Waits until a publication's stream is recorded up to a position. Its result is the recording's id.
 * @throws ArchiveTimeoutError when the recording gets no further for `messageTimeoutNs`
 */
export function* awaitRecorded(session: ControlSession, publication: Publication, position: number): Procedure<number> {
  const { proxy } = session;
  const { sessionId, streamId } = publication;
  const progress = new Progress(session, position);
  const find = () =>
    session.callForNumber('find last matching recording', (correlationId, controlSessionId) =>
      proxy.findLastMatchingRecording(0, 'aeron:', streamId, sessionId, correlationId, controlSessionId),
    );
  let recordingId = yield* find();
  while (recordingId === NULL_VALUE) {
    yield* progress.pause(NULL_VALUE);
    recordingId = yield* find();
  }
  const ask = () =>
    session.callForNumber('get max recorded position', (correlationId, controlSessionId) =>
      proxy.getMaxRecordedPosition(recordingId, correlationId, controlSessionId),
    );
  let recordedPosition = yield* ask();
  while (recordedPosition < position) {
    yield* progress.pause(recordedPosition);
    recordedPosition = yield* ask();
  }
  return recordingId;
}

/** Lets some time go by between two questions, and minds that there is progress. */
class Progress {
  readonly #session: ControlSession;
  readonly #wanted: number;
  #last = NULL_VALUE;
  #progressNs: number;

  constructor(session: ControlSession, wanted: number) {
    this.#session = session;
    this.#wanted = wanted;
    this.#progressNs = this.#nanoTime();
  }

  *pause(position: number): Procedure<void> {
    const nowNs = this.#nanoTime();
    if (position !== this.#last) {
      this.#last = position;
      this.#progressNs = nowNs;
    } else if (nowNs - this.#progressNs > this.#session.context.messageTimeoutNs) {
      throw new ArchiveTimeoutError(
        `the recording does not get to position ${this.#wanted}; ${position === NULL_VALUE ? 'there is none' : `it stands at ${position}`}`,
      );
    }
    while (this.#nanoTime() - nowNs < INTERVAL_NS) {
      yield 0;
    }
  }

  #nanoTime(): number {
    return this.#session.context.platform.clock.nanoTime();
  }
}
