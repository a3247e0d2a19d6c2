// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Replays a recording to a stream */
export class ReplayRequestEncoder {
  static readonly BLOCK_LENGTH = 56;
  static readonly TEMPLATE_ID = 6;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ReplayRequestEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 56;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ReplayRequestEncoder {
    header.wrap(buffer, offset).blockLength(56).templateId(6).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The control session, named by the archive */
  controlSessionId(value: number): ReplayRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(value: number): ReplayRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** The recording, numbered by the archive from 0 */
  recordingId(value: number): ReplayRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** Where to start; -1 is the start of the recording */
  position(value: number): ReplayRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  /** Bytes to replay; -1 or beyond the end follows a live recording, -2 stops at its present end */
  length(value: bigint): ReplayRequestEncoder {
    this.buffer.view.setBigInt64(this.offset + 32, value, true);
    return this;
  }

  replayStreamId(value: number): ReplayRequestEncoder {
    this.buffer.view.setInt32(this.offset + 40, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly FILE_IO_MAX_LENGTH_NULL = -2147483648;

  /** Most bytes to read from a file at once; -1 leaves it to the archive */
  fileIoMaxLength(value: number): ReplayRequestEncoder {
    this.buffer.view.setInt32(this.offset + 44, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly REPLAY_TOKEN_NULL = -9223372036854775808n;

  /** Random token of ReplayTokenRequest when sent over another image; -1 is none */
  replayToken(value: bigint): ReplayRequestEncoder {
    this.buffer.view.setBigInt64(this.offset + 48, value, true);
    return this;
  }

  putReplayChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ReplayRequestEncoder {
    checkCount('length of replayChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  replayChannel(text: string): ReplayRequestEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of replayChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Replays a recording to a stream */
export class ReplayRequestDecoder {
  static readonly BLOCK_LENGTH = 56;
  static readonly TEMPLATE_ID = 6;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ReplayRequestDecoder {
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
    return header.templateId() === 6 && header.schemaId() === 101;
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

  /** Where to start; -1 is the start of the recording */
  position(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  /** Bytes to replay; -1 or beyond the end follows a live recording, -2 stops at its present end */
  length(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 32, true);
  }

  replayStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 40, true);
  }

  /** Stands for an absent value. */
  static readonly FILE_IO_MAX_LENGTH_NULL = -2147483648;

  /** Most bytes to read from a file at once; -1 leaves it to the archive */
  fileIoMaxLength(): number {
    if (this.actingVersion < 7) {
      return ReplayRequestDecoder.FILE_IO_MAX_LENGTH_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 44, true);
  }

  /** Stands for an absent value. */
  static readonly REPLAY_TOKEN_NULL = -9223372036854775808n;

  /** Random token of ReplayTokenRequest when sent over another image; -1 is none */
  replayToken(): bigint {
    if (this.actingVersion < 10) {
      return ReplayRequestDecoder.REPLAY_TOKEN_NULL;
    }
    return this.buffer.view.getBigInt64(this.offset + 48, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  replayChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getReplayChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipReplayChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  replayChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
