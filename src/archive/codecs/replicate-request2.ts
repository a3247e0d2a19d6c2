// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Replicates a recording, with all there is to choose */
export class ReplicateRequest2Encoder {
  static readonly BLOCK_LENGTH = 68;
  static readonly TEMPLATE_ID = 66;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ReplicateRequest2Encoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 68;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ReplicateRequest2Encoder {
    header.wrap(buffer, offset).blockLength(68).templateId(66).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The control session, named by the archive */
  controlSessionId(value: number): ReplicateRequest2Encoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(value: number): ReplicateRequest2Encoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** In the other archive */
  srcRecordingId(value: number): ReplicateRequest2Encoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** To extend here; -1 makes a new one */
  dstRecordingId(value: number): ReplicateRequest2Encoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  /** Where to stop; -1 is the end */
  stopPosition(value: number): ReplicateRequest2Encoder {
    putSafeInteger(this.buffer.view, this.offset + 32, value, true);
    return this;
  }

  /** -1 is none */
  channelTagId(value: bigint): ReplicateRequest2Encoder {
    this.buffer.view.setBigInt64(this.offset + 40, value, true);
    return this;
  }

  /** -1 is none */
  subscriptionTagId(value: bigint): ReplicateRequest2Encoder {
    this.buffer.view.setBigInt64(this.offset + 48, value, true);
    return this;
  }

  /** Where the other archive takes requests */
  srcControlStreamId(value: number): ReplicateRequest2Encoder {
    this.buffer.view.setInt32(this.offset + 56, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly FILE_IO_MAX_LENGTH_NULL = -2147483648;

  /** For the other archive's replay; -1 leaves it to that */
  fileIoMaxLength(value: number): ReplicateRequest2Encoder {
    this.buffer.view.setInt32(this.offset + 60, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly REPLICATION_SESSION_ID_NULL = -2147483648;

  /** Session id of the replay; -1 leaves it to the other archive */
  replicationSessionId(value: number): ReplicateRequest2Encoder {
    this.buffer.view.setInt32(this.offset + 64, value, true);
    return this;
  }

  /** Where the other archive takes requests */
  putSrcControlChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ReplicateRequest2Encoder {
    checkCount('length of srcControlChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the other archive takes requests */
  srcControlChannel(text: string): ReplicateRequest2Encoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of srcControlChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** Live stream to merge with; empty is none */
  putLiveDestination(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ReplicateRequest2Encoder {
    checkCount('length of liveDestination', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Live stream to merge with; empty is none */
  liveDestination(text: string): ReplicateRequest2Encoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of liveDestination', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the replay goes; empty is the archive's own setting */
  putReplicationChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ReplicateRequest2Encoder {
    checkCount('length of replicationChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the replay goes; empty is the archive's own setting */
  replicationChannel(text: string): ReplicateRequest2Encoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of replicationChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** For the other archive */
  putEncodedCredentials(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ReplicateRequest2Encoder {
    checkCount('length of encodedCredentials', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the other archive answers; empty is the archive's own setting */
  putSrcResponseChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ReplicateRequest2Encoder {
    checkCount('length of srcResponseChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the other archive answers; empty is the archive's own setting */
  srcResponseChannel(text: string): ReplicateRequest2Encoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of srcResponseChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Replicates a recording, with all there is to choose */
export class ReplicateRequest2Decoder {
  static readonly BLOCK_LENGTH = 68;
  static readonly TEMPLATE_ID = 66;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ReplicateRequest2Decoder {
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
    return header.templateId() === 66 && header.schemaId() === 101;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The control session, named by the archive */
  controlSessionId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** In the other archive */
  srcRecordingId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** To extend here; -1 makes a new one */
  dstRecordingId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  /** Where to stop; -1 is the end */
  stopPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 32, true);
  }

  /** -1 is none */
  channelTagId(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 40, true);
  }

  /** -1 is none */
  subscriptionTagId(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 48, true);
  }

  /** Where the other archive takes requests */
  srcControlStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 56, true);
  }

  /** Stands for an absent value. */
  static readonly FILE_IO_MAX_LENGTH_NULL = -2147483648;

  /** For the other archive's replay; -1 leaves it to that */
  fileIoMaxLength(): number {
    if (this.actingVersion < 7) {
      return ReplicateRequest2Decoder.FILE_IO_MAX_LENGTH_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 60, true);
  }

  /** Stands for an absent value. */
  static readonly REPLICATION_SESSION_ID_NULL = -2147483648;

  /** Session id of the replay; -1 leaves it to the other archive */
  replicationSessionId(): number {
    if (this.actingVersion < 8) {
      return ReplicateRequest2Decoder.REPLICATION_SESSION_ID_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 64, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  srcControlChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getSrcControlChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipSrcControlChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Where the other archive takes requests */
  srcControlChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  liveDestinationLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getLiveDestination(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipLiveDestination(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Live stream to merge with; empty is none */
  liveDestination(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  replicationChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getReplicationChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipReplicationChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Where the replay goes; empty is the archive's own setting */
  replicationChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  encodedCredentialsLength(): number {
    if (this.actingVersion < 8) {
      return 0;
    }
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getEncodedCredentials(target: Uint8Array, targetOffset = 0): number {
    if (this.actingVersion < 8) {
      return 0;
    }
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipEncodedCredentials(): number {
    if (this.actingVersion < 8) {
      return 0;
    }
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Bytes of the data that comes next; does not move on. */
  srcResponseChannelLength(): number {
    if (this.actingVersion < 10) {
      return 0;
    }
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getSrcResponseChannel(target: Uint8Array, targetOffset = 0): number {
    if (this.actingVersion < 10) {
      return 0;
    }
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipSrcResponseChannel(): number {
    if (this.actingVersion < 10) {
      return 0;
    }
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Where the other archive answers; empty is the archive's own setting */
  srcResponseChannel(): string {
    if (this.actingVersion < 10) {
      return '';
    }
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
