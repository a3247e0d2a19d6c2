// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** Answers a candidate */
export class VoteEncoder {
  static readonly BLOCK_LENGTH = 36;
  static readonly TEMPLATE_ID = 52;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): VoteEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 36;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): VoteEncoder {
    header.wrap(buffer, offset).blockLength(36).templateId(52).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  candidateTermId(value: number): VoteEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Of the last entry of the voter's log */
  logLeadershipTermId(value: number): VoteEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Of the voter */
  logPosition(value: number): VoteEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  candidateMemberId(value: number): VoteEncoder {
    this.buffer.view.setInt32(this.offset + 24, value, true);
    return this;
  }

  /** The voter */
  followerMemberId(value: number): VoteEncoder {
    this.buffer.view.setInt32(this.offset + 28, value, true);
    return this;
  }

  vote(value: T.BooleanType): VoteEncoder {
    this.buffer.view.setInt32(this.offset + 32, value, true);
    return this;
  }
}

/** Answers a candidate */
export class VoteDecoder {
  static readonly BLOCK_LENGTH = 36;
  static readonly TEMPLATE_ID = 52;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): VoteDecoder {
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
    return header.templateId() === 52 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  candidateTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Of the last entry of the voter's log */
  logLeadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Of the voter */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  candidateMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 24, true);
  }

  /** The voter */
  followerMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 28, true);
  }

  vote(): T.BooleanType {
    return this.buffer.view.getInt32(this.offset + 32, true) as T.BooleanType;
  }
}
