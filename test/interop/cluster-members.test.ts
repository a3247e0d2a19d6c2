import { rmSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import { until } from '../robustness/place.ts';
import type { Child } from './child.ts';
import { JavaCluster, type JavaMember, javaClusterClient } from './java-cluster.ts';
import { type Language, Stage } from './stage.ts';

const PATIENCE_MS = 90_000;
const MAX_KILLS = 4;
const SAID_LENGTH = 2_000;
const OTHER = { java: 'typescript', typescript: 'java' } as const;

/** Members of both languages with our text service, and a client who has them count. */
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
        'aeron.cluster.leader.heartbeat.timeout': '2s',
        'aeron.cluster.leader.heartbeat.interval': '100ms',
        'aeron.cluster.startup.canvass.timeout': '8s',
        'aeron.cluster.session.timeout': '30s',
      },
    });
    this.#client = () => javaClusterClient(stage, this.#cluster.ingressEndpoints);
  }

  get #members(): readonly JavaMember[] {
    return this.#cluster.members;
  }

  get leader(): JavaMember {
    return this.#members[this.leaderId]!;
  }

  start(): void {
    for (const { id } of this.#members) {
      this.#startMember(id);
    }
  }

  #startMember(id: number): void {
    this.#members[id]!.start();
    this.#services[id] = this.#members[id]!.service('text');
  }

  /** What everybody has said last. */
  describe(): string {
    const nodes = this.#members.map(({ id, node, language }) => {
      const service = this.#services[id]?.output.slice(-SAID_LENGTH);
      return `member ${id} (${language}):\n${node?.output.slice(-SAID_LENGTH)}\nits service:\n${service}`;
    });
    return [...nodes, `client:\n${this.#session?.output.slice(-SAID_LENGTH)}`].join('\n');
  }

  /** A session of a new client, whoever leads. */
  async connect(): Promise<void> {
    const isLed = () => this.#services.some((service) => /^ROLE LEADER/m.test(service.output));
    await until('a leader', isLed, PATIENCE_MS);
    this.#session = this.#client();
    const line = await this.#session.line(/^CONNECTED/, PATIENCE_MS);
    this.leaderId = Number(/leader (\d)/.exec(line)![1]);
  }

  async add(): Promise<void> {
    this.#sum++;
    this.#session!.type('add 1\n');
    await this.#session!.line(new RegExp(`^MESSAGE sum ${this.#sum}$`), PATIENCE_MS);
  }

  /** Kills the leader, waits for the next one, and takes the dead one back, as it was or with empty disks. */
  async replaceLeader(isWiped: boolean): Promise<void> {
    const victim = this.leader;
    const changes = () => [...this.#session!.output.matchAll(/^LEADER (\d)/gm)];
    const before = changes().length;
    await Promise.all([victim.kill(), this.#services[victim.id]!.kill()]);
    const session = this.#session!;
    await until('a new leader', () => changes().length > before || session.ended, PATIENCE_MS);
    if (session.ended) {
      // A member in its first election takes that for the start of the cluster, and ends sessions without a word.
      await this.connect();
    } else {
      this.leaderId = Number(changes().at(-1)![1]);
    }
    await this.add();
    if (isWiped) {
      victim.wipe();
    } else {
      victim.forgetOwners();
    }
    this.#startMember(victim.id);
    const isFollowing = new RegExp(`^TERM \\d+ leader ${this.leaderId}$`, 'm');
    await until('the member is back', () => isFollowing.test(this.#services[victim.id]!.output), PATIENCE_MS);
    await this.add();
  }

  /** All agree; one message is behind the snapshot, for the log to tell. */
  async snapshot(): Promise<void> {
    await this.leader.tool('snapshot');
    const line = new RegExp(`^SNAPSHOT sum=${this.#sum} `);
    await Promise.all(this.#services.map((service) => service.line(line, PATIENCE_MS)));
    await this.add();
  }

  async end(): Promise<void> {
    await this.leader.tool('abort');
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
  const haveLed = new Set<Language>();
  for (let kill = 0; kill < MAX_KILLS && (haveLed.size < 2 || kill < 2); kill++) {
    haveLed.add(cluster.leader.language);
    await cluster.replaceLeader(kill % 2 === 1);
  }
  await cluster.snapshot();
  await cluster.end();

  cluster.swapLanguages();
  cluster.start();
  await cluster.hasRecovered();
  await cluster.connect();
  await cluster.add();
  await cluster.replaceLeader(false);
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
    it(`go on when leaders of either die, and swap their disks: ${languages.join(', ')}`, {
      timeout: 400_000,
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
