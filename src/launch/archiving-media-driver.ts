import type { GivenArchiveOptions } from '../archive/server/mod.ts';
import type { GivenDriverOptions } from '../driver/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import { newArchivingLoop } from './archiving-loop.ts';
import type { ArchivingOptions, ArchivingReady } from './archiving-media-driver-thread.ts';
import { cloneable, launchComponent } from './launch-component.ts';
import { Launched, type Running, runningByCaller } from './launched.ts';

/**
 * A media driver and an archive in one loop: in one worker thread, or, with the driver's `threadingMode` INVOKER, in
 * the caller's, who calls `doWork` in every round. Upstream: `io.aeron.archive.ArchivingMediaDriver`.
 *
 *     await using node = await ArchivingMediaDriver.launch(
 *       { aeronDirectoryName: '/dev/shm/aeron-mine' },
 *       { archiveDir: 'archive', controlChannel: 'aeron:udp?endpoint=localhost:8010', replicationChannel },
 *     );
 */
export class ArchivingMediaDriver extends Launched {
  readonly aeronDirectoryName: string;
  readonly archiveDir: string;
  readonly archiveId: bigint;
  /** In `INVOKER` mode: one round of both. Returns how much there was to do. */
  readonly doWork: (() => number) | undefined;

  private constructor(
    running: Running,
    { aeronDirectoryName, archiveDir, archiveId }: ArchivingReady,
    doWork?: () => number,
  ) {
    super(running);
    this.aeronDirectoryName = aeronDirectoryName;
    this.archiveDir = archiveDir;
    this.archiveId = archiveId;
    this.doWork = doWork;
  }

  /**
   * Resolves once clients of both can connect. The archive's own thread, idle strategy and Aeron directory are those
   * of the driver.
   * @throws as `MediaDriver.launch` and `Archive.launch`
   */
  static async launch(
    driverOptions: GivenDriverOptions = {},
    archiveOptions: GivenArchiveOptions = {},
  ): Promise<ArchivingMediaDriver> {
    if (driverOptions.threadingMode === 'INVOKER') {
      const { driver, archive, loop } = newArchivingLoop(nativePlatform(), driverOptions, archiveOptions);
      const { aeronDirectoryName } = driver;
      const { archiveDir, archiveId } = archive;
      return new ArchivingMediaDriver(
        runningByCaller(() => loop.close()),
        { aeronDirectoryName, archiveDir, archiveId },
        () => loop.doWork(),
      );
    }
    const options = { driver: cloneable(driverOptions), archive: cloneable(archiveOptions) };
    const { logger = driverOptions.logger, errorHandler } = archiveOptions;
    const { terminationHook } = driverOptions;
    const hooks = { terminationHook, logger, errorHandler };
    const thread = await launchComponent<ArchivingOptions, ArchivingReady>('archiving-media-driver', options, hooks);
    return new ArchivingMediaDriver(thread, thread.ready);
  }
}
