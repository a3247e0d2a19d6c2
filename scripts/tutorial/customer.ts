import {
  BID_LENGTH,
  type BidResult,
  decodeBidResult,
  encodeBid,
} from '../../samples/basic-auction/auction-messages.ts';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import type { ClusterClient } from '../../src/cluster/client/mod.ts';

const PATIENCE_MS = 30_000;

/** A customer who keeps account of what was sent and what was answered. */
export class Customer {
  readonly id: bigint;
  readonly cluster: ClusterClient;
  readonly answers = new Map<bigint, BidResult>();
  #sent = 0n;
  #wake: () => void = () => {};

  constructor(id: bigint, cluster: ClusterClient) {
    this.id = id;
    this.cluster = cluster;
    this.#listen().catch(() => {});
  }

  /** What the customer knows of the auction. */
  get bestPrice(): bigint {
    return [...this.answers.values()].reduce((best, { price }) => (price > best ? price : best), 0n);
  }

  get sent(): number {
    return Number(this.#sent);
  }

  /** Sent and not answered (yet). */
  get unanswered(): bigint[] {
    return Array.from({ length: this.sent }, (_, i) => BigInt(i)).filter((id) => !this.answers.has(id));
  }

  /** Sends a bid, which may have to wait for a leader, and returns its correlation id. */
  async bid(price: bigint): Promise<bigint> {
    const correlationId = this.#sent++;
    const message = AtomicBuffer.allocate(BID_LENGTH);
    encodeBid(message, { correlationId, customerId: this.id, price });
    await this.cluster.send(message.copyBytes(0, BID_LENGTH));
    return correlationId;
  }

  /** Sends a bid and waits for the answer. @throws Error when none comes in half a minute */
  async bidAndWait(price: bigint): Promise<BidResult> {
    const correlationId = await this.bid(price);
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = this.answers.get(correlationId);
      if (answer !== undefined) {
        return answer;
      }
      if (Date.now() > deadline) {
        throw new Error(`customer ${this.id}: bid ${correlationId} was not answered in ${PATIENCE_MS} ms`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  }

  async #listen(): Promise<void> {
    for await (const { data } of this.cluster.messages()) {
      const result = decodeBidResult(AtomicBuffer.copyOf(data), 0);
      this.answers.set(result.correlationId, result);
      this.#wake();
    }
  }
}
