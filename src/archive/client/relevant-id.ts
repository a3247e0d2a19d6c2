import { toSafeInteger } from '../../agrona/mod.ts';

/** A `relevantId` that is an id, a position or a count. @throws AeronError UNSAFE_INTEGER */
export function relevantNumber(relevantId: bigint): number {
  return toSafeInteger(Number(BigInt.asIntN(32, relevantId)), Number(relevantId >> 32n));
}
