import type { AtomicBuffer } from '../../src/agrona/mod.ts';

/**
 * What the peers send each other; Peer.java has the same. Sequence numbers begin at 0 for each publisher, and
 * byte i of the rest is the low byte of sequence * 31 + i.
 *
 *     0               8        12       16
 *     +---------------+--------+--------+------ - -
 *     | sequence      | id     | length | pattern
 *     +---------------+--------+--------+------ - -
 */
const ID_OFFSET = 8;
const LENGTH_OFFSET = 12;
const HEADER_LENGTH = 16;

/** Bytes of a message: a number, 'max', or 'mixed', which walks through small, fragmented and maximum length. */
export function messageLengthOf(length: string, sequence: number, maxMessageLength: number): number {
  if (length === 'max') {
    return maxMessageLength;
  }
  if (length !== 'mixed') {
    return Number(length);
  }
  if (sequence % 500 === 499) {
    return maxMessageLength;
  }
  const range = sequence % 10 === 9 ? Math.min(9000, maxMessageLength - HEADER_LENGTH) : 1000;
  return HEADER_LENGTH + ((sequence * 7919) % range);
}

export function fillMessage(buffer: AtomicBuffer, sequence: number, id: number, length: number): void {
  buffer.putInt64(0, sequence);
  buffer.putInt32(ID_OFFSET, id);
  buffer.putInt32(LENGTH_OFFSET, length);
  const bytes = buffer.u8;
  const pattern = (sequence * 31) & 0xff;
  for (let i = HEADER_LENGTH; i < length; i++) {
    bytes[i] = pattern + i;
  }
}

/** Holds the messages of all publishers of all sessions to their order and content. */
export class MessageCheck {
  /** Messages so far. */
  received = 0;
  readonly #sessions = new Map<number, Map<number, number>>();
  readonly #isTail: boolean;
  readonly #fail: (why: string) => never;

  /** @param isTail whether a publisher may first be heard in the middle of what it sends. */
  constructor(isTail: boolean, fail: (why: string) => never) {
    this.#isTail = isTail;
    this.#fail = fail;
  }

  onMessage(buffer: AtomicBuffer, offset: number, length: number, sessionId: number): void {
    const sequence = buffer.getInt64(offset);
    const id = buffer.getInt32(offset + ID_OFFSET);
    const publishers = this.#publishersOf(sessionId);
    const expected = publishers.get(id) ?? (this.#isTail ? sequence : 0);
    if (sequence !== expected) {
      this.#fail(`sequence ${sequence} of ${id} instead of ${expected}`);
    }
    publishers.set(id, sequence + 1);
    this.#checkContent(buffer, offset, length, sequence, id);
    this.received++;
  }

  #publishersOf(sessionId: number): Map<number, number> {
    let publishers = this.#sessions.get(sessionId);
    if (publishers === undefined) {
      publishers = new Map();
      this.#sessions.set(sessionId, publishers);
    }
    return publishers;
  }

  #checkContent(buffer: AtomicBuffer, offset: number, length: number, sequence: number, id: number): void {
    const sent = buffer.getInt32(offset + LENGTH_OFFSET);
    if (sent !== length) {
      this.#fail(`length ${length} of ${sequence} from ${id} instead of ${sent}`);
    }
    const bytes = buffer.u8;
    const pattern = (sequence * 31) & 0xff;
    for (let i = HEADER_LENGTH; i < length; i++) {
      if (bytes[offset + i] !== ((pattern + i) & 0xff)) {
        this.#fail(`byte ${i} of ${sequence} from ${id}`);
      }
    }
  }
}
