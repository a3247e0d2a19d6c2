// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** The last term in which the member voted */
export class CandidateTermEncoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 301;
  static readonly SCHEMA_ID = 112;
  static readonly SCHEMA_VERSION = 10;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): CandidateTermEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 24;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): CandidateTermEncoder {
    header.wrap(buffer, offset).blockLength(24).templateId(301).schemaId(112).version(10);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  candidateTermId(value: number): CandidateTermEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** When it voted */
  timestamp(value: number): CandidateTermEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** How long its log was then */
  logPosition(value: number): CandidateTermEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }
}

/** The last term in which the member voted */
export class CandidateTermDecoder {
  static readonly BLOCK_LENGTH = 24;
  static readonly TEMPLATE_ID = 301;
  static readonly SCHEMA_ID = 112;
  static readonly SCHEMA_VERSION = 10;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): CandidateTermDecoder {
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
    return header.templateId() === 301 && header.schemaId() === 112;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  candidateTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** When it voted */
  timestamp(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** How long its log was then */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }
}
