// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Stands in front of every message of an application, in both directions and in the log */
export class SessionMessageHeaderEncoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 1;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): SessionMessageHeaderEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 24;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): SessionMessageHeaderEncoder {
    header.wrap(buffer, offset).blockLength(24).templateId(1).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): SessionMessageHeaderEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Session of the client; of a message from a service, its service session id */
  clusterSessionId(value: bigint): SessionMessageHeaderEncoder {
    this.buffer.view.setBigInt64(this.offset + 8, value, true);
    return this;
  }

  /** Cluster time, set by the leader */
  timestamp(value: bigint): SessionMessageHeaderEncoder {
    this.buffer.view.setBigInt64(this.offset + 16, value, true);
    return this;
  }
}

/** Stands in front of every message of an application, in both directions and in the log */
export class SessionMessageHeaderDecoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 1;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): SessionMessageHeaderDecoder {
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
    return header.templateId() === 1 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Session of the client; of a message from a service, its service session id */
  clusterSessionId(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 8, true);
  }

  /** Cluster time, set by the leader */
  timestamp(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 16, true);
  }
}
