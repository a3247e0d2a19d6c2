// Generated from its schema by `npm run generate`; changes belong there.
import { checkCount, getBytes, getSafeInteger, getText, putBytes, putFixedText, putSafeInteger, putText, type SbeBuffer } from '../../../src/sbe/mod.ts';
import * as T from './types.ts';

/** Somebody wants to trade */
export class NewOrderEncoder {
  static readonly BLOCK_LENGTH = 70;
  static readonly TEMPLATE_ID = 1;
  static readonly SCHEMA_ID = 901;
  static readonly SCHEMA_VERSION = 3;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;

  wrap(buffer: SbeBuffer, offset: number): NewOrderEncoder {
    this.buffer = buffer;
    this.offset = offset;
    this.limit = offset + 70;
    return this;
  }

  /** Writes the message header at `offset` and puts this behind it. */
  wrapAndApplyHeader(buffer: SbeBuffer, offset: number, header: T.MessageHeaderEncoder): NewOrderEncoder {
    header.wrap(buffer, offset).blockLength(70).templateId(1).schemaId(901).version(3);
    return this.wrap(buffer, offset + T.MessageHeaderEncoder.ENCODED_LENGTH);
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  orderId(value: bigint): NewOrderEncoder {
    this.buffer.view.setBigUint64(this.offset, value, true);
    return this;
  }

  /** Bytes from the start of the log */
  position(value: number): NewOrderEncoder {
    putSafeInteger(this.buffer.view, this.offset + 8, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly PARENT_NULL = Number('-9223372036854775808');

  parent(value: number): NewOrderEncoder {
    if (value === NewOrderEncoder.PARENT_NULL) {
      this.buffer.view.setBigInt64(this.offset + 16, -9223372036854775808n, true);
    } else {
      putSafeInteger(this.buffer.view, this.offset + 16, value, true);
    }
    return this;
  }

  side(value: T.Side): NewOrderEncoder {
    this.buffer.view.setUint8(this.offset + 24, value);
    return this;
  }

  kind(value: T.Kind): NewOrderEncoder {
    this.buffer.view.setUint8(this.offset + 25, value);
    return this;
  }

  flags(value: number): NewOrderEncoder {
    this.buffer.view.setUint8(this.offset + 26, value);
    return this;
  }

  static readonly SYMBOL_LENGTH = 6;

  symbolAt(index: number, value: number): NewOrderEncoder {
    checkCount('index of symbol', index, 5);
    this.buffer.view.setUint8(this.offset + 27 + index * 1, value);
    return this;
  }

  putSymbol(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): NewOrderEncoder {
    checkCount('length of symbol', length, 6);
    putBytes(this.buffer, this.offset + 27, source, sourceOffset, length);
    return this;
  }

  symbol(text: string): NewOrderEncoder {
    putFixedText(this.buffer, this.offset + 27, 6, text);
    return this;
  }

  readonly #limit = new T.PriceEncoder();

  limit_(): T.PriceEncoder {
    return this.#limit.wrap(this.buffer, this.offset + 33);
  }

  ratio(value: number): NewOrderEncoder {
    this.buffer.view.setFloat64(this.offset + 43, value, true);
    return this;
  }

  quantity(value: number): NewOrderEncoder {
    this.buffer.view.setInt32(this.offset + 64, value, true);
    return this;
  }

  /** Stands for an absent value. */
  static readonly URGENCY_NULL = -32768;

  urgency(value: number): NewOrderEncoder {
    this.buffer.view.setInt16(this.offset + 68, value, true);
    return this;
  }

  readonly #fills = new NewOrderFillsEncoder();

  fillsCount(count: number): NewOrderFillsEncoder {
    return this.#fills.begin(this, count);
  }

  readonly #legs = new NewOrderLegsEncoder();

  legsCount(count: number): NewOrderLegsEncoder {
    return this.#legs.begin(this, count);
  }

  putClient(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): NewOrderEncoder {
    checkCount('length of client', length, 1073741824);
    const start = this.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.limit = start + 4 + length;
    return this;
  }

  client(text: string): NewOrderEncoder {
    const start = this.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of client', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.limit = start + 4 + length;
    return this;
  }

  putPayload(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): NewOrderEncoder {
    checkCount('length of payload', length, 65534);
    const start = this.limit;
    this.buffer.view.setUint16(start, length, true);
    putBytes(this.buffer, start + 2, source, sourceOffset, length);
    this.limit = start + 2 + length;
    return this;
  }
}

export class NewOrderFillsEncoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;

  begin(message: { buffer: SbeBuffer; limit: number }, count: number): NewOrderFillsEncoder {
    checkCount('entries of fills', count, 65534);
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.count = count;
    this.index = -1;
    message.buffer.view.setUint16(start, 14, true);
    message.buffer.view.setUint16(start + 2, count, true);
    message.limit = start + 4;
    return this;
  }

  /** Goes on to the next entry. */
  next(): NewOrderFillsEncoder {
    checkCount('entry of fills', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + 14;
    return this;
  }

  fillId(value: number): NewOrderFillsEncoder {
    this.buffer.view.setInt32(this.offset, value, true);
    return this;
  }

  readonly #price = new T.PriceEncoder();

  price(): T.PriceEncoder {
    return this.#price.wrap(this.buffer, this.offset + 4);
  }

  readonly #parties = new NewOrderFillsPartiesEncoder();

  partiesCount(count: number): NewOrderFillsPartiesEncoder {
    return this.#parties.begin(this.message, count);
  }

  putNote(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): NewOrderFillsEncoder {
    checkCount('length of note', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  note(text: string): NewOrderFillsEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of note', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }
}

export class NewOrderFillsPartiesEncoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;

  begin(message: { buffer: SbeBuffer; limit: number }, count: number): NewOrderFillsPartiesEncoder {
    checkCount('entries of parties', count, 65534);
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.count = count;
    this.index = -1;
    message.buffer.view.setUint16(start, 4, true);
    message.buffer.view.setUint16(start + 2, count, true);
    message.limit = start + 4;
    return this;
  }

  /** Goes on to the next entry. */
  next(): NewOrderFillsPartiesEncoder {
    checkCount('entry of parties', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + 4;
    return this;
  }

  partyId(value: number): NewOrderFillsPartiesEncoder {
    this.buffer.view.setInt32(this.offset, value, true);
    return this;
  }

  putPartyName(source: Uint8Array, sourceOffset = 0, length = source.length - sourceOffset): NewOrderFillsPartiesEncoder {
    checkCount('length of partyName', length, 1073741824);
    const start = this.message.limit;
    this.buffer.view.setUint32(start, length, true);
    putBytes(this.buffer, start + 4, source, sourceOffset, length);
    this.message.limit = start + 4 + length;
    return this;
  }

  partyName(text: string): NewOrderFillsPartiesEncoder {
    const start = this.message.limit;
    const length = putText(this.buffer, start + 4, text);
    checkCount('length of partyName', length, 1073741824);
    this.buffer.view.setUint32(start, length, true);
    this.message.limit = start + 4 + length;
    return this;
  }
}

export class NewOrderLegsEncoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;

  begin(message: { buffer: SbeBuffer; limit: number }, count: number): NewOrderLegsEncoder {
    checkCount('entries of legs', count, 65534);
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.count = count;
    this.index = -1;
    message.buffer.view.setUint16(start, 8, true);
    message.buffer.view.setUint16(start + 2, count, true);
    message.limit = start + 4;
    return this;
  }

  /** Goes on to the next entry. */
  next(): NewOrderLegsEncoder {
    checkCount('entry of legs', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + 8;
    return this;
  }

  legId(value: bigint): NewOrderLegsEncoder {
    this.buffer.view.setBigInt64(this.offset, value, true);
    return this;
  }
}

/** Somebody wants to trade */
export class NewOrderDecoder {
  static readonly BLOCK_LENGTH = 70;
  static readonly TEMPLATE_ID = 1;
  static readonly SCHEMA_ID = 901;
  static readonly SCHEMA_VERSION = 3;
  buffer!: SbeBuffer;
  offset = 0;
  limit = 0;
  actingBlockLength = 0;
  actingVersion = 0;

  wrap(buffer: SbeBuffer, offset: number, actingBlockLength: number, actingVersion: number): NewOrderDecoder {
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
    return header.templateId() === 1 && header.schemaId() === 901;
  }

  /** Bytes from the block on to what was last written or read; the message header is not among them. */
  encodedLength(): number {
    return this.limit - this.offset;
  }

  orderId(): bigint {
    return this.buffer.view.getBigUint64(this.offset, true);
  }

  /** Bytes from the start of the log */
  position(): number {
    return getSafeInteger(this.buffer.view, this.offset + 8, true);
  }

  /** Stands for an absent value. */
  static readonly PARENT_NULL = Number('-9223372036854775808');

  parent(): number {
    return this.buffer.view.getInt32(this.offset + 16 + 4, true) === -2147483648 && this.buffer.view.getInt32(this.offset + 16 + 0, true) === 0 ? NewOrderDecoder.PARENT_NULL : getSafeInteger(this.buffer.view, this.offset + 16, true);
  }

  side(): T.Side {
    return this.buffer.view.getUint8(this.offset + 24) as T.Side;
  }

  kind(): T.Kind {
    return this.buffer.view.getUint8(this.offset + 25) as T.Kind;
  }

  flags(): number {
    return this.buffer.view.getUint8(this.offset + 26);
  }

  static readonly SYMBOL_LENGTH = 6;

  symbolAt(index: number): number {
    checkCount('index of symbol', index, 5);
    return this.buffer.view.getUint8(this.offset + 27 + index * 1);
  }

  /** Copies the bytes and returns how many. */
  getSymbol(target: Uint8Array, targetOffset = 0): number {
    return getBytes(this.buffer, this.offset + 27, target, targetOffset, 6);
  }

  symbol(): string {
    return getText(this.buffer, this.offset + 27, 6, true);
  }

  readonly #limit = new T.PriceDecoder();

  limit_(): T.PriceDecoder {
    return this.#limit.wrap(this.buffer, this.offset + 33);
  }

  venue(): string {
    return "XAER";
  }

  tier(): number {
    return 7;
  }

  defaultSide(): number {
    return 2;
  }

  ratio(): number {
    return this.buffer.view.getFloat64(this.offset + 43, true);
  }

  quantity(): number {
    return this.buffer.view.getInt32(this.offset + 64, true);
  }

  /** Stands for an absent value. */
  static readonly URGENCY_NULL = -32768;

  urgency(): number {
    if (this.actingVersion < 2) {
      return NewOrderDecoder.URGENCY_NULL;
    }
    return this.buffer.view.getInt16(this.offset + 68, true);
  }

  readonly #fills = new NewOrderFillsDecoder();

  fills(): NewOrderFillsDecoder {
    return this.#fills.begin(this, this.actingVersion);
  }

  readonly #legs = new NewOrderLegsDecoder();

  legs(): NewOrderLegsDecoder {
    if (this.actingVersion < 3) {
      return this.#legs.none(this);
    }
    return this.#legs.begin(this, this.actingVersion);
  }

  /** Bytes of the data that comes next; does not move on. */
  clientLength(): number {
    return this.buffer.view.getUint32(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getClient(target: Uint8Array, targetOffset = 0): number {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipClient(): number {
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit += 4 + length;
    return length;
  }

  client(): string {
    const start = this.limit + 4;
    const length = this.buffer.view.getUint32(this.limit, true);
    this.limit = start + length;
    return getText(this.buffer, start, length, false);
  }

  /** Bytes of the data that comes next; does not move on. */
  payloadLength(): number {
    if (this.actingVersion < 3) {
      return 0;
    }
    return this.buffer.view.getUint16(this.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getPayload(target: Uint8Array, targetOffset = 0): number {
    if (this.actingVersion < 3) {
      return 0;
    }
    const start = this.limit + 2;
    const length = this.buffer.view.getUint16(this.limit, true);
    this.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipPayload(): number {
    if (this.actingVersion < 3) {
      return 0;
    }
    const length = this.buffer.view.getUint16(this.limit, true);
    this.limit += 2 + length;
    return length;
  }
}

export class NewOrderFillsDecoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;
  actingBlockLength = 0;
  actingVersion = 0;

  begin(message: { buffer: SbeBuffer; limit: number }, actingVersion: number): NewOrderFillsDecoder {
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.actingVersion = actingVersion;
    this.index = -1;
    this.actingBlockLength = message.buffer.view.getUint16(start, true);
    this.count = message.buffer.view.getUint16(start + 2, true);
    message.limit = start + 4;
    return this;
  }

  /** The group of a message that is older than it. */
  none(message: { buffer: SbeBuffer; limit: number }): NewOrderFillsDecoder {
    this.message = message;
    this.buffer = message.buffer;
    this.index = -1;
    this.count = 0;
    return this;
  }

  hasNext(): boolean {
    return this.index + 1 < this.count;
  }

  /** Goes on to the next entry. */
  next(): NewOrderFillsDecoder {
    checkCount('entry of fills', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + this.actingBlockLength;
    return this;
  }

  fillId(): number {
    return this.buffer.view.getInt32(this.offset, true);
  }

  readonly #price = new T.PriceDecoder();

  price(): T.PriceDecoder {
    return this.#price.wrap(this.buffer, this.offset + 4);
  }

  readonly #parties = new NewOrderFillsPartiesDecoder();

  parties(): NewOrderFillsPartiesDecoder {
    return this.#parties.begin(this.message, this.actingVersion);
  }

  /** Bytes of the data that comes next; does not move on. */
  noteLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getNote(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipNote(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  note(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}

export class NewOrderFillsPartiesDecoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;
  actingBlockLength = 0;
  actingVersion = 0;

  begin(message: { buffer: SbeBuffer; limit: number }, actingVersion: number): NewOrderFillsPartiesDecoder {
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.actingVersion = actingVersion;
    this.index = -1;
    this.actingBlockLength = message.buffer.view.getUint16(start, true);
    this.count = message.buffer.view.getUint16(start + 2, true);
    message.limit = start + 4;
    return this;
  }

  /** The group of a message that is older than it. */
  none(message: { buffer: SbeBuffer; limit: number }): NewOrderFillsPartiesDecoder {
    this.message = message;
    this.buffer = message.buffer;
    this.index = -1;
    this.count = 0;
    return this;
  }

  hasNext(): boolean {
    return this.index + 1 < this.count;
  }

  /** Goes on to the next entry. */
  next(): NewOrderFillsPartiesDecoder {
    checkCount('entry of parties', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + this.actingBlockLength;
    return this;
  }

  partyId(): number {
    return this.buffer.view.getInt32(this.offset, true);
  }

  /** Bytes of the data that comes next; does not move on. */
  partyNameLength(): number {
    return this.buffer.view.getUint32(this.message.limit, true);
  }

  /** Copies what fits, moves on behind the data, and returns the bytes copied. */
  getPartyName(target: Uint8Array, targetOffset = 0): number {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getBytes(this.buffer, start, target, targetOffset, length);
  }

  /** Moves on behind the data and returns its length. */
  skipPartyName(): number {
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit += 4 + length;
    return length;
  }

  partyName(): string {
    const start = this.message.limit + 4;
    const length = this.buffer.view.getUint32(this.message.limit, true);
    this.message.limit = start + length;
    return getText(this.buffer, start, length, false);
  }
}

export class NewOrderLegsDecoder {
  message!: { buffer: SbeBuffer; limit: number };
  buffer!: SbeBuffer;
  offset = 0;
  /** How many entries the group has. */
  count = 0;
  /** Of the current entry; -1 before the first. */
  index = -1;
  actingBlockLength = 0;
  actingVersion = 0;

  begin(message: { buffer: SbeBuffer; limit: number }, actingVersion: number): NewOrderLegsDecoder {
    const start = message.limit;
    this.message = message;
    this.buffer = message.buffer;
    this.actingVersion = actingVersion;
    this.index = -1;
    this.actingBlockLength = message.buffer.view.getUint16(start, true);
    this.count = message.buffer.view.getUint16(start + 2, true);
    message.limit = start + 4;
    return this;
  }

  /** The group of a message that is older than it. */
  none(message: { buffer: SbeBuffer; limit: number }): NewOrderLegsDecoder {
    this.message = message;
    this.buffer = message.buffer;
    this.index = -1;
    this.count = 0;
    return this;
  }

  hasNext(): boolean {
    return this.index + 1 < this.count;
  }

  /** Goes on to the next entry. */
  next(): NewOrderLegsDecoder {
    checkCount('entry of legs', this.index + 1, this.count - 1);
    this.index++;
    this.offset = this.message.limit;
    this.message.limit = this.offset + this.actingBlockLength;
    return this;
  }

  legId(): bigint {
    return this.buffer.view.getBigInt64(this.offset, true);
  }
}
