import type { SimulatedHost, SimulatedWorld } from '../../platform/simulated/mod.ts';
import type { SimulatedMediaDriver } from '../simulated-media-driver.ts';
import type { Story } from '../story.ts';
import type { Content } from './content.ts';
import type { Excuses } from './excuses.ts';
import type { Journals } from './journal.ts';

/** What the programs of a run share. */
export interface Stage {
  readonly world: SimulatedWorld;
  readonly story: Story;
  readonly content: Content;
  readonly journals: Journals;
  readonly excuses: Excuses;
  /** Faults have stopped: nobody is slow any more, and what ended does not come back. */
  readonly isCalm: boolean;
  /** Everybody leaves. */
  readonly isEnding: boolean;
  /** Virtual time since the traffic began. */
  readonly trafficNs: number;
  host(name: string): HostStage;
  /** What was not waited for has failed. */
  onLateError(error: unknown): void;
  /** Something that must hold does not: ends the run. @throws InvariantError */
  fail(message: string): never;
}

export interface HostStage {
  readonly host: SimulatedHost;
  readonly driver: SimulatedMediaDriver;
  /** Alive and not paused. */
  readonly isServing: boolean;
}
