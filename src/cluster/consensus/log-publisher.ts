import { AtomicBuffer } from '../../agrona/mod.ts';
import { BufferClaim, type ExclusivePublication, Publication } from '../../client/mod.ts';
import { ChannelUri } from '../../protocol/mod.ts';
import {
  type ClusterAction,
  ClusterActionRequestEncoder,
  type ClusterTimeUnit,
  MessageHeaderEncoder,
  NewLeadershipTermEventEncoder,
  SessionCloseEventEncoder,
  SessionMessageHeaderEncoder,
  SessionOpenEventEncoder,
  TimerEventEncoder,
} from '../codecs/mod.ts';
import type { ClusterSession } from './cluster-session.ts';
import { ClusterError } from './errors.ts';

const SEND_ATTEMPTS = 3;
const HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
/** Message header and session header. */
export const SESSION_HEADER_LENGTH = HEADER_LENGTH + SessionMessageHeaderEncoder.BLOCK_LENGTH;

/**
 * Appends to the cluster's log, as its leader. A position is where the log ends behind what was appended; 0
 * or less, or false, when the log takes nothing now.
 * Upstream: `io.aeron.cluster.LogPublisher`.
 */
export class LogPublisher {
  readonly #destinationChannel: string;
  readonly #claim = new BufferClaim();
  readonly #messageHeader = new MessageHeaderEncoder();
  readonly #sessionHeaderBuffer = AtomicBuffer.allocate(SESSION_HEADER_LENGTH);
  readonly #sessionHeader = new SessionMessageHeaderEncoder();
  readonly #sessionOpen = new SessionOpenEventEncoder();
  readonly #sessionClose = new SessionCloseEventEncoder();
  readonly #timer = new TimerEventEncoder();
  readonly #action = new ClusterActionRequestEncoder();
  readonly #newTerm = new NewLeadershipTermEventEncoder();
  #publication: ExclusivePublication | undefined;

  /** @param destinationChannel the log channel, whose parameters destinations take over */
  constructor(destinationChannel: string) {
    this.#destinationChannel = destinationChannel;
    this.#sessionHeader.wrapAndApplyHeader(this.#sessionHeaderBuffer, 0, this.#messageHeader);
  }

  set publication(publication: ExclusivePublication) {
    this.#publication?.close();
    this.#publication = publication;
  }

  get isConnected(): boolean {
    return this.#publication !== undefined;
  }

  /** 0 while there is no log to append to. */
  get position(): number {
    return this.#publication?.position ?? 0;
  }

  get sessionId(): number {
    return this.#open().sessionId;
  }

  disconnect(): void {
    this.#publication?.close();
    this.#publication = undefined;
  }

  addDestination(followerLogEndpoint: string): void {
    this.#publication?.asyncAddDestination(
      ChannelUri.createDestinationUri(this.#destinationChannel, followerLogEndpoint),
    );
  }

  appendMessage(
    leadershipTermId: number,
    clusterSessionId: bigint,
    timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): number {
    const publication = this.#open();
    this.#sessionHeader.leadershipTermId(leadershipTermId).clusterSessionId(clusterSessionId).timestamp(timestamp);
    let position = 0;
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      position = publication.offerTwo(this.#sessionHeaderBuffer, 0, SESSION_HEADER_LENGTH, buffer, offset, length);
      if (position > 0) {
        break;
      }
      checkResult(position, publication);
    }
    return position;
  }

  appendSessionOpen(session: ClusterSession, leadershipTermId: number, timestamp: bigint): number {
    const publication = this.#open();
    const length = 64 + 4 * session.responseChannel.length + session.encodedPrincipal.length;
    const buffer = AtomicBuffer.allocate(HEADER_LENGTH + SessionOpenEventEncoder.BLOCK_LENGTH + length);
    const encoder = this.#sessionOpen
      .wrapAndApplyHeader(buffer, 0, this.#messageHeader)
      .leadershipTermId(leadershipTermId)
      .correlationId(session.correlationId)
      .clusterSessionId(session.id)
      .timestamp(timestamp)
      .responseStreamId(session.responseStreamId)
      .responseChannel(session.responseChannel)
      .putEncodedPrincipal(session.encodedPrincipal);
    let position = 0;
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      position = publication.offer(buffer, 0, HEADER_LENGTH + encoder.encodedLength());
      if (position > 0) {
        break;
      }
      checkResult(position, publication);
    }
    return position;
  }

  /** With the session's close reason. */
  appendSessionClose(session: ClusterSession, leadershipTermId: number, timestamp: bigint): boolean {
    if (this.#tryClaim(HEADER_LENGTH + SessionCloseEventEncoder.BLOCK_LENGTH) <= 0) {
      return false;
    }
    this.#sessionClose
      .wrapAndApplyHeader(this.#claim.buffer, this.#claim.offset, this.#messageHeader)
      .leadershipTermId(leadershipTermId)
      .clusterSessionId(session.id)
      .timestamp(timestamp)
      .closeReason(session.closeReason);
    this.#claim.commit();
    return true;
  }

  appendTimer(correlationId: bigint, leadershipTermId: number, timestamp: bigint): number {
    const position = this.#tryClaim(HEADER_LENGTH + TimerEventEncoder.BLOCK_LENGTH);
    if (position > 0) {
      this.#timer
        .wrapAndApplyHeader(this.#claim.buffer, this.#claim.offset, this.#messageHeader)
        .leadershipTermId(leadershipTermId)
        .correlationId(correlationId)
        .timestamp(timestamp);
      this.#claim.commit();
    }
    return position;
  }

  appendClusterAction(leadershipTermId: number, timestamp: bigint, action: ClusterAction, flags: number): boolean {
    const length = HEADER_LENGTH + ClusterActionRequestEncoder.BLOCK_LENGTH;
    const position = this.#tryClaim(length);
    if (position <= 0) {
      return false;
    }
    this.#action
      .wrapAndApplyHeader(this.#claim.buffer, this.#claim.offset, this.#messageHeader)
      .leadershipTermId(leadershipTermId)
      .logPosition(position)
      .timestamp(timestamp)
      .action(action)
      .flags(flags);
    this.#claim.commit();
    return true;
  }

  /** The first message of a term. */
  appendNewLeadershipTermEvent(event: {
    readonly leadershipTermId: number;
    readonly timestamp: bigint;
    readonly termBaseLogPosition: number;
    readonly leaderMemberId: number;
    readonly timeUnit: ClusterTimeUnit;
    readonly appVersion: number;
  }): boolean {
    const position = this.#tryClaim(HEADER_LENGTH + NewLeadershipTermEventEncoder.BLOCK_LENGTH);
    if (position <= 0) {
      return false;
    }
    this.#newTerm
      .wrapAndApplyHeader(this.#claim.buffer, this.#claim.offset, this.#messageHeader)
      .leadershipTermId(event.leadershipTermId)
      .logPosition(position)
      .timestamp(event.timestamp)
      .termBaseLogPosition(event.termBaseLogPosition)
      .leaderMemberId(event.leaderMemberId)
      .logSessionId(this.sessionId)
      .timeUnit(event.timeUnit)
      .appVersion(event.appVersion);
    this.#claim.commit();
    return true;
  }

  #tryClaim(length: number): number {
    const publication = this.#open();
    let position = 0;
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      position = publication.tryClaim(length, this.#claim);
      if (position > 0) {
        break;
      }
      checkResult(position, publication);
    }
    return position;
  }

  #open(): ExclusivePublication {
    if (this.#publication === undefined) {
      throw new ClusterError('LOG_CLOSED', 'there is no log publication: this member does not lead');
    }
    return this.#publication;
  }
}

function checkResult(position: number, publication: ExclusivePublication): void {
  if (position === Publication.CLOSED) {
    throw new ClusterError('LOG_CLOSED', 'log publication is closed');
  }
  if (position === Publication.MAX_POSITION_EXCEEDED) {
    throw new ClusterError(
      'LOG_FULL',
      `log publication is at its maximum position: term-length=${publication.termBufferLength} (logChannel) allows no more`,
    );
  }
}
