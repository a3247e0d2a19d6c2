import type { RecordingSignal, RecordingSignalEventDecoder } from '../codecs/mod.ts';

/** Something has happened to a recording that this control session has to do with. */
export interface RecordingSignalEvent {
  readonly controlSessionId: number;
  /** Of the request that led to it. */
  readonly correlationId: number;
  readonly recordingId: number;
  /** Of the recording; -1 when it has none. */
  readonly subscriptionId: number;
  /** Where the recording stood. */
  readonly position: number;
  readonly signal: RecordingSignal;
}

/** Upstream: `io.aeron.archive.client.RecordingSignalConsumer`. */
export type RecordingSignalConsumer = (event: RecordingSignalEvent) => void;

export function readRecordingSignal(decoder: RecordingSignalEventDecoder): RecordingSignalEvent {
  return {
    controlSessionId: decoder.controlSessionId(),
    correlationId: decoder.correlationId(),
    recordingId: decoder.recordingId(),
    subscriptionId: decoder.subscriptionId(),
    position: decoder.position(),
    signal: decoder.signal(),
  };
}
