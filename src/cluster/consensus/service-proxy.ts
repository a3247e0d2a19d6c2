import { AtomicBuffer } from '../../agrona/mod.ts';
import { type ConcurrentPublication, Publication } from '../../client/mod.ts';
import {
  BooleanType,
  ClusterMembersExtendedResponseEncoder,
  ClusterMembersResponseEncoder,
  JoinLogEncoder,
  MessageHeaderEncoder,
  ServiceTerminationPositionEncoder,
} from '../codecs/mod.ts';
import { ClusterError } from './errors.ts';

const SEND_ATTEMPTS = 5;
const MAX_LENGTH = 64 * 1024;
const NO_LIMIT = 2n ** 63n - 1n;

export interface JoinLog {
  readonly logPosition: number;
  /** Infinity: the live log. */
  readonly maxLogPosition: number;
  readonly memberId: number;
  readonly logSessionId: number;
  readonly logStreamId: number;
  readonly isStartup: boolean;
  /** Of `Cluster.Role`. */
  readonly role: number;
  readonly logChannel: string;
}

/** A member, for those who ask for the cluster's members. */
export interface MemberInfo {
  readonly id: number;
  readonly leadershipTermId: number;
  readonly logPosition: number;
  /** Epoch ns. */
  readonly timeOfLastAppendNs: bigint;
  readonly ingressEndpoint: string;
  readonly consensusEndpoint: string;
  readonly logEndpoint: string;
  readonly catchupEndpoint: string;
  readonly archiveEndpoint: string;
}

/**
 * What the consensus module says to the services of its node, and to tools that listen on the same stream.
 * Upstream: `io.aeron.cluster.ServiceProxy`.
 */
export class ServiceProxy {
  readonly #publication: ConcurrentPublication;
  readonly #buffer = AtomicBuffer.allocate(MAX_LENGTH);
  readonly #header = new MessageHeaderEncoder();

  constructor(publication: ConcurrentPublication) {
    this.#publication = publication;
  }

  close(): void {
    this.#publication.close();
  }

  /** @throws ClusterError SERVICE_UNREACHABLE */
  joinLog(join: JoinLog): void {
    const encoder = new JoinLogEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .logPosition(join.logPosition)
      .maxLogPosition(join.maxLogPosition === Number.POSITIVE_INFINITY ? NO_LIMIT : BigInt(join.maxLogPosition))
      .memberId(join.memberId)
      .logSessionId(join.logSessionId)
      .logStreamId(join.logStreamId)
      .isStartup(join.isStartup ? BooleanType.TRUE : BooleanType.FALSE)
      .role(join.role)
      .isStandby(BooleanType.FALSE)
      .logChannel(join.logChannel);
    this.#sendOrThrow('a log to join', encoder.encodedLength());
  }

  /** @throws ClusterError SERVICE_UNREACHABLE */
  clusterMembersResponse(correlationId: number, leaderMemberId: number, activeMembers: string): void {
    const encoder = new ClusterMembersResponseEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .correlationId(correlationId)
      .leaderMemberId(leaderMemberId)
      .activeMembers(activeMembers)
      .passiveFollowers('');
    this.#sendOrThrow('the cluster members', encoder.encodedLength());
  }

  /** @throws ClusterError SERVICE_UNREACHABLE */
  clusterMembersExtendedResponse(
    correlationId: number,
    currentTimeNs: bigint,
    leaderMemberId: number,
    memberId: number,
    members: readonly MemberInfo[],
  ): void {
    const encoder = new ClusterMembersExtendedResponseEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .correlationId(correlationId)
      .currentTimeNs(currentTimeNs)
      .leaderMemberId(leaderMemberId)
      .memberId(memberId);
    const group = encoder.activeMembersCount(members.length);
    for (const member of members) {
      group
        .next()
        .leadershipTermId(member.leadershipTermId)
        .logPosition(member.logPosition)
        .timeOfLastAppendNs(member.timeOfLastAppendNs)
        .memberId(member.id)
        .ingressEndpoint(member.ingressEndpoint)
        .consensusEndpoint(member.consensusEndpoint)
        .logEndpoint(member.logEndpoint)
        .catchupEndpoint(member.catchupEndpoint)
        .archiveEndpoint(member.archiveEndpoint);
    }
    encoder.passiveMembersCount(0);
    this.#sendOrThrow('the cluster members', encoder.encodedLength());
  }

  /** False when nobody could be told. */
  terminationPosition(logPosition: number, isAckRequired: boolean): boolean {
    const encoder = new ServiceTerminationPositionEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .logPosition(logPosition)
      .ackRequired(isAckRequired ? BooleanType.TRUE : BooleanType.FALSE);
    return this.#send(encoder.encodedLength()) > 0;
  }

  #sendOrThrow(what: string, encodedLength: number): void {
    const position = this.#send(encodedLength);
    if (position <= 0) {
      throw new ClusterError(
        'SERVICE_UNREACHABLE',
        `services could not be sent ${what} on the controlChannel: ${Publication.errorString(position)}`,
      );
    }
  }

  #send(encodedLength: number): number {
    const length = MessageHeaderEncoder.ENCODED_LENGTH + encodedLength;
    let position = 0;
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      position = this.#publication.offer(this.#buffer, 0, length);
      if (position > 0 || position === Publication.CLOSED || position === Publication.NOT_CONNECTED) {
        break;
      }
      this.#publication.platform.park(0);
    }
    return position;
  }
}
