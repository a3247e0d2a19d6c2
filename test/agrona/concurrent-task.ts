import type { AtomicBuffer } from '../../src/agrona/mod.ts';

/** What concurrent.test.ts asks of one of its threads. */
export interface WorkerTask {
  readonly kind: 'produce' | 'consume' | 'transmit' | 'receive' | 'count' | 'writeValues' | 'readValues';
  /** From 0 among the threads of its kind. */
  readonly id: number;
  /** Messages or rounds of each thread, and how many threads produce them. */
  readonly count: number;
  readonly producers: number;
  /** How many threads there are, all of which wait for each other before they begin. */
  readonly threads: number;
  /** Of the file that all of them map: a gate of 64 bytes, and the memory under test. */
  readonly path: string;
}

export interface WorkerResult {
  readonly kind: WorkerTask['kind'];
  /** Messages taken, or distinct values seen. */
  readonly received: number;
  readonly lapped: number;
  /** What should never have been seen. */
  readonly wrong: readonly string[];
}

/** In the gate: threads that are ready, threads that are done, and receivers that have a first message. */
export const READY_OFFSET = 0;
export const DONE_OFFSET = 4;
export const RECEIVING_OFFSET = 8;
export const GATE_LENGTH = 64;

export const MESSAGE_TYPE = 7;

/** Long by pairs of different words: half of one value beside half of another is no multiple of it. */
export const TWO_WORDS = 2 ** 32 + 1;

function messageLength(sequence: number): number {
  return 8 + ((sequence * 7) % 101);
}

/** Producer, sequence number, and bytes that follow from both. */
export function fillMessage(buffer: AtomicBuffer, producerId: number, sequence: number): number {
  const length = messageLength(sequence);
  buffer.putInt32(0, producerId);
  buffer.putInt32(4, sequence);
  for (let i = 8; i < length; i++) {
    buffer.u8[i] = producerId + sequence + i;
  }
  return length;
}

/** What is wrong with a message, or undefined. */
export function complaintAbout(buffer: AtomicBuffer, index: number, length: number): string | undefined {
  const producerId = buffer.getInt32(index);
  const sequence = buffer.getInt32(index + 4);
  if (length !== messageLength(sequence)) {
    return `message ${sequence} of ${producerId} has ${length} bytes`;
  }
  for (let i = 8; i < length; i++) {
    if (buffer.u8[index + i] !== ((producerId + sequence + i) & 0xff)) {
      return `byte ${i} of message ${sequence} of ${producerId} is torn`;
    }
  }
  return undefined;
}
