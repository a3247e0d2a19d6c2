import { AtomicBuffer } from '../../agrona/mod.ts';
import type { DirectBufferVector } from '../../client/mod.ts';
import { MessageHeaderEncoder, SessionMessageHeaderEncoder } from '../codecs/mod.ts';
import { SESSION_HEADER_LENGTH } from './client-session.ts';

const SESSION_ID_OFFSET = MessageHeaderEncoder.ENCODED_LENGTH + 8;
const TIMESTAMP_OFFSET = SESSION_ID_OFFSET + 8;

/** The header in front of a message of the application, kept encoded. */
export class SessionHeader {
  readonly buffer = AtomicBuffer.allocate(SESSION_HEADER_LENGTH);
  private readonly encoder = new SessionMessageHeaderEncoder();
  private readonly vectors: DirectBufferVector[] = [{ buffer: this.buffer }];

  constructor() {
    this.encoder.wrapAndApplyHeader(this.buffer, 0, new MessageHeaderEncoder());
  }

  set timestamp(timestamp: bigint) {
    this.encoder.timestamp(timestamp);
  }

  /** As `timestamp`, from where it stands in the log: two words are moved in a fraction of the time of a bigint. */
  copyTimestamp(source: AtomicBuffer, offset: number): void {
    const { view } = this.buffer;
    view.setInt32(TIMESTAMP_OFFSET, source.view.getInt32(offset, true), true);
    view.setInt32(TIMESTAMP_OFFSET + 4, source.view.getInt32(offset + 4, true), true);
  }

  set leadershipTermId(leadershipTermId: number) {
    this.encoder.leadershipTermId(leadershipTermId);
  }

  /** @param low, high words of the session id of a client, or of the id of a service on the way to the consensus module */
  stamp(low: number, high: number): AtomicBuffer {
    const { view } = this.buffer;
    view.setInt32(SESSION_ID_OFFSET, low, true);
    view.setInt32(SESSION_ID_OFFSET + 4, high, true);
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
