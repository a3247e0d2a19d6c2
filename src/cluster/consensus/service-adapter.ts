import type { AtomicBuffer } from '../../agrona/mod.ts';
import { ControlledFragmentAction, ControlledFragmentAssembler, type Subscription } from '../../client/mod.ts';
import {
  BooleanType,
  CancelTimerDecoder,
  CloseSessionDecoder,
  ClusterMembersQueryDecoder,
  MessageHeaderDecoder,
  ScheduleTimerDecoder,
  ServiceAckDecoder,
  SessionMessageHeaderDecoder,
} from '../codecs/mod.ts';
import { ClusterError } from './errors.ts';
import { SESSION_HEADER_LENGTH } from './log-publisher.ts';

const { BREAK, CONTINUE } = ControlledFragmentAction;
const FRAGMENT_LIMIT = 25;
const HEADER_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH;

/** What services, and tools, say to the consensus module. */
export interface ServiceListener {
  /** The service offers a message to its own cluster. */
  onServiceMessage(serviceId: number, buffer: AtomicBuffer, offset: number, length: number): void;
  onServiceCloseSession(clusterSessionId: number): void;
  onScheduleTimer(correlationId: bigint, deadline: bigint): void;
  onCancelTimer(correlationId: bigint): void;
  onServiceAck(ack: {
    readonly logPosition: number;
    readonly timestamp: bigint;
    readonly ackId: number;
    readonly relevantId: number;
    readonly serviceId: number;
  }): void;
  onClusterMembersQuery(correlationId: number, isExtended: boolean): void;
}

/** Reads what services say. Upstream: `io.aeron.cluster.ConsensusModuleAdapter`. */
export class ServiceAdapter {
  readonly #subscription: Subscription;
  readonly #listener: ServiceListener;
  readonly #header = new MessageHeaderDecoder();
  readonly #assembler: ControlledFragmentAssembler;

  constructor(subscription: Subscription, listener: ServiceListener) {
    this.#subscription = subscription;
    this.#listener = listener;
    this.#assembler = new ControlledFragmentAssembler((buffer, offset, length) =>
      this.#onMessage(buffer, offset, length),
    );
  }

  /** Nothing is read behind an ack in one poll. */
  poll(): number {
    return this.#subscription.controlledPoll(this.#assembler.onFragment, FRAGMENT_LIMIT);
  }

  close(): void {
    this.#subscription.close();
  }

  #onMessage(buffer: AtomicBuffer, offset: number, length: number): ControlledFragmentAction {
    const header = this.#header.wrap(buffer, offset);
    if (header.schemaId() !== SessionMessageHeaderDecoder.SCHEMA_ID) {
      throw new ClusterError(
        'UNKNOWN_SCHEMA',
        `expected schemaId=${SessionMessageHeaderDecoder.SCHEMA_ID}, actual=${header.schemaId()}, on the controlChannel`,
      );
    }
    const bodyOffset = offset + HEADER_LENGTH;
    const blockLength = header.blockLength();
    const version = header.version();
    switch (header.templateId()) {
      case SessionMessageHeaderDecoder.TEMPLATE_ID:
        // A service has no session: it puts its own id in the session's place.
        this.#listener.onServiceMessage(
          buffer.getInt32(bodyOffset + 8),
          buffer,
          offset + SESSION_HEADER_LENGTH,
          length - SESSION_HEADER_LENGTH,
        );
        return CONTINUE;
      case CloseSessionDecoder.TEMPLATE_ID:
        this.#listener.onServiceCloseSession(
          new CloseSessionDecoder().wrap(buffer, bodyOffset, blockLength, version).clusterSessionId(),
        );
        return CONTINUE;
      case ScheduleTimerDecoder.TEMPLATE_ID: {
        const timer = new ScheduleTimerDecoder().wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onScheduleTimer(timer.correlationId(), timer.deadline());
        return CONTINUE;
      }
      case CancelTimerDecoder.TEMPLATE_ID:
        this.#listener.onCancelTimer(
          new CancelTimerDecoder().wrap(buffer, bodyOffset, blockLength, version).correlationId(),
        );
        return CONTINUE;
      case ServiceAckDecoder.TEMPLATE_ID: {
        const ack = new ServiceAckDecoder().wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onServiceAck({
          logPosition: ack.logPosition(),
          timestamp: ack.timestamp(),
          ackId: ack.ackId(),
          relevantId: ack.relevantId(),
          serviceId: ack.serviceId(),
        });
        return BREAK;
      }
      case ClusterMembersQueryDecoder.TEMPLATE_ID: {
        const query = new ClusterMembersQueryDecoder().wrap(buffer, bodyOffset, blockLength, version);
        this.#listener.onClusterMembersQuery(query.correlationId(), query.extended() === BooleanType.TRUE);
        return CONTINUE;
      }
      default:
        return CONTINUE;
    }
  }
}
