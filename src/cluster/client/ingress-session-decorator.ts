import { AtomicBuffer } from '../../agrona/mod.ts';
import type { Publication } from '../../client/mod.ts';
import { MessageHeaderEncoder, SessionMessageHeaderEncoder } from '../codecs/mod.ts';
import { SESSION_HEADER_LENGTH } from './egress-decoder.ts';

const NULL_VALUE = -1;

/**
 * Puts the session header in front of messages, for those who keep a session without an `AeronCluster`.
 * Upstream: `io.aeron.cluster.client.IngressSessionDecorator`.
 *
 *      0                       8                      32
 *     +-----------------------+-----------------------+---------
 *     | message header        | leadership term id,   | message
 *     | (template 1, schema   | session id, timestamp | ...
 *     |  111)                 | (8 bytes each)        |
 *     +-----------------------+-----------------------+---------
 */
export class IngressSessionDecorator {
  /** In bytes. */
  static readonly HEADER_LENGTH = SESSION_HEADER_LENGTH;

  readonly #header = AtomicBuffer.allocate(SESSION_HEADER_LENGTH);
  readonly #encoder: SessionMessageHeaderEncoder;

  constructor(clusterSessionId = NULL_VALUE, leadershipTermId = NULL_VALUE) {
    this.#encoder = new SessionMessageHeaderEncoder()
      .wrapAndApplyHeader(this.#header, 0, new MessageHeaderEncoder())
      .leadershipTermId(leadershipTermId)
      .clusterSessionId(BigInt(clusterSessionId))
      .timestamp(BigInt(NULL_VALUE));
  }

  /** The header itself: changed by the setters, and not to be changed by others. */
  get header(): AtomicBuffer {
    return this.#header;
  }

  clusterSessionId(clusterSessionId: number): this {
    this.#encoder.clusterSessionId(BigInt(clusterSessionId));
    return this;
  }

  leadershipTermId(leadershipTermId: number): this {
    this.#encoder.leadershipTermId(leadershipTermId);
    return this;
  }

  /** As `publication.offer`. */
  offer(publication: Publication, buffer: AtomicBuffer, offset: number, length: number): number {
    return publication.offerTwo(this.#header, 0, SESSION_HEADER_LENGTH, buffer, offset, length);
  }
}
