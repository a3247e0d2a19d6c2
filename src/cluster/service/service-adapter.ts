import { AeronError, type AtomicBuffer } from '../../agrona/mod.ts';
import { FragmentAssembler, type Subscription } from '../../client/mod.ts';
import {
  BooleanType,
  JoinLogDecoder,
  MessageHeaderDecoder,
  RequestServiceAckDecoder,
  ServiceTerminationPositionDecoder,
} from '../codecs/mod.ts';
import { ClusterRole } from './cluster.ts';

const FRAGMENT_LIMIT = 1;

/** Where a stretch of the log is to be read from. Upstream: `ActiveLogEvent`. */
export interface ActiveLog {
  readonly logPosition: number;
  /** Where it ends; about 2^63 when it is live. */
  readonly maxLogPosition: number;
  readonly memberId: number;
  readonly sessionId: number;
  readonly streamId: number;
  /** The member starts: the consensus module itself will connect to clients. */
  readonly isStartup: boolean;
  readonly role: ClusterRole;
  readonly isStandby: boolean;
  readonly channel: string;
}

export interface ConsensusModuleListener {
  onJoinLog(log: ActiveLog): void;
  onServiceTerminationPosition(logPosition: number, isAckRequired: boolean): void;
  onRequestServiceAck(logPosition: number): void;
}

/** Hears what the consensus module wants. Upstream: `io.aeron.cluster.service.ServiceAdapter`. */
export class ServiceAdapter {
  private readonly subscription: Subscription;
  private readonly listener: ConsensusModuleListener;
  private readonly messageHeader = new MessageHeaderDecoder();
  private readonly joinLogDecoder = new JoinLogDecoder();
  private readonly requestServiceAckDecoder = new RequestServiceAckDecoder();
  private readonly terminationPositionDecoder = new ServiceTerminationPositionDecoder();
  private readonly assembler = new FragmentAssembler((buffer, offset) => this.onMessage(buffer, offset));

  constructor(subscription: Subscription, listener: ConsensusModuleListener) {
    this.subscription = subscription;
    this.listener = listener;
  }

  poll(): number {
    return this.subscription.poll(this.assembler.onFragment, FRAGMENT_LIMIT);
  }

  close(): void {
    this.subscription.close();
  }

  private onMessage(buffer: AtomicBuffer, offset: number): void {
    const header = this.messageHeader.wrap(buffer, offset);
    checkSchema(header.schemaId());
    const bodyOffset = offset + MessageHeaderDecoder.ENCODED_LENGTH;
    const blockLength = header.blockLength();
    const version = header.version();
    switch (header.templateId()) {
      case JoinLogDecoder.TEMPLATE_ID:
        this.listener.onJoinLog(toActiveLog(this.joinLogDecoder.wrap(buffer, bodyOffset, blockLength, version)));
        break;
      case ServiceTerminationPositionDecoder.TEMPLATE_ID: {
        const decoder = this.terminationPositionDecoder.wrap(buffer, bodyOffset, blockLength, version);
        this.listener.onServiceTerminationPosition(decoder.logPosition(), decoder.ackRequired() === BooleanType.TRUE);
        break;
      }
      case RequestServiceAckDecoder.TEMPLATE_ID: {
        const decoder = this.requestServiceAckDecoder.wrap(buffer, bodyOffset, blockLength, version);
        this.listener.onRequestServiceAck(decoder.logPosition());
      }
    }
  }
}

/** @throws AeronError CLUSTER_SCHEMA */
export function checkSchema(schemaId: number): void {
  if (schemaId !== JoinLogDecoder.SCHEMA_ID) {
    throw new AeronError('CLUSTER_SCHEMA', `expected schemaId=${JoinLogDecoder.SCHEMA_ID}, actual=${schemaId}`);
  }
}

function toActiveLog(decoder: JoinLogDecoder): ActiveLog {
  return {
    logPosition: decoder.logPosition(),
    maxLogPosition: Number(decoder.maxLogPosition()),
    memberId: decoder.memberId(),
    sessionId: decoder.logSessionId(),
    streamId: decoder.logStreamId(),
    isStartup: decoder.isStartup() === BooleanType.TRUE,
    role: toRole(decoder.role()),
    isStandby: decoder.isStandby() === BooleanType.TRUE,
    channel: decoder.logChannel(),
  };
}

function toRole(code: number): ClusterRole {
  switch (code) {
    case ClusterRole.FOLLOWER:
    case ClusterRole.CANDIDATE:
    case ClusterRole.LEADER:
      return code;
    default:
      throw new AeronError('CLUSTER_SCHEMA', `there is no role ${code}: 0 follower, 1 candidate, 2 leader`);
  }
}
