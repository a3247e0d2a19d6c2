// Generated from its schema by `npm run generate`; changes belong there.
import { getSafeInteger, putSafeInteger, type SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** A leader announces a term */
export class NewLeadershipTermEncoder {
  static readonly BLOCK_LENGTH = 96;
  static readonly TEMPLATE_ID = 53;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): NewLeadershipTermEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 96;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): NewLeadershipTermEncoder {
    header.wrap(buffer, offset).blockLength(96).templateId(53).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The last term of the log of the member that is told */
  logLeadershipTermId(value: number): NewLeadershipTermEncoder {
    putSafeInteger(this.buffer.view, this.offset, value, true);
    return this;
  }

  /** The term behind that; -1 is none */
  nextLeadershipTermId(value: number): NewLeadershipTermEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Where that starts */
  nextTermBaseLogPosition(value: number): NewLeadershipTermEncoder {
    putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    return this;
  }

  /** Where that ends, when it is known */
  nextLogPosition(value: number): NewLeadershipTermEncoder {
    putSafeInteger(this.buffer.view, this.offset + 24, value, true);
    return this;
  }

  /** The term of the leader */
  leadershipTermId(value: number): NewLeadershipTermEncoder {
    putSafeInteger(this.buffer.view, this.offset + 32, value, true);
    return this;
  }

  /** Where it starts */
  termBaseLogPosition(value: number): NewLeadershipTermEncoder {
    putSafeInteger(this.buffer.view, this.offset + 40, value, true);
    return this;
  }

  /** How far the leader's log goes */
  logPosition(value: number): NewLeadershipTermEncoder {
    putSafeInteger(this.buffer.view, this.offset + 48, value, true);
    return this;
  }

  /** Of the leader's log */
  leaderRecordingId(value: number): NewLeadershipTermEncoder {
    putSafeInteger(this.buffer.view, this.offset + 56, value, true);
    return this;
  }

  /** Epoch time in the unit of the cluster */
  timestamp(value: bigint): NewLeadershipTermEncoder {
    this.buffer.view.setBigInt64(this.offset + 64, value, true);
    return this;
  }

  leaderMemberId(value: number): NewLeadershipTermEncoder {
    this.buffer.view.setInt32(this.offset + 72, value, true);
    return this;
  }

  /** Of the leader's log publication */
  logSessionId(value: number): NewLeadershipTermEncoder {
    this.buffer.view.setInt32(this.offset + 76, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly APP_VERSION_NULL = 0;

  /** Of the application */
  appVersion(value: number): NewLeadershipTermEncoder {
    this.buffer.view.setInt32(this.offset + 80, value, true);
    return this;
  }

  /** Whether this is the first election since the start */
  isStartup(value: T.BooleanType): NewLeadershipTermEncoder {
    this.buffer.view.setInt32(this.offset + 84, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly COMMIT_POSITION_NULL = Number('-9223372036854775808');

  /** Bytes from the start of the log, over all terms; -1 is none */
  commitPosition(value: number): NewLeadershipTermEncoder {
    if (value === NewLeadershipTermEncoder.COMMIT_POSITION_NULL) {
      this.buffer.view.setBigInt64(this.offset + 88, -9223372036854775808n, true);
    } else {
      putSafeInteger(this.buffer.view, this.offset + 88, value, true);
    }
    return this;
  }
}

/** A leader announces a term */
export class NewLeadershipTermDecoder {
  static readonly BLOCK_LENGTH = 96;
  static readonly TEMPLATE_ID = 53;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): NewLeadershipTermDecoder {
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
    return header.templateId() === 53 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** The last term of the log of the member that is told */
  logLeadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset, true);
  }

  /** The term behind that; -1 is none */
  nextLeadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Where that starts */
  nextTermBaseLogPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  /** Where that ends, when it is known */
  nextLogPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 24, true);
  }

  /** The term of the leader */
  leadershipTermId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 32, true);
  }

  /** Where it starts */
  termBaseLogPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 40, true);
  }

  /** How far the leader's log goes */
  logPosition(): number {
    return getSafeInteger(this.buffer.view, this.offset + 48, true);
  }

  /** Of the leader's log */
  leaderRecordingId(): number {
    return getSafeInteger(this.buffer.view, this.offset + 56, true);
  }

  /** Epoch time in the unit of the cluster */
  timestamp(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 64, true);
  }

  leaderMemberId(): number {
    return this.buffer.view.getInt32(this.offset + 72, true);
  }

  /** Of the leader's log publication */
  logSessionId(): number {
    return this.buffer.view.getInt32(this.offset + 76, true);
  }

  /** Stands for an absent value. */
  static readonly APP_VERSION_NULL = 0;

  /** Of the application */
  appVersion(): number {
    return this.buffer.view.getInt32(this.offset + 80, true);
  }

  /** Whether this is the first election since the start */
  isStartup(): T.BooleanType {
    return this.buffer.view.getInt32(this.offset + 84, true) as T.BooleanType;
  }

  /** Stands for an absent value. */
  static readonly COMMIT_POSITION_NULL = Number('-9223372036854775808');

  /** Bytes from the start of the log, over all terms; -1 is none */
  commitPosition(): number {
    if (this.actingVersion < 15) {
      return NewLeadershipTermDecoder.COMMIT_POSITION_NULL;
    }
    return this.buffer.view.getInt32(this.offset + 88 + 4, true) === -2147483648 && this.buffer.view.getInt32(this.offset + 88 + 0, true) === 0 ? NewLeadershipTermDecoder.COMMIT_POSITION_NULL : getSafeInteger(this.buffer.view, this.offset + 88, true);
  }
}
