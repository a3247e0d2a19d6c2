// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** All that a backup needs */
export class BackupResponseEncoder {
  static readonly BLOCK_LENGTH = 60;
  static readonly TEMPLATE_ID = 78;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): BackupResponseEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 60;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): BackupResponseEncoder {
    header.wrap(buffer, offset).blockLength(60).templateId(78).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(value: number): BackupResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Recording in the archive of the member */
  logRecordingId(value: number): BackupResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Of the latest term of the log */
  logLeadershipTermId(value: number): BackupResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** Where that starts */
  logTermBaseLogPosition(value: number): BackupResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  /** Of the term that is in progress */
  lastLeadershipTermId(value: number): BackupResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset + 32, value, true);
    return this;
  }

  /** Where that starts */
  lastTermBaseLogPosition(value: number): BackupResponseEncoder {
    putSafeInteger(this.buffer.view, this.offset + 40, value, true);
    return this;
  }

  /** On the driver of the leader */
  commitPositionCounterId(value: number): BackupResponseEncoder {
    this.buffer.view.setInt32(this.offset + 48, value, true);
    return this;
  }

  leaderMemberId(value: number): BackupResponseEncoder {
    this.buffer.view.setInt32(this.offset + 52, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly MEMBER_ID_NULL = -2147483648;

  /** Who answers */
  memberId(value: number): BackupResponseEncoder {
    this.buffer.view.setInt32(this.offset + 56, value, true);
    return this;
  }

  readonly #snapshots = new BackupResponseSnapshotsEncoder();

  /** Of the consensus module and of each service */
  snapshotsCount(count: number): BackupResponseSnapshotsEncoder {
    return this.#snapshots.begin(this, count);
  }

  putClusterMembers(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): BackupResponseEncoder {
    checkCount('length of clusterMembers', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  clusterMembers(text: string): BackupResponseEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of clusterMembers', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Of the consensus module and of each service */
export class BackupResponseSnapshotsEncoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;

  begin(message: { buffer: SbeBuffer; limit: number }, count: number): BackupResponseSnapshotsEncoder {
    checkCount('entries of snapshots', count, 65534);
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.count = count;
    this.index = -1;
    message.buffer.view.setUint16(start, 44, true);
    message.buffer.view.setUint16(start + 2, count, true);
    message.limit = start + 4;
    return this;
  }

  /** Goes on to the next entry. */
  next(): BackupResponseSnapshotsEncoder {
    checkCount('entry of snapshots', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + 44;
    return this;
  }

  /** Recording in the archive of the member */
  recordingId(value: number): BackupResponseSnapshotsEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): BackupResponseSnapshotsEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  termBaseLogPosition(value: number): BackupResponseSnapshotsEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** What of the log the snapshot stands for */
  logPosition(value: number): BackupResponseSnapshotsEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  /** Cluster time when it was taken */
  timestamp(value: bigint): BackupResponseSnapshotsEncoder {
    this.buffer.view.setBigInt64(this.offset + 32, value, true);
    return this;
  }

  /** -1 is the consensus module */
  serviceId(value: number): BackupResponseSnapshotsEncoder {
    this.buffer.view.setInt32(this.offset + 40, value, true);
    return this;
  }
}

/** All that a backup needs */
export class BackupResponseDecoder {
  static readonly BLOCK_LENGTH = 60;
  static readonly TEMPLATE_ID = 78;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): BackupResponseDecoder {
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
    return header.templateId() === 78 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Recording in the archive of the member */
  logRecordingId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Of the latest term of the log */
  logLeadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** Where that starts */
  logTermBaseLogPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  /** Of the term that is in progress */
  lastLeadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 32, true);
  }

  /** Where that starts */
  lastTermBaseLogPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 40, true);
  }

  /** On the driver of the leader */
  commitPositionCounterId(): number {
    return this.buffer.view.getInt32(this.offset + 48, true);
  }

  leaderMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 52, true);
  }

  /** Stands for an absent value. */
  static readonly MEMBER_ID_NULL = -2147483648;

  /** Who answers */
  memberId(): number {
    if (this.actingVersion < 10) {
      return BackupResponseDecoder.MEMBER_ID_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 56, true);
  }

  readonly #snapshots = new BackupResponseSnapshotsDecoder();

  /** Of the consensus module and of each service */
  snapshots(): BackupResponseSnapshotsDecoder {
    return this.#snapshots.begin(this, this.actingVersion);
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

/** Of the consensus module and of each service */
export class BackupResponseSnapshotsDecoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;
  actingBlockLength = 0;
  actingVersion = 0;

  begin(message: { buffer: SbeBuffer; limit: number }, actingVersion: number): BackupResponseSnapshotsDecoder {
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
  none(message: { buffer: SbeBuffer; limit: number }): BackupResponseSnapshotsDecoder {
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
  next(): BackupResponseSnapshotsDecoder {
    checkCount('entry of snapshots', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + this.actingBlockLength;
    return this;
  }

  /** Recording in the archive of the member */
  recordingId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  termBaseLogPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** What of the log the snapshot stands for */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  /** Cluster time when it was taken */
  timestamp(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 32, true);
  }

  /** -1 is the consensus module */
  serviceId(): number {
    return this.buffer.view.getInt32(this.offset + 40, true);
  }
}
