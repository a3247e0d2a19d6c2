import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { Image } from '../../client/mod.ts';
import { EntryState, type Journal } from './journal.ts';
import type { SubscriberScenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** By then, some status messages of a receiver have arrived. */
const ESTABLISHED_NS = 1_000_000_000;

/** Holds one image to the journal of its session: every message, in order, once, unaltered. */
export class ImageCheck {
  readonly image: Image;
  messages = 0;
  #isEstablished: boolean;
  /** When it was last further behind than its window. */
  #lastBehindNs: number;
  readonly #stage: Stage;
  readonly #subscriber: SubscriberScenario;
  /** Where the subscriber is. */
  readonly #host: string;
  #journal: Journal | undefined;
  /** Index of the first entry of the journal that may still come. */
  #cursor = 0;
  /** Bytes of that entry that have come in frames of blocks. */
  #taken = 0;

  constructor(stage: Stage, subscriber: SubscriberScenario, host: string, image: Image) {
    this.#stage = stage;
    this.#subscriber = subscriber;
    this.#host = host;
    this.image = image;
    this.#lastBehindNs = stage.world.now;
    this.#isEstablished = !subscriber.mayBeLeftBehind;
  }

  /** Flow control waits for it. */
  get isEstablished(): boolean {
    return this.#isEstablished;
  }

  /** undefined for as long as its publisher has not been told of its publication. */
  get journal(): Journal | undefined {
    if (this.#journal === undefined) {
      const { sessionId, joinPosition, subscription } = this.image;
      this.#journal = this.#stage.journals.of(subscription.streamId, sessionId);
      this.#cursor = this.#journal?.firstFrom(joinPosition) ?? 0;
    }
    return this.#journal;
  }

  /** All that was sent from where it joined has come. */
  get isComplete(): boolean {
    const { journal } = this;
    return journal === undefined || journal.nextSent(this.#cursor) === journal.entries.length;
  }

  /** 'image of session 12 at 300 of 400: 7 messages' */
  describe(): string {
    const { image, journal } = this;
    const sent = journal?.entries.at(-1)?.endPosition ?? 'nothing';
    const next = journal?.entries[journal.nextSent(this.#cursor)];
    const waiting = next === undefined ? '' : `, waits for ${next.publisher}/${next.sequence} at ${next.startPosition}`;
    return (
      `image of session ${image.sessionId} joined at ${image.joinPosition}, at ${image.position} of ${sent}` +
      `${waiting}, ${this.messages} messages`
    );
  }

  /** A whole message that the subscriber was given. */
  onMessage(buffer: AtomicBuffer, offset: number, length: number, endPosition: number): void {
    const { journal } = this;
    if (journal === undefined) {
      this.#fail(`got a message at ${endPosition} that nobody has sent`);
    }
    const index = this.#expect(journal, endPosition);
    const entry = journal.entries[index]!;
    if (length !== entry.length) {
      this.#fail(`got ${length} bytes instead of ${entry.length} at ${endPosition}`);
    }
    const difference = this.#stage.content.findDifference(buffer, offset, length, entry);
    if (difference >= 0) {
      this.#fail(`byte ${difference} of ${length} of message ${entry.publisher}/${entry.sequence} has changed`);
    }
    this.#cursor = index + 1;
    this.messages++;
  }

  /** One frame of a block, as it stands in the log: `position` is where it begins. */
  onFrame(buffer: AtomicBuffer, offset: number, length: number, position: number): void {
    const { journal } = this;
    if (journal === undefined) {
      this.#fail(`got a frame at ${position} that nobody has sent`);
    }
    if (position < journal.firstWholeFrom(this.image.joinPosition)) {
      return;
    }
    const index = this.#nextOpen(journal, this.#cursor);
    const entry = journal.entries[index];
    const framePosition = entry === undefined ? undefined : entry.startPosition + journal.frameOffset(this.#taken);
    if (entry?.state !== EntryState.SENT || framePosition !== position) {
      this.#fail(`got a frame at ${position}, but its turn had one at ${framePosition}`);
    }
    const from = this.#taken;
    const difference =
      from + length > entry.length
        ? entry.length
        : this.#stage.content.findDifference(buffer, offset, length, entry, from);
    if (difference >= 0) {
      this.#fail(`byte ${difference} of a frame of message ${entry.publisher}/${entry.sequence} has changed`);
    }
    this.#taken += length;
    this.#cursor = index;
    if (this.#taken === entry.length) {
      this.#taken = 0;
      this.#cursor = index + 1;
      this.messages++;
    }
  }

  /** Nobody was let further ahead of this subscriber than the windows, and padding over their edge, allow. */
  checkLag(): void {
    const { journal } = this;
    const { stream, isCounted, isTethered, isSpy } = this.#subscriber;
    const last = journal?.entries.at(-1);
    if (!isCounted || !isTethered || journal === undefined || last === undefined || this.image.isClosed) {
      return;
    }
    const lag = last.startPosition - this.image.position;
    this.#establish(lag);
    const network = stream.kind === 'ipc' || isSpy ? 0 : stream.receiverWindow;
    const allowed = stream.publicationWindow + network + journal.maxFramedLength;
    const isCutOff = this.#stage.excuses.has(journal.host, this.#host);
    if (lag > allowed && this.#isEstablished && !isCutOff) {
      this.#fail(`is ${lag} bytes behind ${last.publisher}/${last.sequence}, more than the windows of ${allowed}`);
    }
  }

  /** Flow control takes in a receiver that is not further behind than its window. */
  #establish(lag: number): void {
    const nowNs = this.#stage.world.now;
    if (lag > this.#subscriber.stream.receiverWindow) {
      this.#lastBehindNs = nowNs;
    } else if (nowNs - this.#lastBehindNs > ESTABLISHED_NS) {
      this.#isEstablished = true;
    }
  }

  /** Index of the entry that ends at the position, which must be the one whose turn it is. */
  #expect(journal: Journal, endPosition: number): number {
    const { entries } = journal;
    let index = this.#nextOpen(journal, this.#cursor);
    if (!this.#subscriber.isReliable) {
      while (index < entries.length && entries[index]!.endPosition < endPosition) {
        index = this.#nextOpen(journal, index + 1);
      }
    }
    const entry = entries[index];
    if (entry?.endPosition === endPosition && entry.state === EntryState.SENT) {
      return index;
    }
    const wanted =
      entry === undefined
        ? 'nothing more'
        : `${entry.publisher}/${entry.sequence} at ${entry.endPosition} (${stateName(entry.state)})`;
    return this.#fail(`got a message at ${endPosition}, but its turn had ${wanted}`);
  }

  /** The next entry that was sent or may still be. */
  #nextOpen(journal: Journal, from: number): number {
    let index = from;
    while (
      index < journal.entries.length &&
      (journal.entries[index]!.state === EntryState.ABORTED || journal.entries[index]!.state === EntryState.ABANDONED)
    ) {
      index++;
    }
    return index;
  }

  #fail(what: string): never {
    this.#stage.fail(`subscriber ${this.#subscriber.id}, session ${this.image.sessionId}: ${what}`);
  }
}

function stateName(state: EntryState): string {
  return Object.entries(EntryState)
    .find(([, value]) => value === state)![0]
    .toLowerCase();
}
