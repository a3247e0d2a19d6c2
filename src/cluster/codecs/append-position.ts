// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** How far a follower has written the log */
export class AppendPositionEncoder {
  static readonly BLOCK_LENGTH = 21;
  static readonly TEMPLATE_ID = 54;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): AppendPositionEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 21;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): AppendPositionEncoder {
    header.wrap(buffer, offset).blockLength(21).templateId(54).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(value: number): AppendPositionEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(value: number): AppendPositionEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  followerMemberId(value: number): AppendPositionEncoder {
    this.buffer.view.setInt32(this.offset + 16, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly FLAGS_NULL = 255;

  /** 1: the follower is catching up */
  flags(value: number): AppendPositionEncoder {
    this.buffer.view.setUint8(this.offset + 20, value);
    return this;
  }
}

/** How far a follower has written the log */
export class AppendPositionDecoder {
  static readonly BLOCK_LENGTH = 21;
  static readonly TEMPLATE_ID = 54;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): AppendPositionDecoder {
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
    return header.templateId() === 54 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Counts the terms of leaders from 0; -1 is none */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** Bytes from the start of the log, over all terms; -1 is none */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  followerMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 16, true);
  }

  /** Stands for an absent value. */
  static readonly FLAGS_NULL = 255;

  /** 1: the follower is catching up */
  flags(): number {
    if (this.actingVersion < 8) {
      return AppendPositionDecoder.FLAGS_NULL;
    }
    return this.buffer.view.getUint8(this.offset + 20);
  }
}
