import type { GivenArchiveOptions } from '../archive/server/mod.ts';
import type { GivenDriverOptions } from '../driver/mod.ts';
import { newArchivingLoop } from './archiving-loop.ts';
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

runComponent<ArchivingOptions, ArchivingReady>(({ options, platform, terminationHook, logger, errorHandler }) => {
  const { driver, archive, loop } = newArchivingLoop(
    platform,
    { ...options.driver, terminationHook, logger },
    { ...options.archive, logger, errorHandler },
  );
  const { aeronDirectoryName } = driver;
  const { archiveDir, archiveId } = archive;
  return { ready: { aeronDirectoryName, archiveDir, archiveId }, run: (shouldStop) => loop.run(shouldStop) };
});
