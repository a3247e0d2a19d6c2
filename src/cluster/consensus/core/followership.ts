import type { Send } from './actions.ts';
import type { ClusterMember } from './cluster-member.ts';
import { type CoreState, LONG_AGO_NS } from './core-state.ts';
import { type AppendPosition, NULL_VALUE, type StopCatchup } from './messages.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a follower does: tells its leader how much it has recorded, and notices when it is gone. */
export class Followership {
  readonly #state: CoreState;
  readonly #message: Mutable<AppendPosition>;
  readonly #send: Mutable<Send>;
  /** What the leader has said is committed. */
  notifiedCommitPosition = 0;
  /** The last that was told, or where the log was joined. */
  lastAppendPosition = NULL_VALUE;
  /** When that moved. */
  timeOfLastAppendPositionNs = LONG_AGO_NS;
  #timeOfLastSendNs = LONG_AGO_NS;
  #timeOfLastLeaderActivityNs = LONG_AGO_NS;

  constructor(state: CoreState) {
    this.#state = state;
    this.#message = {
      type: 'appendPosition',
      leadershipTermId: NULL_VALUE,
      logPosition: 0,
      followerMemberId: state.thisMember.id,
      isCatchup: false,
    };
    this.#send = { type: 'send', to: NULL_VALUE, message: this.#message };
  }

  /** The log goes on from this position, recorded anew or elsewhere. */
  onLogJoined(position: number): void {
    this.lastAppendPosition = position;
    this.timeOfLastAppendPositionNs = this.#state.nowNs;
  }

  onCatchupInitiated(): void {
    this.timeOfLastAppendPositionNs = this.#state.nowNs;
    this.#timeOfLastSendNs = this.#state.nowNs;
  }

  onElectionComplete(logPosition: number): void {
    const { nowNs } = this.#state;
    this.#timeOfLastLeaderActivityNs = nowNs;
    this.timeOfLastAppendPositionNs = nowNs;
    this.#timeOfLastSendNs = nowNs;
    this.notifiedCommitPosition = Math.max(this.notifiedCommitPosition, logPosition);
  }

  /** A leader that says anything is alive. */
  onLeaderActivity(commitPosition: number): void {
    this.#timeOfLastLeaderActivityNs = this.#state.nowNs;
    this.notifiedCommitPosition = Math.max(this.notifiedCommitPosition, commitPosition);
  }

  isLeaderSilent(): boolean {
    const { nowNs, config } = this.#state;
    return nowNs - this.#timeOfLastLeaderActivityNs >= config.leaderHeartbeatTimeoutNs;
  }

  /** Every round: tells the leader when there is more, at least once an interval. */
  updatePosition(leader: ClusterMember, leadershipTermId: number, recordedPosition: number, isCatchup: boolean): void {
    const state = this.#state;
    const { nowNs } = state;
    const position = Math.max(recordedPosition, this.lastAppendPosition);
    const isDue = nowNs - this.#timeOfLastSendNs >= state.config.leaderHeartbeatIntervalNs;
    if (position === this.lastAppendPosition && !isDue) {
      return;
    }
    this.#sendPosition(leader, leadershipTermId, position, isCatchup);
    if (position > this.lastAppendPosition) {
      this.lastAppendPosition = position;
      this.timeOfLastAppendPositionNs = nowNs;
    }
    this.#timeOfLastSendNs = nowNs;
  }

  #sendPosition(leader: ClusterMember, leadershipTermId: number, logPosition: number, isCatchup: boolean): void {
    const { actions, thisMember } = this.#state;
    if (!actions.isIdle) {
      const followerMemberId = thisMember.id;
      const message = { type: 'appendPosition', leadershipTermId, logPosition, followerMemberId, isCatchup } as const;
      this.#state.send(leader, message);
      return;
    }
    this.#message.leadershipTermId = leadershipTermId;
    this.#message.logPosition = logPosition;
    this.#message.isCatchup = isCatchup;
    this.#send.to = leader.id;
    actions.push(this.#send);
  }

  /** It is due again in the next round. */
  onAppendPositionNotSent(): void {
    this.#timeOfLastSendNs = LONG_AGO_NS;
  }

  /** The leader has ended its replay: only the live log goes on. */
  onStopCatchup(message: StopCatchup): void {
    const state = this.#state;
    const isForThis =
      message.leadershipTermId === state.leadershipTermId && message.followerMemberId === state.thisMember.id;
    if (isForThis) {
      this.removeDestination('catchup');
    }
  }

  removeDestinations(): void {
    this.removeDestination('catchup');
    this.removeDestination('live');
  }

  removeDestination(destination: 'catchup' | 'live'): void {
    const state = this.#state;
    const isThere = destination === 'catchup' ? state.hasCatchupDestination : state.hasLiveDestination;
    if (!isThere) {
      return;
    }
    if (destination === 'catchup') {
      state.hasCatchupDestination = false;
    } else {
      state.hasLiveDestination = false;
    }
    state.actions.push({ type: 'removeLogDestination', destination });
  }
}
