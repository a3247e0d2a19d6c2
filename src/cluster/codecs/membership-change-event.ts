// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** The members have changed (in versions that could) */
export class MembershipChangeEventEncoder {
  static readonly BLOCK_LENGTH = 40;
  static readonly TEMPLATE_ID = 25;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): MembershipChangeEventEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 40;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): MembershipChangeEventEncoder {
    header.wrap(buffer, offset).blockLength(40).templateId(25).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): MembershipChangeEventEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): MembershipChangeEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Epoch time in the unit of the cluster */
  timestamp(value: bigint): MembershipChangeEventEncoder {
    this.buffer.view.setBigInt64(this.offset + 16, value, true);
    return this;
  }

  leaderMemberId(value: number): MembershipChangeEventEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  clusterSize(value: number): MembershipChangeEventEncoder {
    this.buffer.view.setInt32(this.offset + 28, value, true);
    return this;
  }

  changeType(value: T.ChangeType): MembershipChangeEventEncoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }

  memberId(value: number): MembershipChangeEventEncoder {
    this.buffer.view.setInt32(this.offset + 36, value, true);
    return this;
  }

  putClusterMembers(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): MembershipChangeEventEncoder {
    checkCount('length of clusterMembers', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  clusterMembers(text: string): MembershipChangeEventEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of clusterMembers', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** The members have changed (in versions that could) */
export class MembershipChangeEventDecoder {
  static readonly BLOCK_LENGTH = 40;
  static readonly TEMPLATE_ID = 25;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): MembershipChangeEventDecoder {
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
    return header.templateId() === 25 && header.schemaId() === 111;
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

  leaderMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 24, true);
  }

  clusterSize(): number {
    return this.buffer.view.getInt32(this.offset + 28, true);
  }

  changeType(): T.ChangeType {
    return this.buffer.view.getInt32(this.offset + 32, true) as T.ChangeType;
  }

  memberId(): number {
    return this.buffer.view.getInt32(this.offset + 36, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  clusterMembersLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getClusterMembers(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipClusterMembers(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  clusterMembers(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
