import type { Publication } from '../../client/mod.ts';
import { DataHeaderFlyweight, FrameDescriptor, LogBufferDescriptor } from '../../protocol/mod.ts';
import type { StreamScenario } from './scenario.ts';

const HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;

/** What became of a place in the log. */
export const EntryState = {
  /** Given out, and not yet committed: nothing behind it may be delivered. */
  CLAIMED: 0,
  /** Must be delivered. */
  SENT: 1,
  /** Given back: subscribers must not see it. */
  ABORTED: 2,
  /** Its publisher died before it was committed: the driver turns it into padding, sooner or later. */
  ABANDONED: 3,
} as const;
export type EntryState = (typeof EntryState)[keyof typeof EntryState];

export interface JournalEntry {
  readonly startPosition: number;
  readonly endPosition: number;
  readonly length: number;
  /** Who sent it, and its how manyeth message it was: together, what its content is. */
  readonly publisher: number;
  readonly sequence: number;
  state: EntryState;
}

/** All that was ever put into one session of a stream, in the order of its positions: what subscribers are held to. */
export class Journal {
  readonly stream: StreamScenario;
  readonly sessionId: number;
  /** Name of the host that it is published on. */
  readonly host: string;
  readonly entries: JournalEntry[] = [];
  /** Bytes that the longest message takes, and padding at most. */
  readonly maxFramedLength: number;
  readonly #publishers = new Set<number>();
  readonly #maxPayloadLength: number;
  #isRevoked = false;

  constructor(stream: StreamScenario, host: string, publication: Publication) {
    this.stream = stream;
    this.sessionId = publication.sessionId;
    this.host = host;
    this.maxFramedLength = publication.maxFramedLength;
    this.#maxPayloadLength = publication.maxPayloadLength;
  }

  /** Somebody may still put something into it. */
  get isOpen(): boolean {
    return this.#publishers.size > 0;
  }

  /** The publisher took back what subscribers have not read. */
  get isRevoked(): boolean {
    return this.#isRevoked;
  }

  join(publisher: number): void {
    this.#publishers.add(publisher);
  }

  /** A publisher leaves, or died; what it has claimed and not committed will never be. */
  leave(publisher: number, options: { isRevoked?: boolean } = {}): void {
    this.#publishers.delete(publisher);
    this.#isRevoked ||= options.isRevoked ?? false;
    for (const entry of this.entries) {
      if (entry.publisher === publisher && entry.state === EntryState.CLAIMED) {
        entry.state = EntryState.ABANDONED;
      }
    }
  }

  /** `endPosition` is what the publication returned. */
  add(endPosition: number, length: number, publisher: number, sequence: number, state: EntryState): JournalEntry {
    const startPosition = endPosition - this.#framedLength(length);
    const entry = { startPosition, endPosition, length, publisher, sequence, state };
    this.entries.push(entry);
    return entry;
  }

  /** Index of the first entry that begins at or behind the position. */
  firstFrom(position: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle]!.startPosition < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Where the first message begins that a subscriber gets whole who joins at the position. */
  firstWholeFrom(position: number): number {
    const index = this.firstFrom(position);
    return this.entries[index]?.startPosition ?? this.entries.at(-1)?.endPosition ?? position;
  }

  /** Index of the first entry at or behind `index` that must be delivered; how many there are, if none does. */
  nextSent(index: number): number {
    let next = index;
    while (next < this.entries.length && this.entries[next]!.state !== EntryState.SENT) {
      next++;
    }
    return next;
  }

  /** Where in a message's stretch of the log the frame lies that has the message's byte `from`. */
  frameOffset(from: number): number {
    const frames = from / this.#maxPayloadLength;
    return frames * FrameDescriptor.alignFrameLength(this.#maxPayloadLength + HEADER_LENGTH);
  }

  #framedLength(length: number): number {
    return length <= this.#maxPayloadLength
      ? FrameDescriptor.alignFrameLength(length + HEADER_LENGTH)
      : LogBufferDescriptor.computeFragmentedFrameLength(length, this.#maxPayloadLength);
  }
}

/** The journals of a run. */
export class Journals {
  readonly all: Journal[] = [];
  readonly #bySession = new Map<string, Journal>();

  /** The journal of a session, made when its first publisher comes. */
  open(stream: StreamScenario, host: string, publication: Publication): Journal {
    const key = `${stream.streamId}/${publication.sessionId}`;
    const known = this.#bySession.get(key);
    if (known !== undefined) {
      return known;
    }
    const journal = new Journal(stream, host, publication);
    this.#bySession.set(key, journal);
    this.all.push(journal);
    return journal;
  }

  of(streamId: number, sessionId: number): Journal | undefined {
    return this.#bySession.get(`${streamId}/${sessionId}`);
  }
}
