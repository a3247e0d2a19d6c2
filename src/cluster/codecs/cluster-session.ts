// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** A session, as the consensus module knows it */
export class ClusterSessionEncoder {
  static readonly BLOCK_LENGTH = 40;
  static readonly TEMPLATE_ID = 103;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ClusterSessionEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 40;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ClusterSessionEncoder {
    header.wrap(buffer, offset).blockLength(40).templateId(103).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Session of a client, counted by the cluster from 1 */
  clusterSessionId(value: number): ClusterSessionEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(value: number): ClusterSessionEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Of its SessionOpenEvent */
  openedLogPosition(value: number): ClusterSessionEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** Epoch time in the unit of the cluster */
  timeOfLastActivity(value: bigint): ClusterSessionEncoder {
    this.buffer.view.setBigInt64(this.offset + 24, value, true);
    return this;
  }

  /** Absent while it is open */
  closeReason(value: T.CloseReason): ClusterSessionEncoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }

  responseStreamId(value: number): ClusterSessionEncoder {
    this.buffer.view.setInt32(this.offset + 36, value, true);
    return this;
  }

  putResponseChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterSessionEncoder {
    checkCount('length of responseChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  responseChannel(text: string): ClusterSessionEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of responseChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** A session, as the consensus module knows it */
export class ClusterSessionDecoder {
  static readonly BLOCK_LENGTH = 40;
  static readonly TEMPLATE_ID = 103;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ClusterSessionDecoder {
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
    return header.templateId() === 103 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Session of a client, counted by the cluster from 1 */
  clusterSessionId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Of its SessionOpenEvent */
  openedLogPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** Epoch time in the unit of the cluster */
  timeOfLastActivity(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 24, true);
  }

  /** Absent while it is open */
  closeReason(): T.CloseReason {
    return this.buffer.view.getInt32(this.offset + 32, true) as T.CloseReason;
  }

  responseStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 36, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  responseChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getResponseChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipResponseChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  responseChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
