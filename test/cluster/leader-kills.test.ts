import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { ClusterClient } from '../../src/cluster/client/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import type { Child } from '../interop/child.ts';
import { freePort } from '../ports.ts';
import { Place, until } from '../robustness/place.ts';
import { CONSENSUS_MODULE, recordedSnapshot } from './snapshot-recording.ts';

const SIZE = 3;
const KILLS = 10;
const PATIENCE_MS = 60_000;
const SAID_LENGTH = 4_000;
/** Of the nodes' time-outs: a leader that says nothing, canvassing, waiting for nomination, and a ballot. */
const HEARTBEAT_TIMEOUT_MS = 1_000;
const ROUND_OF_ELECTION_MS = 500 + 250 + 500;
/** A vote may be split, and a machine busy: most of the times. Under virtual time it is every time. */
const FAIL_OVER_MS = HEARTBEAT_TIMEOUT_MS + 2 * ROUND_OF_ELECTION_MS;
const LEADS = / oldState=LEADER_READY newState=CLOSED .* leadershipTermId=(\d+)/g;
/** Messages that have no answer yet, at most. */
const WINDOW = 20;

/** Of a new Aeron directory, in memory. */
function newDirectory(place: Place): string {
  const parent = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'aeron-kills-'));
  place.onClear(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'aeron');
}

/** Three processes, each a whole member. */
class ThreeNodes {
  readonly ingressEndpoints: string;
  readonly #place: Place;
  readonly #members: string;
  readonly #archivePorts: readonly number[];
  readonly #directories: readonly string[];
  readonly nodes: Child[] = [];

  constructor(place: Place) {
    this.#place = place;
    const ports = Array.from({ length: SIZE }, () => Array.from({ length: 5 }, freePort));
    this.#members = ports.map((own, id) => [id, ...own.map((port) => `localhost:${port}`)].join(',')).join('|');
    this.ingressEndpoints = ports.map(([ingress], id) => `${id}=localhost:${ingress}`).join(',');
    this.#archivePorts = ports.map((own) => own[4]!);
    this.#directories = ports.map(() => newDirectory(place));
  }

  #home(id: number): string {
    return join(this.#directories[id]!, '..');
  }

  clusterDirectory(id: number): string {
    return join(this.#home(id), 'cluster');
  }

  snapshot(id: number, serviceId: number) {
    return recordedSnapshot(nativePlatform(), this.clusterDirectory(id), join(this.#home(id), 'archive'), serviceId);
  }

  /** What the members have said last. */
  describe(): string {
    return this.nodes.map((node, id) => `member ${id}:\n${node.output.slice(-SAID_LENGTH)}`).join('\n');
  }

  start(id: number): void {
    const args = [
      `memberId=${id}`,
      `dir=${this.#directories[id]}`,
      `home=${this.#home(id)}`,
      `members=${this.#members}`,
      `archivePort=${this.#archivePorts[id]}`,
    ];
    const environment = { AERON_EVENT_CLUSTER_LOG: 'ELECTION_STATE_CHANGE' };
    this.nodes[id] = this.#place.node('test/cluster/node-main.js', args, environment);
  }

  /** The first election of a member that was started is over. */
  async follows(id: number): Promise<void> {
    await this.nodes[id]!.line(/ELECTION_STATE_CHANGE.* newState=CLOSED/, PATIENCE_MS);
  }

  /** The newest term that anybody has begun to lead, -1 without one. */
  get ledTermId(): number {
    const terms = this.nodes.flatMap(({ output }) => [...output.matchAll(LEADS)].map(([, termId]) => Number(termId)));
    return Math.max(-1, ...terms);
  }

  async kill(id: number): Promise<void> {
    await this.nodes[id]!.kill('SIGKILL');
  }

  /** Starts a killed member again, as a supervisor does that knows it is dead. */
  restart(id: number): void {
    for (const file of ['cluster/cluster-mark.dat', 'cluster/cluster-mark-service-0.dat', 'archive/archive-mark.dat']) {
      rmSync(join(this.#home(id), file), { force: true });
    }
    this.start(id);
  }

  /** Starts a killed member again and again, as a supervisor that knows nothing, until its files let it. */
  async restartInTime(id: number): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      this.start(id);
      const node = this.nodes[id]!;
      await until('a start or an end', () => /^STARTED/m.test(node.output) || node.ended, PATIENCE_MS);
      if (!node.ended) {
        return;
      }
      assert.match(node.output, /code: 'MARK_FILE_ACTIVE'/);
      assert(Date.now() < deadline, 'its files keep a killed member out');
    }
  }
}

/**
 * A client that sends ids without a pause, as many as are not answered, and notes which are. When its session ends,
 * it opens another.
 */
class Load {
  readonly answered = new Set<string>();
  /** Of the newest session; undefined while there is none. */
  client: ClusterClient | undefined;
  readonly #connect: () => Promise<ClusterClient>;
  readonly #ended: Promise<void>;
  #sent = 0;
  /** When the leader changed: answers to what was sent before may never come. */
  #sentBefore = 0;
  #answeredSince = 0;
  #isStopped = false;

  constructor(connect: () => Promise<ClusterClient>) {
    this.#connect = connect;
    this.#ended = this.#run();
    this.#ended.catch(() => {});
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const client = await this.#connect();
      this.client = client;
      this.#forgetOpen();
      client.on('newLeader', () => this.#forgetOpen());
      await Promise.all([this.#send(client), this.#receive(client)]);
      await client.close();
    }
  }

  #forgetOpen(): void {
    this.#sentBefore = this.#sent;
    this.#answeredSince = 0;
  }

  get #open(): number {
    return this.#sent - this.#sentBefore - this.#answeredSince;
  }

  async #send(client: ClusterClient): Promise<void> {
    while (!this.#isStopped && !client.isClosed) {
      if (this.#open < WINDOW) {
        await client.send(`m${this.#sent++}`).catch(() => {});
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async #receive(client: ClusterClient): Promise<void> {
    try {
      for await (const { data } of client.messages()) {
        const id = new TextDecoder().decode(data);
        assert.ok(!this.answered.has(id), `${id} was answered twice`);
        this.answered.add(id);
        this.#answeredSince += Number(id.slice(1)) >= this.#sentBefore ? 1 : 0;
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) {
        throw error;
      }
    }
  }

  /** Some more messages have been sent and answered than had when this was called. */
  async goesOn(): Promise<void> {
    const before = this.answered.size;
    await this.#until('answers under load', () => this.answered.size >= before + WINDOW);
  }

  /** The client has heard of a leader of a later term. */
  async reachesTermAfter(termId: number): Promise<void> {
    await this.#until('a new leader', () => this.client!.leadershipTermId > termId);
  }

  /** With what has ended the load, should it have. */
  async #until(what: string, condition: () => boolean): Promise<void> {
    const { client } = this;
    try {
      await Promise.race([this.#ended, until(what, condition, PATIENCE_MS)]);
    } catch (error) {
      const session = this.client === client ? 'its session' : 'a new session';
      throw new Error(`${error}; the client has ${session}, ${this.client?.state}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await until('the last answers', () => this.#open <= 0, PATIENCE_MS);
    await this.client?.close();
    await this.#ended;
  }

  /** Without waiting for answers. */
  async abandon(): Promise<void> {
    this.#isStopped = true;
    await this.client?.close();
  }
}

/** Resolves with the milliseconds from each kill to the next leader. */
async function killLeaders(place: Place, cluster: ThreeNodes): Promise<readonly number[]> {
  const failOvers: number[] = [];
  for (let id = 0; id < SIZE; id++) {
    cluster.start(id);
  }
  const driver = await place.driver({ aeronDirectoryName: newDirectory(place) });
  const load = new Load(() =>
    ClusterClient.connect({
      aeronDirectoryName: driver.aeronDirectoryName,
      ingressChannel: 'aeron:udp?term-length=64k',
      ingressEndpoints: cluster.ingressEndpoints,
      egressChannel: 'aeron:udp?endpoint=localhost:0',
      messageTimeoutNs: '60s',
      // A member that was started again may be elected at once. It takes that for the start of the cluster, as upstream
      // does, and ends sessions without a word.
      newLeaderTimeoutNs: '8s',
    }),
  );
  place.onClear(() => load.abandon());
  await load.goesOn();

  for (let kill = 1; kill <= KILLS; kill++) {
    const { leaderMemberId: leaderId, leadershipTermId: termId } = load.client!;
    const killedAt = performance.now();
    await cluster.kill(leaderId);
    if (kill < KILLS) {
      cluster.restart(leaderId);
    }
    await until('another leads', () => cluster.ledTermId > termId, PATIENCE_MS);
    failOvers.push(Math.round(performance.now() - killedAt));
    await load.reachesTermAfter(termId);
    await load.goesOn();
    if (kill === KILLS) {
      await cluster.restartInTime(leaderId);
    }
    await cluster.follows(leaderId);
  }
  const inTime = failOvers.filter((ms) => ms <= FAIL_OVER_MS);
  assert(inTime.length > KILLS / 2, `fail-overs took ${failOvers} ms; ${FAIL_OVER_MS} are the time-outs`);

  await load.stop();
  const tool = place.aeron(['cluster-tool', cluster.clusterDirectory(load.client!.leaderMemberId), 'snapshot']);
  assert.equal(await tool.exit(PATIENCE_MS), 0);
  const snapshots = await Promise.all(cluster.nodes.map((node) => node.line(/^SNAPSHOT ids=/, PATIENCE_MS)));
  for (const serviceId of [CONSENSUS_MODULE, 0]) {
    const recorded = await Promise.all(
      cluster.nodes.map((_, id) => until('a recorded snapshot', () => cluster.snapshot(id, serviceId), PATIENCE_MS)),
    );
    assert.deepEqual(recorded[1], recorded[0]);
    assert.deepEqual(recorded[2], recorded[0]);
  }
  const [state, ids] = snapshots[0]!.split(' of ');
  assert.match(state!, /repeated=0/);
  const applied = new Set(ids!.split(' '));
  const lost = [...load.answered].filter((id) => !applied.has(id));
  assert.deepEqual(lost, [], 'acknowledged and lost');
  return failOvers;
}

describe('A cluster of three processes', () => {
  let place = new Place();
  afterEach(async () => {
    await place.clear();
    place = new Place();
  });

  it(`loses nothing acknowledged and applies nothing twice when its leader is killed ${KILLS} times under load`, {
    timeout: 300_000,
  }, async (t) => {
    const cluster = new ThreeNodes(place);
    try {
      t.diagnostic(`milliseconds from each kill to the next leader: ${await killLeaders(place, cluster)}`);
    } catch (error) {
      throw new Error(`${error}\n${cluster.describe()}`, { cause: error });
    }
  });
});
