import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import { type ClusterClient, EventCode } from '../../src/cluster/client/mod.ts';
import { BID_LENGTH, decodeBidResult, encodeBid } from './auction-messages.ts';

/** How much higher than the best price a bid may be, in cents, exclusive. */
const MAX_RAISE = 10;
/** Customers begin at different times. */
const FIRST_BID_MS = 1_000;
/** How long the answer to the last bid is waited for: it never comes when it was lost with its leader. */
const LAST_ANSWER_MS = 10_000;
const POLL_MS = 10;

export interface BidderOptions {
  readonly customerId: bigint;
  readonly numOfBids: number;
  /** The longest time between two bids. */
  readonly bidIntervalMs: number;
  readonly print: (line: string) => void;
}

/** Bids in the auction, a little more than the best price it knows of each time, and prints what it hears. */
export async function bidInAuction(cluster: ClusterClient, options: BidderOptions): Promise<void> {
  const { customerId, numOfBids, bidIntervalMs, print } = options;
  let lastBidSeen = 100n;
  let lastAnswered = -1n;
  let isOver = false;
  cluster.on('sessionEvent', ({ correlationId, leadershipTermId, leaderMemberId, code, detail }) =>
    print(`SessionEvent(${correlationId}, ${leadershipTermId}, ${leaderMemberId}, ${nameOf(code)}, ${detail})`),
  );
  cluster.on('newLeader', ({ leadershipTermId, leaderMemberId }) =>
    print(`NewLeader(${cluster.clusterSessionId}, ${leadershipTermId}, ${leaderMemberId})`),
  );
  // Whatever ends it ends the bids too: `send` throws the reason.
  const listening = listen(cluster, (result) => {
    lastBidSeen = result.price;
    lastAnswered = result.correlationId;
    print(
      `SessionMessage(${cluster.clusterSessionId}, ${result.correlationId},${result.customerId}, ` +
        `${result.price}, ${result.bidSucceeded})`,
    );
  });
  const end = () => {
    isOver = true;
  };
  listening.then(end, end);

  const bid = AtomicBuffer.allocate(BID_LENGTH);
  await sleep(randomInt(FIRST_BID_MS));
  for (let sent = 0; sent < numOfBids; sent++) {
    const price = lastBidSeen + BigInt(randomInt(MAX_RAISE));
    const correlationId = BigInt(sent);
    encodeBid(bid, { correlationId, customerId, price });
    await cluster.send(bid.copyBytes(0, BID_LENGTH));
    print(`Sent(${correlationId}, ${customerId}, ${price}) bidsRemaining=${numOfBids - sent - 1}`);
    if (sent < numOfBids - 1) {
      await sleep(randomInt(Math.max(1, bidIntervalMs)));
    }
  }
  for (let waitedMs = 0; lastAnswered < numOfBids - 1 && !isOver && waitedMs < LAST_ANSWER_MS; waitedMs += POLL_MS) {
    await sleep(POLL_MS);
  }
  await cluster.close();
  await listening;
}

async function listen(
  cluster: ClusterClient,
  onResult: (result: ReturnType<typeof decodeBidResult>) => void,
): Promise<void> {
  for await (const { data } of cluster.messages()) {
    onResult(decodeBidResult(AtomicBuffer.copyOf(data), 0));
  }
}

function nameOf(code: EventCode): string {
  return Object.entries(EventCode).find(([, value]) => value === code)?.[0] ?? String(code);
}
