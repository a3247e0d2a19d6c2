import { AeronError, type AgentInvoker, AgentLoop, AtomicCounter, CountersReader } from '../agrona/mod.ts';
import type { ClusteredService } from '../cluster/mod.ts';
import type { SimulatedDisk, SimulatedHost, SimulatedProcess } from '../platform/simulated/mod.ts';
import { AeronCounters, CncFile } from '../protocol/mod.ts';
import {
  AERON_DIRECTORY,
  ARCHIVE_DIRECTORY,
  CLUSTER_DIRECTORY,
  type ClusterSettings,
  type ComponentWorld,
  launchArchive,
  launchConsensusModule,
  launchDriver,
  launchService,
} from './member-components.ts';

const ROLE_LEADER = 2;
const ELECTION_CLOSED = 17;
const TOGGLE_NEUTRAL = 1;
const TOGGLE_SNAPSHOT = 4;

export interface SimulatedMemberOptions {
  readonly id: number;
  readonly settings: ClusterSettings;
  /** The environment of its processes. */
  readonly variables?: Readonly<Record<string, string>>;
  /** One loop for all components, the default; or a process for each. */
  readonly isOneLoop?: boolean;
  /** Told of what the components could not do. */
  readonly onError?: (component: string, error: unknown) => void;
}

/**
 * A member of a cluster on a simulated host: media driver, archive, consensus module and services. What it has on
 * disk outlives it.
 */
export class SimulatedMember {
  readonly id: number;
  readonly host: SimulatedHost;
  readonly #options: SimulatedMemberOptions;
  #processes: SimulatedProcess[] = [];
  #invokers: AgentInvoker[] = [];
  #observer: SimulatedProcess | undefined;
  #cnc: CncFile | undefined;
  #isStarting = false;
  #isPaused = false;
  /** Counts starts and ends, so that a start that was overtaken by an end is seen. */
  #generation = 0;

  constructor(host: SimulatedHost, options: SimulatedMemberOptions) {
    this.host = host;
    this.id = options.id;
    this.#options = options;
  }

  /** Where archive and consensus module have their files. */
  get disk(): SimulatedDisk {
    return this.host.disk('/');
  }

  /** All components have started, and none has ended. */
  get isRunning(): boolean {
    return (
      !this.#isStarting &&
      !this.#isPaused &&
      this.#invokers.length > 0 &&
      this.#invokers.every((invoker) => invoker.isRunning) &&
      this.#processes.every(({ isAlive }) => isAlive)
    );
  }

  /** It is being started, or stands still. */
  get isBusy(): boolean {
    return this.#isStarting || this.#isPaused;
  }

  /** There are processes of it, dead or alive. */
  get isThere(): boolean {
    return this.#processes.length > 0;
  }

  /** It leads, and its election is over. */
  get isLeader(): boolean {
    return (
      this.isRunning &&
      this.#counter(AeronCounters.CLUSTER_NODE_ROLE_TYPE_ID)?.get() === ROLE_LEADER &&
      this.#counter(AeronCounters.CLUSTER_ELECTION_STATE_TYPE_ID)?.get() === ELECTION_CLOSED
    );
  }

  get leadershipTermId(): number | undefined {
    return this.#counter(AeronCounters.CLUSTER_LEADERSHIP_TERM_ID_TYPE_ID)?.get();
  }

  /**
   * Starts all components, with a service for each service id. False when it was killed meanwhile.
   * @throws AeronError MARK_FILE_ACTIVE, for ten seconds after it was killed; what else the components throw
   */
  start(services: readonly ClusteredService[]): boolean {
    this.#isStarting = true;
    this.#generation++;
    const generation = this.#generation;
    try {
      if (this.#options.isOneLoop === false) {
        this.#startProcesses(services);
      } else {
        this.#startOneLoop(services);
      }
      if (generation === this.#generation) {
        this.#observe();
      }
    } catch (error) {
      const wasKilled = generation !== this.#generation || this.#processes.some(({ isAlive }) => !isAlive);
      if (generation === this.#generation) {
        this.kill();
      }
      if (!wasKilled) {
        throw error;
      }
      return false;
    } finally {
      this.#isStarting = false;
    }
    return generation === this.#generation;
  }

  /** SIGKILL for all of its processes at once. */
  kill(): void {
    this.#generation++;
    for (const running of this.#processes) {
      running.kill();
    }
    this.#cnc?.close();
    this.#cnc = undefined;
    this.#observer?.kill();
    this.#observer = undefined;
    this.#processes = [];
    this.#invokers = [];
    this.#isPaused = false;
  }

  /** Kills one process ('driver', 'archive', 'consensus-module', 'service-0', ...), or all when it is one loop. */
  killComponent(name: string): void {
    if (this.#options.isOneLoop === false) {
      this.#processes.find((running) => running.name === name)?.kill();
    } else {
      this.kill();
    }
  }

  /** Kills its processes in the middle of their code, so many operations on files and network ahead. */
  killAfter(operations: number): void {
    for (const running of this.#processes) {
      running.killAfter(operations);
    }
  }

  /** The machine goes down, with what was not on disk. */
  crash(): void {
    this.kill();
    this.host.crash();
  }

  /** Kills it and removes all that it has. */
  wipe(): void {
    this.kill();
    const operator = this.host.process('operator');
    operator.platform.files.removeTree(CLUSTER_DIRECTORY);
    operator.platform.files.removeTree(ARCHIVE_DIRECTORY);
    operator.kill();
  }

  /** SIGSTOP. */
  pause(): void {
    this.#isPaused = true;
    for (const running of this.#processes) {
      running.pause();
    }
  }

  resume(): void {
    this.#isPaused = false;
    for (const running of this.#processes) {
      running.resume();
    }
  }

  /** Asks the cluster for a snapshot, by the control toggle of a leader. Whether it could be asked. */
  takeSnapshot(): boolean {
    const toggle = this.#counter(AeronCounters.CLUSTER_CONTROL_TOGGLE_TYPE_ID);
    return toggle?.compareAndSet(TOGGLE_NEUTRAL, TOGGLE_SNAPSHOT) === true;
  }

  /** State of its consensus module, in words. */
  describe(): string {
    const role = this.#counter(AeronCounters.CLUSTER_NODE_ROLE_TYPE_ID)?.get();
    const state = this.#counter(AeronCounters.CLUSTER_ELECTION_STATE_TYPE_ID)?.get();
    const commit = this.#counter(AeronCounters.CLUSTER_COMMIT_POSITION_TYPE_ID)?.get();
    return `${this.isRunning ? 'runs' : 'does not run'}, role ${role}, election state ${state}, commit ${commit}`;
  }

  #startOneLoop(services: readonly ClusteredService[]): void {
    const node = this.#newProcess('node');
    const world = this.#worldOf(node);
    const driver = launchDriver(world);
    const loop = new AgentLoop(driver.newIdleStrategy());
    const { idleStrategy } = loop;
    node.run(() => loop.doWork());
    for (const launch of [
      () => driver.sharedAgentInvoker!,
      () => launchArchive({ ...world, idleStrategy }),
      () => launchConsensusModule({ ...world, idleStrategy }),
      ...services.map((service, id) => () => launchService({ ...world, idleStrategy }, service, id)),
    ]) {
      const invoker = launch();
      this.#invokers.push(invoker);
      loop.add(invoker);
    }
  }

  #startProcesses(services: readonly ClusteredService[]): void {
    const components: readonly (readonly [string, (world: ComponentWorld) => AgentInvoker])[] = [
      ['driver', (world) => launchDriver(world).sharedAgentInvoker!],
      ['archive', launchArchive],
      ['consensus-module', launchConsensusModule],
      ...services.map(
        (service, id) => [`service-${id}`, (world: ComponentWorld) => launchService(world, service, id)] as const,
      ),
    ];
    for (const [name, launch] of components) {
      const component = this.#newProcess(name);
      const invoker = launch(this.#worldOf(component));
      this.#invokers.push(invoker);
      invoker.start();
      component.run(() => invoker.invoke());
    }
  }

  #worldOf({ platform }: SimulatedProcess): ComponentWorld {
    const { id, settings, onError = () => {} } = this.#options;
    return { id, settings, onError, platform, idleStrategy: undefined };
  }

  #newProcess(name: string): SimulatedProcess {
    const started = this.host.process(name, { variables: this.#options.variables ?? {} });
    this.#processes.push(started);
    return started;
  }

  /** Looks at the counters from outside. */
  #observe(): void {
    this.#observer = this.host.process('observer');
    const cnc = CncFile.tryMap(this.#observer.platform, AERON_DIRECTORY);
    if (!(cnc instanceof CncFile)) {
      throw new AeronError('ILLEGAL_STATE', `member ${this.id} has no driver after its start: ${cnc}`);
    }
    this.#cnc = cnc;
  }

  #counter(typeId: number): AtomicCounter | undefined {
    if (this.#cnc === undefined) {
      return undefined;
    }
    const { countersMetaDataBuffer, countersValuesBuffer } = this.#cnc;
    const counters = new CountersReader(countersMetaDataBuffer, countersValuesBuffer);
    const id = counters.findAllocated((candidate) => counters.getCounterTypeId(candidate) === typeId);
    return id < 0 ? undefined : new AtomicCounter(countersValuesBuffer, id);
  }
}
