import { AtomicBuffer } from '../../agrona/mod.ts';
import { ClientSessionEncoder, MessageHeaderEncoder } from '../codecs/mod.ts';
import type { ClientSession } from './client-session.ts';
import { SnapshotTaker } from './snapshot-taker.ts';

/** Two lengths of 4 bytes, before channel and principal. */
const VARIABLE_HEADERS_LENGTH = 8;
const FIXED_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + ClientSessionEncoder.BLOCK_LENGTH + VARIABLE_HEADERS_LENGTH;

/** The container's part of a service's snapshot: its open sessions. Upstream: `ServiceSnapshotTaker`. */
export class ServiceSnapshotTaker extends SnapshotTaker {
  private readonly clientSessionEncoder = new ClientSessionEncoder();

  snapshotSession(session: ClientSession): void {
    const channelLength = AtomicBuffer.ofString(session.responseChannel).capacity;
    const length = FIXED_LENGTH + channelLength + session.encodedPrincipal.length;
    const buffer = AtomicBuffer.allocate(length);
    this.clientSessionEncoder
      .wrapAndApplyHeader(buffer, 0, this.messageHeader)
      .clusterSessionId(session.id)
      .responseStreamId(session.responseStreamId)
      .responseChannel(session.responseChannel)
      .putEncodedPrincipal(session.encodedPrincipal);
    this.offer(buffer, length);
  }
}
