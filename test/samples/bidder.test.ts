import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bidInAuction } from '../../samples/basic-auction/client.ts';
import type { ClusterClient } from '../../src/cluster/client/mod.ts';

describe('A customer of the auction', () => {
  it('ends with the reason for which the client was closed while it paused', async () => {
    const lost = new Error('the leader was lost');
    const client: Pick<ClusterClient, 'on' | 'send' | 'messages' | 'close'> = {
      on: () => () => {},
      send: async () => {},
      messages: async function* () {
        yield* [];
        throw lost;
      },
      close: async () => {},
    };
    const options = { customerId: 1n, numOfBids: 1, bidIntervalMs: 1, print: () => {} };
    await assert.rejects(bidInAuction(client as ClusterClient, options), lost);
  });
});
