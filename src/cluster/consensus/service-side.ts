import type { AtomicBuffer } from '../../agrona/mod.ts';
import { timeUnitName } from './cluster-clock.ts';
import { encodeClusterMembers } from './core/cluster-members.ts';
import type { Member } from './member.ts';
import type { ServiceListener } from './service-adapter.ts';
import { completeSnapshot } from './snapshot-work.ts';
import { ConsensusModuleState } from './states.ts';

/** What services and tools of this node ask for, and what is done about it. */
export class ServiceSide implements ServiceListener {
  readonly #member: Member;

  constructor(member: Member) {
    this.#member = member;
  }

  onServiceMessage(serviceId: number, buffer: AtomicBuffer, offset: number, length: number): void {
    this.#member.replicated.enqueueMessage(serviceId, buffer, offset, length);
  }

  onServiceCloseSession(clusterSessionId: number): void {
    const member = this.#member;
    const isActiveLeader = member.isLeader && !member.isInElection && member.state.is(ConsensusModuleState.ACTIVE);
    member.replicated.sessions.onServiceClose(clusterSessionId, member.leadershipTermId, isActiveLeader);
  }

  onScheduleTimer(correlationId: bigint, deadline: bigint): void {
    this.#member.replicated.scheduleTimer(correlationId, deadline);
  }

  onCancelTimer(correlationId: bigint): void {
    this.#member.replicated.cancelTimer(correlationId);
  }

  onServiceAck(ack: {
    readonly logPosition: number;
    readonly timestamp: bigint;
    readonly ackId: number;
    readonly relevantId: number;
    readonly serviceId: number;
  }): void {
    const member = this.#member;
    const { logPosition, timestamp, ackId, relevantId, serviceId } = ack;
    member.events?.log('SERVICE_ACK', {
      memberId: member.memberId,
      logPosition,
      timestamp,
      timeUnit: timeUnitName(member.context.clock.timeUnit),
      ackId,
      relevantId,
      serviceId,
    });
    try {
      member.services.onAck(serviceId, { ackId, logPosition, relevantId });
    } catch (error) {
      member.report(error);
      return;
    }
    if (member.state.is(ConsensusModuleState.SNAPSHOT) && !member.isSnapshotAcked) {
      const acks = member.services.takeAcks(logPosition);
      if (acks !== undefined) {
        member.isSnapshotAcked = true;
        member.procedures.add(completeSnapshot(member, logPosition, timestamp, acks));
      }
    } else if (member.state.is(ConsensusModuleState.TERMINATING)) {
      if (member.services.takeAcks(logPosition) !== undefined) {
        member.step({ type: 'servicesTerminated', logPosition });
      }
    }
  }

  onClusterMembersQuery(correlationId: number, isExtended: boolean): void {
    const { context, services, leaderMemberId, memberId, nowNs } = this.#member;
    const { members, platform } = context;
    if (!isExtended) {
      services.proxy.clusterMembersResponse(correlationId, leaderMemberId, encodeClusterMembers(members));
      return;
    }
    const epochNs = platform.clock.epochTimeNs();
    services.proxy.clusterMembersExtendedResponse(
      correlationId,
      epochNs,
      leaderMemberId,
      memberId,
      members.map(({ id, leadershipTermId, logPosition, timeOfLastAppendPositionNs, endpoints }) => ({
        id,
        leadershipTermId,
        logPosition,
        timeOfLastAppendNs:
          timeOfLastAppendPositionNs === Number.MIN_SAFE_INTEGER
            ? -1n
            : epochNs - BigInt(nowNs - timeOfLastAppendPositionNs),
        ingressEndpoint: endpoints.ingress,
        consensusEndpoint: endpoints.consensus,
        logEndpoint: endpoints.log,
        catchupEndpoint: endpoints.catchup,
        archiveEndpoint: endpoints.archive,
      })),
    );
  }
}
