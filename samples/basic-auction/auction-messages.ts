import type { AtomicBuffer } from '../../src/agrona/mod.ts';

/*
 * What customers and the auction send each other, as in upstream's tutorial; all integers little-endian.
 *
 *      0              8              16             24        25
 *     +--------------+--------------+--------------+---------+
 *     | correlation  | customer     | price        | bid     |
 *     | id           | id           |              | won?    |
 *     +--------------+--------------+--------------+---------+
 *       a bid: the first 24 bytes; an answer, with the highest bid and who made it: all 25
 *
 * and what a snapshot holds:
 *
 *      0              8              16
 *     +--------------+--------------+
 *     | customer id  | price        |
 *     +--------------+--------------+
 */

const CUSTOMER_ID_OFFSET = 8;
const PRICE_OFFSET = 16;
const BID_SUCCEEDED_OFFSET = 24;
export const BID_LENGTH = 24;
export const BID_RESULT_LENGTH = 25;
const SNAPSHOT_PRICE_OFFSET = 8;
export const SNAPSHOT_LENGTH = 16;

export interface Bid {
  /** The customer's choice; comes back in the answer. */
  readonly correlationId: bigint;
  readonly customerId: bigint;
  readonly price: bigint;
}

/** The state of the auction after a bid. */
export interface BidResult extends Bid {
  readonly bidSucceeded: boolean;
}

export function encodeBid(buffer: AtomicBuffer, { correlationId, customerId, price }: Bid): void {
  buffer.putBigInt64(0, correlationId);
  buffer.putBigInt64(CUSTOMER_ID_OFFSET, customerId);
  buffer.putBigInt64(PRICE_OFFSET, price);
}

export function decodeBid(buffer: AtomicBuffer, offset: number): Bid {
  return {
    correlationId: buffer.getBigInt64(offset),
    customerId: buffer.getBigInt64(offset + CUSTOMER_ID_OFFSET),
    price: buffer.getBigInt64(offset + PRICE_OFFSET),
  };
}

export function encodeBidResult(buffer: AtomicBuffer, result: BidResult): void {
  encodeBid(buffer, result);
  buffer.putInt8(BID_SUCCEEDED_OFFSET, result.bidSucceeded ? 1 : 0);
}

export function decodeBidResult(buffer: AtomicBuffer, offset: number): BidResult {
  return { ...decodeBid(buffer, offset), bidSucceeded: buffer.getInt8(offset + BID_SUCCEEDED_OFFSET) !== 0 };
}

export function encodeSnapshot(buffer: AtomicBuffer, customerId: bigint, price: bigint): void {
  buffer.putBigInt64(0, customerId);
  buffer.putBigInt64(SNAPSHOT_PRICE_OFFSET, price);
}

export function decodeSnapshot(buffer: AtomicBuffer, offset: number): { customerId: bigint; price: bigint } {
  return { customerId: buffer.getBigInt64(offset), price: buffer.getBigInt64(offset + SNAPSHOT_PRICE_OFFSET) };
}
