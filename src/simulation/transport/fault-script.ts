import { AeronError } from '../../platform/mod.ts';
import type { ClientProgram } from './client-program.ts';
import { describeFault } from './describe-scenario.ts';
import type { DriverStage } from './driver-stage.ts';
import type { Fault, TransportScenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const MS = 1_000_000;
const SECOND = 1_000 * MS;
/** What is cut off for longer than this may lose something: half of the shortest time-out. */
const LONG_CUT_NS = SECOND;
const RETRY_NS = 100 * MS;

type FaultStage = Omit<Stage, 'host'> & { host(name: string): DriverStage };

/** Lets happen what the scenario wants to go wrong. */
export class FaultScript {
  readonly #stage: FaultStage;
  readonly #scenario: TransportScenario;
  readonly #clients: readonly ClientProgram[];

  constructor(stage: FaultStage, scenario: TransportScenario, clients: readonly ClientProgram[]) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#clients = clients;
  }

  begin(): void {
    for (const fault of this.#scenario.faults) {
      this.#stage.world.after(fault.atNs, () => {
        this.#stage.story.tell(describeFault(fault));
        this.#apply(fault);
      });
    }
  }

  #apply(fault: Fault): void {
    switch (fault.kind) {
      case 'partition':
        this.#cut(fault);
        break;
      case 'weather': {
        const { world } = this.#stage;
        world.setLinks(fault.links);
        this.#after(fault.forNs, () => world.setLinks(this.#scenario.links));
        break;
      }
      case 'kill-client':
        this.#client(fault.client).kill(fault.afterOperations);
        this.#startAgain(fault.client, fault.restartAfterNs);
        break;
      case 'close-client':
        this.#client(fault.client).close();
        this.#startAgain(fault.client, fault.restartAfterNs);
        break;
      case 'close-publication':
        this.#closePublication(fault.publisher, fault.isRevoked);
        break;
      case 'drop-destination':
        this.#dropDestination(fault);
        break;
      case 'reject-image':
        this.#rejectImage(fault.subscriber);
        break;
      case 'pause-client':
        this.#pauseClient(fault.client, fault.forNs);
        break;
      case 'pause-driver':
        this.#pauseDriver(fault.host, fault.forNs);
        break;
      case 'kill-driver':
        this.#killDriver(fault);
        break;
    }
  }

  #cut({ from, to, isOneWay, forNs }: Extract<Fault, { kind: 'partition' }>): void {
    const { world } = this.#stage;
    const links = isOneWay ? [world.link(from, to)] : [world.link(from, to), world.link(to, from)];
    for (const link of links) {
      link.set({ isDown: true });
    }
    this.#excuse(from, to, forNs);
    this.#after(forNs, () => {
      for (const link of links) {
        link.set({ isDown: false });
      }
    });
  }

  #closePublication(publisher: number, isRevoked: boolean): void {
    const programs = this.#clients.flatMap((client) => client.publishers);
    programs.find((program) => program.scenario.id === publisher)!.stop(isRevoked);
  }

  #dropDestination({ program, index, forNs }: Extract<Fault, { kind: 'drop-destination' }>): void {
    for (const client of this.#clients) {
      const programs = 'publisher' in program ? client.publishers : client.subscribers;
      const id = 'publisher' in program ? program.publisher : program.subscriber;
      const dropping = programs.find(({ scenario }) => scenario.id === id);
      if (dropping !== undefined) {
        dropping.dropDestination(index, forNs);
        // What comes from the network may be silent for a while; publications of the same driver leave at once.
        const isLocal = dropping.scenario.destinations[index]!.channel.startsWith('aeron:ipc');
        this.#excuseHost(client.scenario.host, isLocal ? forNs + LONG_CUT_NS : forNs);
      }
    }
  }

  /** The driver takes the image from everybody, and takes no new one for as long as an image may be silent. */
  #rejectImage(id: number): void {
    for (const client of this.#clients) {
      const subscriber = client.subscribers.find(({ scenario }) => scenario.id === id);
      const from = subscriber?.rejectImage();
      if (from !== undefined) {
        const { imageLivenessTimeoutNs } = this.#stage.host(from).scenario.driver;
        this.#excuse(from, client.scenario.host, imageLivenessTimeoutNs);
      }
    }
  }

  /** A client that stood still for too long is timed out by the driver, and its streams end. */
  #pauseClient(name: string, forNs: number): void {
    const client = this.#client(name);
    const { host } = client.scenario;
    client.pause();
    this.#excuse(host, host, forNs);
    this.#after(forNs, () => client.resume());
  }

  #pauseDriver(name: string, forNs: number): void {
    const { driver } = this.#stage.host(name);
    driver.pause();
    this.#excuseHost(name, forNs);
    this.#after(forNs, () => driver.resume());
  }

  #killDriver({ host: name, afterOperations, restartAfterNs }: Extract<Fault, { kind: 'kill-driver' }>): void {
    const host = this.#stage.host(name);
    const { driverTimeoutMs } = host.scenario.driver;
    host.kill(afterOperations);
    this.#excuseHost(name, restartAfterNs + LONG_CUT_NS);
    const dirDeleteOnStart = restartAfterNs <= driverTimeoutMs * MS;
    this.#after(restartAfterNs, () => this.#launch(host, dirDeleteOnStart));
  }

  /** A driver that died later than it was to is taken for alive for longer. */
  #launch(host: DriverStage, dirDeleteOnStart: boolean): void {
    try {
      host.launch({ dirDeleteOnStart });
    } catch (error) {
      if (!(AeronError.is(error) && error.code === 'ACTIVE_DRIVER')) {
        throw error;
      }
      this.#after(RETRY_NS, () => this.#launch(host, dirDeleteOnStart));
    }
  }

  #startAgain(name: string, afterNs: number | undefined): void {
    if (afterNs !== undefined) {
      this.#after(afterNs, () => this.#client(name).start());
    }
  }

  #excuseHost(name: string, forNs: number): void {
    for (const { name: other } of this.#scenario.hosts) {
      this.#excuse(name, other, forNs);
    }
  }

  #excuse(a: string, b: string, forNs: number): void {
    if (forNs > LONG_CUT_NS) {
      this.#stage.excuses.cut(a, b, forNs);
    }
  }

  #after(delayNs: number, action: () => void): void {
    this.#stage.world.after(delayNs, action);
  }

  #client(name: string): ClientProgram {
    return this.#clients.find((client) => client.scenario.name === name)!;
  }
}
