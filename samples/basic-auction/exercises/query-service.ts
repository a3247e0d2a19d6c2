import type { AtomicBuffer } from '../../../src/agrona/mod.ts';
import type { ClientSession } from '../../../src/cluster/service/mod.ts';
import { BID_LENGTH } from '../auction-messages.ts';
import { BasicAuctionClusteredService } from '../service.ts';

/** Length of a query: a correlation id, and nothing else. Bids are longer. */
export const QUERY_LENGTH = 8;

/**
 * The third exercise: a second kind of message, by which a customer asks how the auction stands. It is told from a bid
 * by its length, so that customers who know bids alone go on as before; the answer is that to a bid that did not
 * succeed. A query goes through the log as a bid does: its answer is never older than an earlier answer of anybody.
 */
class QueryingAuctionService extends BasicAuctionClusteredService {
  override onSessionMessage(
    session: ClientSession | undefined,
    timestamp: bigint,
    buffer: AtomicBuffer,
    offset: number,
    length: number,
  ): void {
    if (length >= BID_LENGTH) {
      super.onSessionMessage(session, timestamp, buffer, offset, length);
    } else if (length >= QUERY_LENGTH && session !== undefined) {
      this.print(`query(this=${this.auction})`);
      this.answer(session, buffer.getBigInt64(offset), false);
    }
  }
}

/** `basic-auction-cluster --service build/samples/basic-auction/exercises/query-service.js` */
export default () => new QueryingAuctionService((line) => console.log(line));
