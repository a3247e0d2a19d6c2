import { AeronError, AtomicBuffer } from '../agrona/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, HeaderFlyweight, LogBufferDescriptor } from '../protocol/mod.ts';
import { Header } from './header.ts';

const HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;
const MIN_CAPACITY = 4096;
const NO_OFFSET = -1;

/**
 * Puts the fragments of a message together. The buffer grows as needed up to `maxCapacity`, by default the
 * longest message that Aeron knows.
 */
export class BufferBuilder {
  /** The message so far is its first `limit` bytes. Replaced as it grows. */
  buffer: AtomicBuffer;
  /** Where in the term the next fragment of the message begins; -1 when none is awaited. */
  nextTermOffset = NO_OFFSET;
  readonly #maxCapacity: number;
  readonly #headerBuffer = AtomicBuffer.allocate(HEADER_LENGTH);
  readonly #completeHeader = new Header(this.#headerBuffer, 0, 0);
  #limit = 0;
  #firstPayloadLength = 0;

  /** @throws AeronError OUT_OF_RANGE */
  constructor(initialCapacity = 0, maxCapacity: number = FrameDescriptor.MAX_MESSAGE_LENGTH) {
    if (!(initialCapacity >= 0 && initialCapacity <= maxCapacity)) {
      throw new AeronError('OUT_OF_RANGE', `initial capacity ${initialCapacity} is not from 0 to ${maxCapacity}`);
    }
    this.#maxCapacity = maxCapacity;
    this.buffer = AtomicBuffer.allocate(initialCapacity);
  }

  get capacity(): number {
    return this.buffer.capacity;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Takes back what lies beyond. @throws AeronError OUT_OF_RANGE */
  set limit(limit: number) {
    if (!(limit >= 0 && limit <= this.buffer.capacity)) {
      throw new AeronError('OUT_OF_RANGE', `limit ${limit} is not from 0 to the capacity of ${this.buffer.capacity}`);
    }
    this.#limit = limit;
  }

  /** Forgets the message, and keeps the memory. */
  reset(): this {
    this.#limit = 0;
    this.nextTermOffset = NO_OFFSET;
    this.#completeHeader.image = undefined;
    this.#completeHeader.fragmentedFrameLength = undefined;
    return this;
  }

  /** Gives back memory beyond the message. */
  compact(): this {
    const capacity = Math.max(MIN_CAPACITY, this.#limit);
    if (capacity < this.buffer.capacity) {
      this.#resize(capacity);
    }
    return this;
  }

  /** @throws AeronError MESSAGE_TOO_LONG beyond `maxCapacity`: the message is forgotten. */
  append(source: AtomicBuffer, offset: number, length: number): this {
    this.#ensureCapacity(this.#limit + length);
    this.buffer.putBytes(this.#limit, source, offset, length);
    this.#limit += length;
    return this;
  }

  /** Remembers the header of the first fragment. */
  captureHeader(header: Header): this {
    this.#completeHeader.initialTermId = header.initialTermId;
    this.#completeHeader.positionBitsToShift = header.positionBitsToShift;
    this.#firstPayloadLength = header.frameLength - HEADER_LENGTH;
    this.#headerBuffer.putBytes(0, header.buffer, header.offset, HEADER_LENGTH);
    return this;
  }

  /** The header of the whole message, whose last fragment has `header`: it stands for all of its fragments. */
  completeHeader(header: Header): Header {
    const complete = this.#completeHeader;
    complete.image = header.image;
    complete.fragmentedFrameLength = LogBufferDescriptor.computeFragmentedFrameLength(
      this.#limit,
      this.#firstPayloadLength,
    );
    HeaderFlyweight.putFrameLength(this.#headerBuffer, 0, HEADER_LENGTH + this.#limit);
    HeaderFlyweight.putFlags(this.#headerBuffer, 0, HeaderFlyweight.flags(this.#headerBuffer, 0) | header.flags);
    return complete;
  }

  #ensureCapacity(required: number): void {
    if (required <= this.buffer.capacity) {
      return;
    }
    if (required > this.#maxCapacity) {
      this.reset();
      throw new AeronError(
        'MESSAGE_TOO_LONG',
        `fragments add up to ${required} bytes; at most ${this.#maxCapacity} are put together`,
      );
    }
    let capacity = Math.max(this.buffer.capacity, MIN_CAPACITY);
    while (capacity < required) {
      capacity += capacity >>> 1;
    }
    this.#resize(Math.min(capacity, this.#maxCapacity));
  }

  #resize(capacity: number): void {
    const buffer = AtomicBuffer.allocate(capacity);
    buffer.putBytes(0, this.buffer, 0, this.#limit);
    this.buffer = buffer;
  }
}

/**
 * Takes the next fragment of one stream into the builder; true when it was the last of a message, which then
 * is in the builder. A fragment that does not follow the one before is dropped, and the message with it.
 */
export function appendFragment(
  builder: BufferBuilder,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
  header: Header,
): boolean {
  const { flags } = header;
  if ((flags & FrameDescriptor.BEGIN_FRAG_FLAG) !== 0) {
    builder.reset().captureHeader(header).append(buffer, offset, length);
    builder.nextTermOffset = header.nextTermOffset;
    return false;
  }
  if (header.termOffset !== builder.nextTermOffset) {
    builder.reset();
    return false;
  }
  builder.append(buffer, offset, length);
  if ((flags & FrameDescriptor.END_FRAG_FLAG) !== 0) {
    return true;
  }
  builder.nextTermOffset = header.nextTermOffset;
  return false;
}

/** Whether a fragment is a message by itself. */
export function isUnfragmented(header: Header): boolean {
  return (header.flags & FrameDescriptor.UNFRAGMENTED) === FrameDescriptor.UNFRAGMENTED;
}
