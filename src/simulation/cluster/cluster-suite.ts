import { formatError } from '../../agrona/mod.ts';
import type { SeedOutcome, Suite, SuiteOptions } from '../suite.ts';
import { ClusterRun } from './cluster-run.ts';
import { describeClusterScenario } from './describe-cluster-scenario.ts';
import { drawClusterScenario } from './draw-cluster-scenario.ts';

/** Whole clusters with clients, while members are killed, crash, stand still and cannot hear each other. */
export const clusterSuite: Suite = {
  name: 'cluster',
  description: 'clusters of three and five: one leader a term, equal logs and services, nothing lost, linearizable',
  run(seed: number, options: SuiteOptions = {}): SeedOutcome {
    const scenario = drawClusterScenario(seed);
    const run = new ClusterRun(scenario, options);
    let failure: Error | undefined;
    try {
      run.play();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(formatError(error));
    }
    return {
      seed,
      scenario: describeClusterScenario(scenario),
      story: run.story.lines,
      traceHash: run.world.traceHash,
      durationNs: run.world.now,
      deliveredMessages: run.messageCount,
      failure,
    };
  },
};
