// Generated from its schema by `npm run generate`; changes belong there.
import type { SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** The last message */
export class NodeStateFooterEncoder {
  static readonly BLOCK_LENGTH = 0;
  static readonly TEMPLATE_ID = 304;
  static readonly SCHEMA_ID = 112;
  static readonly SCHEMA_VERSION = 10;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): NodeStateFooterEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 0;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): NodeStateFooterEncoder {
    header.wrap(buffer, offset).blockLength(0).templateId(304).schemaId(112).version(10);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }
}

/** The last message */
export class NodeStateFooterDecoder {
  static readonly BLOCK_LENGTH = 0;
  static readonly TEMPLATE_ID = 304;
  static readonly SCHEMA_ID = 112;
  static readonly SCHEMA_VERSION = 10;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): NodeStateFooterDecoder {
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
    return header.templateId() === 304 && header.schemaId() === 112;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }
}
