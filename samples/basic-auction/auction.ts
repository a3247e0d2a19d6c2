/**
 * One auction: the highest bid so far and who made it. Nothing but its messages changes it, so that it comes to
 * the same on every member. Amounts are cents.
 */
export class Auction {
  #bestPrice = 0n;
  #currentWinningCustomerId = -1n;

  get bestPrice(): bigint {
    return this.#bestPrice;
  }

  /** -1 before the first bid. */
  get currentWinningCustomerId(): bigint {
    return this.#currentWinningCustomerId;
  }

  /** Takes the state over from a snapshot. */
  loadInitialState(price: bigint, customerId: bigint): void {
    this.#bestPrice = price;
    this.#currentWinningCustomerId = customerId;
  }

  /** Whether the bid is now the highest: it has to be higher than the one before. */
  attemptBid(price: bigint, customerId: bigint): boolean {
    if (price <= this.#bestPrice) {
      return false;
    }
    this.#bestPrice = price;
    this.#currentWinningCustomerId = customerId;
    return true;
  }

  toString(): string {
    return `Auction{bestPrice=${this.#bestPrice}, currentWinningCustomerId=${this.#currentWinningCustomerId}}`;
  }
}
