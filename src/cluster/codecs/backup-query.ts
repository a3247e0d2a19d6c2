// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Asks for all that a backup needs */
export class BackupQueryEncoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 77;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): BackupQueryEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 24;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): BackupQueryEncoder {
    header.wrap(buffer, offset).blockLength(24).templateId(77).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(value: number): BackupQueryEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Stream that the answer goes to */
  responseStreamId(value: number): BackupQueryEncoder {
    this.buffer.view.setInt32(this.offset + 8, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly VERSION_NULL = 0;

  /** Protocol version of the backup */
  version(value: number): BackupQueryEncoder {
    this.buffer.view.setInt32(this.offset + 12, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly LOG_POSITION_NULL = Number('-9223372036854775808');

  /** How much of the log the backup has */
  logPosition(value: number): BackupQueryEncoder {
    if (value === BackupQueryEncoder.LOG_POSITION_NULL) {
      this.buffer.view.setBigInt64(this.offset + 16, -9223372036854775808n, true);
    } else {
      putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    }
    return this;
  }

  /** Channel that the answer goes to */
  putResponseChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): BackupQueryEncoder {
    checkCount('length of responseChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Channel that the answer goes to */
  responseChannel(text: string): BackupQueryEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of responseChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** For the authenticator */
  putEncodedCredentials(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): BackupQueryEncoder {
    checkCount('length of encodedCredentials', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Asks for all that a backup needs */
export class BackupQueryDecoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 77;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): BackupQueryDecoder {
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
    return header.templateId() === 77 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Stream that the answer goes to */
  responseStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 8, true);
  }

  /** Stands for an absent value. */
  static readonly VERSION_NULL = 0;

  /** Protocol version of the backup */
  version(): number {
    if (this.actingVersion < 2) {
      return BackupQueryDecoder.VERSION_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 12, true);
  }

  /** Stands for an absent value. */
  static readonly LOG_POSITION_NULL = Number('-9223372036854775808');

  /** How much of the log the backup has */
  logPosition(): number {
    if (this.actingVersion < 16) {
      return BackupQueryDecoder.LOG_POSITION_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 16 + 4, true) === -2147483648 && this.buffer.view.getInt32(this.offset + 16 + 0, true) === 0 ? BackupQueryDecoder.LOG_POSITION_NULL : getSafeInteger(this.buffer.view, this.offset + 16, true);
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

  /** Channel that the answer goes to */
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
}
