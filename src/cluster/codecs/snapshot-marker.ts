// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** The begin, end or a part of a snapshot */
export class SnapshotMarkerEncoder {
  static readonly BLOCK_LENGTH = 40;
  static readonly TEMPLATE_ID = 100;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): SnapshotMarkerEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 40;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): SnapshotMarkerEncoder {
    header.wrap(buffer, offset).blockLength(40).templateId(100).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Whose snapshot it is: 1 consensus module, 2 service, others are an application's */
  typeId(value: bigint): SnapshotMarkerEncoder {
    this.buffer.view.setBigInt64(this.offset, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): SnapshotMarkerEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): SnapshotMarkerEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** Of the part */
  index_(value: number): SnapshotMarkerEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  mark(value: T.SnapshotMark): SnapshotMarkerEncoder {
    this.buffer.view.setInt32(this.offset + 28, value, true);
    return this;
  }

  timeUnit(value: T.ClusterTimeUnit): SnapshotMarkerEncoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly APP_VERSION_NULL = 0;

  /** Of the application */
  appVersion(value: number): SnapshotMarkerEncoder {
    this.buffer.view.setInt32(this.offset + 36, value, true);
    return this;
  }
}

/** The begin, end or a part of a snapshot */
export class SnapshotMarkerDecoder {
  static readonly BLOCK_LENGTH = 40;
  static readonly TEMPLATE_ID = 100;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): SnapshotMarkerDecoder {
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
    return header.templateId() === 100 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Whose snapshot it is: 1 consensus module, 2 service, others are an application's */
  typeId(): bigint {
    return this.buffer.view.getBigInt64(this.offset, true);
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** Of the part */
  index_(): number {
    return this.buffer.view.getInt32(this.offset + 24, true);
  }

  mark(): T.SnapshotMark {
    return this.buffer.view.getInt32(this.offset + 28, true) as T.SnapshotMark;
  }

  timeUnit(): T.ClusterTimeUnit {
    if (this.actingVersion < 4) {
      return -2147483648 as T.ClusterTimeUnit;
    }
    return this.buffer.view.getInt32(this.offset + 32, true) as T.ClusterTimeUnit;
  }

  /** Stands for an absent value. */
  static readonly APP_VERSION_NULL = 0;

  /** Of the application */
  appVersion(): number {
    if (this.actingVersion < 4) {
      return SnapshotMarkerDecoder.APP_VERSION_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 36, true);
  }
}
