// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getText, putBytes, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Members, when they could change */
export class ClusterMembersEncoder {
  static readonly BLOCK_LENGTH = 8;
  static readonly TEMPLATE_ID = 106;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ClusterMembersEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 8;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ClusterMembersEncoder {
    header.wrap(buffer, offset).blockLength(8).templateId(106).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  memberId(value: number): ClusterMembersEncoder {
    this.buffer.view.setInt32(this.offset, value, true);
    return this;
  }

  /** Highest id that was given */
  highMemberId(value: number): ClusterMembersEncoder {
    this.buffer.view.setInt32(this.offset + 4, value, true);
    return this;
  }

  putClusterMembers(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersEncoder {
    checkCount('length of clusterMembers', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  clusterMembers(text: string): ClusterMembersEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of clusterMembers', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Members, when they could change */
export class ClusterMembersDecoder {
  static readonly BLOCK_LENGTH = 8;
  static readonly TEMPLATE_ID = 106;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ClusterMembersDecoder {
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
    return header.templateId() === 106 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  memberId(): number {
    return this.buffer.view.getInt32(this.offset, true);
  }

  /** Highest id that was given */
  highMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 4, true);
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
