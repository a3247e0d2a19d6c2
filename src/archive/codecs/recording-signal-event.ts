// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Tells a session what has happened to a recording */
export class RecordingSignalEventEncoder {
  static readonly BLOCK_LENGTH = 44;
  static readonly TEMPLATE_ID = 24;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): RecordingSignalEventEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 44;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): RecordingSignalEventEncoder {
    header.wrap(buffer, offset).blockLength(44).templateId(24).schemaId(101).version(14);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The control session, named by the archive */
  controlSessionId(value: number): RecordingSignalEventEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Pairs an answer with its request; made by the client */
  correlationId(value: number): RecordingSignalEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** The recording, numbered by the archive from 0 */
  recordingId(value: number): RecordingSignalEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** Registration id of a subscription that records */
  subscriptionId(value: number): RecordingSignalEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  /** Of the recording when it happened */
  position(value: number): RecordingSignalEventEncoder {
    putSafeInteger(this.buffer.view, this.offset + 32, value, true);
    return this;
  }

  signal(value: T.RecordingSignal): RecordingSignalEventEncoder {
    this.buffer.view.setInt32(this.offset + 40, value, true);
    return this;
  }
}

/** Tells a session what has happened to a recording */
export class RecordingSignalEventDecoder {
  static readonly BLOCK_LENGTH = 44;
  static readonly TEMPLATE_ID = 24;
  static readonly SCHEMA_ID = 101;
  static readonly SCHEMA_VERSION = 14;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): RecordingSignalEventDecoder {
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
    return header.templateId() === 24 && header.schemaId() === 101;
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

  /** The recording, numbered by the archive from 0 */
  recordingId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** Registration id of a subscription that records */
  subscriptionId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  /** Of the recording when it happened */
  position(): number {
    return getSafeInteger(this.buffer.view, this.offset + 32, true);
  }

  signal(): T.RecordingSignal {
    return this.buffer.view.getInt32(this.offset + 40, true) as T.RecordingSignal;
  }
}
