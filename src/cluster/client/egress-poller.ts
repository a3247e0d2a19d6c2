import type { AtomicBuffer } from '../../agrona/mod.ts';
import {
  ControlledFragmentAction,
  ControlledFragmentAssembler,
  type Header,
  type Image,
  type Subscription,
} from '../../client/mod.ts';
import {
  ChallengeDecoder,
  type EventCode,
  MessageHeaderDecoder,
  NewLeaderEventDecoder,
  SessionEventDecoder,
  SessionMessageHeaderDecoder,
} from '../codecs/mod.ts';
import { whole } from './egress-decoder.ts';

const { ABORT, BREAK, CONTINUE } = ControlledFragmentAction;
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;
/** Bytes of the length in front of variable data. */
const LENGTH_FIELD = 4;
const NULL_VALUE = -1;
const NOTHING = new Uint8Array(0);

type EgressDecoders = SessionMessageHeaderDecoder | SessionEventDecoder | NewLeaderEventDecoder | ChallengeDecoder;

/**
 * Takes one message of the egress after the other and keeps what it said, until the next poll: for the time
 * before there is a session. Upstream: `io.aeron.cluster.client.EgressPoller`.
 */
export class EgressPoller {
  readonly subscription: Subscription;
  /** Where the last event came from. */
  egressImage: Image | undefined;
  /** Whether the last poll has found a message that is of interest; its content stands in the fields below. */
  isPollComplete = false;
  /** Of the message, as in the codecs; -1 for none. */
  templateId = NULL_VALUE;
  clusterSessionId = NULL_VALUE;
  correlationId = NULL_VALUE;
  leadershipTermId = NULL_VALUE;
  leaderMemberId = NULL_VALUE;
  /** undefined when the message was no session event. */
  eventCode: EventCode | undefined;
  /** Protocol version of the cluster; 0 when it did not say. */
  version = 0;
  /** In nanoseconds; -1 when the cluster did not say. */
  leaderHeartbeatTimeoutNs = NULL_VALUE;
  detail = '';
  encodedChallenge: Uint8Array = NOTHING;
  readonly #fragmentLimit: number;
  readonly #assembler: ControlledFragmentAssembler;
  readonly #messageHeader = new MessageHeaderDecoder();
  readonly #sessionMessage = new SessionMessageHeaderDecoder();
  readonly #sessionEvent = new SessionEventDecoder();
  readonly #newLeaderEvent = new NewLeaderEventDecoder();
  readonly #challenge = new ChallengeDecoder();

  constructor(subscription: Subscription, fragmentLimit: number) {
    this.subscription = subscription;
    this.#fragmentLimit = fragmentLimit;
    this.#assembler = new ControlledFragmentAssembler((buffer, offset, length, header) =>
      this.#onFragment(buffer, offset, length, header),
    );
  }

  /** Whether the message asks for credentials once more: `encodedChallenge` is the question. */
  get isChallenged(): boolean {
    return this.templateId === ChallengeDecoder.TEMPLATE_ID;
  }

  /** Looks for the next message. Fragments consumed. */
  poll(): number {
    if (this.isPollComplete) {
      this.#reset();
    }
    return this.subscription.controlledPoll(this.#assembler.onFragment, this.#fragmentLimit);
  }

  #reset(): void {
    this.isPollComplete = false;
    this.templateId = NULL_VALUE;
    this.clusterSessionId = NULL_VALUE;
    this.correlationId = NULL_VALUE;
    this.leadershipTermId = NULL_VALUE;
    this.leaderMemberId = NULL_VALUE;
    this.eventCode = undefined;
    this.version = 0;
    this.leaderHeartbeatTimeoutNs = NULL_VALUE;
    this.detail = '';
    this.encodedChallenge = NOTHING;
  }

  #onFragment(buffer: AtomicBuffer, offset: number, length: number, header: Header): ControlledFragmentAction {
    if (this.isPollComplete) {
      return ABORT;
    }
    if (length < HEADER_LENGTH) {
      return CONTINUE;
    }
    const messageHeader = this.#messageHeader.wrap(buffer, offset);
    if (messageHeader.schemaId() !== SessionEventDecoder.SCHEMA_ID) {
      return CONTINUE;
    }
    const templateId = messageHeader.templateId();
    const decoder = this.#decoderOf(templateId);
    if (decoder === undefined) {
      return CONTINUE;
    }
    decoder.wrap(buffer, offset + HEADER_LENGTH, messageHeader.blockLength(), messageHeader.version());
    if (whole(decoder, offset + length, () => this.#take(decoder)) === undefined) {
      this.#reset();
      return CONTINUE;
    }
    if (decoder === this.#sessionEvent || decoder === this.#newLeaderEvent) {
      this.egressImage = header.image;
    }
    this.templateId = templateId;
    this.isPollComplete = true;
    return BREAK;
  }

  #decoderOf(templateId: number): EgressDecoders | undefined {
    const decoders = [this.#sessionMessage, this.#sessionEvent, this.#newLeaderEvent, this.#challenge];
    return decoders.find((decoder) => (decoder.constructor as typeof SessionEventDecoder).TEMPLATE_ID === templateId);
  }

  /** True, unless it throws. */
  #take(decoder: EgressDecoders): true {
    if (decoder instanceof SessionMessageHeaderDecoder) {
      this.leadershipTermId = decoder.leadershipTermId();
      this.clusterSessionId = Number(decoder.clusterSessionId());
    } else if (decoder instanceof SessionEventDecoder) {
      this.#onSessionEvent(decoder);
    } else if (decoder instanceof NewLeaderEventDecoder) {
      this.clusterSessionId = decoder.clusterSessionId();
      this.leadershipTermId = decoder.leadershipTermId();
      this.leaderMemberId = decoder.leaderMemberId();
      this.detail = decoder.ingressEndpoints();
    } else {
      this.correlationId = decoder.correlationId();
      this.clusterSessionId = decoder.clusterSessionId();
      this.encodedChallenge = decoder.buffer.u8.slice(
        decoder.limit + LENGTH_FIELD,
        decoder.limit + LENGTH_FIELD + decoder.encodedChallengeLength(),
      );
      decoder.skipEncodedChallenge();
    }
    return true;
  }

  #onSessionEvent(event: SessionEventDecoder): void {
    this.clusterSessionId = event.clusterSessionId();
    this.correlationId = event.correlationId();
    this.leadershipTermId = event.leadershipTermId();
    this.leaderMemberId = event.leaderMemberId();
    this.eventCode = event.code();
    this.version = event.version();
    const timeoutNs = event.leaderHeartbeatTimeoutNs();
    this.leaderHeartbeatTimeoutNs =
      timeoutNs === SessionEventDecoder.LEADER_HEARTBEAT_TIMEOUT_NS_NULL ? NULL_VALUE : timeoutNs;
    this.detail = event.detail();
  }
}
