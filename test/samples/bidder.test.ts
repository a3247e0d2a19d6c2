import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BID_RESULT_LENGTH, encodeBidResult } from '../../samples/basic-auction/auction-messages.ts';
import { bidInAuction } from '../../samples/basic-auction/client.ts';
import { AtomicBuffer } from '../../src/agrona/mod.ts';
import type { ClusterClient, ClusterMessage } from '../../src/cluster/client/mod.ts';

/** A client of a cluster that says what `messages` gives, until it is closed or that throws. */
async function bidOnce(messages: () => AsyncIterable<Pick<ClusterMessage, 'data'>>): Promise<string[]> {
  const lines: string[] = [];
  let isClosed = false;
  const client = {
    on: () => () => {},
    send: async () => {},
    close: async () => {
      isClosed = true;
    },
    async *messages() {
      for await (const message of messages()) {
        if (isClosed) {
          return;
        }
        yield message;
      }
    },
  };
  const options = { customerId: 1n, numOfBids: 1, bidIntervalMs: 1, print: (line: string) => lines.push(line) };
  await bidInAuction(client as unknown as ClusterClient, options);
  return lines;
}

describe('A customer of the auction', () => {
  it('ends with the reason for which the client was closed while it paused', async () => {
    const lost = new Error('the leader was lost');
    const messages = async function* () {
      yield* [];
      throw lost;
    };
    await assert.rejects(bidOnce(messages), lost);
  });

  it('hears the answer to its last bid, also when that takes its time', async () => {
    const lines = await bidOnce(async function* () {
      const answer = AtomicBuffer.allocate(BID_RESULT_LENGTH);
      encodeBidResult(answer, { correlationId: 0n, customerId: 1n, price: 107n, bidSucceeded: true });
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      yield { data: answer.copyBytes(0, BID_RESULT_LENGTH) };
    });
    assert.match(lines.at(-1)!, /^SessionMessage\(.*, 0,1, 107, true\)$/);
  });
});
