import {
  type Clock,
  type Environment,
  type Memory,
  type Network,
  type NetworkInterface,
  type Platform,
  PlatformError,
  type Processes,
  type RandomSource,
  type ReceiveBatch,
  type ScheduledCall,
  type Scheduler,
  type SocketPoller,
  type UdpSocket,
  type UdpSocketOptions,
} from '../mod.ts';
import type { Prng } from './prng.ts';
import { ProcessFiles } from './process-files.ts';
import { type RunLoop, type Runner, Strand } from './run-loop.ts';
import { CURRENT_DIRECTORY, type SimulatedHost } from './simulated-host.ts';
import { SimulatedPoller } from './simulated-poller.ts';
import { SimulatedReceiveBatch, SimulatedSocket } from './simulated-socket.ts';

/** What a process needs of the world beyond its host. */
export interface ProcessWorld {
  readonly loop: RunLoop;
  /** What one turn of an event loop takes at least. */
  readonly turnNs: number;
  /** A made-up address of so many bytes that nobody else has. */
  takeAddress(length: number): number;
  record(kind: string, host: string, detail: string, bytes?: Uint8Array): void;
}

/**
 * A process of a simulated host. What it is made of sees the world through `platform`; who drives the
 * simulation gives it duty cycles with `run`, and kills, pauses and restarts it.
 */
export class SimulatedProcess implements Runner {
  readonly name: string;
  readonly pid: number;
  readonly host: SimulatedHost;
  readonly platform: Platform;
  readonly #world: ProcessWorld;
  readonly #eventLoop: Strand;
  readonly #sockets = new Set<SimulatedSocket>();
  readonly #files: ProcessFiles;
  #deferred: (() => void)[] = [];
  #isAlive = true;
  #isPaused = false;
  #operationsLeft = Number.POSITIVE_INFINITY;

  constructor(world: ProcessWorld, host: SimulatedHost, name: string, pid: number, variables: Map<string, string>) {
    this.name = name;
    this.pid = pid;
    this.host = host;
    this.#world = world;
    this.#eventLoop = new Strand(this);
    const random = host.random.fork(`process ${pid}`);
    this.#files = new ProcessFiles(host, (operation) => this.#countOperation(operation), {
      takeAddress: (length) => world.takeAddress(length),
      pass: (durationNs) => this.#letRun(durationNs),
    });
    this.platform = this.#createPlatform(random, variables);
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /**
   * Has the world invoke a duty cycle of this process once in every round, until `stop` is called or the
   * process dies. What it returns is the work done; a world in which nobody does any work lets time pass
   * faster. An error that comes out of it ends the process and is thrown again by the step of the world.
   */
  run(dutyCycle: () => number): { stop(): void } {
    this.checkAlive();
    return this.#world.loop.addDutyCycle(this, dutyCycle);
  }

  /**
   * SIGKILL: runs nothing more, its sockets are closed and its mappings gone, the page cache of its files
   * stays. Every later call of its platform throws PROCESS_DEAD. No effect on a dead process.
   */
  kill(): void {
    if (!this.#isAlive) {
      return;
    }
    this.#isAlive = false;
    this.#deferred = [];
    this.#world.loop.removeRunner(this);
    this.host.forget(this);
    for (const socket of this.#sockets) {
      socket.close();
    }
    this.#files.releaseAll();
    this.#world.record('kill', this.host.name, `${this.name} pid ${this.pid}`);
  }

  /** Kills the process at the file or network operation that is `operations` ahead, in the middle of its code. */
  killAfter(operations: number): void {
    this.#operationsLeft = operations;
  }

  /** SIGSTOP, or a long pause of the garbage collector: runs nothing until `resume`, while its sockets fill. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#runDeferred();
  }

  /** @throws PlatformError PROCESS_DEAD */
  checkAlive(): void {
    this.#check('run');
  }

  /** For the run loop. */
  onUncaught(error: unknown): void {
    this.#world.record('uncaught', this.host.name, `${this.name} pid ${this.pid}: ${error}`);
    this.kill();
  }

  #createPlatform(random: Prng, variables: Map<string, string>): Platform {
    return {
      name: 'simulated',
      clock: this.#createClock(random.fork('clock')),
      files: this.#files,
      network: this.#createNetwork(),
      processes: this.#createProcesses(),
      random: this.#createRandom(random),
      environment: this.#createEnvironment(variables),
      scheduler: this.#createScheduler(),
      allocate: (length) => this.#allocate(length),
      park: (durationNs) => {
        this.#check('park');
        this.#letRun(durationNs);
      },
    };
  }

  #createClock(random: Prng): Clock {
    const { loop } = this.#world;
    // Each process counts from an origin of its own, so that nobody compares what cannot be compared.
    const originNs = 1 + random.below(1_000_000_000) * 1_000;
    const startNs = this.host.elapsedNs(loop.now);
    const elapsedNs = (): number => {
      this.#check('clock');
      return this.host.elapsedNs(loop.readClock());
    };
    return {
      nanoTime: () => originNs + elapsedNs() - startNs,
      epochTimeMs: () => this.host.epochTimeMs(elapsedNs()),
      epochTimeNs: () => this.host.epochTimeNs(elapsedNs()),
    };
  }

  #createNetwork(): Network {
    return {
      resolve: (host, family) => {
        this.#check('resolve');
        return this.host.resolve(host, family);
      },
      interfaces: (): NetworkInterface[] => {
        this.#check('interfaces');
        return [...this.host.network.interfaces];
      },
      openUdp: (options) => this.#openUdp(options),
      createPoller: (): SocketPoller =>
        new SimulatedPoller(
          (operation) => this.#check(operation),
          (durationNs, condition) => this.#letRun(durationNs, condition),
        ),
      createReceiveBatch: (slots, slotLength): ReceiveBatch =>
        new SimulatedReceiveBatch((length) => this.#allocate(length), slots, slotLength),
    };
  }

  #openUdp(options: UdpSocketOptions): UdpSocket {
    this.#countOperation('openUdp');
    const gate = (operation: string): void => this.#countOperation(operation);
    const forget = (closed: SimulatedSocket): void => {
      this.#sockets.delete(closed);
    };
    const socket = new SimulatedSocket(gate, this.host.fabric, this.host.network, options, forget);
    this.#sockets.add(socket);
    return socket;
  }

  #createProcesses(): Processes {
    return {
      pid: this.pid,
      isAlive: (pid) => {
        this.#check('isAlive');
        return this.host.isProcessAlive(pid);
      },
    };
  }

  #createRandom(random: Prng): RandomSource {
    return random.fork('random');
  }

  #createEnvironment(variables: Map<string, string>): Environment {
    return {
      get: (name) => variables.get(name),
      userName: 'sim',
      hostName: this.host.name,
      temporaryDirectory: '/tmp',
      sharedMemoryDirectory: '/dev/shm',
      currentDirectory: CURRENT_DIRECTORY,
      print: (text) => this.host.record('print', `${this.name}: ${text}`),
    };
  }

  #createScheduler(): Scheduler {
    return {
      soon: (callback) => this.#callAfter(0, callback),
      after: (delayMs, callback) => this.#callAfter(Math.ceil(delayMs * 1e6), callback),
    };
  }

  #callAfter(delayNs: number, callback: () => void): ScheduledCall {
    this.#check('schedule');
    let isCancelled = false;
    const call = (): void => {
      if (!isCancelled) {
        this.#runOnEventLoop(call, callback);
      }
    };
    const { loop, turnNs } = this.#world;
    loop.schedule({ timeNs: loop.now + Math.max(turnNs, delayNs), run: call });
    return {
      cancel: () => {
        isCancelled = true;
      },
    };
  }

  /** A callback waits while the process is paused, or while other code of its event loop waits in `park`. */
  #runOnEventLoop(call: () => void, callback: () => void): void {
    if (!this.#isAlive) {
      return;
    }
    if (this.#isPaused || this.#eventLoop.isActive) {
      this.#deferred.push(call);
      return;
    }
    this.#world.loop.runOn(this.#eventLoop, () => {
      callback();
      return 1;
    });
    this.#runDeferred();
  }

  #runDeferred(): void {
    const calls = this.#deferred;
    this.#deferred = [];
    for (const run of calls) {
      this.#world.loop.schedule({ timeNs: this.#world.loop.now, run });
    }
  }

  /** Waits in the middle of this process's code while the rest of the world runs. */
  #letRun(durationNs: number, until?: () => boolean): void {
    this.#world.loop.letRun(this.#eventLoop, durationNs, until);
    this.#runDeferred();
  }

  #allocate(length: number): Memory {
    this.#check('allocate');
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new PlatformError('EINVAL', 'allocate', `length must be 0 or more bytes, not ${length}`);
    }
    return { arrayBuffer: new ArrayBuffer(length), length, address: this.#world.takeAddress(length) };
  }

  #check(operation: string): void {
    if (!this.#isAlive) {
      const who = `process ${this.name} (pid ${this.pid}) of host ${this.host.name}`;
      throw new PlatformError('PROCESS_DEAD', operation, `${who} does not live any more`);
    }
  }

  #countOperation(operation: string): void {
    this.#check(operation);
    if (--this.#operationsLeft < 0) {
      this.kill();
      this.#check(operation);
    }
  }
}
