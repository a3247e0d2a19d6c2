import { Archive, type GivenArchiveOptions } from '../archive/server/mod.ts';
import { runComponent } from './run-component.ts';

/** What the launcher wants to know of an archive. */
export interface ArchiveReady {
  readonly archiveDir: string;
  readonly archiveId: bigint;
}

runComponent<GivenArchiveOptions, ArchiveReady>(({ options, platform, logger, errorHandler }) => {
  const archive = Archive.launch({ ...options, platform, logger, errorHandler });
  return {
    ready: { archiveDir: archive.archiveDir, archiveId: archive.archiveId },
    run: (shouldStop) => archive.run(shouldStop),
  };
});
