import { NativeMemory } from './native-memory.ts';
import { MAX_ADDRESS_LENGTH } from './native-socket-address.ts';

/**
 * Headers for sendmmsg and recvmmsg, laid out once: one block with `capacity` message headers, as many
 * vectors of one buffer each, and the addresses. Where the system has no such calls, each header is good for
 * one sendmsg or recvmsg: what is used of the structures lies the same on all 64-bit systems.
 *
 *     struct mmsghdr           0           8       12       16          24          32      56       60
 *                              +-----------+-------+--------+-----------+-----------+-------+--------+----+
 *                              | name      | name  |        | vectors   | number of | 0 ... | length |    |
 *                              |           | length|        |           | vectors   |       |        |    |
 *                              +-----------+-------+--------+-----------+-----------+-------+--------+----+
 *
 *     struct iovec             0           8           16
 *                              +-----------+-----------+
 *                              | base      | length    |
 *                              +-----------+-----------+
 */
const HEADER_WORDS = 16;
const NAME_LENGTH_WORD = 2;
const LENGTH_WORD = 14;
const VECTOR_WORDS = 4;
const TWO_TO_32 = 0x1_0000_0000;

const HEADER_LENGTH = HEADER_WORDS * 4;

export class MessageHeaders {
  readonly capacity: number;
  /** The block, and where in it things begin, in bytes. */
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly namesOffset: number;
  /**
   * Machine addresses of the headers. An array of nothing but numbers would keep them in a form that has to be
   * made a new object each time one is handed to an FFI call; beside something else they stay objects.
   */
  readonly addresses: readonly unknown[];
  private readonly firstVectorWord: number;

  /** @param nameCount 1: all messages share one address; `capacity`: each has its own. */
  constructor(capacity: number, nameCount: number) {
    const vectorsOffset = capacity * HEADER_LENGTH;
    this.namesOffset = vectorsOffset + capacity * VECTOR_WORDS * 4;
    this.capacity = capacity;
    this.firstVectorWord = vectorsOffset / 4;
    const memory = new NativeMemory(this.namesOffset + nameCount * MAX_ADDRESS_LENGTH);
    this.bytes = new Uint8Array(memory.arrayBuffer);
    this.words = new Int32Array(memory.arrayBuffer);
    this.addresses = [...Array.from({ length: capacity }, (_, i) => memory.address + i * HEADER_LENGTH), undefined];
    for (let i = 0; i < capacity; i++) {
      const header = i * HEADER_WORDS;
      this.#setPointer(header, memory.address + this.namesOffset + (i % nameCount) * MAX_ADDRESS_LENGTH);
      this.#setPointer(header + 4, memory.address + vectorsOffset + i * VECTOR_WORDS * 4);
      this.words[header + 6] = 1;
    }
  }

  setNameLength(index: number, length: number): void {
    this.words[index * HEADER_WORDS + NAME_LENGTH_WORD] = length;
  }

  setBuffer(index: number, address: number, length: number): void {
    const word = this.firstVectorWord + index * VECTOR_WORDS;
    const low = address >>> 0;
    this.words[word] = low;
    this.words[word + 1] = (address - low) / TWO_TO_32;
    this.words[word + 2] = length;
  }

  /** Bytes of the message, as the system wrote it. */
  messageLength(index: number): number {
    return this.words[index * HEADER_WORDS + LENGTH_WORD]!;
  }

  setMessageLength(index: number, length: number): void {
    this.words[index * HEADER_WORDS + LENGTH_WORD] = length;
  }

  nameOffset(index: number): number {
    return this.namesOffset + index * MAX_ADDRESS_LENGTH;
  }

  #setPointer(word: number, address: number): void {
    this.words[word] = address >>> 0;
    this.words[word + 1] = Math.floor(address / TWO_TO_32);
  }
}
