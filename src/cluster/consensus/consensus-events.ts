import type { ClusterEventLog } from '../../events/mod.ts';
import type { ConsensusAction } from './core/actions.ts';
import { electionStateName } from './core/election-state.ts';
import type { ConsensusMessage, NewLeadershipTerm } from './core/messages.ts';
import { clusterRoleName } from './core/roles.ts';

/** What a leader says beside the message of a new term. */
export interface LeaderContext {
  readonly timestamp: bigint;
  readonly appVersion: number;
}

/** Messages of members and steps of elections, in the event log, under upstream's names. */
export class ConsensusEvents {
  readonly #log: ClusterEventLog;
  readonly #memberId: number;

  constructor(log: ClusterEventLog, memberId: number) {
    this.#log = log;
    this.#memberId = memberId;
  }

  /** A member has said something. `extra`: as `ConsensusListener` has it. */
  onMessage(message: ConsensusMessage, extra: number, leader: LeaderContext): void {
    const log = this.#log;
    const memberId = this.#memberId;
    switch (message.type) {
      case 'canvassPosition':
        log.log('CANVASS_POSITION', { memberId, ...message, protocolVersion: extra });
        return;
      case 'requestVote':
        log.log('REQUEST_VOTE', {
          memberId,
          ...message,
          candidateId: message.candidateMemberId,
          protocolVersion: extra,
        });
        return;
      case 'vote':
        log.log('VOTE', {
          memberId,
          ...message,
          candidateId: message.candidateMemberId,
          voterId: message.followerMemberId,
        });
        return;
      case 'newLeadershipTerm':
        this.#onNewLeadershipTerm(message, leader);
        return;
      case 'appendPosition':
        log.log('APPEND_POSITION', { memberId, ...message, flags: extra });
        return;
      case 'commitPosition':
        log.log('COMMIT_POSITION', { memberId, ...message, leaderId: message.leaderMemberId });
        return;
      case 'catchupPosition':
        log.log('CATCHUP_POSITION', { memberId, ...message });
        return;
      case 'stopCatchup':
        log.log('STOP_CATCHUP', { memberId, ...message });
        return;
      case 'terminationPosition':
        log.log('TERMINATION_POSITION', {
          memberId,
          logLeadershipTermId: message.leadershipTermId,
          logPosition: message.logPosition,
        });
        return;
      case 'terminationAck':
        log.log('TERMINATION_ACK', {
          memberId,
          logLeadershipTermId: message.leadershipTermId,
          logPosition: message.logPosition,
          senderMemberId: message.memberId,
        });
    }
  }

  /** The core wants something done. */
  onAction(action: ConsensusAction): void {
    const memberId = this.#memberId;
    switch (action.type) {
      case 'setRole':
        this.#log.log('ROLE_CHANGE', {
          memberId,
          oldState: clusterRoleName(action.from),
          newState: clusterRoleName(action.to),
          reason: '',
        });
        return;
      case 'electionStarted':
        this.#log.log('NEW_ELECTION', { memberId, ...action });
        return;
      case 'electionStateChanged':
        this.#log.log('ELECTION_STATE_CHANGE', {
          memberId,
          ...action,
          oldState: electionStateName(action.from),
          newState: electionStateName(action.to),
          leaderId: action.leaderMemberId,
        });
        return;
      case 'truncateLog':
        this.#log.log('TRUNCATE_LOG_ENTRY', {
          memberId,
          ...action,
          state: electionStateName(action.state),
          appendPosition: action.oldPosition,
        });
    }
  }

  #onNewLeadershipTerm(message: NewLeadershipTerm, leader: LeaderContext): void {
    this.#log.log('NEW_LEADERSHIP_TERM', {
      memberId: this.#memberId,
      ...message,
      ...leader,
      leaderId: message.leaderMemberId,
    });
  }
}
