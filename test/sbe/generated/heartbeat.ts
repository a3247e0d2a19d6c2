// Generated from its schema by `npm run generate`; changes belong there.
import type { SbeBuffer } from '../../../src/sbe/mod.ts';
import * as T from './types.ts';

export class HeartbeatEncoder {
  static readonly BLOCK_LENGTH = 0;
  static readonly TEMPLATE_ID = 2;
  static readonly SCHEMA_ID = 901;
  static readonly SCHEMA_VERSION = 3;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): HeartbeatEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 0;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): HeartbeatEncoder {
    header.wrap(buffer, offset).blockLength(0).templateId(2).schemaId(901).version(3);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }
}

export class HeartbeatDecoder {
  static readonly BLOCK_LENGTH = 0;
  static readonly TEMPLATE_ID = 2;
  static readonly SCHEMA_ID = 901;
  static readonly SCHEMA_VERSION = 3;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): HeartbeatDecoder {
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
    return header.templateId() === 2 && header.schemaId() === 901;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }
}
