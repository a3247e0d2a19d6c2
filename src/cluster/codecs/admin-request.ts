// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, putBytes, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** A client asks to administer the cluster */
export class AdminRequestEncoder {
  static readonly BLOCK_LENGTH = 28;
  static readonly TEMPLATE_ID = 26;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): AdminRequestEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 28;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): AdminRequestEncoder {
    header.wrap(buffer, offset).blockLength(28).templateId(26).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): AdminRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Session of a client, counted by the cluster from 1 */
  clusterSessionId(value: number): AdminRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Chosen by the user */
  correlationId(value: bigint): AdminRequestEncoder {
    this.buffer.view.setBigInt64(this.offset + 16, value, true);
    return this;
  }

  requestType(value: T.AdminRequestType): AdminRequestEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  /** May be empty */
  putPayload(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): AdminRequestEncoder {
    checkCount('length of payload', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }
}

/** A client asks to administer the cluster */
export class AdminRequestDecoder {
  static readonly BLOCK_LENGTH = 28;
  static readonly TEMPLATE_ID = 26;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): AdminRequestDecoder {
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
    return header.templateId() === 26 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Session of a client, counted by the cluster from 1 */
  clusterSessionId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Chosen by the user */
  correlationId(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 16, true);
  }

  requestType(): T.AdminRequestType {
    return this.buffer.view.getInt32(this.offset + 24, true) as T.AdminRequestType;
  }

  /** Bytes of the data that comes next; does not move on. */
  payloadLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getPayload(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipPayload(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }
}
