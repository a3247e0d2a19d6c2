import { AeronError, formatError } from '../agrona/mod.ts';
import type { SimulatedWorld, TraceEvent } from '../platform/simulated/mod.ts';
import type { Story, StoryLine } from './story.ts';

/** A kind of simulated worlds, one for each seed, with what must hold in them. */
export interface Suite {
  readonly name: string;
  /** What it shows, in a line. */
  readonly description: string;
  /** One world from its beginning to its end; it does not throw for what goes wrong in it. */
  run(seed: number, options?: SuiteOptions): SeedOutcome;
}

export interface SuiteOptions {
  /** Told everything that happens in the world, in order: each datagram, each file. */
  readonly onTrace?: (event: TraceEvent) => void;
}

export interface SeedOutcome {
  readonly seed: number;
  /** What the seed drew, in words. */
  readonly scenario: readonly string[];
  readonly story: readonly StoryLine[];
  /** Of everything that happened: equal for two runs exactly when they are the same run. */
  readonly traceHash: string;
  /** Virtual nanoseconds that the world lived. */
  readonly durationNs: number;
  /** Messages that reached a subscriber. */
  readonly deliveredMessages: number;
  /** What was broken; undefined for a run in which all held. */
  readonly failure: Error | undefined;
}

/** One world of a suite. */
export interface SimulatedRun {
  readonly world: SimulatedWorld;
  readonly story: Story;
  readonly deliveredMessages: number;
  /** From its beginning to its end. @throws what went wrong in it */
  play(): void;
}

/** Plays a run that a seed has drawn. */
export function outcomeOf(seed: number, scenario: readonly string[], run: SimulatedRun): SeedOutcome {
  let failure: Error | undefined;
  try {
    run.play();
  } catch (error) {
    failure = error instanceof Error ? error : new Error(formatError(error));
  }
  return {
    seed,
    scenario,
    story: run.story.lines,
    traceHash: run.world.traceHash,
    durationNs: run.world.now,
    deliveredMessages: run.deliveredMessages,
    failure,
  };
}

/** Something that must always hold did not. */
export class InvariantError extends AeronError {
  constructor(message: string) {
    super('INVARIANT_BROKEN', message);
  }
}
