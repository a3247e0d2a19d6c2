// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Tells a service where to end */
export class ServiceTerminationPositionEncoder {
  static readonly BLOCK_LENGTH = 12;
  static readonly TEMPLATE_ID = 42;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ServiceTerminationPositionEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 12;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ServiceTerminationPositionEncoder {
    header.wrap(buffer, offset).blockLength(12).templateId(42).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): ServiceTerminationPositionEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Whether the service is to say when it is there */
  ackRequired(value: T.BooleanType): ServiceTerminationPositionEncoder {
    this.buffer.view.setInt32(this.offset + 8, value, true);
    return this;
  }
}

/** Tells a service where to end */
export class ServiceTerminationPositionDecoder {
  static readonly BLOCK_LENGTH = 12;
  static readonly TEMPLATE_ID = 42;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ServiceTerminationPositionDecoder {
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
    return header.templateId() === 42 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Whether the service is to say when it is there */
  ackRequired(): T.BooleanType {
    if (this.actingVersion < 17) {
      return -2147483648 as T.BooleanType;
    }
    return this.buffer.view.getInt32(this.offset + 8, true) as T.BooleanType;
  }
}
