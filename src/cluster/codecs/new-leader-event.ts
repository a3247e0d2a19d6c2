// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Tells a client that its session has another leader */
export class NewLeaderEventEncoder {
  static readonly BLOCK_LENGTH = 20;
  static readonly TEMPLATE_ID = 6;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): NewLeaderEventEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 20;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): NewLeaderEventEncoder {
    header.wrap(buffer, offset).blockLength(20).templateId(6).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): NewLeaderEventEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Session of a client, counted by the cluster from 1 */
  clusterSessionId(value: number): NewLeaderEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  leaderMemberId(value: number): NewLeaderEventEncoder {
    this.buffer.view.setInt32(this.offset + 16, value, true);
    return this;
  }

  /** As "memberId=host:port,..." */
  putIngressEndpoints(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): NewLeaderEventEncoder {
    checkCount('length of ingressEndpoints', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** As "memberId=host:port,..." */
  ingressEndpoints(text: string): NewLeaderEventEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of ingressEndpoints', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Tells a client that its session has another leader */
export class NewLeaderEventDecoder {
  static readonly BLOCK_LENGTH = 20;
  static readonly TEMPLATE_ID = 6;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): NewLeaderEventDecoder {
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
    return header.templateId() === 6 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Session of a client, counted by the cluster from 1 */
  clusterSessionId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  leaderMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 16, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  ingressEndpointsLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getIngressEndpoints(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipIngressEndpoints(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** As "memberId=host:port,..." */
  ingressEndpoints(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
