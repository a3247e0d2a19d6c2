import { outcomeOf, type SeedOutcome, type Suite, type SuiteOptions } from '../suite.ts';
import { ArchiveRun } from './archive-run.ts';
import { describeArchiveScenario, drawArchiveScenario } from './archive-scenario.ts';

/** An archive that is killed, loses power, and has disks that are full or fail, while it records. */
export const archiveSuite: Suite = {
  name: 'archive',
  description: 'archives: what was acknowledged is there, replays are what was recorded, the catalog never lies',
  run(seed: number, options: SuiteOptions = {}): SeedOutcome {
    const scenario = drawArchiveScenario(seed);
    return outcomeOf(seed, describeArchiveScenario(scenario), new ArchiveRun(scenario, options));
  },
};
