import {
  AeronError,
  type AgentInvoker,
  AgentLoop,
  AtomicCounter,
  CountersReader,
  formatError,
} from '../../agrona/mod.ts';
import type { SimulatedDisk, SimulatedHost, SimulatedProcess } from '../../platform/simulated/mod.ts';
import { AeronCounters, CncFile } from '../../protocol/mod.ts';
import type { ClusterStage } from './cluster-stage.ts';
import {
  AERON_DIRECTORY,
  ARCHIVE_DIRECTORY,
  CLUSTER_DIRECTORY,
  type ComponentWorld,
  launchArchive,
  launchConsensusModule,
  launchDriver,
  launchService,
} from './member-components.ts';
import { RegisterService } from './register-service.ts';
import type { MemberScenario } from './scenario.ts';

const SECOND = 1_000_000_000;
/** How often a member that cannot start is tried to be started again. */
const RETRY_NS = SECOND;
const ROLE_LEADER = 2;
const ELECTION_CLOSED = 17;
const TOGGLE_NEUTRAL = 1;
const TOGGLE_SNAPSHOT = 4;
/** What keeps a successor out for a while: it tries again. */
const NOT_YET = ['MARK_FILE_ACTIVE', 'ACTIVE_DRIVER', 'ACTIVE_MODULE', 'ACTIVE_ARCHIVE'];

/** A member: its machine, and the node that runs there at the moment. */
export class ClusterMember {
  readonly id: number;
  readonly scenario: MemberScenario;
  readonly host: SimulatedHost;
  readonly #stage: ClusterStage;
  #processes: SimulatedProcess[] = [];
  #invokers: AgentInvoker[] = [];
  #observer: SimulatedProcess | undefined;
  #cnc: CncFile | undefined;
  #service: RegisterService | undefined;
  #isStarting = false;
  /** Counts starts and ends, so that a start that was overtaken by an end is seen. */
  #generation = 0;
  /** Nobody is to start it before. */
  #startAtNs = 0;
  #isPaused = false;

  constructor(stage: ClusterStage, id: number, scenario: MemberScenario) {
    const { name, address, clockDriftPpm, clockOffsetMs } = scenario;
    this.#stage = stage;
    this.id = id;
    this.scenario = scenario;
    this.host = stage.world.host(name, { addresses: [address], clockDriftPpm, clockOffsetMs });
  }

  get disk(): SimulatedDisk {
    return this.host.disk('/');
  }

  get isRunning(): boolean {
    return (
      !this.#isStarting &&
      !this.#isPaused &&
      this.#invokers.length > 0 &&
      this.#invokers.every((invoker) => invoker.isRunning) &&
      this.#processes.every(({ isAlive }) => isAlive)
    );
  }

  get isLeader(): boolean {
    return (
      this.isRunning &&
      this.#counter(AeronCounters.CLUSTER_NODE_ROLE_TYPE_ID)?.get() === ROLE_LEADER &&
      this.#counter(AeronCounters.CLUSTER_ELECTION_STATE_TYPE_ID)?.get() === ELECTION_CLOSED
    );
  }

  /** Of its service. */
  get logPosition(): number {
    return this.#service?.logPosition ?? -1;
  }

  /** What its service still waits for. */
  get pending(): readonly string[] {
    return this.#service?.pending ?? [];
  }

  /** Whether it is as it should be; brings it back otherwise, when it is time. */
  check(): void {
    if (this.#isStarting || this.#isPaused) {
      return;
    }
    if (this.isRunning) {
      const term = this.#counter(AeronCounters.CLUSTER_LEADERSHIP_TERM_ID_TYPE_ID);
      if (term !== undefined && this.isLeader) {
        this.#stage.journal.onLeader(term.get(), this.id, `its counters`);
      }
      return;
    }
    if (this.#processes.length > 0) {
      this.#stage.story.tell(`${this.scenario.name} has come to an end`);
      this.kill();
    }
    if (this.#stage.world.now >= this.#startAtNs) {
      this.start();
    }
  }

  start(): void {
    this.#isStarting = true;
    this.#generation++;
    const generation = this.#generation;
    const service = new RegisterService(this.#stage.journal.observerOf(this.scenario.name));
    try {
      if (this.scenario.isOneLoop) {
        this.#startOneLoop(service);
      } else {
        this.#startProcesses(service);
      }
      if (generation !== this.#generation) {
        return;
      }
      this.#observe();
      this.#service = service;
      this.#stage.story.tell(`${this.scenario.name} runs`);
    } catch (error) {
      if (generation === this.#generation) {
        this.#onStartFailed(error);
      }
    } finally {
      this.#isStarting = false;
    }
  }

  kill(restartAfterNs = 0): void {
    this.#startAtNs = this.#stage.world.now + restartAfterNs;
    for (const running of this.#processes) {
      running.kill();
    }
    this.#forget();
  }

  /** In the middle of its code. `check` finds it dead. */
  killAfter(operations: number, restartAfterNs: number): void {
    this.#startAtNs = this.#stage.world.now + restartAfterNs;
    for (const running of this.#processes) {
      running.killAfter(operations);
    }
  }

  crash(restartAfterNs: number): void {
    this.kill(restartAfterNs);
    this.host.crash();
  }

  wipe(restartAfterNs: number): void {
    this.kill(restartAfterNs);
    const { files } = this.host.process('operator').platform;
    files.removeTree(CLUSTER_DIRECTORY);
    files.removeTree(ARCHIVE_DIRECTORY);
  }

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

  /** Whether it could be asked. */
  takeSnapshot(): boolean {
    const toggle = this.#counter(AeronCounters.CLUSTER_CONTROL_TOGGLE_TYPE_ID);
    return toggle?.compareAndSet(TOGGLE_NEUTRAL, TOGGLE_SNAPSHOT) === true;
  }

  describe(): string {
    const role = this.#counter(AeronCounters.CLUSTER_NODE_ROLE_TYPE_ID)?.get();
    const state = this.#counter(AeronCounters.CLUSTER_ELECTION_STATE_TYPE_ID)?.get();
    const commit = this.#counter(AeronCounters.CLUSTER_COMMIT_POSITION_TYPE_ID)?.get();
    return (
      `${this.scenario.name}: ${this.isRunning ? 'runs' : 'does not run'}, role ${role}, election state ${state}, ` +
      `commit ${commit}, service at ${this.logPosition}`
    );
  }

  #startOneLoop(service: RegisterService): void {
    const node = this.#newProcess('node');
    const world = this.#worldOf(node, undefined);
    const driver = launchDriver(world);
    const loop = new AgentLoop(driver.newIdleStrategy());
    const { idleStrategy } = loop;
    node.run(() => loop.doWork());
    for (const launch of [
      () => driver.sharedAgentInvoker!,
      () => launchArchive({ ...world, idleStrategy }),
      () => launchConsensusModule({ ...world, idleStrategy }),
      () => launchService({ ...world, idleStrategy }, service),
    ]) {
      const invoker = launch();
      this.#invokers.push(invoker);
      loop.add(invoker);
    }
  }

  #startProcesses(service: RegisterService): void {
    for (const [name, launch] of [
      ['driver', (world: ComponentWorld) => launchDriver(world).sharedAgentInvoker!],
      ['archive', launchArchive],
      ['consensus-module', launchConsensusModule],
      ['service', (world: ComponentWorld) => launchService(world, service)],
    ] as const) {
      const component = this.#newProcess(name);
      const invoker = launch(this.#worldOf(component, undefined));
      this.#invokers.push(invoker);
      invoker.start();
      component.run(() => invoker.invoke());
    }
  }

  #worldOf({ platform }: SimulatedProcess, idleStrategy: ComponentWorld['idleStrategy']): ComponentWorld {
    return {
      stage: this.#stage,
      id: this.id,
      address: this.scenario.address,
      platform,
      idleStrategy,
      onError: (component, error) => this.#onError(component, error),
    };
  }

  #newProcess(name: string): SimulatedProcess {
    const started = this.host.process(name);
    this.#processes.push(started);
    return started;
  }

  #observe(): void {
    this.#observer = this.host.process('observer');
    const cnc = CncFile.tryMap(this.#observer.platform, AERON_DIRECTORY);
    if (!(cnc instanceof CncFile)) {
      throw new AeronError('ILLEGAL_STATE', `${this.scenario.name} has no driver after its start`);
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

  #onStartFailed(error: unknown): void {
    const wasKilled = this.#processes.some(({ isAlive }) => !isAlive);
    const isNotYet = AeronError.is(error) && NOT_YET.includes(error.code);
    const { readError, writeError, syncError } = this.disk.faults;
    const hasBadDisk = readError + writeError + syncError > 0;
    this.kill(RETRY_NS);
    if (!wasKilled && !isNotYet && !hasBadDisk) {
      throw error;
    }
    if (!isNotYet) {
      this.#stage.story.tell(`${this.scenario.name} died while it started: ${formatError(error).split('\n')[0]}`);
    }
  }

  #onError(component: string, error: unknown): void {
    const text = formatError(error).split('\n')[0];
    this.#stage.story.tell(`${this.scenario.name} ${component}: ${text}`);
  }

  #forget(): void {
    this.#generation++;
    this.#cnc?.close();
    this.#cnc = undefined;
    this.#observer?.kill();
    this.#observer = undefined;
    this.#processes = [];
    this.#invokers = [];
    this.#service = undefined;
    this.#isPaused = false;
  }
}
