import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { AERON_VERSIONS, type AeronVersion } from '../../scripts/java.ts';
import { ROOT } from '../../scripts/run.ts';
import type { Child } from './child.ts';
import { type Language, Stage } from './stage.ts';

const SAMPLES = join(ROOT, 'build', 'samples', 'basic-auction');
const UPSTREAM = 'io.aeron.samples.cluster.tutorial';
/** Upstream's nodes and clients have these ports and no others. */
const PORT_BASE = 9000;
const SENT = /^Sent\(2, \d+, \d+\) bidsRemaining=0$/;
const ANSWERED = /^SessionMessage\(\d+, 2,\d+, \d+, (true|false)\)$/;

/** The tutorial with its parts in either language, as users start them. */
class Tutorial {
  readonly #stage: Stage;
  readonly #directory: string;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#directory = stage.directory();
  }

  node(nodeId: number, language: Language, version?: AeronVersion): Child {
    if (language === 'typescript') {
      const words = [join(SAMPLES, 'cluster-main.js'), '--port-base', String(PORT_BASE), String(nodeId)];
      return this.#stage.node(`node ${nodeId}`, words, { AERON_DIR: this.#directory }, join(this.#directory, '..'));
    }
    const properties = {
      'aeron.dir': this.#directory,
      'aeron.dir.delete.on.shutdown': true,
      'user.dir': join(this.#directory, '..'),
      'aeron.cluster.tutorial.nodeId': nodeId,
    };
    return this.#stage.java(`${UPSTREAM}.BasicAuctionClusteredServiceNode`, [], properties, version);
  }

  client(customerId: number, language: Language, version?: AeronVersion): Child {
    if (language === 'typescript') {
      const words = [join(SAMPLES, 'client-main.js'), String(customerId), '3', '200'];
      return this.#stage.node(`customer ${customerId}`, words, { AERON_DIR: this.#directory });
    }
    const properties = {
      'aeron.dir': `${this.#directory}-customer-${customerId}`,
      'aeron.cluster.tutorial.customerId': customerId,
      'aeron.cluster.tutorial.numOfBids': 3,
      'aeron.cluster.tutorial.bidIntervalMs': 200,
      'aeron.cluster.message.timeout': '60s',
    };
    return this.#stage.java(`${UPSTREAM}.BasicAuctionClusterClient`, [], properties, version);
  }
}

async function bidsAndIsAnswered(client: Child): Promise<void> {
  await client.line(SENT, 60_000);
  await client.line(ANSWERED);
  assert.equal(await client.exit(), 0);
}

describe("The tutorial's programs, ours and upstream's unmodified ones", () => {
  let stage = new Stage();
  afterEach(async () => {
    await stage.clear();
    stage = new Stage();
  });

  it('our nodes have customers of both languages', { timeout: 300_000 }, async () => {
    const tutorial = new Tutorial(stage);
    const nodes = [0, 1, 2].map((nodeId) => tutorial.node(nodeId, 'typescript'));
    await Promise.all(nodes.map((node) => node.line(/newState=CLOSED leaderId/, 60_000)));
    await bidsAndIsAnswered(tutorial.client(10, 'java', AERON_VERSIONS.current));
    await bidsAndIsAnswered(tutorial.client(11, 'java', AERON_VERSIONS.tutorial));
    await bidsAndIsAnswered(tutorial.client(12, 'typescript'));
    for (const node of nodes) {
      await node.line(/^attemptBid\(.*customerId=12\)$/);
    }
  });

  for (const version of Object.values(AERON_VERSIONS)) {
    it(`two Java nodes ${version} and one of ours have customers of both languages`, { timeout: 300_000 }, async () => {
      const tutorial = new Tutorial(stage);
      const nodes = [
        tutorial.node(0, 'java', version),
        tutorial.node(1, 'typescript'),
        tutorial.node(2, 'java', version),
      ];
      await Promise.all(nodes.map((node) => node.line(/Started Cluster Node/, 60_000)));
      await bidsAndIsAnswered(tutorial.client(10, 'java', version));
      await bidsAndIsAnswered(tutorial.client(12, 'typescript'));
      for (const node of nodes) {
        await node.line(/^attemptBid\(.*customerId=12\)$/);
      }
    });
  }
});
