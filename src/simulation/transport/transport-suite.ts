import { outcomeOf, type SeedOutcome, type Suite, type SuiteOptions } from '../suite.ts';
import { describeScenario } from './describe-scenario.ts';
import { drawScenario } from './draw-scenario.ts';
import { TransportRun } from './transport-run.ts';

/** Media drivers and clients over a network that loses, repeats, delays and cuts, with everything that can die dying. */
export const transportSuite: Suite = {
  name: 'transport',
  description: 'media drivers and clients: streams whole and in order, flow control kept, everything given back',
  run(seed: number, options: SuiteOptions = {}): SeedOutcome {
    const scenario = drawScenario(seed);
    return outcomeOf(seed, describeScenario(scenario), new TransportRun(scenario, options));
  },
};
