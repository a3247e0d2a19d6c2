import { AtomicBuffer } from '../../agrona/mod.ts';
import {
  type AdminRequestType,
  AdminResponseCode,
  AdminResponseEncoder,
  ChallengeEncoder,
  EventCode,
  MessageHeaderEncoder,
  NewLeaderEventEncoder,
  SessionEventEncoder,
} from '../codecs/mod.ts';
import type { ClusterSession, EventName } from './cluster-session.ts';
import { PROTOCOL_SEMANTIC_VERSION } from './protocol-version.ts';

const SEND_ATTEMPTS = 3;
const MAX_LENGTH = 64 * 1024;
const NOTHING = new Uint8Array(0);

/**
 * What the cluster itself says to clients. Nothing here waits: false means that it could not be said now.
 * Upstream: `io.aeron.cluster.EgressPublisher`.
 */
export class EgressPublisher {
  readonly #leaderHeartbeatTimeoutNs: number;
  readonly #buffer = AtomicBuffer.allocate(MAX_LENGTH);
  readonly #header = new MessageHeaderEncoder();
  readonly #sessionEvent = new SessionEventEncoder();
  readonly #newLeaderEvent = new NewLeaderEventEncoder();
  readonly #challenge = new ChallengeEncoder();
  readonly #adminResponse = new AdminResponseEncoder();

  constructor(leaderHeartbeatTimeoutNs: number) {
    this.#leaderHeartbeatTimeoutNs = leaderHeartbeatTimeoutNs;
  }

  event(
    session: ClusterSession,
    leadershipTermId: number,
    leaderMemberId: number,
    code: EventName,
    detail: string,
  ): boolean {
    const encoder = this.#sessionEvent
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .clusterSessionId(session.id)
      .correlationId(session.correlationId)
      .leadershipTermId(leadershipTermId)
      .leaderMemberId(leaderMemberId)
      .code(EventCode[code])
      .version(PROTOCOL_SEMANTIC_VERSION)
      .leaderHeartbeatTimeoutNs(this.#leaderHeartbeatTimeoutNs)
      .detail(detail);
    return this.#offered(session, encoder.encodedLength());
  }

  newLeader(
    session: ClusterSession,
    leadershipTermId: number,
    leaderMemberId: number,
    ingressEndpoints: string,
  ): boolean {
    const encoder = this.#newLeaderEvent
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .leadershipTermId(leadershipTermId)
      .clusterSessionId(session.id)
      .leaderMemberId(leaderMemberId)
      .ingressEndpoints(ingressEndpoints);
    return this.#offered(session, encoder.encodedLength());
  }

  challenge(session: ClusterSession, encodedChallenge: Uint8Array): boolean {
    const encoder = this.#challenge
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .correlationId(session.correlationId)
      .clusterSessionId(session.id)
      .putEncodedChallenge(encodedChallenge);
    return this.#offered(session, encoder.encodedLength());
  }

  adminResponse(
    session: ClusterSession,
    correlationId: bigint,
    requestType: AdminRequestType,
    code: keyof typeof AdminResponseCode,
    message: string,
  ): boolean {
    const encoder = this.#adminResponse
      .wrapAndApplyHeader(this.#buffer, 0, this.#header)
      .clusterSessionId(session.id)
      .correlationId(correlationId)
      .requestType(requestType)
      .responseCode(AdminResponseCode[code])
      .message(message)
      .putPayload(NOTHING);
    return this.#offered(session, encoder.encodedLength());
  }

  /** What lies in the buffer; in several frames where the client has asked for small ones. */
  #offered(session: ClusterSession, encodedLength: number): boolean {
    const length = MessageHeaderEncoder.ENCODED_LENGTH + encodedLength;
    for (let attempt = 0; attempt < SEND_ATTEMPTS; attempt++) {
      if (session.response.offer(this.#buffer, 0, length) > 0) {
        return true;
      }
    }
    return false;
  }
}
