// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putSafeInteger, putText, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Who runs the component, and where it is reached */
export class MarkFileHeaderEncoder {
  static readonly BLOCK_LENGTH = 128;
  static readonly TEMPLATE_ID = 200;
  static readonly SCHEMA_ID = 110;
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
    header.wrap(buffer, offset).blockLength(128).templateId(200).schemaId(110).version(2);
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

  componentType(value: T.ClusterComponentType): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 4, value, true);
    return this;
  }

  /** When the component last said that it lives */
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

  /** Last term a vote was asked or given in; files of old */
  candidateTermId(value: number): MarkFileHeaderEncoder {
    putSafeInteger(this.buffer.view, this.offset + 32, value, true);
    return this;
  }

  archiveStreamId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 40, value, true);
    return this;
  }

  serviceStreamId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 44, value, true);
    return this;
  }

  consensusModuleStreamId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 48, value, true);
    return this;
  }

  ingressStreamId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 52, value, true);
    return this;
  }

  memberId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 56, value, true);
    return this;
  }

  /** -1 is the consensus module */
  serviceId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 60, value, true);
    return this;
  }

  /** Where the error log starts */
  headerLength(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 64, value, true);
    return this;
  }

  /** Of the error log */
  errorBufferLength(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 68, value, true);
    return this;
  }

  clusterId(value: number): MarkFileHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 72, value, true);
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

  putIngressChannel(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): MarkFileHeaderEncoder {
    checkCount('length of ingressChannel', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  ingressChannel(text: string): MarkFileHeaderEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of ingressChannel', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  putServiceName(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): MarkFileHeaderEncoder {
    checkCount('length of serviceName', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  serviceName(text: string): MarkFileHeaderEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of serviceName', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** Class that decides who may connect */
  putAuthenticator(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): MarkFileHeaderEncoder {
    checkCount('length of authenticator', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Class that decides who may connect */
  authenticator(text: string): MarkFileHeaderEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of authenticator', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the mark files of services are */
  putServicesClusterDir(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): MarkFileHeaderEncoder {
    checkCount('length of servicesClusterDir', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  /** Where the mark files of services are */
  servicesClusterDir(text: string): MarkFileHeaderEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of servicesClusterDir', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }
}

/** Who runs the component, and where it is reached */
export class MarkFileHeaderDecoder {
  static readonly BLOCK_LENGTH = 128;
  static readonly TEMPLATE_ID = 200;
  static readonly SCHEMA_ID = 110;
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
    return header.templateId() === 200 && header.schemaId() === 110;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Of the file's layout, as semantic version; 0 until it is complete, -1 when starting failed */
  version(): number {
    return this.buffer.view.getInt32(this.offset, true);
  }

  componentType(): T.ClusterComponentType {
    return this.buffer.view.getInt32(this.offset + 4, true) as T.ClusterComponentType;
  }

  /** When the component last said that it lives */
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

  /** Last term a vote was asked or given in; files of old */
  candidateTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 32, true);
  }

  archiveStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 40, true);
  }

  serviceStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 44, true);
  }

  consensusModuleStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 48, true);
  }

  ingressStreamId(): number {
    return this.buffer.view.getInt32(this.offset + 52, true);
  }

  memberId(): number {
    return this.buffer.view.getInt32(this.offset + 56, true);
  }

  /** -1 is the consensus module */
  serviceId(): number {
    return this.buffer.view.getInt32(this.offset + 60, true);
  }

  /** Where the error log starts */
  headerLength(): number {
    return this.buffer.view.getInt32(this.offset + 64, true);
  }

  /** Of the error log */
  errorBufferLength(): number {
    return this.buffer.view.getInt32(this.offset + 68, true);
  }

  clusterId(): number {
    return this.buffer.view.getInt32(this.offset + 72, true);
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
  ingressChannelLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getIngressChannel(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipIngressChannel(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  ingressChannel(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  serviceNameLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getServiceName(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipServiceName(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  serviceName(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  authenticatorLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getAuthenticator(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipAuthenticator(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Class that decides who may connect */
  authenticator(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  servicesClusterDirLength(): number {
    if (this.actingVersion < 1) {
      return 0;
    }
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getServicesClusterDir(target: Uint8Array, targetOffset = 0): number {
    if (this.actingVersion < 1) {
      return 0;
    }
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipServicesClusterDir(): number {
    if (this.actingVersion < 1) {
      return 0;
    }
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  /** Where the mark files of services are */
  servicesClusterDir(): string {
    if (this.actingVersion < 1) {
      return '';
    }
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}
