import { NativeMemory } from './native-memory.ts';
import { MAX_ADDRESS_LENGTH } from './native-socket-address.ts';
import { system } from './system.ts';

/**
 * Headers for sendmmsg and recvmmsg, laid out once: one block with `capacity` message headers, as many
 * vectors of one buffer each, and the addresses. Where the system has no such calls, each header is good for
 * one sendmsg or recvmsg: what is used of the structures lies the same on all 64-bit systems.
 *
 *     struct mmsghdr           0           8       12       16          24          32        40        48      56       60
 *                              +-----------+-------+--------+-----------+-----------+---------+---------+-------+--------+----+
 *                              | name      | name  |        | vectors   | number of | control | control | 0 ... | length |    |
 *                              |           | length|        |           | vectors   |         | length  |       |        |    |
 *                              +-----------+-------+--------+-----------+-----------+---------+---------+-------+--------+----+
 *
 *     struct iovec             0           8           16
 *                              +-----------+-----------+
 *                              | base      | length    |
 *                              +-----------+-----------+
 *
 *     struct cmsghdr           0           8       12      16          18       24     what is sent is cut into datagrams
 *                              +-----------+-------+-------+-----------+--------+     of this length, the last as long
 *                              | 18        | level | type  | segment   |        |     as what is left
 *                              |           |       |       | length    |        |
 *                              +-----------+-------+-------+-----------+--------+
 */
const HEADER_WORDS = 16;
const NAME_LENGTH_WORD = 2;
const CONTROL_WORD = 8;
const CONTROL_LENGTH_WORD = 10;
const LENGTH_WORD = 14;
const CONTROL_WORDS = 6;
const CONTROL_LENGTH = CONTROL_WORDS * 4;
const SEGMENT_CONTROL_LENGTH = 18;
const SEGMENT_LENGTH_WORD = 4;
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
  private readonly firstControlWord: number;

  /** @param nameCount 1: all messages share one address; `capacity`: each has its own. */
  constructor(capacity: number, nameCount: number) {
    const vectorsOffset = capacity * HEADER_LENGTH;
    const controlsOffset = vectorsOffset + capacity * VECTOR_WORDS * 4;
    this.namesOffset = controlsOffset + capacity * CONTROL_LENGTH;
    this.capacity = capacity;
    this.firstVectorWord = vectorsOffset / 4;
    this.firstControlWord = controlsOffset / 4;
    const memory = new NativeMemory(this.namesOffset + nameCount * MAX_ADDRESS_LENGTH);
    this.bytes = new Uint8Array(memory.arrayBuffer);
    this.words = new Int32Array(memory.arrayBuffer);
    this.addresses = [...Array.from({ length: capacity }, (_, i) => memory.address + i * HEADER_LENGTH), undefined];
    for (let i = 0; i < capacity; i++) {
      const header = i * HEADER_WORDS;
      this.#setPointer(header, memory.address + this.namesOffset + (i % nameCount) * MAX_ADDRESS_LENGTH);
      this.#setPointer(header + 4, memory.address + vectorsOffset + i * VECTOR_WORDS * 4);
      this.words[header + 6] = 1;
      const control = this.firstControlWord + i * CONTROL_WORDS;
      this.#setPointer(header + CONTROL_WORD, memory.address + control * 4);
      this.words[control] = SEGMENT_CONTROL_LENGTH;
      this.words[control + 2] = system.udpLevel;
      this.words[control + 3] = system.udpSegment;
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

  /** Has the message cut into datagrams of this length; 0: it is one. */
  setSegmentLength(index: number, segmentLength: number): void {
    this.words[index * HEADER_WORDS + CONTROL_LENGTH_WORD] = segmentLength === 0 ? 0 : CONTROL_LENGTH;
    this.words[this.firstControlWord + index * CONTROL_WORDS + SEGMENT_LENGTH_WORD] = segmentLength;
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
