// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** All members are to act here */
export class ClusterActionRequestEncoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 23;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ClusterActionRequestEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 32;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ClusterActionRequestEncoder {
    header.wrap(buffer, offset).blockLength(32).templateId(23).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): ClusterActionRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): ClusterActionRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Epoch time in the unit of the cluster */
  timestamp(value: bigint): ClusterActionRequestEncoder {
    this.buffer.view.setBigInt64(this.offset + 16, value, true);
    return this;
  }

  action(value: T.ClusterAction): ClusterActionRequestEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly FLAGS_NULL = -2147483648;

  /** 0: every member; 1: members that are on standby */
  flags(value: number): ClusterActionRequestEncoder {
    this.buffer.view.setInt32(this.offset + 28, value, true);
    return this;
  }
}

/** All members are to act here */
export class ClusterActionRequestDecoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 23;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ClusterActionRequestDecoder {
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
    return header.templateId() === 23 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Epoch time in the unit of the cluster */
  timestamp(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 16, true);
  }

  action(): T.ClusterAction {
    return this.buffer.view.getInt32(this.offset + 24, true) as T.ClusterAction;
  }

  /** Stands for an absent value. */
  static readonly FLAGS_NULL = -2147483648;

  /** 0: every member; 1: members that are on standby */
  flags(): number {
    if (this.actingVersion < 11) {
      return ClusterActionRequestDecoder.FLAGS_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 28, true);
  }
}
