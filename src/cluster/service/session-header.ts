import { AtomicBuffer } from '../../agrona/mod.ts';
import type { DirectBufferVector } from '../../client/mod.ts';
import { MessageHeaderEncoder, SessionMessageHeaderEncoder } from '../codecs/mod.ts';
import { SESSION_HEADER_LENGTH } from './client-session.ts';

/** The header in front of a message of the application, kept encoded. */
export class SessionHeader {
  readonly buffer = AtomicBuffer.allocate(SESSION_HEADER_LENGTH);
  private readonly encoder = new SessionMessageHeaderEncoder();
  private readonly vectors: DirectBufferVector[] = [{ buffer: this.buffer }];

  constructor() {
    this.encoder.wrapAndApplyHeader(this.buffer, 0, new MessageHeaderEncoder());
  }

  set leadershipTermId(leadershipTermId: number) {
    this.encoder.leadershipTermId(leadershipTermId);
  }

  /** @param clusterSessionId of a client, or the id of a service on the way to the consensus module */
  stamp(clusterSessionId: bigint, timestamp: bigint): AtomicBuffer {
    this.encoder.clusterSessionId(clusterSessionId).timestamp(timestamp);
    return this.buffer;
  }

  /** The header and the parts of a message behind it. The next call changes the list. */
  before(parts: readonly DirectBufferVector[]): readonly DirectBufferVector[] {
    this.vectors.length = 1;
    for (const part of parts) {
      this.vectors.push(part);
    }
    return this.vectors;
  }
}
