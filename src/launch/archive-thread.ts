import { Archive, type GivenArchiveOptions } from '../archive/server/mod.ts';
import { componentFailed } from './component-failed.ts';
import { describeError } from './crossing.ts';
import type { ComponentHooks } from './launch-component.ts';
import { runComponent } from './run-component.ts';

/** What the launcher wants to know of an archive. */
export interface ArchiveReady {
  readonly archiveDir: string;
  readonly archiveId: bigint;
}

await runComponent<GivenArchiveOptions, ComponentHooks, ArchiveReady>(({ options, platform, hooks }) => {
  const archive = Archive.launch({
    ...options,
    platform,
    logger: hooks.logger,
    errorHandler: (error) => hooks.errorHandler(describeError(error)),
  });
  return {
    ready: { archiveDir: archive.archiveDir, archiveId: archive.archiveId },
    run: (isToldToStop) => {
      archive.run(isToldToStop);
      if (!isToldToStop()) {
        throw componentFailed('the archive has ended', archive.failure);
      }
    },
  };
});
