// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** It lives */
export class HeartbeatResponseEncoder {
  static readonly BLOCK_LENGTH = 8;
  static readonly TEMPLATE_ID = 80;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): HeartbeatResponseEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 8;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): HeartbeatResponseEncoder {
    header.wrap(buffer, offset).blockLength(8).templateId(80).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(value: number): HeartbeatResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }
}

/** It lives */
export class HeartbeatResponseDecoder {
  static readonly BLOCK_LENGTH = 8;
  static readonly TEMPLATE_ID = 80;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): HeartbeatResponseDecoder {
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
    return header.templateId() === 80 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }
}
