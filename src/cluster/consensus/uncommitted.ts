import type { ConsensusModuleState } from './states.ts';

interface At<T> {
  readonly logPosition: number;
  readonly value: T;
}

/** What a leader has appended to its log and not yet committed, in the order of the log. */
class AppendedQueue<T> {
  #items: At<T>[] = [];

  add(logPosition: number, value: T): void {
    this.#items.push({ logPosition, value });
  }

  dropTo(commitPosition: number): void {
    let count = 0;
    while (count < this.#items.length && this.#items[count]!.logPosition <= commitPosition) {
      count++;
    }
    if (count > 0) {
      this.#items.splice(0, count);
    }
  }

  /** Takes what is not committed. */
  takeBeyond(commitPosition: number): T[] {
    this.dropTo(commitPosition);
    return this.#items.splice(0).map(({ value }) => value);
  }
}

/**
 * What the leader itself has done by its log, to be taken back when the log does not keep it: timers that have
 * expired, and states that cluster actions have ended.
 */
export class Uncommitted {
  readonly #timers = new AppendedQueue<bigint>();
  readonly #previousStates = new AppendedQueue<ConsensusModuleState>();

  onTimer(logPosition: number, correlationId: bigint): void {
    this.#timers.add(logPosition, correlationId);
  }

  /** An action at this place of the log has ended `previousState`. */
  onAction(logPosition: number, previousState: ConsensusModuleState): void {
    this.#previousStates.add(logPosition, previousState);
  }

  onCommitted(commitPosition: number): void {
    this.#timers.dropTo(commitPosition);
    this.#previousStates.dropTo(commitPosition);
  }

  /** Leadership is lost: the timers to schedule again, and the state to go back to, if any. */
  restore(commitPosition: number): { timers: readonly bigint[]; state: ConsensusModuleState | undefined } {
    return {
      timers: this.#timers.takeBeyond(commitPosition),
      state: this.#previousStates.takeBeyond(commitPosition)[0],
    };
  }
}
