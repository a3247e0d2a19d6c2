import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import { until } from '../robustness/place.ts';
import type { Child } from './child.ts';
import { JavaCluster, type JavaMember, javaClusterClient } from './java-cluster.ts';
import { type Language, Stage } from './stage.ts';

const PATIENCE_MS = 90_000;
const SAID_LENGTH = 2_000;
const OTHER = { java: 'typescript', typescript: 'java' } as const;

/** Members of both languages, each with a text service in its own language, and a client who has them count. */
class MixedCluster {
  readonly #cluster: JavaCluster;
  readonly #services: Child[] = [];
  readonly #client: () => Child;
  #session: Child | undefined;
  #sum = 0;
  leaderId = -1;

  constructor(stage: Stage, languages: readonly Language[]) {
    this.#cluster = new JavaCluster(stage, {
      members: languages.length,
      consensusModules: languages,
      hasWholeNodes: true,
      properties: {
        'aeron.cluster.leader.heartbeat.timeout': '5s',
        'aeron.cluster.leader.heartbeat.interval': '100ms',
        'aeron.cluster.startup.canvass.timeout': '12s',
        'aeron.cluster.session.timeout': '30s',
      },
    });
    this.#client = () => javaClusterClient(stage, this.#cluster.ingressEndpoints);
  }

  get #members(): readonly JavaMember[] {
    return this.#cluster.members;
  }

  /** Who leads now, as far as the client has heard. */
  #findLeader(): JavaMember {
    this.leaderId = this.#leaderOfSession();
    return this.#members[this.leaderId]!;
  }

  start(): void {
    for (const { id } of this.#members) {
      this.#startMember(id);
    }
  }

  #startMember(id: number): void {
    const member = this.#members[id]!;
    member.start();
    this.#services[id] = member.language === 'java' ? member.javaService('TextService') : member.service('text');
  }

  async #kill(id: number): Promise<void> {
    await Promise.all([this.#members[id]!.kill(), this.#services[id]!.kill()]);
  }

  /** What everybody has said last. */
  describe(): string {
    const nodes = this.#members.map(({ id, node, language }) => {
      const service = this.#services[id]?.output.slice(-SAID_LENGTH);
      return `member ${id} (${language}):\n${node?.output.slice(-SAID_LENGTH)}\nits service:\n${service}`;
    });
    return [...nodes, `client:\n${this.#session?.output.slice(-SAID_LENGTH)}`].join('\n');
  }

  /** A session of a new client, whoever leads, once all have been led. */
  async connect(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.line(/^TERM /, PATIENCE_MS)));
    this.#session = this.#client();
    await this.#session.line(/^CONNECTED/, PATIENCE_MS);
    this.leaderId = this.#leaderOfSession();
  }

  async add(): Promise<void> {
    this.#sum++;
    this.#session!.type('add 1\n');
    await this.#session!.line(new RegExp(`^MESSAGE sum ${this.#sum}$`), PATIENCE_MS);
  }

  /** Kills the leader, waits for the next one, and takes the dead one back. */
  async replaceLeader(): Promise<void> {
    const victim = this.#findLeader();
    await this.#kill(victim.id);
    await this.#isSucceeded();
    victim.forgetOwners();
    await this.#comesBack(victim.id);
  }

  /**
   * Kills the leader, and has one of the other language succeed it: the third, itself dead for a while, comes back
   * without the newest message, and is not elected. The leader comes back with empty disks.
   */
  async replaceLeaderByOther(): Promise<void> {
    const victim = this.#findLeader();
    const successor = this.#members.find(({ language }) => language !== victim.language)!;
    const third = this.#members.find((member) => member !== victim && member !== successor)!;
    await this.#kill(third.id);
    await this.add();
    await this.#kill(victim.id);
    third.forgetOwners();
    this.#startMember(third.id);
    await this.#isSucceeded();
    assert.equal(this.leaderId, successor.id);
    victim.wipe();
    await this.#comesBack(victim.id);
    await this.#follows(third.id);
  }

  async #isSucceeded(): Promise<void> {
    const session = this.#session!;
    const isElsewhere = () => session.ended || this.#leaderOfSession() !== this.leaderId;
    await until('a new leader', isElsewhere, PATIENCE_MS);
    if (session.ended) {
      // A member in its first election takes that for the start of the cluster, and ends sessions without a word.
      await this.connect();
    } else {
      this.leaderId = this.#leaderOfSession();
    }
    await this.add();
  }

  /** Whom the client has heard of last. */
  #leaderOfSession(): number {
    const [, id] = [...this.#session!.output.matchAll(/^(?:CONNECTED \d+ leader|LEADER) (\d)/gm)].at(-1)!;
    return Number(id);
  }

  async #comesBack(id: number): Promise<void> {
    this.#startMember(id);
    await this.#follows(id);
    await this.add();
  }

  async #follows(id: number): Promise<void> {
    await this.#services[id]!.line(new RegExp(`^TERM \\d+ leader ${this.leaderId}$`), PATIENCE_MS);
  }

  /** All agree; one message is behind the snapshot, for the log to tell. */
  async snapshot(): Promise<void> {
    await this.#findLeader().tool('snapshot');
    const line = new RegExp(`^SNAPSHOT sum=${this.#sum} `);
    await Promise.all(this.#services.map((service) => service.line(line, PATIENCE_MS)));
    await this.add();
  }

  async end(): Promise<void> {
    await this.#findLeader().tool('abort');
    await Promise.all(this.#services.map((service) => service.line(/^TERMINATE/, PATIENCE_MS)));
    await Promise.all(this.#services.map((service) => service.exit()));
    await Promise.all(this.#members.map((member) => member.stop()));
    await this.#session!.kill();
  }

  /** On what the others have left on the disks. */
  swapLanguages(): void {
    for (const member of this.#members) {
      member.language = OTHER[member.language];
      member.forgetOwners();
      // Otherwise a service that is quicker than the next driver waits for the old one.
      rmSync(member.aeronDirectory, { recursive: true, force: true });
    }
  }

  /** Everybody has loaded the snapshot and replayed what was behind it. */
  async hasRecovered(): Promise<void> {
    const from = new RegExp(`^START from sum=${this.#sum - 1} `);
    await Promise.all(this.#services.map((service) => service.line(from, PATIENCE_MS)));
  }
}

async function killAndSwap(cluster: MixedCluster): Promise<void> {
  cluster.start();
  await cluster.connect();
  await cluster.add();
  await cluster.replaceLeaderByOther();
  await cluster.replaceLeaderByOther();
  await cluster.snapshot();
  await cluster.end();

  cluster.swapLanguages();
  cluster.start();
  await cluster.hasRecovered();
  await cluster.connect();
  await cluster.add();
  await cluster.replaceLeader();
  await cluster.snapshot();
  await cluster.end();
}

describe('three whole members of both languages', () => {
  let stage = new Stage();
  afterEach(async () => {
    await stage.clear();
    stage = new Stage();
  });

  const proportions: (readonly Language[])[] = [
    ['typescript', 'java', 'java'],
    ['java', 'typescript', 'typescript'],
  ];
  for (const languages of proportions) {
    it(`go on when leaders of either language die, and swap their disks: ${languages.join(', ')}`, {
      timeout: 600_000,
    }, async () => {
      const cluster = new MixedCluster(stage, languages);
      try {
        await killAndSwap(cluster);
      } catch (error) {
        throw new Error(`${error}\n${cluster.describe()}`, { cause: error });
      }
    });
  }
});
