// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Replicates a recording through a subscription with tags */
export class TaggedReplicateRequestEncoder {
  static readonly BLOCK_LENGTH = 52;
  static readonly TEMPLATE_ID = 62;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): TaggedReplicateRequestEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 52;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): TaggedReplicateRequestEncoder {
    header.wrap(buffer, offset).blockLength(52).templateId(62).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The control session, named by the archive */
  controlSessionId(value: number): TaggedReplicateRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(value: number): TaggedReplicateRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** In the other archive */
  srcRecordingId(value: number): TaggedReplicateRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** To extend here; -1 makes a new one */
  dstRecordingId(value: number): TaggedReplicateRequestEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  channelTagId(value: bigint): TaggedReplicateRequestEncoder {
    this.buffer.view.setBigInt64(this.offset + 32, value, true);
    return this;
  }

  subscriptionTagId(value: bigint): TaggedReplicateRequestEncoder {
    this.buffer.view.setBigInt64(this.offset + 40, value, true);
    return this;
  }

  /** Where the other archive takes requests */
  srcControlStreamId(value: number): TaggedReplicateRequestEncoder {
    this.buffer.view.setInt32(this.offset + 48, value, true);
    return this;
  }

  /** Where the other archive takes requests */
  putSrcControlChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): TaggedReplicateRequestEncoder {
    checkCount('length of srcControlChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the other archive takes requests */
  srcControlChannel(text: string): TaggedReplicateRequestEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of srcControlChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** Live stream to merge with; empty is none */
  putLiveDestination(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): TaggedReplicateRequestEncoder {
    checkCount('length of liveDestination', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Live stream to merge with; empty is none */
  liveDestination(text: string): TaggedReplicateRequestEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of liveDestination', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Replicates a recording through a subscription with tags */
export class TaggedReplicateRequestDecoder {
  static readonly BLOCK_LENGTH = 52;
  static readonly TEMPLATE_ID = 62;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): TaggedReplicateRequestDecoder {
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
    return header.templateId() === 62 && header.schemaId() === 101;
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

  channelTagId(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 32, true);
  }

  subscriptionTagId(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 40, true);
  }

  /** Where the other archive takes requests */
  srcControlStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 48, true);
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
}
