// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** A recording; in the catalog, and as answer to a query */
export class RecordingDescriptorEncoder {
  static readonly BLOCK_LENGTH = 80;
  static readonly TEMPLATE_ID = 22;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): RecordingDescriptorEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 80;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): RecordingDescriptorEncoder {
    header.wrap(buffer, offset).blockLength(80).templateId(22).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The control session, named by the archive */
  controlSessionId(value: number): RecordingDescriptorEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(value: number): RecordingDescriptorEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** The recording, numbered by the archive from 0 */
  recordingId(value: number): RecordingDescriptorEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** Milliseconds since 1970-01-01 UTC */
  startTimestamp(value: number): RecordingDescriptorEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  /** -1 while it goes on */
  stopTimestamp(value: number): RecordingDescriptorEncoder {
    putSafeInteger(this.buffer.view, this.offset + 32, value, true);
    return this;
  }

  /** Bytes from the start of a stream; -1 is none */
  startPosition(value: number): RecordingDescriptorEncoder {
    putSafeInteger(this.buffer.view, this.offset + 40, value, true);
    return this;
  }

  /** -1 while it goes on */
  stopPosition(value: number): RecordingDescriptorEncoder {
    putSafeInteger(this.buffer.view, this.offset + 48, value, true);
    return this;
  }

  initialTermId(value: number): RecordingDescriptorEncoder {
    this.buffer.view.setInt32(this.offset + 56, value, true);
    return this;
  }

  segmentFileLength(value: number): RecordingDescriptorEncoder {
    this.buffer.view.setInt32(this.offset + 60, value, true);
    return this;
  }

  termBufferLength(value: number): RecordingDescriptorEncoder {
    this.buffer.view.setInt32(this.offset + 64, value, true);
    return this;
  }

  mtuLength(value: number): RecordingDescriptorEncoder {
    this.buffer.view.setInt32(this.offset + 68, value, true);
    return this;
  }

  sessionId(value: number): RecordingDescriptorEncoder {
    this.buffer.view.setInt32(this.offset + 72, value, true);
    return this;
  }

  streamId(value: number): RecordingDescriptorEncoder {
    this.buffer.view.setInt32(this.offset + 76, value, true);
    return this;
  }

  /** Channel without what does not tell streams apart */
  putStrippedChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): RecordingDescriptorEncoder {
    checkCount('length of strippedChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Channel without what does not tell streams apart */
  strippedChannel(text: string): RecordingDescriptorEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of strippedChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** Channel as it was asked for */
  putOriginalChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): RecordingDescriptorEncoder {
    checkCount('length of originalChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Channel as it was asked for */
  originalChannel(text: string): RecordingDescriptorEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of originalChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the stream came from */
  putSourceIdentity(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): RecordingDescriptorEncoder {
    checkCount('length of sourceIdentity', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the stream came from */
  sourceIdentity(text: string): RecordingDescriptorEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of sourceIdentity', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** A recording; in the catalog, and as answer to a query */
export class RecordingDescriptorDecoder {
  static readonly BLOCK_LENGTH = 80;
  static readonly TEMPLATE_ID = 22;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): RecordingDescriptorDecoder {
    this.buffer = buffer;
    this.offset = offset;
    this.actingBlockLength = actingBlockLength;
    this.actingVersion = actingVersion;
    this.limit = offset + actingBlockLength;
    return this;
  }

  /** Reads the message header at `offset`, puts this behind it, and is false when it is of another template. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderDecoder): boolean {
    header.wrap(buffer, offset);
    this.wrap(buffer, offset + T.MessageHeaderDecoder.ENCODED_LENGTH, header.blockLength(), header.version());
    return header.templateId() === 22 && header.schemaId() === 101;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The control session, named by the archive */
  controlSessionId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** The recording, numbered by the archive from 0 */
  recordingId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** Milliseconds since 1970-01-01 UTC */
  startTimestamp(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  /** -1 while it goes on */
  stopTimestamp(): number {
    return getSafeInteger(this.buffer.view, this.offset + 32, true);
  }

  /** Bytes from the start of a stream; -1 is none */
  startPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 40, true);
  }

  /** -1 while it goes on */
  stopPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 48, true);
  }

  initialTermId(): number {
    return this.buffer.view.getInt32(this.offset + 56, true);
  }

  segmentFileLength(): number {
    return this.buffer.view.getInt32(this.offset + 60, true);
  }

  termBufferLength(): number {
    return this.buffer.view.getInt32(this.offset + 64, true);
  }

  mtuLength(): number {
    return this.buffer.view.getInt32(this.offset + 68, true);
  }

  sessionId(): number {
    return this.buffer.view.getInt32(this.offset + 72, true);
  }

  streamId(): number {
    return this.buffer.view.getInt32(this.offset + 76, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  strippedChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getStrippedChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipStrippedChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Channel without what does not tell streams apart */
  strippedChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  originalChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getOriginalChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipOriginalChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Channel as it was asked for */
  originalChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  sourceIdentityLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getSourceIdentity(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipSourceIdentity(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Where the stream came from */
  sourceIdentity(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
