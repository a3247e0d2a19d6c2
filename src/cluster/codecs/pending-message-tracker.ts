// Generated from its schema by `npm run generate`; changes belong there.
import type { SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Messages of one service that are not yet in the log */
export class PendingMessageTrackerEncoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 107;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): PendingMessageTrackerEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 24;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): PendingMessageTrackerEncoder {
    header.wrap(buffer, offset).blockLength(24).templateId(107).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** For its next message */
  nextServiceSessionId(value: bigint): PendingMessageTrackerEncoder {
    this.buffer.view.setBigInt64(this.offset, value, true);
    return this;
  }

  /** Of its last message in the log */
  logServiceSessionId(value: bigint): PendingMessageTrackerEncoder {
    this.buffer.view.setBigInt64(this.offset + 8, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly PENDING_MESSAGE_CAPACITY_NULL = 0;

  /** Bytes that a container can hold */
  pendingMessageCapacity(value: number): PendingMessageTrackerEncoder {
    this.buffer.view.setInt32(this.offset + 16, value, true);
    return this;
  }

  serviceId(value: number): PendingMessageTrackerEncoder {
    this.buffer.view.setInt32(this.offset + 20, value, true);
    return this;
  }
}

/** Messages of one service that are not yet in the log */
export class PendingMessageTrackerDecoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 107;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): PendingMessageTrackerDecoder {
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
    return header.templateId() === 107 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** For its next message */
  nextServiceSessionId(): bigint {
    return this.buffer.view.getBigInt64(this.offset, true);
  }

  /** Of its last message in the log */
  logServiceSessionId(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 8, true);
  }

  /** Stands for an absent value. */
  static readonly PENDING_MESSAGE_CAPACITY_NULL = 0;

  /** Bytes that a container can hold */
  pendingMessageCapacity(): number {
    return this.buffer.view.getInt32(this.offset + 16, true);
  }

  serviceId(): number {
    return this.buffer.view.getInt32(this.offset + 20, true);
  }
}
