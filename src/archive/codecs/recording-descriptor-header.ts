// Generated from its schema by `npm run generate`; changes belong there.
import type { SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Stands in front of a descriptor */
export class RecordingDescriptorHeaderEncoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 21;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): RecordingDescriptorHeaderEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 32;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): RecordingDescriptorHeaderEncoder {
    header.wrap(buffer, offset).blockLength(32).templateId(21).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Bytes of the descriptor with its padding */
  length(value: number): RecordingDescriptorHeaderEncoder {
    this.buffer.view.setInt32(this.offset, value, true);
    return this;
  }

  state(value: T.RecordingState): RecordingDescriptorHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 4, value, true);
    return this;
  }

  /** Of the descriptor; 0 when the archive keeps none */
  checksum(value: number): RecordingDescriptorHeaderEncoder {
    this.buffer.view.setInt32(this.offset + 8, value, true);
    return this;
  }

  reserved(value: number): RecordingDescriptorHeaderEncoder {
    this.buffer.view.setInt8(this.offset + 31, value);
    return this;
  }
}

/** Stands in front of a descriptor */
export class RecordingDescriptorHeaderDecoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 21;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): RecordingDescriptorHeaderDecoder {
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
    return header.templateId() === 21 && header.schemaId() === 101;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Bytes of the descriptor with its padding */
  length(): number {
    return this.buffer.view.getInt32(this.offset, true);
  }

  state(): T.RecordingState {
    return this.buffer.view.getInt32(this.offset + 4, true) as T.RecordingState;
  }

  /** Of the descriptor; 0 when the archive keeps none */
  checksum(): number {
    return this.buffer.view.getInt32(this.offset + 8, true);
  }

  reserved(): number {
    return this.buffer.view.getInt8(this.offset + 31);
  }
}
