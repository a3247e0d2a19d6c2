// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Goes on with a recording, if asked only until its first image has gone */
export class ExtendRecordingRequest2Encoder {
  static readonly BLOCK_LENGTH = 36;
  static readonly TEMPLATE_ID = 64;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ExtendRecordingRequest2Encoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 36;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ExtendRecordingRequest2Encoder {
    header.wrap(buffer, offset).blockLength(36).templateId(64).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The control session, named by the archive */
  controlSessionId(value: number): ExtendRecordingRequest2Encoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(value: number): ExtendRecordingRequest2Encoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** The recording, numbered by the archive from 0 */
  recordingId(value: number): ExtendRecordingRequest2Encoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  streamId(value: number): ExtendRecordingRequest2Encoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  sourceLocation(value: T.SourceLocation): ExtendRecordingRequest2Encoder {
    this.buffer.view.setInt32(this.offset + 28, value, true);
    return this;
  }

  /** Whether the recording subscription closes when the first image does */
  autoStop(value: T.BooleanType): ExtendRecordingRequest2Encoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }

  putChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ExtendRecordingRequest2Encoder {
    checkCount('length of channel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  channel(text: string): ExtendRecordingRequest2Encoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of channel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Goes on with a recording, if asked only until its first image has gone */
export class ExtendRecordingRequest2Decoder {
  static readonly BLOCK_LENGTH = 36;
  static readonly TEMPLATE_ID = 64;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ExtendRecordingRequest2Decoder {
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
    return header.templateId() === 64 && header.schemaId() === 101;
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

  streamId(): number {
    return this.buffer.view.getInt32(this.offset + 24, true);
  }

  sourceLocation(): T.SourceLocation {
    return this.buffer.view.getInt32(this.offset + 28, true) as T.SourceLocation;
  }

  /** Whether the recording subscription closes when the first image does */
  autoStop(): T.BooleanType {
    return this.buffer.view.getInt32(this.offset + 32, true) as T.BooleanType;
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
}
