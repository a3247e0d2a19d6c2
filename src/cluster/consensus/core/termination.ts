import { ConsensusModuleState } from '../states.ts';
import { ClusterTermination } from './cluster-termination.ts';
import type { CoreState } from './core-state.ts';
import { NULL_VALUE, type TerminationAck, type TerminationPosition } from './messages.ts';

/** The end of a cluster at a position of its log that all members get to: of a leader and of a follower. */
export class Termination {
  readonly #state: CoreState;
  /** -1: it goes on. */
  position = NULL_VALUE;
  #leadershipTermId = NULL_VALUE;
  #cluster: ClusterTermination | undefined = undefined;
  #isTerminatingServices = false;

  constructor(state: CoreState) {
    this.#state = state;
  }

  get isRequested(): boolean {
    return this.position !== NULL_VALUE;
  }

  /**
   * What the leader of an earlier term has asked for, and did not bring about, does not count any more; but services
   * that are ending cannot be kept.
   */
  onElectionComplete(leadershipTermId: number): void {
    if (this.#leadershipTermId < leadershipTermId && this.#state.moduleState !== ConsensusModuleState.TERMINATING) {
      this.position = NULL_VALUE;
      this.#cluster = undefined;
    }
  }

  /** Of a leader: everybody is told where. */
  begin(logPosition: number): void {
    const state = this.#state;
    this.#cluster = new ClusterTermination(state.nowNs + state.config.terminationTimeoutNs);
    this.position = logPosition;
    this.#leadershipTermId = state.leadershipTermId;
    for (const member of state.members) {
      member.hasTerminated = false;
    }
    state.sendToOthers({ type: 'terminationPosition', leadershipTermId: state.leadershipTermId, logPosition });
  }

  /** The last snapshot is taken. */
  onServicesTerminating(): void {
    this.#cluster?.extendTo(this.#state.nowNs + this.#state.config.terminationTimeoutNs);
  }

  /** @returns whether it is of this follower's leader, who is alive then */
  onTerminationPosition(message: TerminationPosition): boolean {
    const { isLeader, leadershipTermId } = this.#state;
    if (isLeader || message.leadershipTermId !== leadershipTermId) {
      return false;
    }
    this.position = message.logPosition;
    this.#leadershipTermId = message.leadershipTermId;
    return true;
  }

  onTerminationAck(message: TerminationAck): void {
    const state = this.#state;
    const member = state.member(message.memberId);
    const isForThis =
      state.isLeader && message.leadershipTermId === state.leadershipTermId && message.logPosition >= this.position;
    if (isForThis && this.#cluster !== undefined && member !== undefined) {
      member.hasTerminated = true;
      this.#terminateWhenAllHave(this.position);
    }
  }

  /** Of a follower, every round: its services end where the cluster does. */
  onFollowerPosition(logPosition: number): void {
    if (this.isRequested && logPosition >= this.position && !this.#isTerminatingServices) {
      this.#isTerminatingServices = true;
      this.#state.actions.push({ type: 'terminateServices', logPosition: this.position });
    }
  }

  /** Every round. One that has begun this as leader ends by it, also when others do not take it for the leader any more. */
  onTick(): void {
    if (this.#state.moduleState === ConsensusModuleState.TERMINATING) {
      this.#terminateWhenAllHave(this.position);
    }
  }

  onServicesTerminated(logPosition: number): void {
    if (this.#cluster !== undefined) {
      this.#cluster.onServicesTerminated();
      this.#terminateWhenAllHave(logPosition);
      return;
    }
    this.#acknowledge(logPosition);
    this.#terminate(logPosition);
  }

  #acknowledge(logPosition: number): void {
    const { leadershipTermId, leader, thisMember } = this.#state;
    if (leader !== undefined && this.#leadershipTermId === leadershipTermId) {
      const message = { type: 'terminationAck', leadershipTermId, logPosition, memberId: thisMember.id } as const;
      this.#state.send(leader, message);
    } else {
      this.#state.report('termination ack not sent - different leadership term to request');
    }
  }

  #terminateWhenAllHave(logPosition: number): void {
    const { members, nowNs } = this.#state;
    if (this.#cluster?.canTerminate(members, nowNs)) {
      this.#terminate(logPosition);
    }
  }

  #terminate(logPosition: number): void {
    const { leadershipTermId, terms } = this.#state;
    this.#cluster = undefined;
    // A term that has begun meanwhile ends elsewhere.
    if (this.#leadershipTermId === leadershipTermId) {
      terms.commit(leadershipTermId, logPosition);
    }
    this.#state.actions.push({ type: 'terminate' });
  }
}
