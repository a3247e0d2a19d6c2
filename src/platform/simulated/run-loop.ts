import { AeronError } from '../mod.ts';
import { EventQueue, type WorldEvent } from './event-queue.ts';
import type { Prng } from './prng.ts';

/** Whose code runs: what the loop has to know of a process. */
export interface Runner {
  readonly isAlive: boolean;
  readonly isPaused: boolean;
  /** How the loop says that the process's code threw and nobody caught it. */
  onUncaught(error: unknown): void;
  /** @throws PlatformError PROCESS_DEAD when the process does not live any more. */
  checkAlive(): void;
}

/** A line of execution of a process that is never entered twice at a time: an agent, or the event loop. */
export class Strand {
  readonly runner: Runner;
  /** On the call stack: running, or waiting in `park` while the rest of the world runs. */
  isActive = false;

  constructor(runner: Runner) {
    this.runner = runner;
  }
}

/** An agent's duty cycle as the loop knows it. */
class DutyCycle extends Strand {
  readonly work: () => number;
  isStopped = false;

  constructor(runner: Runner, work: () => number) {
    super(runner);
    this.work = work;
  }
}

/** How often a clock may be read with no time passing before the loop calls it a busy wait without end. */
const MAX_READS_WITHOUT_PROGRESS = 20_000_000;

/**
 * Virtual time and whose turn it is. One round invokes every duty cycle that is not on the call stack once,
 * in an order drawn from the seed; then time moves on, and what is due happens.
 */
export class RunLoop {
  readonly #random: Prng;
  readonly #cycleNs: number;
  readonly #idleNs: number;
  readonly #events = new EventQueue();
  readonly #stack: Strand[] = [];
  #dutyCycles: DutyCycle[] = [];
  #now = 0;
  #readsWithoutProgress = 0;
  #failure: { error: unknown } | undefined;

  constructor(random: Prng, cycleNs: number, idleNs: number) {
    this.#random = random;
    this.#cycleNs = cycleNs;
    this.#idleNs = idleNs;
  }

  get now(): number {
    return this.#now;
  }

  /** The time, for a clock of a process: notices loops that wait for it without letting it pass. */
  readClock(): number {
    if (++this.#readsWithoutProgress > MAX_READS_WITHOUT_PROGRESS) {
      this.#readsWithoutProgress = 0;
      throw new AeronError(
        'SIMULATION_STUCK',
        `a clock was read ${MAX_READS_WITHOUT_PROGRESS} times at ${this.#now} ns: use an idle strategy that parks`,
      );
    }
    return this.#now;
  }

  schedule(event: WorldEvent): void {
    this.#events.add(event);
  }

  addDutyCycle(runner: Runner, work: () => number): { stop(): void } {
    const dutyCycle = new DutyCycle(runner, work);
    this.#dutyCycles.push(dutyCycle);
    return {
      stop: () => {
        dutyCycle.isStopped = true;
        this.#dutyCycles = this.#dutyCycles.filter((other) => other !== dutyCycle);
      },
    };
  }

  removeRunner(runner: Runner): void {
    this.#dutyCycles = this.#dutyCycles.filter((dutyCycle) => dutyCycle.runner !== runner);
  }

  /** Time passes and what is due happens; no duty cycle is invoked. */
  advance(durationNs: number): void {
    this.#advanceTo(this.#now + durationNs, undefined);
    this.#throwFailure();
  }

  /** One round of all duty cycles, and the time it takes: at most up to `limitNs`. Returns the work done. */
  step(limitNs: number): number {
    const work = this.#roundAndAdvance(limitNs, undefined);
    this.#throwFailure();
    return work;
  }

  /**
   * Lets the rest of the world run on behalf of code of `strand` that waits: for `durationNs`, or until the
   * condition holds. Whatever duty cycles are on the call stack wait with it.
   */
  letRun(eventLoop: Strand, durationNs: number, until: (() => boolean) | undefined): void {
    const current = this.#stack.at(-1);
    const isCallerOnStack = current !== undefined && current.runner === eventLoop.runner;
    const strand = isCallerOnStack ? current : eventLoop;
    this.#enter(strand, () => {
      const deadlineNs = this.#now + Math.max(this.#cycleNs, durationNs);
      do {
        this.#roundAndAdvance(deadlineNs, until);
        strand.runner.checkAlive();
      } while (this.#now < deadlineNs && until?.() !== true);
    });
    if (this.#stack.length === 0) {
      this.#throwFailure();
    }
  }

  /** Runs code of a process; an error that comes out of it ends the process and, later, the outermost step. */
  runOn(strand: Strand, code: () => number): number {
    return this.#enter(strand, () => {
      try {
        return code();
      } catch (error) {
        if (strand.runner.isAlive) {
          this.#failure ??= { error };
          strand.runner.onUncaught(error);
        }
        return 0;
      }
    });
  }

  #enter<T>(strand: Strand, code: () => T): T {
    const wasActive = strand.isActive;
    strand.isActive = true;
    this.#stack.push(strand);
    try {
      return code();
    } finally {
      this.#stack.pop();
      strand.isActive = wasActive;
    }
  }

  #roundAndAdvance(limitNs: number, until: (() => boolean) | undefined): number {
    const round = this.#dutyCycles.slice();
    this.#random.shuffle(round);
    let work = 0;
    let hasRunnable = false;
    for (const dutyCycle of round) {
      const { runner } = dutyCycle;
      if (dutyCycle.isActive || dutyCycle.isStopped || !runner.isAlive || runner.isPaused) {
        continue;
      }
      hasRunnable = true;
      work += this.runOn(dutyCycle, dutyCycle.work);
    }
    if (until?.() !== true) {
      this.#advanceTo(Math.min(limitNs, this.#nextTurnNs(work > 0, hasRunnable)), until);
    }
    return work;
  }

  #nextTurnNs(isBusy: boolean, hasRunnable: boolean): number {
    const soonest = this.#now + this.#cycleNs;
    if (isBusy) {
      return soonest;
    }
    const nextEventNs = this.#events.nextTimeNs;
    if (!hasRunnable) {
      return nextEventNs;
    }
    return Math.max(soonest, Math.min(nextEventNs, this.#now + this.#idleNs));
  }

  #advanceTo(targetNs: number, until: (() => boolean) | undefined): void {
    if (targetNs === Number.POSITIVE_INFINITY) {
      throw new AeronError('SIMULATION_STUCK', 'waiting without a limit in a world in which nothing will ever happen');
    }
    while (this.#events.nextTimeNs <= targetNs) {
      const event = this.#events.take();
      this.#setNow(event.timeNs);
      event.run();
      if (until?.() === true) {
        return;
      }
    }
    this.#setNow(targetNs);
  }

  #setNow(timeNs: number): void {
    if (timeNs > this.#now) {
      this.#now = timeNs;
      this.#readsWithoutProgress = 0;
    }
  }

  #throwFailure(): void {
    const failure = this.#failure;
    if (failure !== undefined) {
      this.#failure = undefined;
      throw failure.error;
    }
  }
}
