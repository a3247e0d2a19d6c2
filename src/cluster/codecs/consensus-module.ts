// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Numbers that go on from a snapshot */
export class ConsensusModuleEncoder {
  static readonly BLOCK_LENGTH = 28;
  static readonly TEMPLATE_ID = 105;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ConsensusModuleEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 28;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ConsensusModuleEncoder {
    header.wrap(buffer, offset).blockLength(28).templateId(105).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** For the next client */
  nextSessionId(value: number): ConsensusModuleEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly NEXT_SERVICE_SESSION_ID_NULL = -9223372036854775808n;

  /** For the next message of a service */
  nextServiceSessionId(value: bigint): ConsensusModuleEncoder {
    this.buffer.view.setBigInt64(this.offset + 8, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly LOG_SERVICE_SESSION_ID_NULL = -9223372036854775808n;

  /** Of the last such message in the log */
  logServiceSessionId(value: bigint): ConsensusModuleEncoder {
    this.buffer.view.setBigInt64(this.offset + 16, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly PENDING_MESSAGE_CAPACITY_NULL = 0;

  /** Bytes that a container can hold */
  pendingMessageCapacity(value: number): ConsensusModuleEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }
}

/** Numbers that go on from a snapshot */
export class ConsensusModuleDecoder {
  static readonly BLOCK_LENGTH = 28;
  static readonly TEMPLATE_ID = 105;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ConsensusModuleDecoder {
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
    return header.templateId() === 105 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** For the next client */
  nextSessionId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Stands for an absent value. */
  static readonly NEXT_SERVICE_SESSION_ID_NULL = -9223372036854775808n;

  /** For the next message of a service */
  nextServiceSessionId(): bigint {
    if (this.actingVersion < 3) {
      return ConsensusModuleDecoder.NEXT_SERVICE_SESSION_ID_NULL;
    }
    return this.buffer.view.getBigInt64(this.offset + 8, true);
  }

  /** Stands for an absent value. */
  static readonly LOG_SERVICE_SESSION_ID_NULL = -9223372036854775808n;

  /** Of the last such message in the log */
  logServiceSessionId(): bigint {
    if (this.actingVersion < 3) {
      return ConsensusModuleDecoder.LOG_SERVICE_SESSION_ID_NULL;
    }
    return this.buffer.view.getBigInt64(this.offset + 16, true);
  }

  /** Stands for an absent value. */
  static readonly PENDING_MESSAGE_CAPACITY_NULL = 0;

  /** Bytes that a container can hold */
  pendingMessageCapacity(): number {
    if (this.actingVersion < 3) {
      return ConsensusModuleDecoder.PENDING_MESSAGE_CAPACITY_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 24, true);
  }
}
