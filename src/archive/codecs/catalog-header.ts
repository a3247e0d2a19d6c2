// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** The first entry of a catalog */
export class CatalogHeaderEncoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 20;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): CatalogHeaderEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 32;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): CatalogHeaderEncoder {
    header.wrap(buffer, offset).blockLength(32).templateId(20).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Of the file's layout, as semantic version */
  version(value: number): CatalogHeaderEncoder {
    this.buffer.view.setInt32(this.offset, value, true);
    return this;
  }

  /** Bytes of this header */
  length(value: number): CatalogHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 4, value, true);
    return this;
  }

  /** What the next recording will be called */
  nextRecordingId(value: number): CatalogHeaderEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Every entry starts at a multiple of it */
  alignment(value: number): CatalogHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 16, value, true);
    return this;
  }

  reserved(value: number): CatalogHeaderEncoder {
    this.buffer.view.setInt8(this.offset + 31, value);
    return this;
  }
}

/** The first entry of a catalog */
export class CatalogHeaderDecoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 20;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): CatalogHeaderDecoder {
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
    return header.templateId() === 20 && header.schemaId() === 101;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Of the file's layout, as semantic version */
  version(): number {
    return this.buffer.view.getInt32(this.offset, true);
  }

  /** Bytes of this header */
  length(): number {
    return this.buffer.view.getInt32(this.offset + 4, true);
  }

  /** What the next recording will be called */
  nextRecordingId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Every entry starts at a multiple of it */
  alignment(): number {
    return this.buffer.view.getInt32(this.offset + 16, true);
  }

  reserved(): number {
    return this.buffer.view.getInt8(this.offset + 31);
  }
}
