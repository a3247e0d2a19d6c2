import { AeronError } from '../../agrona/mod.ts';
import { Wait } from '../../client/mod.ts';
import { runInvokers } from './context.ts';
import type { ControlSession } from './control-session.ts';
import type { RecordingSignalEvent } from './recording-signal.ts';

/** Signals that may have come and not been taken. */
const MAX_QUEUED = 4096;

export interface RecordingSignalsOptions {
  /** Ends the iteration with its reason. */
  readonly signal?: AbortSignal;
}

/** @throws ArchiveError when the archive is lost, AeronError OVERFLOW for a loop that is too slow, the signal's reason */
export async function* recordingSignals(
  session: ControlSession,
  { signal }: RecordingSignalsOptions,
): AsyncGenerator<RecordingSignalEvent, void, void> {
  const { context } = session;
  const queue: RecordingSignalEvent[] = [];
  const listener = (event: RecordingSignalEvent) => void queue.push(event);
  const wait = new Wait(context.platform, signal);
  session.signalListeners.add(listener);
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (queue.length > MAX_QUEUED) {
        throw new AeronError('OVERFLOW', `more than ${MAX_QUEUED} recording signals wait to be iterated`);
      }
      const next = queue.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      session.ensureConnected();
      if (session.poll() + runInvokers(context) > 0) {
        await wait.afterProgress();
      } else {
        await wait.next();
      }
    }
  } finally {
    session.signalListeners.delete(listener);
  }
}
