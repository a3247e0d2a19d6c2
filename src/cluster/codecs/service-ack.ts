// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** A service has got to a position and done what was to be done there */
export class ServiceAckEncoder {
  static readonly BLOCK_LENGTH = 36;
  static readonly TEMPLATE_ID = 33;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ServiceAckEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 36;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ServiceAckEncoder {
    header.wrap(buffer, offset).blockLength(36).templateId(33).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): ServiceAckEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Epoch time in the unit of the cluster */
  timestamp(value: bigint): ServiceAckEncoder {
    this.buffer.view.setBigInt64(this.offset + 8, value, true);
    return this;
  }

  /** Counts the acks of a service */
  ackId(value: number): ServiceAckEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** Recording of a snapshot; -1 is none */
  relevantId(value: number): ServiceAckEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  serviceId(value: number): ServiceAckEncoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }
}

/** A service has got to a position and done what was to be done there */
export class ServiceAckDecoder {
  static readonly BLOCK_LENGTH = 36;
  static readonly TEMPLATE_ID = 33;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ServiceAckDecoder {
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
    return header.templateId() === 33 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Epoch time in the unit of the cluster */
  timestamp(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 8, true);
  }

  /** Counts the acks of a service */
  ackId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** Recording of a snapshot; -1 is none */
  relevantId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  serviceId(): number {
    return this.buffer.view.getInt32(this.offset + 32, true);
  }
}
