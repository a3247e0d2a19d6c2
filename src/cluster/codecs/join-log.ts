// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Tells a service to read the log */
export class JoinLogEncoder {
  static readonly BLOCK_LENGTH = 40;
  static readonly TEMPLATE_ID = 40;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): JoinLogEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 40;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): JoinLogEncoder {
    header.wrap(buffer, offset).blockLength(40).templateId(40).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): JoinLogEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Where to stop; the largest int64 is no end */
  maxLogPosition(value: bigint): JoinLogEncoder {
    this.buffer.view.setBigInt64(this.offset + 8, value, true);
    return this;
  }

  memberId(value: number): JoinLogEncoder {
    this.buffer.view.setInt32(this.offset + 16, value, true);
    return this;
  }

  logSessionId(value: number): JoinLogEncoder {
    this.buffer.view.setInt32(this.offset + 20, value, true);
    return this;
  }

  logStreamId(value: number): JoinLogEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  /** Whether this is the first election since the start */
  isStartup(value: T.BooleanType): JoinLogEncoder {
    this.buffer.view.setInt32(this.offset + 28, value, true);
    return this;
  }

  /** 0 follower, 1 candidate, 2 leader */
  role(value: number): JoinLogEncoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }

  isStandby(value: T.BooleanType): JoinLogEncoder {
    this.buffer.view.setInt32(this.offset + 36, value, true);
    return this;
  }

  putLogChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): JoinLogEncoder {
    checkCount('length of logChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  logChannel(text: string): JoinLogEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of logChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Tells a service to read the log */
export class JoinLogDecoder {
  static readonly BLOCK_LENGTH = 40;
  static readonly TEMPLATE_ID = 40;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): JoinLogDecoder {
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
    return header.templateId() === 40 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Where to stop; the largest int64 is no end */
  maxLogPosition(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 8, true);
  }

  memberId(): number {
    return this.buffer.view.getInt32(this.offset + 16, true);
  }

  logSessionId(): number {
    return this.buffer.view.getInt32(this.offset + 20, true);
  }

  logStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 24, true);
  }

  /** Whether this is the first election since the start */
  isStartup(): T.BooleanType {
    return this.buffer.view.getInt32(this.offset + 28, true) as T.BooleanType;
  }

  /** 0 follower, 1 candidate, 2 leader */
  role(): number {
    return this.buffer.view.getInt32(this.offset + 32, true);
  }

  isStandby(): T.BooleanType {
    if (this.actingVersion < 16) {
      return -2147483648 as T.BooleanType;
    }
    return this.buffer.view.getInt32(this.offset + 36, true) as T.BooleanType;
  }

  /** Bytes of the data that comes next; does not move on. */
  logChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getLogChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipLogChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  logChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
