import type { ConsensusAction } from './actions.ts';
import type { ClusterMember } from './cluster-member.ts';
import type { ConsensusEvent } from './events.ts';
import { ClusterRole } from './roles.ts';
import type { TermEntry } from './term-entries.ts';

/*
 * # The consensus core
 *
 * Elections, quorum, commit position, liveness and termination of one member as a state machine: an event and
 * the time go in, actions come out. No clock, no I/O, no randomness but what it is given.
 *
 *      messages of members --+                             +--> messages to members
 *      recorded position ----+-> step(nowNs, event)        +--> recording log, node state, counters
 *      completions ----------+   perform(executor) --------+--> archive, log, services: answered by events later
 *      tick -----------------+
 *
 * How an agent drives it:
 *
 *      const core = new ConsensusCore(config, recovered);
 *
 *      step(event) {
 *        core.step(nowNs, event);
 *        core.perform(this);             // calls execute(action) for each action, in order
 *      }
 *
 *      step({ type: 'started' });        // once; first election
 *      doWork() {
 *        consensusAdapter.poll(message => step(message));
 *        report completions (image there, replay done, ...) => step(...)
 *        tick.appendPosition = ...; tick.logPosition = ...; step(tick);
 *      }
 *
 *      execute(action): boolean          // false: a `send` or `appendNewLeadershipTermEvent` was not taken
 *
 * `step` may be called from within `execute`, as an action that is done at once answers itself: what that adds
 * is performed behind the rest. When `execute` throws, what is left of the actions is dropped, and the error comes
 * out of `perform`: in an election the agent gives `failed` then, and it begins anew.
 *
 * Time is any steady count of nanoseconds, the same for all calls; it needs no relation to the epoch.
 *
 * Who owns what: the core owns role, leadership term, leader, commit position, quorum, and the election. The
 * agent owns the state of the module (active, suspended, snapshot, ...), sessions, timers, log and services. While
 * it follows, it polls the log adapter up to `logLimit(appendPosition)`, in elections (catch-up) as well.
 *
 * Upstream: `io.aeron.cluster.Election` and the half of `io.aeron.cluster.ConsensusModuleAgent` that is about
 * members.
 */

/** All times in nanoseconds; the names are those of the options of the consensus module. */
export interface ConsensusConfig {
  readonly memberId: number;
  /** All members, this one among them. The core keeps its notes on them. */
  readonly members: readonly ClusterMember[];
  /** The only one that may nominate itself; -1 for anyone. */
  readonly appointedLeaderId: number;
  readonly startupCanvassTimeoutNs: number;
  readonly electionTimeoutNs: number;
  readonly electionStatusIntervalNs: number;
  readonly leaderHeartbeatTimeoutNs: number;
  readonly leaderHeartbeatIntervalNs: number;
  readonly terminationTimeoutNs: number;
  /** From 0 up to but without 1: decides how long a nomination waits. */
  readonly random: () => number;
}

/** What a member finds when it starts: recovery plan, recording log and node state. */
export interface RecoveredState {
  /** The last term of the recording log and where it begins; -1 and 0 of an empty one. */
  readonly logLeadershipTermId: number;
  readonly termBaseLogPosition: number;
  /** Up to where the snapshot goes; 0 without one. */
  readonly commitPosition: number;
  /** Where the recording of the log ends. */
  readonly appendPosition: number;
  /** Of the log; -1 when there is none. */
  readonly logRecordingId: number;
  /** Of the node state file; -1 of a new one. */
  readonly candidateTermId: number;
  /** Valid term entries of the recording log, in their order. */
  readonly terms: readonly TermEntry[];
}

/** Does what the core wants. */
export interface ActionExecutor {
  /** @returns false for a `send` or an `appendNewLeadershipTermEvent` that was not taken; true for everything else */
  execute(action: ConsensusAction): boolean;
}

export class ConsensusCore {
  role: ClusterRole = ClusterRole.FOLLOWER;
  /** Of the log as it is applied here; -1 before the first. */
  leadershipTermId = -1;
  leaderMemberId = -1;
  commitPosition = 0;
  logRecordingId = -1;
  isInElection = false;

  constructor(_config: ConsensusConfig, _recovered: RecoveredState) {}

  step(_nowNs: number, _event: ConsensusEvent): void {}

  perform(_executor: ActionExecutor): void {}

  /** How far the log may be applied here, of what is recorded. */
  logLimit(appendPosition: number): number {
    return Math.min(appendPosition, this.commitPosition);
  }
}
