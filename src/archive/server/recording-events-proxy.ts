import { AtomicBuffer } from '../../agrona/mod.ts';
import { BufferClaim, type ExclusivePublication, Publication } from '../../client/mod.ts';
import { ArchiveError } from '../client/mod.ts';
import {
  MessageHeaderEncoder,
  RecordingProgressEncoder,
  RecordingStartedEncoder,
  RecordingStoppedEncoder,
} from '../codecs/mod.ts';

const SEND_ATTEMPTS = 3;
const { ENCODED_LENGTH: HEADER_LENGTH } = MessageHeaderEncoder;
const PROGRESS_LENGTH = HEADER_LENGTH + RecordingProgressEncoder.BLOCK_LENGTH;
const STOPPED_LENGTH = HEADER_LENGTH + RecordingStoppedEncoder.BLOCK_LENGTH;
/** Of an event with a channel and a source identity. */
const BUFFER_LENGTH = 16 * 1024;

/**
 * Tells whoever subscribes to the recording events how recordings go on. Nobody has to listen, and a slow
 * listener misses events. Upstream: `RecordingEventsProxy`.
 */
export class RecordingEventsProxy {
  private readonly publication: ExclusivePublication;
  private readonly buffer = AtomicBuffer.allocate(BUFFER_LENGTH);
  private readonly claim = new BufferClaim();
  private readonly header = new MessageHeaderEncoder();
  private readonly recordingStarted = new RecordingStartedEncoder();
  private readonly recordingProgress = new RecordingProgressEncoder();
  private readonly recordingStopped = new RecordingStoppedEncoder();

  constructor(publication: ExclusivePublication) {
    this.publication = publication;
  }

  started(
    recordingId: number,
    startPosition: number,
    sessionId: number,
    streamId: number,
    channel: string,
    sourceIdentity: string,
  ): void {
    const { buffer, publication } = this;
    this.recordingStarted
      .wrapAndApplyHeader(buffer, 0, this.header)
      .recordingId(recordingId)
      .startPosition(startPosition)
      .sessionId(sessionId)
      .streamId(streamId)
      .channel(channel)
      .sourceIdentity(sourceIdentity);
    const length = HEADER_LENGTH + this.recordingStarted.encodedLength();
    this.attempt(() => publication.offer(buffer, 0, length));
  }

  /** False when it could not be sent now. */
  progress(recordingId: number, startPosition: number, position: number): boolean {
    const { claim } = this;
    const result = this.publication.tryClaim(PROGRESS_LENGTH, claim);
    if (result < 0) {
      this.check(result);
      return false;
    }
    this.recordingProgress
      .wrapAndApplyHeader(claim.buffer, claim.offset, this.header)
      .recordingId(recordingId)
      .startPosition(startPosition)
      .position(position);
    claim.commit();
    return true;
  }

  stopped(recordingId: number, startPosition: number, stopPosition: number): void {
    const { claim } = this;
    if (this.attempt(() => this.publication.tryClaim(STOPPED_LENGTH, claim))) {
      this.recordingStopped
        .wrapAndApplyHeader(claim.buffer, claim.offset, this.header)
        .recordingId(recordingId)
        .startPosition(startPosition)
        .stopPosition(stopPosition);
      claim.commit();
    }
  }

  close(): void {
    this.publication.close();
  }

  private attempt(send: () => number): boolean {
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      const result = send();
      if (result > 0) {
        return true;
      }
      if (result === Publication.NOT_CONNECTED) {
        return false;
      }
      this.check(result);
    }
    return false;
  }

  private check(result: number): void {
    if (result === Publication.CLOSED) {
      throw new ArchiveError('recording events publication is closed');
    }
    if (result === Publication.MAX_POSITION_EXCEEDED) {
      const { termBufferLength } = this.publication;
      throw new ArchiveError(`recording events publication at max position, term-length=${termBufferLength}`);
    }
  }
}
