import { AeronError, AtomicBuffer, type ErrorHandler } from '../../agrona/mod.ts';
import {
  type Aeron,
  type BufferClaim,
  type ConcurrentPublication,
  type DirectBufferVector,
  Publication,
} from '../../client/mod.ts';
import { DataHeaderFlyweight } from '../../protocol/mod.ts';
import { type ClientSession, claimLengthOf, MOCKED_OFFER, SESSION_HEADER_LENGTH } from './client-session.ts';
import { ClusterRole } from './cluster.ts';
import type { ServiceCluster } from './service-cluster.ts';

const TWO_32 = 2 ** 32;
const FRAME_HEADER_LENGTH = DataHeaderFlyweight.HEADER_LENGTH;
/** The longest datagram: what a claim on any channel can at most be. */
const MAX_CLAIM_FRAME_LENGTH = 65_504;
const MAX_MOCKED_LENGTH = MAX_CLAIM_FRAME_LENGTH - FRAME_HEADER_LENGTH - SESSION_HEADER_LENGTH;

/** What claims of members that do not lead are written into. */
const mockedBuffer = AtomicBuffer.allocate(MAX_CLAIM_FRAME_LENGTH);

/** What a session is made of, in the log and in a snapshot. */
export interface SessionParameters {
  readonly id: number;
  readonly responseStreamId: number;
  readonly responseChannel: string;
  readonly encodedPrincipal: Uint8Array;
}

/** A session of the container. Upstream: `io.aeron.cluster.service.ContainerClientSession`. */
export class ContainerClientSession implements ClientSession {
  readonly id: number;
  readonly responseStreamId: number;
  readonly responseChannel: string;
  readonly encodedPrincipal: Uint8Array;
  isClosing = false;
  private readonly idLow: number;
  private readonly idHigh: number;
  private readonly cluster: ServiceCluster;
  private registrationId: number | undefined;
  private publication: ConcurrentPublication | undefined;

  constructor(parameters: SessionParameters, cluster: ServiceCluster) {
    this.id = parameters.id;
    this.responseStreamId = parameters.responseStreamId;
    this.responseChannel = parameters.responseChannel;
    this.encodedPrincipal = parameters.encodedPrincipal;
    this.idLow = parameters.id | 0;
    this.idHigh = Math.floor(parameters.id / TWO_32);
    this.cluster = cluster;
  }

  close(): void {
    if (this.cluster.getClientSession(this.id) !== undefined) {
      this.cluster.closeClientSession(this.id);
    }
  }

  offer(buffer: AtomicBuffer, offset = 0, length = buffer.capacity - offset): number {
    this.cluster.checkForValidInvocation();
    if (this.cluster.role !== ClusterRole.LEADER) {
      return MOCKED_OFFER;
    }
    if (this.publication === undefined) {
      return Publication.NOT_CONNECTED;
    }
    const header = this.stampHeader();
    return this.publication.offerTwo(header, 0, SESSION_HEADER_LENGTH, buffer, offset, length);
  }

  offerVector(vectors: readonly DirectBufferVector[]): number {
    this.cluster.checkForValidInvocation();
    if (this.cluster.role !== ClusterRole.LEADER) {
      return MOCKED_OFFER;
    }
    if (this.publication === undefined) {
      return Publication.NOT_CONNECTED;
    }
    this.stampHeader();
    return this.publication.offerVector(this.cluster.sessionHeader.before(vectors));
  }

  /** @throws AeronError MESSAGE_TOO_LONG */
  tryClaim(length: number, bufferClaim: BufferClaim): number {
    this.cluster.checkForValidInvocation();
    if (this.cluster.role !== ClusterRole.LEADER) {
      return mockClaim(length, bufferClaim);
    }
    if (this.publication === undefined) {
      return Publication.NOT_CONNECTED;
    }
    const position = this.publication.tryClaim(claimLengthOf(length), bufferClaim);
    if (position > 0) {
      bufferClaim.putBytes(0, this.stampHeader(), 0, SESSION_HEADER_LENGTH);
    }
    return position;
  }

  /** Begins to connect to the client, unless it has. */
  connect(aeron: Aeron, errorHandler: ErrorHandler): void {
    if (this.registrationId === undefined) {
      try {
        this.registrationId = aeron.asyncAddPublication(this.responseChannel, this.responseStreamId);
      } catch (error) {
        errorHandler(this.connectError(error));
      }
    }
  }

  /** Whether the driver has answered, whatever it said: a client with a bad channel gets no answers. */
  isConnectSettled(aeron: Aeron, errorHandler: ErrorHandler): boolean {
    if (this.registrationId === undefined || this.publication !== undefined) {
      return true;
    }
    try {
      this.publication = aeron.getPublication(this.registrationId);
    } catch (error) {
      this.registrationId = undefined;
      errorHandler(this.connectError(error));
      return true;
    }
    return this.publication !== undefined;
  }

  disconnect(aeron: Aeron): void {
    if (this.registrationId !== undefined && !aeron.isClosed) {
      aeron.asyncRemovePublication(this.registrationId);
    }
    this.registrationId = undefined;
    this.publication = undefined;
  }

  private stampHeader(): AtomicBuffer {
    return this.cluster.sessionHeader.stamp(this.idLow, this.idHigh);
  }

  private connectError(cause: unknown): AeronError {
    return new AeronError(
      'EGRESS_NOT_CONNECTED',
      `failed to connect session ${this.id} to ${this.responseChannel} stream ${this.responseStreamId}: ` +
        (cause as Error).message,
      { cause },
    );
  }
}

function mockClaim(length: number, bufferClaim: BufferClaim): number {
  if (!(length >= 0 && length <= MAX_MOCKED_LENGTH)) {
    throw new AeronError('MESSAGE_TOO_LONG', `a claim takes 0 to ${MAX_MOCKED_LENGTH} bytes, not ${length}`);
  }
  bufferClaim.wrap(mockedBuffer, 0, FRAME_HEADER_LENGTH + SESSION_HEADER_LENGTH + length);
  return MOCKED_OFFER;
}
