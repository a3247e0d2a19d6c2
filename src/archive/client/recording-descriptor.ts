import type { RecordingDescriptorDecoder, RecordingSubscriptionDescriptorDecoder } from '../codecs/mod.ts';

/** What the catalog of an archive knows of a recording. Upstream: `RecordingDescriptorConsumer`. */
export interface RecordingDescriptor {
  /** Of the listing. */
  readonly controlSessionId: number;
  readonly correlationId: number;
  readonly recordingId: number;
  /** Milliseconds since 1970. */
  readonly startTimestamp: number;
  /** Milliseconds since 1970; -1 while the recording goes on. */
  readonly stopTimestamp: number;
  readonly startPosition: number;
  /** -1 while the recording goes on. */
  readonly stopPosition: number;
  readonly initialTermId: number;
  /** Bytes of a segment file. */
  readonly segmentFileLength: number;
  readonly termBufferLength: number;
  readonly mtuLength: number;
  readonly sessionId: number;
  readonly streamId: number;
  /** The channel with nothing but what tells streams apart. */
  readonly strippedChannel: string;
  /** As it was given when the recording began. */
  readonly originalChannel: string;
  /** '127.0.0.1:40123', or 'aeron:ipc'. */
  readonly sourceIdentity: string;
}

export type RecordingDescriptorConsumer = (descriptor: RecordingDescriptor) => void;

/** What an archive subscribes to, to record it. Upstream: `RecordingSubscriptionDescriptorConsumer`. */
export interface RecordingSubscriptionDescriptor {
  /** Of the listing. */
  readonly controlSessionId: number;
  readonly correlationId: number;
  /** What `startRecording` returned. */
  readonly subscriptionId: number;
  readonly streamId: number;
  readonly strippedChannel: string;
}

export type RecordingSubscriptionDescriptorConsumer = (descriptor: RecordingSubscriptionDescriptor) => void;

export function readRecordingDescriptor(decoder: RecordingDescriptorDecoder): RecordingDescriptor {
  return {
    controlSessionId: decoder.controlSessionId(),
    correlationId: decoder.correlationId(),
    recordingId: decoder.recordingId(),
    startTimestamp: decoder.startTimestamp(),
    stopTimestamp: decoder.stopTimestamp(),
    startPosition: decoder.startPosition(),
    stopPosition: decoder.stopPosition(),
    initialTermId: decoder.initialTermId(),
    segmentFileLength: decoder.segmentFileLength(),
    termBufferLength: decoder.termBufferLength(),
    mtuLength: decoder.mtuLength(),
    sessionId: decoder.sessionId(),
    streamId: decoder.streamId(),
    strippedChannel: decoder.strippedChannel(),
    originalChannel: decoder.originalChannel(),
    sourceIdentity: decoder.sourceIdentity(),
  };
}

export function readRecordingSubscriptionDescriptor(
  decoder: RecordingSubscriptionDescriptorDecoder,
): RecordingSubscriptionDescriptor {
  return {
    controlSessionId: decoder.controlSessionId(),
    correlationId: decoder.correlationId(),
    subscriptionId: decoder.subscriptionId(),
    streamId: decoder.streamId(),
    strippedChannel: decoder.strippedChannel(),
  };
}
