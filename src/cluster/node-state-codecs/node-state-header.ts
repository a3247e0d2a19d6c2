// Generated from its schema by `npm run generate`; changes belong there.
import type { SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** The first message */
export class NodeStateHeaderEncoder {
  static readonly BLOCK_LENGTH = 8;
  static readonly TEMPLATE_ID = 300;
  static readonly SCHEMA_ID = 112;
  static readonly SCHEMA_VERSION = 10;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): NodeStateHeaderEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 8;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): NodeStateHeaderEncoder {
    header.wrap(buffer, offset).blockLength(8).templateId(300).schemaId(112).version(10);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Of the file's layout, as semantic version */
  version(value: number): NodeStateHeaderEncoder {
    this.buffer.view.setInt32(this.offset, value, true);
    return this;
  }

  padding(value: number): NodeStateHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 4, value, true);
    return this;
  }
}

/** The first message */
export class NodeStateHeaderDecoder {
  static readonly BLOCK_LENGTH = 8;
  static readonly TEMPLATE_ID = 300;
  static readonly SCHEMA_ID = 112;
  static readonly SCHEMA_VERSION = 10;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): NodeStateHeaderDecoder {
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
    return header.templateId() === 300 && header.schemaId() === 112;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Of the file's layout, as semantic version */
  version(): number {
    return this.buffer.view.getInt32(this.offset, true);
  }

  padding(): number {
    return this.buffer.view.getInt32(this.offset + 4, true);
  }
}
