// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** A term begins */
export class NewLeadershipTermEventEncoder {
  static readonly BLOCK_LENGTH = 48;
  static readonly TEMPLATE_ID = 24;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): NewLeadershipTermEventEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 48;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): NewLeadershipTermEventEncoder {
    header.wrap(buffer, offset).blockLength(48).templateId(24).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): NewLeadershipTermEventEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): NewLeadershipTermEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Epoch time in the unit of the cluster */
  timestamp(value: bigint): NewLeadershipTermEventEncoder {
    this.buffer.view.setBigInt64(this.offset + 16, value, true);
    return this;
  }

  /** Where the term starts */
  termBaseLogPosition(value: number): NewLeadershipTermEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  leaderMemberId(value: number): NewLeadershipTermEventEncoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }

  /** Of the leader's log publication */
  logSessionId(value: number): NewLeadershipTermEventEncoder {
    this.buffer.view.setInt32(this.offset + 36, value, true);
    return this;
  }

  timeUnit(value: T.ClusterTimeUnit): NewLeadershipTermEventEncoder {
    this.buffer.view.setInt32(this.offset + 40, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly APP_VERSION_NULL = 0;

  /** Of the application, must be compatible */
  appVersion(value: number): NewLeadershipTermEventEncoder {
    this.buffer.view.setInt32(this.offset + 44, value, true);
    return this;
  }
}

/** A term begins */
export class NewLeadershipTermEventDecoder {
  static readonly BLOCK_LENGTH = 48;
  static readonly TEMPLATE_ID = 24;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): NewLeadershipTermEventDecoder {
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
    return header.templateId() === 24 && header.schemaId() === 111;
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

  /** Where the term starts */
  termBaseLogPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  leaderMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 32, true);
  }

  /** Of the leader's log publication */
  logSessionId(): number {
    return this.buffer.view.getInt32(this.offset + 36, true);
  }

  timeUnit(): T.ClusterTimeUnit {
    if (this.actingVersion < 4) {
      return -2147483648 as T.ClusterTimeUnit;
    }
    return this.buffer.view.getInt32(this.offset + 40, true) as T.ClusterTimeUnit;
  }

  /** Stands for an absent value. */
  static readonly APP_VERSION_NULL = 0;

  /** Of the application, must be compatible */
  appVersion(): number {
    if (this.actingVersion < 4) {
      return NewLeadershipTermEventDecoder.APP_VERSION_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 44, true);
  }
}
