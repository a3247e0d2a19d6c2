// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Who runs the archive, and where it is reached */
export class MarkFileHeaderEncoder {
  static readonly BLOCK_LENGTH = 128;
  static readonly TEMPLATE_ID = 200;
  static readonly SCHEMA_ID = 100;
  static readonly SCHEMA_VERSION = 2;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): MarkFileHeaderEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 128;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): MarkFileHeaderEncoder {
    header.wrap(buffer, offset).blockLength(128).templateId(200).schemaId(100).version(2);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Of the file's layout, as semantic version; 0 until it is complete, -1 when starting failed */
  version(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset, value, true);
    return this;
  }

  /** When the archive last said that it lives */
  activityTimestamp(value: number): MarkFileHeaderEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Milliseconds since 1970-01-01 UTC */
  startTimestamp(value: number): MarkFileHeaderEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** Process id */
  pid(value: number): MarkFileHeaderEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  controlStreamId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }

  localControlStreamId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 36, value, true);
    return this;
  }

  eventsStreamId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 40, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly HEADER_LENGTH_NULL = 0;

  /** Where the error log starts */
  headerLength(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 44, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly ERROR_BUFFER_LENGTH_NULL = 0;

  /** Of the error log */
  errorBufferLength(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 48, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly ARCHIVE_ID_NULL = -1n;

  /** Names the archive; chosen by its operator or its driver */
  archiveId(value: bigint): MarkFileHeaderEncoder {
    this.buffer.view.setBigInt64(this.offset + 56, value, true);
    return this;
  }

  putControlChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): MarkFileHeaderEncoder {
    checkCount('length of controlChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  controlChannel(text: string): MarkFileHeaderEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of controlChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  putLocalControlChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): MarkFileHeaderEncoder {
    checkCount('length of localControlChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  localControlChannel(text: string): MarkFileHeaderEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of localControlChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  putEventsChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): MarkFileHeaderEncoder {
    checkCount('length of eventsChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  eventsChannel(text: string): MarkFileHeaderEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of eventsChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  putAeronDirectory(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): MarkFileHeaderEncoder {
    checkCount('length of aeronDirectory', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  aeronDirectory(text: string): MarkFileHeaderEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of aeronDirectory', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Who runs the archive, and where it is reached */
export class MarkFileHeaderDecoder {
  static readonly BLOCK_LENGTH = 128;
  static readonly TEMPLATE_ID = 200;
  static readonly SCHEMA_ID = 100;
  static readonly SCHEMA_VERSION = 2;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): MarkFileHeaderDecoder {
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
    return header.templateId() === 200 && header.schemaId() === 100;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Of the file's layout, as semantic version; 0 until it is complete, -1 when starting failed */
  version(): number {
    return this.buffer.view.getInt32(this.offset, true);
  }

  /** When the archive last said that it lives */
  activityTimestamp(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Milliseconds since 1970-01-01 UTC */
  startTimestamp(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** Process id */
  pid(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  controlStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 32, true);
  }

  localControlStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 36, true);
  }

  eventsStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 40, true);
  }

  /** Stands for an absent value. */
  static readonly HEADER_LENGTH_NULL = 0;

  /** Where the error log starts */
  headerLength(): number {
    if (this.actingVersion < 1) {
      return MarkFileHeaderDecoder.HEADER_LENGTH_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 44, true);
  }

  /** Stands for an absent value. */
  static readonly ERROR_BUFFER_LENGTH_NULL = 0;

  /** Of the error log */
  errorBufferLength(): number {
    if (this.actingVersion < 1) {
      return MarkFileHeaderDecoder.ERROR_BUFFER_LENGTH_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 48, true);
  }

  /** Stands for an absent value. */
  static readonly ARCHIVE_ID_NULL = -1n;

  /** Names the archive; chosen by its operator or its driver */
  archiveId(): bigint {
    if (this.actingVersion < 2) {
      return MarkFileHeaderDecoder.ARCHIVE_ID_NULL;
    }
    return this.buffer.view.getBigInt64(this.offset + 56, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  controlChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getControlChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipControlChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  controlChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  localControlChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getLocalControlChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipLocalControlChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  localControlChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  eventsChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getEventsChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipEventsChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  eventsChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  aeronDirectoryLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getAeronDirectory(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipAeronDirectory(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  aeronDirectory(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
