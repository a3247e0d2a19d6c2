// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** A candidate asks for a vote */
export class RequestVoteEncoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 51;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): RequestVoteEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 32;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): RequestVoteEncoder {
    header.wrap(buffer, offset).blockLength(32).templateId(51).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Of the last entry of its log */
  logLeadershipTermId(value: number): RequestVoteEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): RequestVoteEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** The term it wants to lead */
  candidateTermId(value: number): RequestVoteEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** The sender */
  candidateMemberId(value: number): RequestVoteEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly PROTOCOL_VERSION_NULL = 0;

  /** Of the consensus protocol */
  protocolVersion(value: number): RequestVoteEncoder {
    this.buffer.view.setInt32(this.offset + 28, value, true);
    return this;
  }
}

/** A candidate asks for a vote */
export class RequestVoteDecoder {
  static readonly BLOCK_LENGTH = 32;
  static readonly TEMPLATE_ID = 51;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): RequestVoteDecoder {
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
    return header.templateId() === 51 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Of the last entry of its log */
  logLeadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** The term it wants to lead */
  candidateTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** The sender */
  candidateMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 24, true);
  }

  /** Stands for an absent value. */
  static readonly PROTOCOL_VERSION_NULL = 0;

  /** Of the consensus protocol */
  protocolVersion(): number {
    if (this.actingVersion < 9) {
      return RequestVoteDecoder.PROTOCOL_VERSION_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 28, true);
  }
}
