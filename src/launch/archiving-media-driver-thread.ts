import type { GivenArchiveOptions } from '../archive/server/mod.ts';
import type { GivenDriverOptions } from '../driver/mod.ts';
import { newArchivingLoop } from './archiving-loop.ts';
import { componentFailed } from './component-failed.ts';
import { describeError } from './crossing.ts';
import type { ComponentHooks } from './launch-component.ts';
import { runComponent } from './run-component.ts';

/** Of both components. */
export interface ArchivingOptions {
  readonly driver: GivenDriverOptions;
  readonly archive: GivenArchiveOptions;
}

/** What the launcher wants to know of them. */
export interface ArchivingReady {
  readonly aeronDirectoryName: string;
  readonly archiveDir: string;
  readonly archiveId: bigint;
}

await runComponent<ArchivingOptions, ComponentHooks, ArchivingReady>(({ options, platform, hooks }) => {
  const { terminationHook, logger } = hooks;
  const errorHandler = (error: unknown) => hooks.errorHandler(describeError(error));
  const { driver, archive, loop } = newArchivingLoop(
    platform,
    { ...options.driver, terminationHook, logger },
    { ...options.archive, logger, errorHandler },
  );
  const { aeronDirectoryName } = driver;
  const { archiveDir, archiveId } = archive;
  return {
    ready: { aeronDirectoryName, archiveDir, archiveId },
    run: (isToldToStop) => {
      loop.run(isToldToStop);
      if (!isToldToStop()) {
        throw componentFailed('the media driver or the archive has ended, and the other one with it', archive.failure);
      }
    },
  };
});
