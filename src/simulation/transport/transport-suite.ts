import { formatError } from '../../agrona/mod.ts';
import type { SeedOutcome, Suite, SuiteOptions } from '../suite.ts';
import { describeScenario } from './describe-scenario.ts';
import { drawScenario } from './draw-scenario.ts';
import { TransportRun } from './transport-run.ts';

/** Media drivers and clients over a network that loses, repeats, delays and cuts, with everything that can die dying. */
export const transportSuite: Suite = {
  name: 'transport',
  description: 'media drivers and clients: streams whole and in order, flow control kept, everything given back',
  run(seed: number, options: SuiteOptions = {}): SeedOutcome {
    const scenario = drawScenario(seed);
    const run = new TransportRun(scenario, options);
    let failure: Error | undefined;
    try {
      run.play();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(formatError(error));
    }
    return {
      seed,
      scenario: describeScenario(scenario),
      story: run.story.lines,
      traceHash: run.world.traceHash,
      durationNs: run.world.now,
      deliveredMessages: run.deliveredMessages,
      failure,
    };
  },
};
