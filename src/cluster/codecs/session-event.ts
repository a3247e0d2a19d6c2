// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Tells a client how its session is */
export class SessionEventEncoder {
  static readonly BLOCK_LENGTH = 44;
  static readonly TEMPLATE_ID = 2;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): SessionEventEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 44;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): SessionEventEncoder {
    header.wrap(buffer, offset).blockLength(44).templateId(2).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Session of a client, counted by the cluster from 1 */
  clusterSessionId(value: number): SessionEventEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(value: number): SessionEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): SessionEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  leaderMemberId(value: number): SessionEventEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  code(value: T.EventCode): SessionEventEncoder {
    this.buffer.view.setInt32(this.offset + 28, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly VERSION_NULL = 0;

  /** Protocol version of the cluster */
  version(value: number): SessionEventEncoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly LEADER_HEARTBEAT_TIMEOUT_NS_NULL = Number('-9223372036854775808');

  /** How long a leader may be silent */
  leaderHeartbeatTimeoutNs(value: number): SessionEventEncoder {
    if (value === SessionEventEncoder.LEADER_HEARTBEAT_TIMEOUT_NS_NULL) {
      this.buffer.view.setBigInt64(this.offset + 36, -9223372036854775808n, true);
    } else {
      putSafeInteger(this.buffer.view, this.offset + 36, value, true);
    }
    return this;
  }

  /** Error message, or ingress endpoints as "memberId=host:port,..." */
  putDetail(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): SessionEventEncoder {
    checkCount('length of detail', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Error message, or ingress endpoints as "memberId=host:port,..." */
  detail(text: string): SessionEventEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of detail', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Tells a client how its session is */
export class SessionEventDecoder {
  static readonly BLOCK_LENGTH = 44;
  static readonly TEMPLATE_ID = 2;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): SessionEventDecoder {
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
    return header.templateId() === 2 && header.schemaId() === 111;
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

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  leaderMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 24, true);
  }

  code(): T.EventCode {
    return this.buffer.view.getInt32(this.offset + 28, true) as T.EventCode;
  }

  /** Stands for an absent value. */
  static readonly VERSION_NULL = 0;

  /** Protocol version of the cluster */
  version(): number {
    if (this.actingVersion < 6) {
      return SessionEventDecoder.VERSION_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 32, true);
  }

  /** Stands for an absent value. */
  static readonly LEADER_HEARTBEAT_TIMEOUT_NS_NULL = Number('-9223372036854775808');

  /** How long a leader may be silent */
  leaderHeartbeatTimeoutNs(): number {
    if (this.actingVersion < 13) {
      return SessionEventDecoder.LEADER_HEARTBEAT_TIMEOUT_NS_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 36 + 4, true) === -2147483648 && this.buffer.view.getInt32(this.offset + 36 + 0, true) === 0 ? SessionEventDecoder.LEADER_HEARTBEAT_TIMEOUT_NS_NULL : getSafeInteger(this.buffer.view, this.offset + 36, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  detailLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getDetail(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipDetail(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Error message, or ingress endpoints as "memberId=host:port,..." */
  detail(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
