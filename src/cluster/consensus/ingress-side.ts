import { AeronError, type AtomicBuffer } from '../../agrona/mod.ts';
import { ControlledFragmentAction, type Header, type Image } from '../../client/mod.ts';
import { AdminRequestDecoder, AdminRequestType } from '../codecs/mod.ts';
import type { ConnectRequest } from './client-sessions.ts';
import { ClusterEvent } from './errors.ts';
import type { IngressListener } from './ingress-adapter.ts';
import type { Member } from './member.ts';
import { refineResponseChannel } from './response-channel.ts';
import { ClusterControlToggle, ConsensusModuleState } from './states.ts';

const { ABORT, CONTINUE } = ControlledFragmentAction;

/** What clients ask for, and what is done about it. Of other terms than the leader's own, nothing. */
export class IngressSide implements IngressListener {
  readonly #member: Member;

  constructor(member: Member) {
    this.#member = member;
  }

  onSessionConnect(request: ConnectRequest): void {
    const member = this.#member;
    let responseChannel: string;
    try {
      responseChannel = refineResponseChannel(request.responseChannel, member.context);
    } catch (error) {
      this.onMalformedIngress(error, request.header);
      return;
    }
    member.replicated.sessions.onConnect(
      { ...request, responseChannel },
      member.isLeader,
      member.leadership.ingressEndpoints,
    );
  }

  onIngressMessage(
    leadershipTermId: number,
    clusterSessionId: number,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): ControlledFragmentAction {
    const member = this.#member;
    if (!this.#leads(leadershipTermId)) {
      return CONTINUE;
    }
    const session = member.replicated.sessions.get(clusterSessionId);
    if (session === undefined || !session.isOpen) {
      return CONTINUE;
    }
    let position: number;
    try {
      position = member.log.publisher.appendMessage(
        leadershipTermId,
        session.wireId,
        member.time,
        buffer,
        offset,
        length,
      );
    } catch (error) {
      this.#reportTooLong(error, `message of session ${clusterSessionId}`, 'logChannel');
      return CONTINUE;
    }
    if (position <= 0) {
      return ABORT;
    }
    session.timeOfLastActivityNs = member.nowNs;
    return CONTINUE;
  }

  onSessionClose(leadershipTermId: number, clusterSessionId: number): void {
    if (this.#leads(leadershipTermId)) {
      this.#member.replicated.sessions.onClose(clusterSessionId, leadershipTermId);
    }
  }

  onSessionKeepAlive(leadershipTermId: number, clusterSessionId: number, header: Header): void {
    const session = this.#leads(leadershipTermId) ? this.#member.replicated.sessions.get(clusterSessionId) : undefined;
    if (session?.isOpen) {
      session.linkIngressImage(header);
      session.timeOfLastActivityNs = this.#member.nowNs;
    }
  }

  onIngressChallengeResponse(correlationId: number, clusterSessionId: number, encodedCredentials: Uint8Array): void {
    const member = this.#member;
    if (member.isLeader) {
      member.replicated.sessions.onChallengeResponse(correlationId, clusterSessionId, encodedCredentials);
    } else {
      this.#forwardChallengeResponse(correlationId, clusterSessionId, encodedCredentials);
    }
  }

  #forwardChallengeResponse(correlationId: number, clusterSessionId: number, encodedCredentials: Uint8Array): void {
    const { links, leaderMemberId, publisher } = this.#member;
    try {
      publisher.challengeResponse(links.get(leaderMemberId), correlationId, clusterSessionId, encodedCredentials);
    } catch (error) {
      const what = `answer of session ${clusterSessionId} to its challenge, for member ${leaderMemberId},`;
      this.#reportTooLong(error, what, 'consensusChannel');
    }
  }

  /** Anything else is thrown on. */
  #reportTooLong(error: unknown, what: string, channelOption: string): void {
    if (!AeronError.is(error) || error.code !== 'MESSAGE_TOO_LONG') {
      throw error;
    }
    this.#member.report(
      new ClusterEvent(`${what} is dropped, as it is too long: ${error.message} (term-length of ${channelOption})`),
    );
  }

  onAdminRequest(request: {
    readonly leadershipTermId: number;
    readonly clusterSessionId: number;
    readonly correlationId: bigint;
    readonly requestType: AdminRequestType;
  }): void {
    const { correlationId, requestType } = request;
    const member = this.#member;
    const session = this.#leads(request.leadershipTermId)
      ? member.replicated.sessions.get(request.clusterSessionId)
      : undefined;
    if (session === undefined || !session.isOpen) {
      return;
    }
    const name = Object.entries(AdminRequestType).find(([, value]) => value === requestType)?.[0] ?? 'NULL_VAL';
    const isAuthorised = member.authorisationService.isAuthorised(
      AdminRequestDecoder.SCHEMA_ID,
      AdminRequestDecoder.TEMPLATE_ID,
      requestType,
      session.encodedPrincipal,
    );
    if (!isAuthorised) {
      const message = `Execution of the ${name} request was not authorised`;
      member.egress.adminResponse(session, correlationId, requestType, 'UNAUTHORISED_ACCESS', message);
    } else if (requestType !== AdminRequestType.SNAPSHOT) {
      member.egress.adminResponse(session, correlationId, requestType, 'ERROR', `Unknown request type: ${name}`);
    } else if (
      member.resources.counters.controlToggle.compareAndSet(ClusterControlToggle.NEUTRAL, ClusterControlToggle.SNAPSHOT)
    ) {
      member.egress.adminResponse(session, correlationId, requestType, 'OK', '');
    } else {
      const message = 'Failed to switch ClusterControl to the ToggleState.SNAPSHOT state';
      member.egress.adminResponse(session, correlationId, requestType, 'ERROR', message);
    }
  }

  onMalformedIngress(reason: unknown, header: Header): void {
    const why = reason instanceof Error ? reason.message : String(reason);
    this.#member.report(new ClusterEvent(`malformed ingress from ${header.image?.sourceIdentity}: ${why}`));
  }

  /** A client's stream has ended. */
  onUnavailableImage(image: Image): void {
    const member = this.#member;
    if (member.isLeader && member.state.is(ConsensusModuleState.ACTIVE)) {
      member.replicated.sessions.onUnavailableIngressImage(image.correlationId);
    }
    member.ingressAdapter.freeSessionBuffer(image.sessionId, image.subscription.channel.startsWith('aeron:ipc'));
  }

  #leads(leadershipTermId: number): boolean {
    return leadershipTermId === this.#member.leadershipTermId && this.#member.isLeader;
  }
}
