import { AtomicBuffer, type IdleStrategy } from '../../src/agrona/mod.ts';
import type { ExclusivePublication, Image } from '../../src/client/mod.ts';
import type { ClientSession, Cluster, ClusteredService } from '../../src/cluster/service/mod.ts';

/** The auction of upstream's tutorial, `BasicAuctionClusteredService`: the same messages and the same snapshot. */
export class AuctionService implements ClusteredService {
  bestPrice = 0n;
  winningCustomerId = -1n;
  private readonly log: (line: string) => void;
  private readonly answer = AtomicBuffer.allocate(25);
  private idle!: IdleStrategy;

  constructor(log: (line: string) => void = () => {}) {
    this.log = log;
  }

  onStart(cluster: Cluster, snapshotImage: Image | undefined): void {
    this.idle = cluster.idleStrategy;
    if (snapshotImage !== undefined) {
      while (!snapshotImage.isEndOfStream) {
        const fragments = snapshotImage.poll((buffer, offset) => {
          this.winningCustomerId = buffer.view.getBigInt64(offset, true);
          this.bestPrice = buffer.view.getBigInt64(offset + 8, true);
        }, 1);
        this.idle.idle(fragments);
      }
    }
    this.log(`START winner ${this.winningCustomerId} at ${this.bestPrice}`);
  }

  onSessionMessage(session: ClientSession | undefined, _timestamp: bigint, buffer: AtomicBuffer, offset: number): void {
    const correlationId = buffer.view.getBigInt64(offset, true);
    const customerId = buffer.view.getBigInt64(offset + 8, true);
    const price = buffer.view.getBigInt64(offset + 16, true);
    const succeeds = price > this.bestPrice;
    if (succeeds) {
      this.bestPrice = price;
      this.winningCustomerId = customerId;
    }
    if (session !== undefined) {
      this.answer.putBigInt64(0, correlationId);
      this.answer.putBigInt64(8, this.winningCustomerId);
      this.answer.putBigInt64(16, this.bestPrice);
      this.answer.putInt8(24, succeeds ? 1 : 0);
      while (session.offer(this.answer) < 0) {
        this.idle.idle(0);
      }
    }
  }

  onTakeSnapshot(publication: ExclusivePublication): void {
    const state = AtomicBuffer.allocate(16);
    state.putBigInt64(0, this.winningCustomerId);
    state.putBigInt64(8, this.bestPrice);
    while (publication.offer(state) < 0) {
      this.idle.idle(0);
    }
    this.log('SNAPSHOT');
  }

  onTerminate(): void {
    this.log(`TERMINATE winner ${this.winningCustomerId} at ${this.bestPrice}`);
  }
}
