import { outcomeOf, type SeedOutcome, type Suite, type SuiteOptions } from '../suite.ts';
import { ClusterRun } from './cluster-run.ts';
import { describeClusterScenario } from './describe-cluster-scenario.ts';
import { drawClusterScenario } from './draw-cluster-scenario.ts';

/** Whole clusters with clients, while members are killed, crash, stand still and cannot hear each other. */
export const clusterSuite: Suite = {
  name: 'cluster',
  description: 'clusters of three and five: one leader a term, equal logs and services, nothing lost, linearizable',
  run(seed: number, options: SuiteOptions = {}): SeedOutcome {
    const scenario = drawClusterScenario(seed);
    return outcomeOf(seed, describeClusterScenario(scenario), new ClusterRun(scenario, options));
  },
};
