import { ingressEndpoints } from '../samples/basic-auction/members.ts';
import { ClusterClient } from '../src/cluster/client/mod.ts';
import { MediaDriver } from '../src/launch/mod.ts';
import { readAuctionSnapshot } from './tutorial/auction-snapshot.ts';
import { Customer } from './tutorial/customer.ts';
import { TutorialNodes } from './tutorial/nodes.ts';

/*
 * `npm run tutorial`: three nodes, two customers, a dead leader, its successor, a snapshot, the return of the dead
 * node, three equal auctions. Exits with 1 when anything is not as told; leaves nothing running and nothing behind.
 */

const HOSTS = ['localhost', 'localhost', 'localhost'];
/** A node that was killed is taken for alive by its driver's files for so long. */
const LIVENESS_MS = 10_500;
const startedMs = Date.now();

function tell(text = ''): void {
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1).padStart(5);
  console.log(text === '' ? '' : `${seconds} s  ${text}`);
}

function expect(condition: boolean, what: string): asserts condition {
  if (!condition) {
    throw new Error(`not as told: ${what}`);
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Asks again and again. @throws Error after `withinMs` */
async function until<T>(what: string, withinMs: number, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    expect(Date.now() < deadline, `${what}, within ${withinMs / 1000} s`);
    await sleep(200);
  }
}

/** Whoever of the nodes says that it leads. */
function findLeader(nodes: TutorialNodes, candidates: readonly number[]): Promise<number> {
  return until('a node leads', 60_000, async () => {
    for (const nodeId of candidates) {
      if ((await nodes.tool(nodeId, 'is-leader')).exitCode === 0) {
        return nodeId;
      }
    }
    return undefined;
  });
}

/** The entries of a recording log, a line each, without what does not matter here. */
async function showRecordingLog(nodes: TutorialNodes, nodeId: number): Promise<readonly string[]> {
  const { output } = await nodes.tool(nodeId, 'recording-log');
  const entries = [...output.matchAll(/Entry\{[^}]*\}/g)].map(([entry]) => entry);
  for (const entry of entries) {
    tell(`  ${entry.replace(/, timestamp=\d+/, '')}`);
  }
  return entries;
}

async function play(nodes: TutorialNodes): Promise<void> {
  tell('Three nodes start, each a media driver, an archive, a consensus module and the auction in one process.');
  nodes.startAll();
  const firstLeader = await findLeader(nodes, [0, 1, 2]);
  tell(`They have elected a leader: node ${firstLeader}.`);
  tell();

  await using driver = await MediaDriver.launch({
    aeronDirectoryName: `${nodes.aeronDirectory}-customers`,
    dirDeleteOnShutdown: true,
    termBufferSparseFile: true,
  });
  const connect = () =>
    ClusterClient.connect({
      aeronDirectoryName: driver.aeronDirectoryName,
      ingressChannel: 'aeron:udp',
      ingressEndpoints: ingressEndpoints(HOSTS, nodes.portBase),
      egressChannel: 'aeron:udp?endpoint=localhost:0',
      messageTimeoutNs: '20s',
      newLeaderTimeoutNs: '60s',
    });
  await using anna = await connect();
  await using bert = await connect();
  const customers = [new Customer(11n, anna), new Customer(12n, bert)] as const;
  tell('Two customers bid, each a little more than the other.');
  let price = 100n;
  for (let round = 0; round < 3; round++) {
    for (const customer of customers) {
      price += 5n;
      const { customerId, price: best, bidSucceeded } = await customer.bidAndWait(price);
      tell(
        `  customer ${customer.id} bids ${price}: ${bidSucceeded ? 'the highest' : 'too low'}; best is ${best} of ${customerId}`,
      );
      expect(bidSucceeded && best === price && customerId === customer.id, 'a higher bid is the highest');
    }
  }
  const tooLow = await customers[0].bidAndWait(100n);
  tell(`  customer 11 bids 100: too low; best is ${tooLow.price} of ${tooLow.customerId}`);
  expect(!tooLow.bidSucceeded && tooLow.price === price, 'a lower bid changes nothing');
  tell();

  const { output: pid } = await nodes.tool(firstLeader, 'pid');
  tell(
    `The leader, node ${firstLeader} (process ${pid}), is killed. Customer 11 goes on bidding and does not know it yet.`,
  );
  const [customer] = customers;
  const newLeader = new Promise<number>((resolve) => {
    customer.cluster.on('newLeader', ({ leaderMemberId }) => resolve(leaderMemberId));
  });
  customer.cluster.on('stateChange', ({ state }) => tell(`  the client's session is ${state}`));
  await nodes.kill(firstLeader);
  const killedMs = Date.now();
  let hasLeader = false;
  const takingOver = newLeader.then((leader) => {
    hasLeader = true;
    return leader;
  });
  const sentBefore = customer.sent;
  while (!hasLeader) {
    expect(Date.now() - killedMs < 50_000, 'another node takes over');
    price += 1n;
    await Promise.race([customer.bid(price), takingOver]);
    await Promise.race([sleep(700), takingOver]);
  }
  const secondLeader = await takingOver;
  tell(`Node ${secondLeader} has taken over, ${((Date.now() - killedMs) / 1000).toFixed(1)} s after the kill.`);
  expect(secondLeader !== firstLeader, 'the leader is another node');
  price += 10n;
  const again = await customer.bidAndWait(price);
  expect(again.bidSucceeded && again.price === price, 'bids are taken again');
  tell(`  customer 11 bids ${price}: the highest again`);
  const lost = customer.unanswered;
  tell(
    `  of ${customer.sent - sentBefore} bids since the kill ${lost.length} were lost with the old leader: they were never answered`,
  );
  tell();

  tell(`The recording log of node ${secondLeader} before a snapshot:`);
  const before = await showRecordingLog(nodes, secondLeader);
  expect(!before.some((entry) => entry.includes('type=SNAPSHOT')), 'there is no snapshot yet');
  const snapshot = await nodes.tool(secondLeader, 'snapshot');
  expect(snapshot.exitCode === 0, `the snapshot is taken: ${snapshot.output}`);
  tell('and after it: of the service and of the consensus module, at the same position:');
  const after = await showRecordingLog(nodes, secondLeader);
  const snapshots = after.filter((entry) => entry.includes('type=SNAPSHOT'));
  expect(snapshots.length === 2, 'service and consensus module have a snapshot each');
  tell();

  await sleep(Math.max(0, killedMs + LIVENESS_MS - Date.now()));
  tell(`Node ${firstLeader} comes back, replays its log, and catches up with the others.`);
  const replayedFrom = nodes.log(firstLeader).length;
  nodes.start(firstLeader);
  await until('the node has caught up', 60_000, () =>
    nodes.log(firstLeader).slice(replayedFrom).includes(`price=${price},`) ? true : undefined,
  );
  price += 5n;
  const last = await customers[1].bidAndWait(price);
  expect(last.bidSucceeded, 'bids go on');
  tell(`  customer 12 bids ${price}: the highest`);
  await until('the node follows', 30_000, () =>
    nodes.log(firstLeader).slice(replayedFrom).includes(`price=${price},`) ? true : undefined,
  );
  tell();

  tell('The customers leave, and the cluster is told to take a last snapshot and end.');
  await anna.close();
  await bert.close();
  const shutdown = await nodes.tool(secondLeader, 'shutdown');
  expect(shutdown.exitCode === 0, `the cluster ends: ${shutdown.output}`);
  const exitCodes = await Promise.all([0, 1, 2].map((nodeId) => nodes.ended(nodeId)));
  expect(
    exitCodes.every((code) => code === 0),
    `all nodes end well, not with ${exitCodes}`,
  );
  const states = [0, 1, 2].map((nodeId) => readAuctionSnapshot(nodes.home(nodeId)));
  states.forEach(({ price: best, customerId, logPosition }, nodeId) => {
    tell(`  node ${nodeId} at log position ${logPosition}: best price ${best} of customer ${customerId}`);
  });
  expect(
    states.every((s) => s.price === price && s.customerId === 12n && s.logPosition === states[0]!.logPosition),
    'all three have the same auction, and it is what the customers were told',
  );
  tell('All three agree.');
}

const nodes = new TutorialNodes();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void nodes.remove().then(() => process.exit(1));
  });
}
try {
  await play(nodes);
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  for (const nodeId of [0, 1, 2]) {
    console.error(`\n--- node ${nodeId}, its last lines:\n${nodes.log(nodeId).slice(-3000)}`);
  }
  process.exitCode = 1;
} finally {
  await nodes.remove();
}
