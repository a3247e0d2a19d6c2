import { formatError } from '../../agrona/mod.ts';
import type { SeedOutcome, Suite, SuiteOptions } from '../suite.ts';
import { ArchiveRun } from './archive-run.ts';
import { describeArchiveScenario, drawArchiveScenario } from './archive-scenario.ts';

/** An archive that is killed, loses power, and has disks that are full or fail, while it records. */
export const archiveSuite: Suite = {
  name: 'archive',
  description: 'archives: what was acknowledged is there, replays are what was recorded, the catalog never lies',
  run(seed: number, options: SuiteOptions = {}): SeedOutcome {
    const scenario = drawArchiveScenario(seed);
    const run = new ArchiveRun(scenario, options);
    let failure: Error | undefined;
    try {
      run.play();
    } catch (error) {
      failure = error instanceof Error ? error : new Error(formatError(error));
    }
    return {
      seed,
      scenario: describeArchiveScenario(scenario),
      story: run.story.lines,
      traceHash: run.world.traceHash,
      durationNs: run.world.now,
      deliveredMessages: run.deliveredMessages,
      failure,
    };
  },
};
