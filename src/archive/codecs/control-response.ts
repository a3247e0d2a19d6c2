// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Answer to a request */
export class ControlResponseEncoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 1;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ControlResponseEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 32;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ControlResponseEncoder {
    header.wrap(buffer, offset).blockLength(32).templateId(1).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The control session, named by the archive */
  controlSessionId(value: number): ControlResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(value: number): ControlResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** What the answer is about: a recording, replay, subscription, position, token, archive id or error code */
  relevantId(value: bigint): ControlResponseEncoder {
    this.buffer.view.setBigInt64(this.offset + 16, value, true);
    return this;
  }

  code(value: T.ControlResponseCode): ControlResponseEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly VERSION_NULL = 0;

  /** Protocol version of the archive */
  version(value: number): ControlResponseEncoder {
    this.buffer.view.setInt32(this.offset + 28, value, true);
    return this;
  }

  /** What went wrong; empty when nothing did */
  putErrorMessage(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ControlResponseEncoder {
    checkCount('length of errorMessage', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** What went wrong; empty when nothing did */
  errorMessage(text: string): ControlResponseEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of errorMessage', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Answer to a request */
export class ControlResponseDecoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 1;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ControlResponseDecoder {
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
    return header.templateId() === 1 && header.schemaId() === 101;
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

  /** What the answer is about: a recording, replay, subscription, position, token, archive id or error code */
  relevantId(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 16, true);
  }

  code(): T.ControlResponseCode {
    return this.buffer.view.getInt32(this.offset + 24, true) as T.ControlResponseCode;
  }

  /** Stands for an absent value. */
  static readonly VERSION_NULL = 0;

  /** Protocol version of the archive */
  version(): number {
    if (this.actingVersion < 4) {
      return ControlResponseDecoder.VERSION_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 28, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  errorMessageLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getErrorMessage(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipErrorMessage(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** What went wrong; empty when nothing did */
  errorMessage(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
