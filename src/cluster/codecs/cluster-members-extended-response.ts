// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** The members, in full */
export class ClusterMembersExtendedResponseEncoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 43;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): ClusterMembersExtendedResponseEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 24;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): ClusterMembersExtendedResponseEncoder {
    header.wrap(buffer, offset).blockLength(24).templateId(43).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(value: number): ClusterMembersExtendedResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** In nanoseconds */
  currentTimeNs(value: bigint): ClusterMembersExtendedResponseEncoder {
    this.buffer.view.setBigInt64(this.offset + 8, value, true);
    return this;
  }

  leaderMemberId(value: number): ClusterMembersExtendedResponseEncoder {
    this.buffer.view.setInt32(this.offset + 16, value, true);
    return this;
  }

  /** Who answers */
  memberId(value: number): ClusterMembersExtendedResponseEncoder {
    this.buffer.view.setInt32(this.offset + 20, value, true);
    return this;
  }

  readonly #activeMembers = new ClusterMembersExtendedResponseActiveMembersEncoder();

  /** Those that vote */
  activeMembersCount(count: number): ClusterMembersExtendedResponseActiveMembersEncoder {
    return this.#activeMembers.begin(this, count);
  }

  readonly #passiveMembers = new ClusterMembersExtendedResponsePassiveMembersEncoder();

  /** Those that only follow */
  passiveMembersCount(count: number): ClusterMembersExtendedResponsePassiveMembersEncoder {
    return this.#passiveMembers.begin(this, count);
  }
}

/** Those that vote */
export class ClusterMembersExtendedResponseActiveMembersEncoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;

  begin(message: { buffer: SbeBuffer; limit: number }, count: number): ClusterMembersExtendedResponseActiveMembersEncoder {
    checkCount('entries of activeMembers', count, 65534);
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.count = count;
    this.index = -1;
    message.buffer.view.setUint16(start, 28, true);
    message.buffer.view.setUint16(start + 2, count, true);
    message.limit = start + 4;
    return this;
  }

  /** Goes on to the next entry. */
  next(): ClusterMembersExtendedResponseActiveMembersEncoder {
    checkCount('entry of activeMembers', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + 28;
    return this;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): ClusterMembersExtendedResponseActiveMembersEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): ClusterMembersExtendedResponseActiveMembersEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** When it last told its position, in nanoseconds */
  timeOfLastAppendNs(value: bigint): ClusterMembersExtendedResponseActiveMembersEncoder {
    this.buffer.view.setBigInt64(this.offset + 16, value, true);
    return this;
  }

  memberId(value: number): ClusterMembersExtendedResponseActiveMembersEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  /** Takes messages of clients */
  putIngressEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponseActiveMembersEncoder {
    checkCount('length of ingressEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes messages of clients */
  ingressEndpoint(text: string): ClusterMembersExtendedResponseActiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of ingressEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes messages of members */
  putConsensusEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponseActiveMembersEncoder {
    checkCount('length of consensusEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes messages of members */
  consensusEndpoint(text: string): ClusterMembersExtendedResponseActiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of consensusEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes the log from the leader */
  putLogEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponseActiveMembersEncoder {
    checkCount('length of logEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes the log from the leader */
  logEndpoint(text: string): ClusterMembersExtendedResponseActiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of logEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes the log that was missed */
  putCatchupEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponseActiveMembersEncoder {
    checkCount('length of catchupEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes the log that was missed */
  catchupEndpoint(text: string): ClusterMembersExtendedResponseActiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of catchupEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes requests to the archive */
  putArchiveEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponseActiveMembersEncoder {
    checkCount('length of archiveEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes requests to the archive */
  archiveEndpoint(text: string): ClusterMembersExtendedResponseActiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of archiveEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }
}

/** Those that only follow */
export class ClusterMembersExtendedResponsePassiveMembersEncoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;

  begin(message: { buffer: SbeBuffer; limit: number }, count: number): ClusterMembersExtendedResponsePassiveMembersEncoder {
    checkCount('entries of passiveMembers', count, 65534);
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.count = count;
    this.index = -1;
    message.buffer.view.setUint16(start, 28, true);
    message.buffer.view.setUint16(start + 2, count, true);
    message.limit = start + 4;
    return this;
  }

  /** Goes on to the next entry. */
  next(): ClusterMembersExtendedResponsePassiveMembersEncoder {
    checkCount('entry of passiveMembers', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + 28;
    return this;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): ClusterMembersExtendedResponsePassiveMembersEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): ClusterMembersExtendedResponsePassiveMembersEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** When it last told its position, in nanoseconds */
  timeOfLastAppendNs(value: bigint): ClusterMembersExtendedResponsePassiveMembersEncoder {
    this.buffer.view.setBigInt64(this.offset + 16, value, true);
    return this;
  }

  memberId(value: number): ClusterMembersExtendedResponsePassiveMembersEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  /** Takes messages of clients */
  putIngressEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponsePassiveMembersEncoder {
    checkCount('length of ingressEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes messages of clients */
  ingressEndpoint(text: string): ClusterMembersExtendedResponsePassiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of ingressEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes messages of members */
  putConsensusEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponsePassiveMembersEncoder {
    checkCount('length of consensusEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes messages of members */
  consensusEndpoint(text: string): ClusterMembersExtendedResponsePassiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of consensusEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes the log from the leader */
  putLogEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponsePassiveMembersEncoder {
    checkCount('length of logEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes the log from the leader */
  logEndpoint(text: string): ClusterMembersExtendedResponsePassiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of logEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes the log that was missed */
  putCatchupEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponsePassiveMembersEncoder {
    checkCount('length of catchupEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes the log that was missed */
  catchupEndpoint(text: string): ClusterMembersExtendedResponsePassiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of catchupEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes requests to the archive */
  putArchiveEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): ClusterMembersExtendedResponsePassiveMembersEncoder {
    checkCount('length of archiveEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Takes requests to the archive */
  archiveEndpoint(text: string): ClusterMembersExtendedResponsePassiveMembersEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of archiveEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }
}

/** The members, in full */
export class ClusterMembersExtendedResponseDecoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 43;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): ClusterMembersExtendedResponseDecoder {
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
    return header.templateId() === 43 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** In nanoseconds */
  currentTimeNs(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 8, true);
  }

  leaderMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 16, true);
  }

  /** Who answers */
  memberId(): number {
    return this.buffer.view.getInt32(this.offset + 20, true);
  }

  readonly #activeMembers = new ClusterMembersExtendedResponseActiveMembersDecoder();

  /** Those that vote */
  activeMembers(): ClusterMembersExtendedResponseActiveMembersDecoder {
    return this.#activeMembers.begin(this, this.actingVersion);
  }

  readonly #passiveMembers = new ClusterMembersExtendedResponsePassiveMembersDecoder();

  /** Those that only follow */
  passiveMembers(): ClusterMembersExtendedResponsePassiveMembersDecoder {
    return this.#passiveMembers.begin(this, this.actingVersion);
  }
}

/** Those that vote */
export class ClusterMembersExtendedResponseActiveMembersDecoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;
  actingBlockLength = 0;
  actingVersion = 0;

  begin(message: { buffer: SbeBuffer; limit: number }, actingVersion: number): ClusterMembersExtendedResponseActiveMembersDecoder {
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.actingVersion = actingVersion;
    this.index = -1;
    this.actingBlockLength = message.buffer.view.getUint16(start, true);
    this.count = message.buffer.view.getUint16(start + 2, true);
    message.limit = start + 4;
    return this;
  }

  /** The group of a message that is older than it. */
  none(message: { buffer: SbeBuffer; limit: number }): ClusterMembersExtendedResponseActiveMembersDecoder {
    this.message = message;
    this.buffer = message.buffer;
    this.index = -1;
    this.count = 0;
    return this;
  }

  hasNext(): boolean {
    return this.index + 1 < this.count;
  }

  /** Goes on to the next entry. */
  next(): ClusterMembersExtendedResponseActiveMembersDecoder {
    checkCount('entry of activeMembers', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + this.actingBlockLength;
    return this;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** When it last told its position, in nanoseconds */
  timeOfLastAppendNs(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 16, true);
  }

  memberId(): number {
    return this.buffer.view.getInt32(this.offset + 24, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  ingressEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getIngressEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipIngressEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes messages of clients */
  ingressEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  consensusEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getConsensusEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipConsensusEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes messages of members */
  consensusEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  logEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getLogEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipLogEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes the log from the leader */
  logEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  catchupEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getCatchupEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipCatchupEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes the log that was missed */
  catchupEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  archiveEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getArchiveEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipArchiveEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes requests to the archive */
  archiveEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}

/** Those that only follow */
export class ClusterMembersExtendedResponsePassiveMembersDecoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;
  actingBlockLength = 0;
  actingVersion = 0;

  begin(message: { buffer: SbeBuffer; limit: number }, actingVersion: number): ClusterMembersExtendedResponsePassiveMembersDecoder {
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.actingVersion = actingVersion;
    this.index = -1;
    this.actingBlockLength = message.buffer.view.getUint16(start, true);
    this.count = message.buffer.view.getUint16(start + 2, true);
    message.limit = start + 4;
    return this;
  }

  /** The group of a message that is older than it. */
  none(message: { buffer: SbeBuffer; limit: number }): ClusterMembersExtendedResponsePassiveMembersDecoder {
    this.message = message;
    this.buffer = message.buffer;
    this.index = -1;
    this.count = 0;
    return this;
  }

  hasNext(): boolean {
    return this.index + 1 < this.count;
  }

  /** Goes on to the next entry. */
  next(): ClusterMembersExtendedResponsePassiveMembersDecoder {
    checkCount('entry of passiveMembers', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + this.actingBlockLength;
    return this;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** When it last told its position, in nanoseconds */
  timeOfLastAppendNs(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 16, true);
  }

  memberId(): number {
    return this.buffer.view.getInt32(this.offset + 24, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  ingressEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getIngressEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipIngressEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes messages of clients */
  ingressEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  consensusEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getConsensusEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipConsensusEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes messages of members */
  consensusEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  logEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getLogEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipLogEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes the log from the leader */
  logEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  catchupEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getCatchupEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipCatchupEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes the log that was missed */
  catchupEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  archiveEndpointLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getArchiveEndpoint(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipArchiveEndpoint(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  /** Takes requests to the archive */
  archiveEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
