import { AeronError, type AtomicBuffer } from '../../agrona/mod.ts';
import { BufferClaim, type DirectBufferVector, Publication } from '../../client/mod.ts';
import {
  CancelTimerEncoder,
  CloseSessionEncoder,
  MessageHeaderEncoder,
  ScheduleTimerEncoder,
  ServiceAckEncoder,
} from '../codecs/mod.ts';
import { claimLengthOf, SESSION_HEADER_LENGTH } from './client-session.ts';

const HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;

/**
 * Says to the consensus module what the container and its service have to say. What returns a boolean is false when
 * there is no room yet.
 *
 * Upstream: `io.aeron.cluster.service.ConsensusModuleProxy`.
 */
export class ConsensusModuleProxy {
  private readonly publication: Publication;
  private readonly bufferClaim = new BufferClaim();
  private readonly messageHeader = new MessageHeaderEncoder();
  private readonly scheduleTimerEncoder = new ScheduleTimerEncoder();
  private readonly cancelTimerEncoder = new CancelTimerEncoder();
  private readonly serviceAckEncoder = new ServiceAckEncoder();
  private readonly closeSessionEncoder = new CloseSessionEncoder();

  constructor(publication: Publication) {
    this.publication = publication;
  }

  close(): void {
    this.publication.close();
  }

  /** @throws AeronError CONSENSUS_MODULE_NOT_CONNECTED, as all below */
  scheduleTimer(correlationId: bigint, deadline: bigint): boolean {
    if (!this.claim(ScheduleTimerEncoder.BLOCK_LENGTH)) {
      return false;
    }
    const { bufferClaim } = this;
    this.scheduleTimerEncoder
      .wrapAndApplyHeader(bufferClaim.buffer, bufferClaim.offset, this.messageHeader)
      .correlationId(correlationId)
      .deadline(deadline);
    bufferClaim.commit();
    return true;
  }

  cancelTimer(correlationId: bigint): boolean {
    if (!this.claim(CancelTimerEncoder.BLOCK_LENGTH)) {
      return false;
    }
    const { bufferClaim } = this;
    this.cancelTimerEncoder
      .wrapAndApplyHeader(bufferClaim.buffer, bufferClaim.offset, this.messageHeader)
      .correlationId(correlationId);
    bufferClaim.commit();
    return true;
  }

  closeSession(clusterSessionId: number): boolean {
    if (!this.claim(CloseSessionEncoder.BLOCK_LENGTH)) {
      return false;
    }
    const { bufferClaim } = this;
    this.closeSessionEncoder
      .wrapAndApplyHeader(bufferClaim.buffer, bufferClaim.offset, this.messageHeader)
      .clusterSessionId(clusterSessionId);
    bufferClaim.commit();
    return true;
  }

  /** @param relevantId recording of a snapshot, the client id at the start, -1 for none and for failure */
  ack(logPosition: number, timestamp: bigint, ackId: number, relevantId: number, serviceId: number): boolean {
    if (!this.claim(ServiceAckEncoder.BLOCK_LENGTH)) {
      return false;
    }
    const { bufferClaim } = this;
    this.serviceAckEncoder
      .wrapAndApplyHeader(bufferClaim.buffer, bufferClaim.offset, this.messageHeader)
      .logPosition(logPosition)
      .timestamp(timestamp)
      .ackId(ackId)
      .relevantId(relevantId)
      .serviceId(serviceId);
    bufferClaim.commit();
    return true;
  }

  offer(sessionHeader: AtomicBuffer, buffer: AtomicBuffer, offset: number, length: number): number {
    return checked(
      this.publication,
      this.publication.offerTwo(sessionHeader, 0, SESSION_HEADER_LENGTH, buffer, offset, length),
    );
  }

  offerVector(vectors: readonly DirectBufferVector[]): number {
    return checked(this.publication, this.publication.offerVector(vectors));
  }

  tryClaim(length: number, bufferClaim: BufferClaim, sessionHeader: AtomicBuffer): number {
    const position = this.publication.tryClaim(claimLengthOf(length), bufferClaim);
    if (position > 0) {
      bufferClaim.putBytes(0, sessionHeader, 0, SESSION_HEADER_LENGTH);
    }
    return checked(this.publication, position);
  }

  private claim(blockLength: number): boolean {
    return checked(this.publication, this.publication.tryClaim(HEADER_LENGTH + blockLength, this.bufferClaim)) > 0;
  }
}

/** The position, unless it says that waiting is of no use. */
function checked(publication: Publication, position: number): number {
  switch (position) {
    case Publication.NOT_CONNECTED:
    case Publication.CLOSED:
    case Publication.MAX_POSITION_EXCEEDED:
      throw new AeronError(
        'CONSENSUS_MODULE_NOT_CONNECTED',
        `publication to the consensus module (controlChannel ${publication.channel}, consensusModuleStreamId ` +
          `${publication.streamId}): ${Publication.errorString(position)}`,
      );
    default:
      return position;
  }
}
