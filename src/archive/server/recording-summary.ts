/** What the archive has to know of a recording to write, read or change it. Upstream: `io.aeron.archive.RecordingSummary`. */
export interface RecordingSummary {
  readonly recordingId: number;
  readonly startPosition: number;
  /** -1 while it is being written. */
  readonly stopPosition: number;
  readonly initialTermId: number;
  readonly segmentFileLength: number;
  readonly termBufferLength: number;
  readonly mtuLength: number;
  readonly streamId: number;
  readonly sessionId: number;
}
