import type { ServiceObserver } from './register-service.ts';

interface Entry {
  readonly what: string;
  readonly digest: number;
  readonly member: string;
}

/**
 * What the services of all members have done, at which position of the log: whoever comes to a position must find
 * there what the first one found, in the same state. Positions are only seen when they are committed, so what is
 * here once is here for good.
 */
export class LogJournal {
  readonly #fail: (message: string) => void;
  readonly #entries = new Map<number, Entry>();
  readonly #leaderOfTerm = new Map<number, number>();
  /** Ids of clients' operations, and where they were applied. */
  readonly #positionOf = new Map<string, number>();
  #endPosition = 0;

  constructor(fail: (message: string) => void) {
    this.#fail = fail;
  }

  /** The furthest that any service has come. */
  get endPosition(): number {
    return this.#endPosition;
  }

  get length(): number {
    return this.#entries.size;
  }

  get termCount(): number {
    return this.#leaderOfTerm.size;
  }

  hasApplied(operationId: string): boolean {
    return this.#positionOf.has(operationId);
  }

  /** What the service of a member tells. */
  observerOf(member: string): ServiceObserver {
    return {
      onStart: (logPosition, digest) => this.#onStart(member, logPosition, digest),
      onTerm: (leadershipTermId, leaderMemberId) => this.onLeader(leadershipTermId, leaderMemberId, member),
      onApplied: (logPosition, what, digest) => this.#onApplied(member, logPosition, { what, digest, member }),
      onBroken: (message) => this.#fail(`${member}: ${message}`),
    };
  }

  /** A term has one leader, whoever says so. */
  onLeader(leadershipTermId: number, leaderMemberId: number, witness: string): void {
    const known = this.#leaderOfTerm.get(leadershipTermId);
    if (known === undefined) {
      this.#leaderOfTerm.set(leadershipTermId, leaderMemberId);
    } else if (known !== leaderMemberId) {
      this.#fail(`term ${leadershipTermId} has two leaders, ${known} and, for ${witness}, ${leaderMemberId}`);
    }
  }

  #onStart(member: string, logPosition: number, digest: number): void {
    const entry = this.#entries.get(logPosition);
    if (entry !== undefined && entry.digest !== digest) {
      this.#fail(`${member} starts from a snapshot at ${logPosition} that ${entry.member} was not in the state of`);
    }
  }

  #onApplied(member: string, logPosition: number, entry: Entry): void {
    const known = this.#entries.get(logPosition);
    if (known === undefined) {
      this.#entries.set(logPosition, entry);
      this.#endPosition = Math.max(this.#endPosition, logPosition);
      this.#onFirstApplied(logPosition, entry);
    } else if (known.what !== entry.what) {
      this.#fail(`logs differ at ${logPosition}: '${known.what}' for ${known.member}, '${entry.what}' for ${member}`);
    } else if (known.digest !== entry.digest) {
      this.#fail(`services differ at ${logPosition}, '${entry.what}': ${known.member} and ${member}`);
    }
  }

  #onFirstApplied(logPosition: number, { what, member }: Entry): void {
    const id = /^(\S+#\d+) (?!told)/.exec(what)?.[1];
    if (id === undefined) {
      return;
    }
    const before = this.#positionOf.get(id);
    if (before !== undefined) {
      this.#fail(`${member} applied ${id} at ${before} and again at ${logPosition}`);
    }
    this.#positionOf.set(id, logPosition);
  }
}
