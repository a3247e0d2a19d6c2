import type { ConsensusAction } from './actions.ts';

/** Does what the core wants. */
export interface ActionExecutor {
  /** @returns false for a `send` or an `appendNewLeadershipTermEvent` that was not taken; true for everything else */
  execute(action: ConsensusAction): boolean;
}

/** Actions in the order in which they are to be performed. */
export class ActionQueue {
  readonly #actions: ConsensusAction[] = [];
  #next = 0;
  #isPerforming = false;

  /** Nothing is waiting or being performed: objects of earlier actions may be used again. */
  get isIdle(): boolean {
    return !this.#isPerforming && this.#actions.length === 0;
  }

  get isPerforming(): boolean {
    return this.#isPerforming;
  }

  push(action: ConsensusAction): void {
    this.#actions.push(action);
  }

  /**
   * Performs all, those added meanwhile as well. Called while it is at work, it leaves them to the outer call.
   * What is thrown by an action comes out of it, and the rest is dropped.
   */
  perform(executor: ActionExecutor, onPerformed: (action: ConsensusAction, isTaken: boolean) => void): void {
    if (this.#isPerforming) {
      return;
    }
    this.#isPerforming = true;
    try {
      while (this.#next < this.#actions.length) {
        const action = this.#actions[this.#next++]!;
        onPerformed(action, executor.execute(action));
      }
    } finally {
      this.#actions.length = 0;
      this.#next = 0;
      this.#isPerforming = false;
    }
  }
}
