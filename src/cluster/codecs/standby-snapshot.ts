// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** A standby has taken snapshots that members may fetch */
export class StandbySnapshotEncoder {
  static readonly BLOCK_LENGTH = 16;
  static readonly TEMPLATE_ID = 81;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): StandbySnapshotEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 16;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): StandbySnapshotEncoder {
    header.wrap(buffer, offset).blockLength(16).templateId(81).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(value: number): StandbySnapshotEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Protocol version of the standby */
  version(value: number): StandbySnapshotEncoder {
    this.buffer.view.setInt32(this.offset + 8, value, true);
    return this;
  }

  /** Stream that the answer goes to */
  responseStreamId(value: number): StandbySnapshotEncoder {
    this.buffer.view.setInt32(this.offset + 12, value, true);
    return this;
  }

  readonly #snapshots = new StandbySnapshotSnapshotsEncoder();

  /** Of the consensus module and of each service */
  snapshotsCount(count: number): StandbySnapshotSnapshotsEncoder {
    return this.#snapshots.begin(this, count);
  }

  /** Channel that the answer goes to */
  putResponseChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): StandbySnapshotEncoder {
    checkCount('length of responseChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Channel that the answer goes to */
  responseChannel(text: string): StandbySnapshotEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of responseChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** For the authenticator */
  putEncodedCredentials(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): StandbySnapshotEncoder {
    checkCount('length of encodedCredentials', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Of the consensus module and of each service */
export class StandbySnapshotSnapshotsEncoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;

  begin(message: { buffer: SbeBuffer; limit: number }, count: number): StandbySnapshotSnapshotsEncoder {
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
  next(): StandbySnapshotSnapshotsEncoder {
    checkCount('entry of snapshots', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + 44;
    return this;
  }

  /** Recording in the archive of the member */
  recordingId(value: number): StandbySnapshotSnapshotsEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): StandbySnapshotSnapshotsEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  termBaseLogPosition(value: number): StandbySnapshotSnapshotsEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** What of the log the snapshot stands for */
  logPosition(value: number): StandbySnapshotSnapshotsEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  /** Cluster time when it was taken */
  timestamp(value: bigint): StandbySnapshotSnapshotsEncoder {
    this.buffer.view.setBigInt64(this.offset + 32, value, true);
    return this;
  }

  /** -1 is the consensus module */
  serviceId(value: number): StandbySnapshotSnapshotsEncoder {
    this.buffer.view.setInt32(this.offset + 40, value, true);
    return this;
  }

  /** Where to fetch it */
  putArchiveEndpoint(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): StandbySnapshotSnapshotsEncoder {
    checkCount('length of archiveEndpoint', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  /** Where to fetch it */
  archiveEndpoint(text: string): StandbySnapshotSnapshotsEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of archiveEndpoint', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }
}

/** A standby has taken snapshots that members may fetch */
export class StandbySnapshotDecoder {
  static readonly BLOCK_LENGTH = 16;
  static readonly TEMPLATE_ID = 81;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): StandbySnapshotDecoder {
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
    return header.templateId() === 81 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Pairs an answer with its request; made by the sender's Aeron client */
  correlationId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Protocol version of the standby */
  version(): number {
    return this.buffer.view.getInt32(this.offset + 8, true);
  }

  /** Stream that the answer goes to */
  responseStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 12, true);
  }

  readonly #snapshots = new StandbySnapshotSnapshotsDecoder();

  /** Of the consensus module and of each service */
  snapshots(): StandbySnapshotSnapshotsDecoder {
    return this.#snapshots.begin(this, this.actingVersion);
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

  /** Channel that the answer goes to */
  responseChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  encodedCredentialsLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getEncodedCredentials(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipEncodedCredentials(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }
}

/** Of the consensus module and of each service */
export class StandbySnapshotSnapshotsDecoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;
  actingBlockLength = 0;
  actingVersion = 0;

  begin(message: { buffer: SbeBuffer; limit: number }, actingVersion: number): StandbySnapshotSnapshotsDecoder {
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
  none(message: { buffer: SbeBuffer; limit: number }): StandbySnapshotSnapshotsDecoder {
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
  next(): StandbySnapshotSnapshotsDecoder {
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

  /** Where to fetch it */
  archiveEndpoint(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
