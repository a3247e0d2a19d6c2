import { SimulatedWorld } from '../../platform/simulated/mod.ts';
import { Draw } from '../draw.ts';
import { Story } from '../story.ts';
import { InvariantError, type SuiteOptions } from '../suite.ts';
import { ClientProgram } from './client-program.ts';
import { Content } from './content.ts';
import { DriverStage } from './driver-stage.ts';
import { Excuses } from './excuses.ts';
import { FaultScript } from './fault-script.ts';
import { Journals } from './journal.ts';
import type { DriverScenario, TransportScenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const MS = 1_000_000;
const SECOND = 1_000 * MS;
/** How often it is looked whether all have what they should. */
const CHECK_INTERVAL_NS = 20 * MS;

/**
 * One scenario from beginning to end:
 *
 *     traffic and faults | calm: until all that was sent has come | everybody leaves: until nothing is left
 */
export class TransportRun implements Stage {
  readonly world: SimulatedWorld;
  readonly story: Story;
  readonly content: Content;
  readonly journals = new Journals();
  readonly excuses: Excuses;
  isCalm = false;
  isEnding = false;
  readonly #scenario: TransportScenario;
  readonly #hosts = new Map<string, DriverStage>();
  readonly #clients: readonly ClientProgram[];
  readonly #timeouts: DriverScenario;
  #failure: InvariantError | undefined;

  constructor(scenario: TransportScenario, options: SuiteOptions) {
    const { seed, cycleNs, idleNs, links, loopback } = scenario;
    this.#scenario = scenario;
    this.#timeouts = scenario.hosts[0]!.driver;
    this.world = new SimulatedWorld({ seed, cycleNs, idleNs, ...options });
    this.story = new Story(() => this.world.now);
    this.content = new Content(seed);
    this.excuses = new Excuses(() => this.world.now, recoveryNs(this.#timeouts));
    for (const host of scenario.hosts) {
      this.#hosts.set(host.name, new DriverStage(this, host, mayBeOverrun(scenario, host.name)));
    }
    this.world.setLinks(links);
    for (const { name } of scenario.hosts) {
      this.world.link(name, name).set(loopback);
    }
    this.#clients = scenario.clients.map(
      (client) => new ClientProgram(this, client, this.#timeouts.driverTimeoutMs, seed),
    );
  }

  get trafficNs(): number {
    return this.world.now;
  }

  get deliveredMessages(): number {
    return this.#subscribers().reduce((sum, subscriber) => sum + subscriber.messages, 0);
  }

  host(name: string): DriverStage {
    return this.#hosts.get(name)!;
  }

  fail(message: string): never {
    if (this.#failure === undefined) {
      this.#failure = new InvariantError(message);
      this.story.tell(`BROKEN: ${message}`);
      this.#tellStates();
    }
    throw this.#failure;
  }

  onLateError(error: unknown): void {
    this.story.tell(`later: ${error}`);
  }

  /** @throws InvariantError, or whatever came out of driver and client */
  play(): void {
    try {
      this.#play();
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  #play(): void {
    for (const host of this.#hosts.values()) {
      host.launch();
    }
    for (const client of this.#clients) {
      client.start();
    }
    new FaultScript(this, this.#scenario, this.#clients).begin();
    this.#runFor(this.#scenario.faultsNs);
    this.#becomeCalm();
    this.#awaitAllDelivered();
    this.#endClients();
    this.#awaitNothingLeft();
    this.#endDrivers();
  }

  #becomeCalm(): void {
    this.story.tell('faults stop');
    this.isCalm = true;
    const { world } = this;
    for (const from of this.#hosts.keys()) {
      for (const to of this.#hosts.keys()) {
        world.link(from, to).reset();
      }
    }
  }

  #awaitAllDelivered(): void {
    const recovered = this.#runUntil(() => this.#missing() === undefined, 2 * recoveryNs(this.#timeouts));
    if (!recovered) {
      this.fail(`not all was delivered after faults had stopped: ${this.#missing()}`);
    }
    this.story.tell(`all is delivered: ${this.deliveredMessages} messages`);
  }

  /** What is still to be done before all streams rest; undefined when nothing is. */
  #missing(): string | undefined {
    for (const host of this.#hosts.values()) {
      if (!host.isServing) {
        return `the driver of ${host.scenario.name} does not serve`;
      }
    }
    const subscribers = this.#subscribers();
    for (const publisher of this.#clients.flatMap((client) => client.publishers)) {
      const { stream } = publisher.scenario;
      const hasReader = subscribers.some(
        ({ isOpen, scenario }) => isOpen && scenario.stream === stream && !scenario.isSpy,
      );
      if (publisher.isOpen && hasReader && !publisher.isDone) {
        return publisher.describe();
      }
    }
    for (const journal of this.journals.all) {
      const waiting = subscribers.find((subscriber) => !subscriber.hasAllOf(journal));
      if (waiting !== undefined) {
        return `session ${journal.sessionId}: ${waiting.describe()}`;
      }
    }
    return undefined;
  }

  #endClients(): void {
    this.story.tell('everybody leaves');
    this.isEnding = true;
    const draw = Draw.seeded(this.#scenario.seed, 'ends');
    for (const client of this.#clients) {
      this.world.after(draw.between(0, 50 * MS), () =>
        client.scenario.end === 'close' ? client.close() : client.kill(),
      );
    }
    this.#runFor(51 * MS);
  }

  #awaitNothingLeft(): void {
    const leftovers = () => [...this.#hosts.values()].flatMap((host) => host.leftovers());
    const isFreed = this.#runUntil(() => leftovers().length === 0, 2 * recoveryNs(this.#timeouts));
    if (!isFreed) {
      this.fail(`not everything was given back: ${leftovers().join(', ')}`);
    }
    this.story.tell('everything is given back');
  }

  #endDrivers(): void {
    for (const host of this.#hosts.values()) {
      host.end();
    }
  }

  #runFor(durationNs: number): void {
    const endNs = this.world.now + durationNs;
    while (this.world.now < endNs) {
      this.#step();
    }
  }

  #runUntil(condition: () => boolean, withinNs: number): boolean {
    const deadlineNs = this.world.now + withinNs;
    let nextCheckNs = this.world.now;
    while (this.world.now < deadlineNs) {
      if (this.world.now >= nextCheckNs) {
        nextCheckNs = this.world.now + CHECK_INTERVAL_NS;
        if (condition()) {
          return true;
        }
      }
      this.#step();
    }
    return condition();
  }

  #step(): void {
    this.world.step();
    for (const host of this.#hosts.values()) {
      host.check();
    }
    for (const client of this.#clients) {
      client.notice();
    }
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  #subscribers() {
    return this.#clients.flatMap((client) => client.subscribers);
  }

  #tellStates(): void {
    for (const client of this.#clients) {
      for (const program of [...client.publishers, ...client.subscribers]) {
        this.story.tell(program.describe());
      }
    }
    for (const host of this.#hosts.values()) {
      host.tellCounters();
    }
  }
}

/** Senders go beyond a receiver's window when they do not wait for it (yet), or have forgotten it in a cut. */
function mayBeOverrun({ clients, faults }: TransportScenario, host: string): boolean {
  const isCut = faults.some(({ kind }) => kind === 'partition' || kind.endsWith('-driver') || kind === 'pause-client');
  const subscribers = clients.filter((client) => client.host === host).flatMap((client) => client.subscribers);
  const areAllHeard = subscribers.every(({ isCounted, mayBeLeftBehind }) => isCounted && !mayBeLeftBehind);
  return isCut || !areAllHeard;
}

/** The longest that anything takes to notice, to let go, and to come back. */
function recoveryNs(timeouts: DriverScenario): number {
  return (
    timeouts.driverTimeoutMs * MS +
    2 * timeouts.clientLivenessTimeoutNs +
    2 * timeouts.imageLivenessTimeoutNs +
    timeouts.publicationConnectionTimeoutNs +
    timeouts.publicationLingerTimeoutNs +
    timeouts.flowControlReceiverTimeoutNs +
    timeouts.untetheredWindowLimitTimeoutNs +
    timeouts.untetheredRestingTimeoutNs +
    3 * timeouts.timerIntervalNs +
    3 * SECOND
  );
}
