// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** An image is being recorded */
export class RecordingStartedEncoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 101;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): RecordingStartedEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 24;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): RecordingStartedEncoder {
    header.wrap(buffer, offset).blockLength(24).templateId(101).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The recording, numbered by the archive from 0 */
  recordingId(value: number): RecordingStartedEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Bytes from the start of a stream; -1 is none */
  startPosition(value: number): RecordingStartedEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  sessionId(value: number): RecordingStartedEncoder {
    this.buffer.view.setInt32(this.offset + 16, value, true);
    return this;
  }

  streamId(value: number): RecordingStartedEncoder {
    this.buffer.view.setInt32(this.offset + 20, value, true);
    return this;
  }

  putChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): RecordingStartedEncoder {
    checkCount('length of channel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  channel(text: string): RecordingStartedEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of channel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the stream comes from */
  putSourceIdentity(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): RecordingStartedEncoder {
    checkCount('length of sourceIdentity', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the stream comes from */
  sourceIdentity(text: string): RecordingStartedEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of sourceIdentity', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** An image is being recorded */
export class RecordingStartedDecoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 101;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): RecordingStartedDecoder {
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
    return header.templateId() === 101 && header.schemaId() === 101;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The recording, numbered by the archive from 0 */
  recordingId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Bytes from the start of a stream; -1 is none */
  startPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  sessionId(): number {
    return this.buffer.view.getInt32(this.offset + 16, true);
  }

  streamId(): number {
    return this.buffer.view.getInt32(this.offset + 20, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  channelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  channel(): string {
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

  /** Where the stream comes from */
  sourceIdentity(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
