import { SimulatedWorld } from '../../platform/simulated/mod.ts';
import { Draw } from '../draw.ts';
import { type ClusterSettings, ingressEndpointsOf } from '../member-components.ts';
import { Story } from '../story.ts';
import { InvariantError, type SuiteOptions } from '../suite.ts';
import { ClusterClientProgram } from './cluster-client-program.ts';
import { ClusterFaultScript } from './cluster-fault-script.ts';
import { ClusterMember } from './cluster-member.ts';
import type { ClusterStage } from './cluster-stage.ts';
import { LogJournal } from './log-journal.ts';
import { checkRegisterHistory } from './register-model.ts';
import type { ClusterScenario } from './scenario.ts';

const MS = 1_000_000;
const SECOND = 1_000 * MS;
const CHECK_INTERVAL_NS = 20 * MS;
/** A member that was killed is kept out by its mark file for 10 s, and may then have to catch up. */
const RECOVERY_NS = 90 * SECOND;
/** Answers that a cluster without faults must give before it counts as recovered. */
const PROGRESS_ANSWERS = 5;

/**
 * One scenario from beginning to end:
 *
 *     a leader is elected | questions and faults | calm: answers come | nothing new: all members come to one end
 */
export class ClusterRun implements ClusterStage {
  readonly world: SimulatedWorld;
  readonly story: Story;
  readonly journals: readonly LogJournal[];
  readonly scenario: ClusterScenario;
  readonly ingressEndpoints: string;
  readonly keys: readonly string[];
  readonly members: readonly ClusterMember[];
  readonly clients: readonly ClusterClientProgram[];
  isEnding = false;
  #answers = 0;
  #nextSnapshotNs: number;
  #nextCheckNs = 0;
  #failure: InvariantError | undefined;

  constructor(scenario: ClusterScenario, options: SuiteOptions) {
    const { seed, cycleNs, idleNs } = scenario;
    const addresses = scenario.members.map(({ address }) => address);
    this.scenario = scenario;
    this.keys = scenario.keys;
    this.world = new SimulatedWorld({ seed, cycleNs, idleNs, ...options });
    this.story = new Story(() => this.world.now);
    this.journals = Array.from(
      { length: scenario.serviceCount },
      (_, id) => new LogJournal((message) => this.fail(`service ${id}: ${message}`)),
    );
    this.ingressEndpoints = ingressEndpointsOf(addresses);
    const { fileSyncLevel, serviceCount, timeouts } = scenario;
    const settings: ClusterSettings = { addresses, fileSyncLevel, serviceCount, consensusModule: timeouts };
    this.members = scenario.members.map((member, id) => new ClusterMember(this, id, member, settings));
    this.clients = scenario.clients.map(
      (client) => new ClusterClientProgram(this, client, Draw.seeded(seed, `client ${client.name}`)),
    );
    this.#nextSnapshotNs = scenario.snapshotIntervalNs;
    this.world.setLinks(scenario.links);
  }

  /** Messages that services were given, each counted once. */
  get deliveredMessages(): number {
    return this.journals.reduce((sum, { length }) => sum + length, 0);
  }

  get #endPosition(): number {
    return Math.max(...this.journals.map(({ endPosition }) => endPosition));
  }

  onAnswered(): void {
    this.#answers++;
  }

  fail(message: string): never {
    if (this.#failure === undefined) {
      this.#failure = new InvariantError(message);
      this.story.tell(`BROKEN: ${message}`);
      this.#tellStates();
    }
    throw this.#failure;
  }

  /** @throws InvariantError, or whatever came out of the components */
  play(): void {
    try {
      this.#play();
    } catch (error) {
      throw this.#failure ?? error;
    }
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  #play(): void {
    for (const member of this.members) {
      member.start();
    }
    for (const client of this.clients) {
      client.start();
    }
    const script = new ClusterFaultScript(this, this.members, this.clients);
    script.begin();
    this.#runUntil(() => this.world.now >= this.scenario.faultsNs && script.isOver, Number.POSITIVE_INFINITY);
    this.#becomeCalm();
    this.#awaitProgress();
    this.#awaitOneEnd();
    this.#checkHistories();
    for (const client of this.clients) {
      client.end();
    }
    for (const member of this.members) {
      member.kill();
    }
  }

  #becomeCalm(): void {
    this.story.tell('faults stop');
    this.world.setLinks({ loss: 0, duplicate: 0, reorder: 0, refuse: 0, isDown: false });
  }

  /** A quorum that can talk elects and answers. */
  #awaitProgress(): void {
    const wanted = this.#answers + PROGRESS_ANSWERS;
    if (!this.#runUntil(() => this.#answers >= wanted, RECOVERY_NS)) {
      this.fail(`the cluster does not answer after faults have stopped`);
    }
    this.story.tell('answers come again');
  }

  #awaitOneEnd(): void {
    this.isEnding = true;
    const missing = () => this.#missing();
    if (!this.#runUntil(() => missing() === undefined, RECOVERY_NS)) {
      this.fail(`the members do not come to one end: ${missing()}`);
    }
    this.story.tell(`all members are at ${this.#endPosition} after ${this.journals[0]!.termCount} terms`);
  }

  /** What is still to be done before all members rest; undefined when nothing is. */
  #missing(): string | undefined {
    const endPosition = this.#endPosition;
    for (const member of this.members) {
      if (!member.isRunning) {
        return `${member.scenario.name} does not run`;
      }
      if (member.logPosition < endPosition) {
        return `${member.scenario.name} is at ${member.logPosition} of ${endPosition}`;
      }
      const [pending] = member.pending;
      if (pending !== undefined) {
        return `${member.scenario.name} waits for ${pending}`;
      }
    }
    return this.clients.some((client) => client.isAsking) ? 'a client waits for an answer' : undefined;
  }

  #checkHistories(): void {
    for (const client of this.clients) {
      const lost = client.acknowledged.find((id) => this.journals.some((journal) => !journal.hasApplied(id)));
      if (lost !== undefined) {
        this.fail(`${lost} was answered and is in no log`);
      }
    }
    try {
      checkRegisterHistory(this.clients.flatMap(({ history }) => history));
    } catch (error) {
      this.fail((error as Error).message);
    }
    this.story.tell(`${this.#answers} answers are linearizable`);
  }

  #check(): void {
    for (const member of this.members) {
      member.check();
    }
    if (this.world.now >= this.#nextSnapshotNs && !this.isEnding) {
      const leader = this.members.find(({ isLeader }) => isLeader);
      if (leader?.takeSnapshot() === true) {
        this.story.tell(`${leader.scenario.name} is asked for a snapshot`);
        this.#nextSnapshotNs = this.world.now + this.scenario.snapshotIntervalNs;
      }
    }
  }

  #runUntil(condition: () => boolean, withinNs: number): boolean {
    const deadlineNs = this.world.now + withinNs;
    while (this.world.now < deadlineNs) {
      if (this.world.now >= this.#nextCheckNs) {
        this.#nextCheckNs = this.world.now + CHECK_INTERVAL_NS;
        this.#check();
        if (condition()) {
          return true;
        }
      }
      this.#step();
    }
    return condition();
  }

  #step(): void {
    try {
      this.world.step();
    } catch (error) {
      if (this.#failure !== undefined) {
        throw this.#failure;
      }
      throw error;
    }
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  #tellStates(): void {
    for (const member of this.members) {
      this.story.tell(member.describe());
    }
  }
}
