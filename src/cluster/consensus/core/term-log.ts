import { NULL_VALUE } from './messages.ts';

/** A term of the recording log. */
export interface TermEntry {
  readonly leadershipTermId: number;
  readonly termBaseLogPosition: number;
  /** Where it ends; -1 while it is open. */
  readonly logPosition: number;
}

/** What a term log wants written into the recording log. */
interface TermWriter {
  /** This also ends the term before it, where the new one begins. */
  appendTerm(entry: TermEntry): void;
  commitTerm(leadershipTermId: number, logPosition: number): void;
}

/** The terms of the recording log, as the core has them in mind; it alone adds to them. */
export class TermLog {
  readonly #entries: TermEntry[];
  readonly #writer: TermWriter;

  constructor(entries: readonly TermEntry[], writer: TermWriter) {
    this.#entries = entries.toSorted((a, b) => a.leadershipTermId - b.leadershipTermId);
    this.#writer = writer;
  }

  find(leadershipTermId: number): TermEntry | undefined {
    return this.#entries.find((entry) => entry.leadershipTermId === leadershipTermId);
  }

  get last(): TermEntry | undefined {
    return this.#entries.at(-1);
  }

  /** Where the term ends for sure, as a later one begins there; -1 when it is the last or behind it. */
  endOf(leadershipTermId: number): number {
    return this.#entries.find((entry) => entry.leadershipTermId > leadershipTermId)?.termBaseLogPosition ?? NULL_VALUE;
  }

  /** The term ends at this position. A term that is not known stays so. */
  commit(leadershipTermId: number, logPosition: number): void {
    const index = this.#entries.findIndex((entry) => entry.leadershipTermId === leadershipTermId);
    if (index < 0 || this.#entries[index]!.logPosition === logPosition) {
      return;
    }
    this.#entries[index] = { ...this.#entries[index]!, logPosition };
    this.#writer.commitTerm(leadershipTermId, logPosition);
  }

  /**
   * Makes sure that the term and all before it are there: terms in which nothing was appended begin and end where
   * the one before them ends. Upstream: `io.aeron.cluster.RecordingLog.ensureCoherent`.
   *
   * @param logPosition where the term ends; -1 while it is open
   */
  ensureCoherent(
    initial: { readonly leadershipTermId: number; readonly termBaseLogPosition: number },
    leadershipTermId: number,
    termBaseLogPosition: number,
    logPosition: number,
  ): void {
    const last = this.last;
    if (last === undefined) {
      for (let termId = Math.max(0, initial.leadershipTermId); termId < leadershipTermId; termId++) {
        this.#append(termId, initial.termBaseLogPosition);
      }
      this.#append(leadershipTermId, termBaseLogPosition);
    } else if (last.leadershipTermId < leadershipTermId) {
      if (last.logPosition === NULL_VALUE) {
        this.commit(last.leadershipTermId, termBaseLogPosition);
      }
      const endPosition = this.last!.logPosition;
      for (let termId = last.leadershipTermId + 1; termId <= leadershipTermId; termId++) {
        this.#append(termId, endPosition);
      }
    }
    if (logPosition !== NULL_VALUE) {
      this.commit(leadershipTermId, logPosition);
    }
  }

  #append(leadershipTermId: number, termBaseLogPosition: number): void {
    const last = this.last;
    if (last?.leadershipTermId === leadershipTermId - 1) {
      this.#entries[this.#entries.length - 1] = { ...last, logPosition: termBaseLogPosition };
    }
    const entry = { leadershipTermId, termBaseLogPosition, logPosition: NULL_VALUE };
    this.#entries.push(entry);
    this.#writer.appendTerm(entry);
  }
}
