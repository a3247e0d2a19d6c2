import { AtomicBuffer } from '../../agrona/mod.ts';
import { RecordingDescriptorDecoder, RecordingDescriptorHeaderDecoder, RecordingState } from '../codecs/mod.ts';
import type { RecordingSummary } from './recording-summary.ts';

/** Bytes of the header in front of a descriptor. */
export const DESCRIPTOR_HEADER_LENGTH = RecordingDescriptorHeaderDecoder.BLOCK_LENGTH;

const EMPTY = AtomicBuffer.allocate(0);

/**
 * One entry of a catalog, read in place. Made once and moved from entry to entry by `Catalog.wrap` and
 * `Catalog.forEach`; it stands until the catalog is changed.
 *
 *     offset              offset + 32                                           offset + frameLength
 *     | length state crc  | descriptor: 80 bytes, channels, source | padding    |
 */
export class CatalogEntry {
  /** The catalog's image. */
  buffer: AtomicBuffer = EMPTY;
  offset = 0;
  /** Header, descriptor and padding. */
  frameLength = 0;
  readonly header = new RecordingDescriptorHeaderDecoder();
  /** At its first text; `rewind` brings it back there. */
  readonly descriptor = new RecordingDescriptorDecoder();

  wrap(buffer: AtomicBuffer, offset: number, frameLength: number): this {
    this.buffer = buffer;
    this.offset = offset;
    this.frameLength = frameLength;
    this.header.wrap(
      buffer,
      offset,
      RecordingDescriptorHeaderDecoder.BLOCK_LENGTH,
      RecordingDescriptorHeaderDecoder.SCHEMA_VERSION,
    );
    return this.rewind();
  }

  /** Puts the descriptor before its first text again. */
  rewind(): this {
    this.descriptor.wrap(
      this.buffer,
      this.offset + DESCRIPTOR_HEADER_LENGTH,
      RecordingDescriptorDecoder.BLOCK_LENGTH,
      RecordingDescriptorDecoder.SCHEMA_VERSION,
    );
    return this;
  }

  get recordingId(): number {
    return this.descriptor.recordingId();
  }

  get isValid(): boolean {
    return this.header.state() === RecordingState.VALID;
  }

  /** Bytes of the descriptor with its padding, as the header has it. */
  get descriptorLength(): number {
    return this.header.length();
  }

  /** A copy of its numbers. */
  summary(): RecordingSummary {
    const { descriptor } = this;
    return {
      recordingId: descriptor.recordingId(),
      startPosition: descriptor.startPosition(),
      stopPosition: descriptor.stopPosition(),
      initialTermId: descriptor.initialTermId(),
      segmentFileLength: descriptor.segmentFileLength(),
      termBufferLength: descriptor.termBufferLength(),
      mtuLength: descriptor.mtuLength(),
      streamId: descriptor.streamId(),
      sessionId: descriptor.sessionId(),
    };
  }

  strippedChannel(): string {
    return this.rewind().descriptor.strippedChannel();
  }

  originalChannel(): string {
    const { descriptor } = this.rewind();
    descriptor.skipStrippedChannel();
    return descriptor.originalChannel();
  }

  sourceIdentity(): string {
    const { descriptor } = this.rewind();
    descriptor.skipStrippedChannel();
    descriptor.skipOriginalChannel();
    return descriptor.sourceIdentity();
  }
}
