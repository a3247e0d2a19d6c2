// Generated from its schema by `npm run generate`; changes belong there.
import type { SbeBuffer } from '../../sbe/mod.ts';
import * as T from './types.ts';

/** A timer that is set */
export class TimerEncoder {
  static readonly BLOCK_LENGTH = 16;
  static readonly TEMPLATE_ID = 104;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): TimerEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 16;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): TimerEncoder {
    header.wrap(buffer, offset).blockLength(16).templateId(104).schemaId(111).version(17);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Chosen by the service */
  correlationId(value: bigint): TimerEncoder {
    this.buffer.view.setBigInt64(this.offset, value, true);
    return this;
  }

  /** Epoch time in the unit of the cluster */
  deadline(value: bigint): TimerEncoder {
    this.buffer.view.setBigInt64(this.offset + 8, value, true);
    return this;
  }
}

/** A timer that is set */
export class TimerDecoder {
  static readonly BLOCK_LENGTH = 16;
  static readonly TEMPLATE_ID = 104;
  static readonly SCHEMA_ID = 111;
  static readonly SCHEMA_VERSION = 17;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): TimerDecoder {
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
    return header.templateId() === 104 && header.schemaId() === 111;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  /** Chosen by the service */
  correlationId(): bigint {
    return this.buffer.view.getBigInt64(this.offset, true);
  }

  /** Epoch time in the unit of the cluster */
  deadline(): bigint {
    return this.buffer.view.getBigInt64(this.offset + 8, true);
  }
}
