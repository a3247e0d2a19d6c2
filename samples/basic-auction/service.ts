import { AtomicBuffer } from '../../src/agrona/mod.ts';
import type { ExclusivePublication, Image } from '../../src/client/mod.ts';
import type { ClientSession, Cluster, ClusteredService } from '../../src/cluster/service/mod.ts';
import { Auction } from './auction.ts';
import {
  BID_RESULT_LENGTH,
  decodeBid,
  decodeSnapshot,
  encodeBidResult,
  encodeSnapshot,
  SNAPSHOT_LENGTH,
} from './auction-messages.ts';

/** Puts the auction on the cluster: bids come out of the log, and each member comes to the same state. */
export class BasicAuctionClusteredService implements ClusteredService {
  readonly auction = new Auction();
  protected cluster!: Cluster;
  protected readonly print: (line: string) => void;
  readonly #egressMessage = AtomicBuffer.allocate(BID_RESULT_LENGTH);
  readonly #snapshot = AtomicBuffer.allocate(SNAPSHOT_LENGTH);

  constructor(print: (line: string) => void = () => {}) {
    this.print = print;
  }

  onStart(cluster: Cluster, snapshotImage: Image | undefined): void {
    this.cluster = cluster;
    if (snapshotImage !== undefined) {
      this.#loadSnapshot(snapshotImage);
    }
  }

  onSessionOpen(session: ClientSession): void {
    this.print(`onSessionOpen(${describe(session)})`);
  }

  onSessionClose(session: ClientSession): void {
    this.print(`onSessionClose(${describe(session)})`);
  }

  onSessionMessage(
    session: ClientSession | undefined,
    _timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    _length: number,
  ): void {
    const { correlationId, customerId, price } = decodeBid(buffer, offset);
    this.print(`attemptBid(this=${this.auction}, price=${price},customerId=${customerId})`);
    const bidSucceeded = this.auction.attemptBid(price, customerId);
    if (session !== undefined) {
      this.answer(session, correlationId, bidSucceeded);
    }
  }

  onTakeSnapshot(snapshotPublication: ExclusivePublication): void {
    encodeSnapshot(this.#snapshot, this.auction.currentWinningCustomerId, this.auction.bestPrice);
    const { idleStrategy } = this.cluster;
    idleStrategy.reset();
    while (snapshotPublication.offer(this.#snapshot) < 0) {
      idleStrategy.idle(0);
    }
  }

  /** Tells the session how the auction stands. A client that has gone does not hold the cluster up. */
  protected answer(session: ClientSession, correlationId: bigint, bidSucceeded: boolean): void {
    const { bestPrice: price, currentWinningCustomerId: customerId } = this.auction;
    encodeBidResult(this.#egressMessage, { correlationId, customerId, price, bidSucceeded });
    const { idleStrategy } = this.cluster;
    idleStrategy.reset();
    for (let attempt = 0; session.offer(this.#egressMessage) < 0 && attempt < MAX_ATTEMPTS; attempt++) {
      idleStrategy.idle(0);
    }
  }

  #loadSnapshot(snapshotImage: Image): void {
    const { idleStrategy } = this.cluster;
    let isLoaded = false;
    while (!snapshotImage.isEndOfStream) {
      const fragments = snapshotImage.poll((buffer, offset, length) => {
        if (length < SNAPSHOT_LENGTH) {
          throw new Error(`a snapshot of the auction has ${SNAPSHOT_LENGTH} bytes, not ${length}`);
        }
        const { customerId, price } = decodeSnapshot(buffer, offset);
        this.auction.loadInitialState(price, customerId);
        isLoaded = true;
      }, 1);
      idleStrategy.idle(fragments);
    }
    if (!isLoaded) {
      throw new Error('the snapshot of the auction is empty');
    }
  }
}

const MAX_ATTEMPTS = 3;

function describe({ id, responseStreamId, responseChannel, encodedPrincipal, isClosing }: ClientSession): string {
  return (
    `ClientSession{id=${id}, responseStreamId=${responseStreamId}, responseChannel='${responseChannel}', ` +
    `encodedPrincipal=[${encodedPrincipal.join(', ')}], isClosing=${isClosing}}`
  );
}
