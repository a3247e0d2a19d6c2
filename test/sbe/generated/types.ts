// Generated from its schema by `npm run generate`; changes belong there.
import type { SbeBuffer } from '../../../src/sbe/mod.ts';

export class MessageHeaderEncoder {
  static readonly ENCODED_LENGTH = 8;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): MessageHeaderEncoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  blockLength(value: number): MessageHeaderEncoder {
    this.buffer.view.setUint16(this.offset, value, true);
    return this;
  }

  templateId(value: number): MessageHeaderEncoder {
    this.buffer.view.setUint16(this.offset + 2, value, true);
    return this;
  }

  schemaId(value: number): MessageHeaderEncoder {
    this.buffer.view.setUint16(this.offset + 4, value, true);
    return this;
  }

  version(value: number): MessageHeaderEncoder {
    this.buffer.view.setUint16(this.offset + 6, value, true);
    return this;
  }
}

export class MessageHeaderDecoder {
  static readonly ENCODED_LENGTH = 8;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): MessageHeaderDecoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  blockLength(): number {
    return this.buffer.view.getUint16(this.offset, true);
  }

  templateId(): number {
    return this.buffer.view.getUint16(this.offset + 2, true);
  }

  schemaId(): number {
    return this.buffer.view.getUint16(this.offset + 4, true);
  }

  version(): number {
    return this.buffer.view.getUint16(this.offset + 6, true);
  }
}

export class GroupSizeEncodingEncoder {
  static readonly ENCODED_LENGTH = 4;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): GroupSizeEncodingEncoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  blockLength(value: number): GroupSizeEncodingEncoder {
    this.buffer.view.setUint16(this.offset, value, true);
    return this;
  }

  numInGroup(value: number): GroupSizeEncodingEncoder {
    this.buffer.view.setUint16(this.offset + 2, value, true);
    return this;
  }
}

export class GroupSizeEncodingDecoder {
  static readonly ENCODED_LENGTH = 4;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): GroupSizeEncodingDecoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  blockLength(): number {
    return this.buffer.view.getUint16(this.offset, true);
  }

  numInGroup(): number {
    return this.buffer.view.getUint16(this.offset + 2, true);
  }
}

export const Side = {
  BUY: 1,
  SELL: 2,
  /** Stands for an absent value. */
  NULL_VAL: 255,
} as const;
export type Side = (typeof Side)[keyof typeof Side];

export const Kind = {
  MARKET: 77,
  LIMIT: 76,
  /** Stands for an absent value. */
  NULL_VAL: 0,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export const Flags = {
  HIDDEN: 1,
  DAY: 8,
} as const;

export class PriceEncoder {
  static readonly ENCODED_LENGTH = 10;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): PriceEncoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  mantissa(value: bigint): PriceEncoder {
    this.buffer.view.setBigInt64(this.offset, value, true);
    return this;
  }

  exponent(value: number): PriceEncoder {
    this.buffer.view.setInt8(this.offset + 8, value);
    return this;
  }

  side(value: Side): PriceEncoder {
    this.buffer.view.setUint8(this.offset + 9, value);
    return this;
  }
}

export class PriceDecoder {
  static readonly ENCODED_LENGTH = 10;
  buffer!: SbeBuffer;
  offset = 0;

  wrap(buffer: SbeBuffer, offset: number): PriceDecoder {
    this.buffer = buffer;
    this.offset = offset;
    return this;
  }

  mantissa(): bigint {
    return this.buffer.view.getBigInt64(this.offset, true);
  }

  exponent(): number {
    return this.buffer.view.getInt8(this.offset + 8);
  }

  side(): Side {
    return this.buffer.view.getUint8(this.offset + 9) as Side;
  }
}
