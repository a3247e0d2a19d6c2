// Generated from its schema by `npm run generate`; changes belong there.
import type { SbeBuffer } from '../../sbe/mod.ts';

/** Stands in front of every message and says which one it is */
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

/** Stands in front of every message and says which one it is */
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

/** Stands in front of a group: bytes of an entry, number of entries */
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

/** Stands in front of a group: bytes of an entry, number of entries */
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
