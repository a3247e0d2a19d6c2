import { AtomicBuffer } from '../../agrona/mod.ts';
import { BufferClaim, type ExclusivePublication, Publication } from '../../client/mod.ts';
import {
  AppendPositionEncoder,
  BackupResponseEncoder,
  BooleanType,
  CanvassPositionEncoder,
  CatchupPositionEncoder,
  ChallengeResponseEncoder,
  CommitPositionEncoder,
  HeartbeatResponseEncoder,
  MessageHeaderEncoder,
  NewLeadershipTermEncoder,
  RequestVoteEncoder,
  StopCatchupEncoder,
  TerminationAckEncoder,
  TerminationPositionEncoder,
  VoteEncoder,
} from '../codecs/mod.ts';
import type { Entry, Snapshot } from '../files/mod.ts';
import type { ClusterSession } from './cluster-session.ts';
import type { ConsensusMessage, NewLeadershipTerm } from './core/messages.ts';
import { ClusterError } from './errors.ts';
import { CONSENSUS_PROTOCOL_VERSION } from './protocol-version.ts';

const SEND_ATTEMPTS = 3;
/** With the longest credentials. */
const MAX_LENGTH = 65 * 1024;
const HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
/** Of `AppendPosition`. */
const CATCHUP_FLAG = 1;

/** What goes into messages and the core does not care for. */
export interface ConsensusPublisherContext {
  readonly appVersion: number;
  /** Cluster time. */
  time(): bigint;
}

/**
 * Speaks to other members on their consensus channels, and to whoever backs this cluster up. Nothing waits;
 * false means that it could not be said now. Upstream: `io.aeron.cluster.ConsensusPublisher`.
 */
export class ConsensusPublisher {
  readonly #context: ConsensusPublisherContext;
  readonly #claim = new BufferClaim();
  readonly #buffer = AtomicBuffer.allocate(MAX_LENGTH);
  readonly #header = new MessageHeaderEncoder();
  readonly #appendPosition = new AppendPositionEncoder();
  readonly #commitPosition = new CommitPositionEncoder();

  constructor(context: ConsensusPublisherContext) {
    this.#context = context;
  }

  /** False as well while there is no publication to that member. */
  send(publication: ExclusivePublication | undefined, message: ConsensusMessage): boolean {
    if (publication === undefined) {
      return false;
    }
    const length = HEADER_LENGTH + this.#encode(message);
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      const position = publication.tryClaim(length, this.#claim);
      if (position > 0) {
        this.#claim.putBytes(0, this.#buffer, 0, length);
        this.#claim.commit();
        return true;
      }
      checkResult(position, publication);
    }
    return false;
  }

  /** To the leader, for a client that answered a member that does not lead. @throws AeronError MESSAGE_TOO_LONG */
  challengeResponse(
    publication: ExclusivePublication | undefined,
    correlationId: number,
    clusterSessionId: number,
    encodedCredentials: Uint8Array,
  ): boolean {
    const encoder = new ChallengeResponseEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .correlationId(correlationId)
      .clusterSessionId(clusterSessionId)
      .putEncodedCredentials(encodedCredentials);
    return publication !== undefined && publication.offer(this.#buffer, 0, HEADER_LENGTH + encoder.encodedLength()) > 0;
  }

  /** To a backup: where to find the log and the snapshots. */
  backupResponse(
    session: ClusterSession,
    response: {
      readonly commitPositionCounterId: number;
      readonly leaderMemberId: number;
      readonly memberId: number;
      readonly lastTerm: Entry;
      readonly clusterMembers: string;
      readonly snapshots: readonly Snapshot[];
    },
  ): boolean {
    const { lastTerm } = response;
    const encoder = new BackupResponseEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .correlationId(session.correlationId)
      .logRecordingId(lastTerm.recordingId)
      .logLeadershipTermId(lastTerm.leadershipTermId)
      .logTermBaseLogPosition(lastTerm.termBaseLogPosition)
      .lastLeadershipTermId(lastTerm.leadershipTermId)
      .lastTermBaseLogPosition(lastTerm.termBaseLogPosition)
      .commitPositionCounterId(response.commitPositionCounterId)
      .leaderMemberId(response.leaderMemberId)
      .memberId(response.memberId);
    const group = encoder.snapshotsCount(response.snapshots.length);
    for (const snapshot of response.snapshots) {
      group
        .next()
        .recordingId(snapshot.recordingId)
        .leadershipTermId(snapshot.leadershipTermId)
        .termBaseLogPosition(snapshot.termBaseLogPosition)
        .logPosition(snapshot.logPosition)
        .timestamp(snapshot.timestamp)
        .serviceId(snapshot.serviceId);
    }
    encoder.clusterMembers(response.clusterMembers);
    return this.#respond(session, encoder.encodedLength());
  }

  /** To a standby. */
  heartbeatResponse(session: ClusterSession): boolean {
    const encoder = new HeartbeatResponseEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .correlationId(session.correlationId);
    return this.#respond(session, encoder.encodedLength());
  }

  #respond(session: ClusterSession, encodedLength: number): boolean {
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      if (session.response.offer(this.#buffer, 0, HEADER_LENGTH + encodedLength) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Into the buffer; the length behind the message header. */
  #encode(message: ConsensusMessage): number {
    switch (message.type) {
      case 'canvassPosition':
        return new CanvassPositionEncoder()
          .wrapAndApplyHeader(this.#buffer, 0, this.#header)
          .logLeadershipTermId(message.logLeadershipTermId)
          .logPosition(message.logPosition)
          .leadershipTermId(message.leadershipTermId)
          .followerMemberId(message.followerMemberId)
          .protocolVersion(CONSENSUS_PROTOCOL_VERSION)
          .encodedLength();
      case 'requestVote':
        return new RequestVoteEncoder()
          .wrapAndApplyHeader(this.#buffer, 0, this.#header)
          .logLeadershipTermId(message.logLeadershipTermId)
          .logPosition(message.logPosition)
          .candidateTermId(message.candidateTermId)
          .candidateMemberId(message.candidateMemberId)
          .protocolVersion(CONSENSUS_PROTOCOL_VERSION)
          .encodedLength();
      case 'vote':
        return new VoteEncoder()
          .wrapAndApplyHeader(this.#buffer, 0, this.#header)
          .candidateTermId(message.candidateTermId)
          .logLeadershipTermId(message.logLeadershipTermId)
          .logPosition(message.logPosition)
          .candidateMemberId(message.candidateMemberId)
          .followerMemberId(message.followerMemberId)
          .vote(message.vote ? BooleanType.TRUE : BooleanType.FALSE)
          .encodedLength();
      case 'newLeadershipTerm':
        return this.#encodeNewLeadershipTerm(message);
      case 'appendPosition':
        return this.#appendPosition
          .wrapAndApplyHeader(this.#buffer, 0, this.#header)
          .leadershipTermId(message.leadershipTermId)
          .logPosition(message.logPosition)
          .followerMemberId(message.followerMemberId)
          .flags(message.isCatchup ? CATCHUP_FLAG : 0)
          .encodedLength();
      case 'commitPosition':
        return this.#commitPosition
          .wrapAndApplyHeader(this.#buffer, 0, this.#header)
          .leadershipTermId(message.leadershipTermId)
          .logPosition(message.logPosition)
          .leaderMemberId(message.leaderMemberId)
          .encodedLength();
      case 'catchupPosition':
        return new CatchupPositionEncoder()
          .wrapAndApplyHeader(this.#buffer, 0, this.#header)
          .leadershipTermId(message.leadershipTermId)
          .logPosition(message.logPosition)
          .followerMemberId(message.followerMemberId)
          .catchupEndpoint(message.catchupEndpoint)
          .encodedLength();
      case 'stopCatchup':
        return new StopCatchupEncoder()
          .wrapAndApplyHeader(this.#buffer, 0, this.#header)
          .leadershipTermId(message.leadershipTermId)
          .followerMemberId(message.followerMemberId)
          .encodedLength();
      case 'terminationPosition':
        return new TerminationPositionEncoder()
          .wrapAndApplyHeader(this.#buffer, 0, this.#header)
          .leadershipTermId(message.leadershipTermId)
          .logPosition(message.logPosition)
          .encodedLength();
      case 'terminationAck':
        return new TerminationAckEncoder()
          .wrapAndApplyHeader(this.#buffer, 0, this.#header)
          .leadershipTermId(message.leadershipTermId)
          .logPosition(message.logPosition)
          .memberId(message.memberId)
          .encodedLength();
    }
  }

  #encodeNewLeadershipTerm(message: NewLeadershipTerm): number {
    return new NewLeadershipTermEncoder()
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .logLeadershipTermId(message.logLeadershipTermId)
      .nextLeadershipTermId(message.nextLeadershipTermId)
      .nextTermBaseLogPosition(message.nextTermBaseLogPosition)
      .nextLogPosition(message.nextLogPosition)
      .leadershipTermId(message.leadershipTermId)
      .termBaseLogPosition(message.termBaseLogPosition)
      .logPosition(message.logPosition)
      .leaderRecordingId(message.leaderRecordingId)
      .timestamp(this.#context.time())
      .leaderMemberId(message.leaderMemberId)
      .logSessionId(message.logSessionId)
      .appVersion(this.#context.appVersion)
      .isStartup(message.isStartup ? BooleanType.TRUE : BooleanType.FALSE)
      .commitPosition(message.commitPosition)
      .encodedLength();
  }
}

function checkResult(position: number, publication: ExclusivePublication): void {
  if (position === Publication.CLOSED) {
    throw new ClusterError('CONSENSUS_CHANNEL', 'publication to another member is closed');
  }
  if (position === Publication.MAX_POSITION_EXCEEDED) {
    throw new ClusterError(
      'CONSENSUS_CHANNEL',
      `publication to another member is at its maximum position: term-length=${publication.termBufferLength} (consensusChannel)`,
    );
  }
}
