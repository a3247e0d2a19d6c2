import type { AtomicCounter } from '../../agrona/mod.ts';
import type { ClusterEventLog } from '../../events/mod.ts';
import { ConsensusModuleState, consensusModuleStateName } from './states.ts';

/** What the module is doing, for itself, for its counter, and in the event log. */
export class ModuleState {
  #value: ConsensusModuleState = ConsensusModuleState.INIT;
  readonly #memberId: number;
  readonly #counter: AtomicCounter;
  readonly #events: ClusterEventLog | undefined;

  constructor(memberId: number, counter: AtomicCounter, events: ClusterEventLog | undefined) {
    this.#memberId = memberId;
    this.#counter = counter;
    this.#events = events;
  }

  get value(): ConsensusModuleState {
    return this.#value;
  }

  is(state: ConsensusModuleState): boolean {
    return this.#value === state;
  }

  /** Whether the log may be read on. */
  get isActiveOrSuspended(): boolean {
    return this.#value === ConsensusModuleState.ACTIVE || this.#value === ConsensusModuleState.SUSPENDED;
  }

  set(state: ConsensusModuleState, reason: string): void {
    if (state === this.#value) {
      return;
    }
    this.#events?.log('STATE_CHANGE', {
      memberId: this.#memberId,
      oldState: consensusModuleStateName(this.#value),
      newState: consensusModuleStateName(state),
      reason,
    });
    this.#value = state;
    if (!this.#counter.isClosed) {
      this.#counter.setRelease(state);
    }
  }
}
