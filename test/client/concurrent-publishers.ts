import { AtomicBuffer } from '../../src/agrona/mod.ts';

/** What concurrent-publishers.test.ts asks of one of its threads. */
export interface PublisherTask {
  readonly id: number;
  readonly messages: number;
  readonly logPath: string;
  readonly countersPath: string;
}

export const TASK_TERM_LENGTH = 64 * 1024;

function messageLength(id: number, sequence: number): number {
  const kind = (sequence * 7 + id) % 50;
  return kind === 0 ? 4000 + (sequence % 2000) : 12 + ((sequence * 13) % 150);
}

/** The message that a publisher sends as its `sequence`-th: who, which, and bytes that follow from both. */
export function makeMessage(id: number, sequence: number): AtomicBuffer {
  const message = AtomicBuffer.allocate(messageLength(id, sequence));
  message.putInt32(0, id);
  message.putInt32(4, sequence);
  for (let i = 8; i < message.capacity; i++) {
    message.u8[i] = id * 31 + sequence + i;
  }
  return message;
}

/** What is wrong with a message, or undefined. */
export function complaintAbout(buffer: AtomicBuffer, offset: number, length: number): string | undefined {
  const id = buffer.getInt32(offset);
  const sequence = buffer.getInt32(offset + 4);
  if (length !== messageLength(id, sequence)) {
    return `message ${sequence} of ${id} has ${length} bytes`;
  }
  for (let i = 8; i < length; i++) {
    if (buffer.u8[offset + i] !== ((id * 31 + sequence + i) & 0xff)) {
      return `byte ${i} of message ${sequence} of ${id} is another`;
    }
  }
  return undefined;
}
