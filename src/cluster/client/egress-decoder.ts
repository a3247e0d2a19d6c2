import type { AtomicBuffer } from '../../agrona/mod.ts';
import { ControlledFragmentAction, type Header } from '../../client/mod.ts';
import { SbeError } from '../../sbe/mod.ts';
import {
  AdminResponseDecoder,
  type EventCode,
  MessageHeaderDecoder,
  NewLeaderEventDecoder,
  SessionEventDecoder,
  SessionMessageHeaderDecoder,
} from '../codecs/mod.ts';
import type {
  ControlledEgressListener,
  ControlledEgressListenerExtension,
  EgressListener,
  EgressListenerExtension,
} from './egress-listener.ts';
import { ClusterError } from './errors.ts';

const { CONTINUE } = ControlledFragmentAction;
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
const { SCHEMA_ID } = SessionMessageHeaderDecoder;
/** Of the session id in a message, behind the message header. */
const SESSION_ID_OFFSET = HEADER_LENGTH + 8;
/** Bytes of the length in front of variable data. */
const LENGTH_FIELD = 4;
const TWO_32 = 2 ** 32;

/** Bytes in front of every application message, in both directions. */
export const SESSION_HEADER_LENGTH = HEADER_LENGTH + SessionMessageHeaderDecoder.BLOCK_LENGTH;

/** What happens to the session itself, before its listener is told. */
export interface SessionHooks {
  onSessionEvent(code: EventCode): void;
  onNewLeader(leadershipTermId: number, leaderMemberId: number, ingressEndpoints: string, header: Header): void;
}

/** Takes whole messages of the egress stream apart and gives those of one session to a listener of either kind. */
export class EgressDecoder {
  /** Messages that could not be understood, and were passed over. */
  malformedCount = 0;
  extension: EgressListenerExtension | ControlledEgressListenerExtension | undefined;
  private readonly clusterSessionId: number;
  private readonly sessionIdLow: number;
  private readonly sessionIdHigh: number;
  private readonly listener: EgressListener | ControlledEgressListener;
  private readonly hooks: SessionHooks | undefined;
  private readonly messageHeader = new MessageHeaderDecoder();
  private readonly sessionMessage = new SessionMessageHeaderDecoder();
  private readonly sessionEvent = new SessionEventDecoder();
  private readonly newLeaderEvent = new NewLeaderEventDecoder();
  private readonly adminResponse = new AdminResponseDecoder();

  constructor(clusterSessionId: number, listener: EgressListener | ControlledEgressListener, hooks?: SessionHooks) {
    this.clusterSessionId = clusterSessionId;
    this.sessionIdLow = clusterSessionId | 0;
    this.sessionIdHigh = Math.floor(clusterSessionId / TWO_32);
    this.listener = listener;
    this.hooks = hooks;
  }

  /** @throws ClusterError SCHEMA_MISMATCH for a message of another schema, unless there is an extension. */
  readonly onFragment = (
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    header: Header,
  ): ControlledFragmentAction => {
    if (length < HEADER_LENGTH) {
      return this.refuse();
    }
    const { messageHeader } = this;
    messageHeader.wrap(buffer, offset);
    if (messageHeader.schemaId() !== SCHEMA_ID) {
      return this.onOtherSchema(buffer, offset, length);
    }
    const blockLength = messageHeader.blockLength();
    const version = messageHeader.version();
    const bodyOffset = offset + HEADER_LENGTH;
    const end = offset + length;
    switch (messageHeader.templateId()) {
      case SessionMessageHeaderDecoder.TEMPLATE_ID:
        this.sessionMessage.wrap(buffer, bodyOffset, blockLength, version);
        return this.onSessionMessage(buffer, offset, length, header);
      case SessionEventDecoder.TEMPLATE_ID:
        return this.onSessionEvent(this.sessionEvent.wrap(buffer, bodyOffset, blockLength, version), end);
      case NewLeaderEventDecoder.TEMPLATE_ID:
        return this.onNewLeader(this.newLeaderEvent.wrap(buffer, bodyOffset, blockLength, version), end, header);
      case AdminResponseDecoder.TEMPLATE_ID:
        return this.onAdminResponse(this.adminResponse.wrap(buffer, bodyOffset, blockLength, version), end, buffer);
      default:
        return CONTINUE;
    }
  };

  private onOtherSchema(buffer: AtomicBuffer, offset: number, length: number): ControlledFragmentAction {
    const { messageHeader, extension } = this;
    if (extension === undefined) {
      throw new ClusterError(
        'SCHEMA_MISMATCH',
        `the egress stream carries schema ${messageHeader.schemaId()}, expected is ${SCHEMA_ID}; an ` +
          'egressListenerExtension would take it',
      );
    }
    const action = extension(
      messageHeader.blockLength(),
      messageHeader.templateId(),
      messageHeader.schemaId(),
      messageHeader.version(),
      buffer,
      offset + HEADER_LENGTH,
      length - HEADER_LENGTH,
    );
    return action ?? CONTINUE;
  }

  private onSessionMessage(
    buffer: AtomicBuffer,
    offset: number,
    length: number,
    header: Header,
  ): ControlledFragmentAction {
    // As words: the field may have any 64 bits, and a bigint a message is not for free.
    const view = buffer.view;
    const idOffset = offset + SESSION_ID_OFFSET;
    if (length < SESSION_HEADER_LENGTH) {
      return this.refuse();
    }
    if (
      view.getInt32(idOffset, true) !== this.sessionIdLow ||
      view.getInt32(idOffset + 4, true) !== this.sessionIdHigh
    ) {
      return CONTINUE;
    }
    const action = this.listener.onMessage(
      this.clusterSessionId,
      this.sessionMessage.timestamp(),
      buffer,
      offset + SESSION_HEADER_LENGTH,
      length - SESSION_HEADER_LENGTH,
      header,
    );
    return action ?? CONTINUE;
  }

  private onSessionEvent(decoder: SessionEventDecoder, end: number): ControlledFragmentAction {
    const event = whole(decoder, end, () => ({
      clusterSessionId: decoder.clusterSessionId(),
      correlationId: decoder.correlationId(),
      leadershipTermId: decoder.leadershipTermId(),
      leaderMemberId: decoder.leaderMemberId(),
      code: decoder.code(),
      detail: decoder.detail(),
    }));
    if (event === undefined) {
      return this.refuse();
    }
    if (event.clusterSessionId === this.clusterSessionId) {
      const { correlationId, leadershipTermId, leaderMemberId, code, detail } = event;
      this.hooks?.onSessionEvent(code);
      this.listener.onSessionEvent?.(
        correlationId,
        this.clusterSessionId,
        leadershipTermId,
        leaderMemberId,
        code,
        detail,
      );
    }
    return CONTINUE;
  }

  private onNewLeader(decoder: NewLeaderEventDecoder, end: number, header: Header): ControlledFragmentAction {
    const event = whole(decoder, end, () => ({
      clusterSessionId: decoder.clusterSessionId(),
      leadershipTermId: decoder.leadershipTermId(),
      leaderMemberId: decoder.leaderMemberId(),
      ingressEndpoints: decoder.ingressEndpoints(),
    }));
    if (event === undefined) {
      return this.refuse();
    }
    if (event.clusterSessionId === this.clusterSessionId) {
      const { leadershipTermId, leaderMemberId, ingressEndpoints } = event;
      this.hooks?.onNewLeader(leadershipTermId, leaderMemberId, ingressEndpoints, header);
      this.listener.onNewLeader?.(this.clusterSessionId, leadershipTermId, leaderMemberId, ingressEndpoints);
    }
    return CONTINUE;
  }

  private onAdminResponse(decoder: AdminResponseDecoder, end: number, buffer: AtomicBuffer): ControlledFragmentAction {
    const response = whole(decoder, end, () => ({
      clusterSessionId: decoder.clusterSessionId(),
      correlationId: decoder.correlationId(),
      requestType: decoder.requestType(),
      responseCode: decoder.responseCode(),
      message: decoder.message(),
      payloadOffset: decoder.limit + LENGTH_FIELD,
      payloadLength: decoder.skipPayload(),
    }));
    if (response === undefined) {
      return this.refuse();
    }
    if (response.clusterSessionId === this.clusterSessionId) {
      const { correlationId, requestType, responseCode, message, payloadOffset, payloadLength } = response;
      this.listener.onAdminResponse?.(
        this.clusterSessionId,
        correlationId,
        requestType,
        responseCode,
        message,
        buffer,
        payloadOffset,
        payloadLength,
      );
    }
    return CONTINUE;
  }

  private refuse(): ControlledFragmentAction {
    this.malformedCount++;
    return CONTINUE;
  }
}

/**
 * What `read` makes of a message that ends at `end`; undefined when its bytes are no such message: too short, or with
 * values that nobody sends.
 */
export function whole<T>(decoder: { readonly limit: number }, end: number, read: () => T): T | undefined {
  try {
    const value = read();
    return decoder.limit <= end ? value : undefined;
  } catch (error) {
    if (error instanceof SbeError || error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}
