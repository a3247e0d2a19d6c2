import { AeronError, formatError } from '../../agrona/mod.ts';
import type { SimulatedDisk } from '../../platform/simulated/mod.ts';
import type { ClusterSettings } from '../member-components.ts';
import { SimulatedMember } from '../simulated-member.ts';
import type { ClusterStage } from './cluster-stage.ts';
import { RegisterService } from './register-service.ts';
import type { MemberScenario } from './scenario.ts';

/** How often a member that cannot start is tried to be started again. */
const RETRY_NS = 1_000_000_000;
/** What keeps a successor out for a while: it tries again. */
const NOT_YET = ['MARK_FILE_ACTIVE', 'ACTIVE_DRIVER', 'ACTIVE_MODULE', 'ACTIVE_ARCHIVE'];

/** A member of a run, with the operator who starts it again when it has died. */
export class ClusterMember {
  readonly scenario: MemberScenario;
  readonly #stage: ClusterStage;
  readonly #member: SimulatedMember;
  #services: readonly RegisterService[] = [];
  /** Nobody is to start it before. */
  #startAtNs = 0;
  /** Nobody looks after it before. */
  #noticedAtNs = 0;
  /** How many reasons there are to stand still. */
  #pauses = 0;

  constructor(stage: ClusterStage, id: number, scenario: MemberScenario, settings: ClusterSettings) {
    const { name, address, clockDriftPpm, clockOffsetMs, isOneLoop } = scenario;
    this.#stage = stage;
    this.scenario = scenario;
    const host = stage.world.host(name, { addresses: [address], clockDriftPpm, clockOffsetMs });
    const onError = (component: string, error: unknown) => stage.story.tell(`${name} ${component}: ${inALine(error)}`);
    this.#member = new SimulatedMember(host, { id, settings, isOneLoop, onError });
  }

  get disk(): SimulatedDisk {
    return this.#member.disk;
  }

  get isRunning(): boolean {
    return this.#member.isRunning;
  }

  get isLeader(): boolean {
    return this.#member.isLeader;
  }

  /** Of the service that is furthest behind. */
  get logPosition(): number {
    return this.#services.length === 0 ? -1 : Math.min(...this.#services.map(({ logPosition }) => logPosition));
  }

  /** What its services still wait for. */
  get pending(): readonly string[] {
    return this.#services.flatMap(({ pending }) => pending);
  }

  /** Whether it is as it should be; brings it back otherwise, when it is time. */
  check(): void {
    const member = this.#member;
    if (member.isBusy) {
      return;
    }
    if (member.isRunning) {
      const { leadershipTermId } = member;
      if (leadershipTermId !== undefined && member.isLeader) {
        this.#stage.journals[0]!.onLeader(leadershipTermId, member.id, 'its counters');
      }
      return;
    }
    if (this.#stage.world.now < this.#noticedAtNs) {
      return;
    }
    if (member.isThere) {
      this.#stage.story.tell(`${this.scenario.name} has come to an end`);
      this.#end(() => member.kill(), 0);
    }
    if (this.#stage.world.now >= this.#startAtNs) {
      this.start();
    }
  }

  start(): void {
    const { journals, story } = this.#stage;
    const services = journals.map(
      (journal) => new RegisterService(journal.observerOf(this.scenario.name), journals.length),
    );
    try {
      if (this.#member.start(services)) {
        this.#services = services;
        story.tell(`${this.scenario.name} runs`);
      }
    } catch (error) {
      this.#onStartFailed(error);
    }
  }

  kill(restartAfterNs = 0): void {
    this.#end(() => this.#member.kill(), restartAfterNs);
  }

  /** `check` finds it dead. */
  killAfter(operations: number, restartAfterNs: number): void {
    this.#startAtNs = this.#stage.world.now + restartAfterNs;
    this.#member.killAfter(operations);
  }

  /** `check` looks away for a while. */
  killComponent(component: string, noticedAfterNs: number): void {
    this.#noticedAtNs = this.#stage.world.now + noticedAfterNs;
    this.#member.killComponent(component);
  }

  crash(restartAfterNs: number): void {
    this.#end(() => this.#member.crash(), restartAfterNs);
  }

  wipe(restartAfterNs: number): void {
    this.#end(() => this.#member.wipe(), restartAfterNs);
  }

  pause(): void {
    this.#pauses++;
    this.#member.pause();
  }

  /** Goes on when nothing else keeps it still. */
  resume(): void {
    this.#pauses--;
    if (this.#pauses === 0) {
      this.#member.resume();
    }
  }

  takeSnapshot(): boolean {
    return this.#member.takeSnapshot();
  }

  describe(): string {
    return `${this.scenario.name}: ${this.#member.describe()}, service at ${this.logPosition}`;
  }

  #end(how: () => void, restartAfterNs: number): void {
    this.#startAtNs = Math.max(this.#startAtNs, this.#stage.world.now + restartAfterNs);
    how();
    this.#services = [];
  }

  #onStartFailed(error: unknown): void {
    const { readError, writeError, syncError } = this.disk.faults;
    const hasBadDisk = readError + writeError + syncError > 0;
    const isNotYet = AeronError.is(error) && NOT_YET.includes(error.code);
    if (!isNotYet && !hasBadDisk) {
      throw error;
    }
    if (!isNotYet) {
      this.#stage.story.tell(`${this.scenario.name} does not start: ${inALine(error)}`);
    }
    this.#startAtNs = this.#stage.world.now + RETRY_NS;
  }
}

function inALine(error: unknown): string {
  return formatError(error).split('\n')[0]!;
}
