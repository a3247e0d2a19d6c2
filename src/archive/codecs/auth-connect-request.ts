// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Opens a control session */
export class AuthConnectRequestEncoder {
  static readonly BLOCK_LENGTH = 16;
  static readonly TEMPLATE_ID = 58;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): AuthConnectRequestEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 16;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): AuthConnectRequestEncoder {
    header.wrap(buffer, offset).blockLength(16).templateId(58).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(value: number): AuthConnectRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Stream that answers go to */
  responseStreamId(value: number): AuthConnectRequestEncoder {
    this.buffer.view.setInt32(this.offset + 8, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly VERSION_NULL = 0;

  /** Protocol version of the client */
  version(value: number): AuthConnectRequestEncoder {
    this.buffer.view.setInt32(this.offset + 12, value, true);
    return this;
  }

  /** Channel that answers go to */
  putResponseChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): AuthConnectRequestEncoder {
    checkCount('length of responseChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Channel that answers go to */
  responseChannel(text: string): AuthConnectRequestEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of responseChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** For the authenticator; may be empty */
  putEncodedCredentials(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): AuthConnectRequestEncoder {
    checkCount('length of encodedCredentials', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Name and version of the client, for logs and counters */
  putClientInfo(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): AuthConnectRequestEncoder {
    checkCount('length of clientInfo', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Name and version of the client, for logs and counters */
  clientInfo(text: string): AuthConnectRequestEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of clientInfo', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Opens a control session */
export class AuthConnectRequestDecoder {
  static readonly BLOCK_LENGTH = 16;
  static readonly TEMPLATE_ID = 58;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): AuthConnectRequestDecoder {
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
    return header.templateId() === 58 && header.schemaId() === 101;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Stream that answers go to */
  responseStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 8, true);
  }

  /** Stands for an absent value. */
  static readonly VERSION_NULL = 0;

  /** Protocol version of the client */
  version(): number {
    return this.buffer.view.getInt32(this.offset + 12, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  responseChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getResponseChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipResponseChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Channel that answers go to */
  responseChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  encodedCredentialsLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getEncodedCredentials(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipEncodedCredentials(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Bytes of the data that comes next; does not move on. */
  clientInfoLength(): number {
    if (this.actingVersion < 12) {
      return 0;
    }
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getClientInfo(target: Uint8Array, targetOffset = 0): number {
    if (this.actingVersion < 12) {
      return 0;
    }
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipClientInfo(): number {
    if (this.actingVersion < 12) {
      return 0;
    }
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Name and version of the client, for logs and counters */
  clientInfo(): string {
    if (this.actingVersion < 12) {
      return '';
    }
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
