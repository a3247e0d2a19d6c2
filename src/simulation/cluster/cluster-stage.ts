import type { SimulatedWorld } from '../../platform/simulated/mod.ts';
import type { Story } from '../story.ts';
import type { LogJournal } from './log-journal.ts';
import type { ClusterScenario } from './scenario.ts';

/** What the parts of a run share. */
export interface ClusterStage {
  readonly world: SimulatedWorld;
  readonly story: Story;
  /** Of each service. */
  readonly journals: readonly LogJournal[];
  readonly scenario: ClusterScenario;
  readonly ingressEndpoints: string;
  readonly keys: readonly string[];
  /** Nothing new is asked any more. */
  readonly isEnding: boolean;
  /** A client was answered. */
  onAnswered(): void;
  /** @throws InvariantError */
  fail(message: string): never;
}
