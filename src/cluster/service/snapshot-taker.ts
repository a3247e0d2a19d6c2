import { AeronError, type AtomicBuffer, type IdleStrategy } from '../../agrona/mod.ts';
import { BufferClaim, type ExclusivePublication, Publication } from '../../client/mod.ts';
import { type ClusterTimeUnit, MessageHeaderEncoder, SnapshotMark, SnapshotMarkerEncoder } from '../codecs/mod.ts';

const ENCODED_MARKER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + SnapshotMarkerEncoder.BLOCK_LENGTH;

/** What the marks at the begin and at the end of a snapshot say. */
export interface SnapshotMarker {
  readonly typeId: bigint;
  readonly logPosition: number;
  readonly leadershipTermId: number;
  readonly timeUnit: ClusterTimeUnit;
  readonly appVersion: number;
}

/** Writes the frame of a snapshot: marks, and messages of any length. Upstream: `SnapshotTaker`. */
export class SnapshotTaker {
  protected readonly publication: ExclusivePublication;
  protected readonly bufferClaim = new BufferClaim();
  protected readonly messageHeader = new MessageHeaderEncoder();
  private readonly idleStrategy: IdleStrategy;
  private readonly markerEncoder = new SnapshotMarkerEncoder();

  /** @param idleStrategy that keeps the Aeron client alive */
  constructor(publication: ExclusivePublication, idleStrategy: IdleStrategy) {
    this.publication = publication;
    this.idleStrategy = idleStrategy;
  }

  markBegin(marker: SnapshotMarker): void {
    this.mark(SnapshotMark.BEGIN, marker);
  }

  markEnd(marker: SnapshotMarker): void {
    this.mark(SnapshotMark.END, marker);
  }

  /** Offers until there is room. @throws AeronError SNAPSHOT_NOT_CONNECTED */
  protected offer(buffer: AtomicBuffer, length: number): void {
    this.until(() => this.publication.offer(buffer, 0, length));
  }

  /** Claims until there is room. @throws AeronError SNAPSHOT_NOT_CONNECTED */
  protected claim(length: number): BufferClaim {
    this.until(() => this.publication.tryClaim(length, this.bufferClaim));
    return this.bufferClaim;
  }

  private mark(mark: SnapshotMark, marker: SnapshotMarker): void {
    const claim = this.claim(ENCODED_MARKER_LENGTH);
    this.markerEncoder
      .wrapAndApplyHeader(claim.buffer, claim.offset, this.messageHeader)
      .typeId(marker.typeId)
      .logPosition(marker.logPosition)
      .leadershipTermId(marker.leadershipTermId)
      .index_(0)
      .mark(mark)
      .timeUnit(marker.timeUnit)
      .appVersion(marker.appVersion);
    claim.commit();
  }

  private until(send: () => number): void {
    this.idleStrategy.reset();
    for (;;) {
      const position = send();
      if (position > 0) {
        return;
      }
      if (position !== Publication.BACK_PRESSURED && position !== Publication.ADMIN_ACTION) {
        throw new AeronError(
          'SNAPSHOT_NOT_CONNECTED',
          `publication of the snapshot (snapshotChannel ${this.publication.channel}, snapshotStreamId ` +
            `${this.publication.streamId}): ${Publication.errorString(position)}`,
        );
      }
      this.idleStrategy.idle(0);
    }
  }
}
