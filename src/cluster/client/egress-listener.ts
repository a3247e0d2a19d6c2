import type { AtomicBuffer } from '../../agrona/mod.ts';
import type { ControlledFragmentAction, Header } from '../../client/mod.ts';
import type { AdminRequestType, AdminResponseCode, EventCode } from '../codecs/mod.ts';

/** What both kinds of listeners are told beside messages. All run inside the poll of the egress. */
interface EgressEvents {
  /**
   * Something happened to the session. `detail` is for people, except that a `REDIRECT` carries the ingress
   * endpoints. After `CLOSED` the client closes at its next poll.
   */
  onSessionEvent?(
    correlationId: number,
    clusterSessionId: number,
    leadershipTermId: number,
    leaderMemberId: number,
    code: EventCode,
    detail: string,
  ): void;

  /** Another member leads. What was offered since the last leader was lost may be lost. `ingressEndpoints` as '0=host:port,1=...'. */
  onNewLeader?(
    clusterSessionId: number,
    leadershipTermId: number,
    leaderMemberId: number,
    ingressEndpoints: string,
  ): void;

  /** The answer to an admin request of this session; `payload` may be read during the call. */
  onAdminResponse?(
    clusterSessionId: number,
    correlationId: bigint,
    requestType: AdminRequestType,
    responseCode: AdminResponseCode,
    message: string,
    payload: AtomicBuffer,
    payloadOffset: number,
    payloadLength: number,
  ): void;
}

/** Receives the egress of a session. Upstream: `io.aeron.cluster.client.EgressListener`. */
export interface EgressListener extends EgressEvents {
  /**
   * A message of a service, as it lies in the log from `offset` for `length` bytes: to be read during the call.
   * `timestamp` is cluster time, in the unit of the cluster, when the service sent it.
   */
  onMessage(
    clusterSessionId: number,
    timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    header: Header,
  ): void;
}

/** An `EgressListener` that says after each message how the poll goes on. Upstream: `ControlledEgressListener`. */
export interface ControlledEgressListener extends EgressEvents {
  onMessage(
    clusterSessionId: number,
    timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    header: Header,
  ): ControlledFragmentAction;
}

/** Receives messages of other schemas on the egress stream. Upstream: `EgressListenerExtension`. */
export type EgressListenerExtension = (
  actingBlockLength: number,
  templateId: number,
  schemaId: number,
  actingVersion: number,
  buffer: AtomicBuffer,
  offset: number,
  length: number,
) => void;

/** Upstream: `ControlledEgressListenerExtension`. */
export type ControlledEgressListenerExtension = (
  ...message: Parameters<EgressListenerExtension>
) => ControlledFragmentAction;
