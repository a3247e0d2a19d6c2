import { AtomicBuffer } from '../../src/agrona/mod.ts';
import type { ExclusivePublication, Image } from '../../src/client/mod.ts';
import type { ClientSession, Cluster, ClusteredService } from '../../src/cluster/mod.ts';

const ANSWER_ATTEMPTS = 100;

/** Counts the words it is sent, on all members alike. Answers each message with the counts of its words. */
export class CounterService implements ClusteredService {
  #counts = new Map<string, number>();
  #cluster!: Cluster;

  onStart(cluster: Cluster, snapshotImage: Image | undefined): void {
    this.#cluster = cluster;
    if (snapshotImage !== undefined) {
      this.#load(snapshotImage);
    }
  }

  onSessionMessage(
    session: ClientSession | undefined,
    _timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): void {
    const words = buffer.getStringWithoutLength(offset, length).split(/\s+/);
    for (const word of words) {
      this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
    }
    const answer = words.map((word) => `${word}: ${this.#counts.get(word)}`).join(', ');
    if (session !== undefined) {
      this.#answer(session, answer);
    }
  }

  /** One message a word: a snapshot may be of any length, a message may not. */
  onTakeSnapshot(snapshotPublication: ExclusivePublication): void {
    for (const [word, count] of this.#counts) {
      const entry = AtomicBuffer.ofString(JSON.stringify([word, count]));
      while (snapshotPublication.offer(entry) < 0) {
        this.#cluster.idleStrategy.idle(0);
      }
    }
  }

  /** Tries for a while: a new leader is not connected to its clients at once, and some clients are gone. */
  #answer(session: ClientSession, text: string): void {
    const message = AtomicBuffer.ofString(text);
    for (let attempts = 0; session.offer(message) < 0 && attempts < ANSWER_ATTEMPTS; attempts++) {
      this.#cluster.idleStrategy.idle(0);
    }
  }

  #load(snapshotImage: Image): void {
    while (!snapshotImage.isEndOfStream) {
      const fragments = snapshotImage.poll((buffer, offset, length) => {
        const [word, count] = JSON.parse(buffer.getStringWithoutLength(offset, length)) as [string, number];
        this.#counts.set(word, count);
      }, 10);
      this.#cluster.idleStrategy.idle(fragments);
    }
  }
}
