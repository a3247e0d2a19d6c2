import type { GivenArchiveOptions } from '../archive/server/mod.ts';
import type { GivenDriverOptions } from '../driver/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import { newArchivingLoop } from './archiving-loop.ts';
import type { ArchivingOptions, ArchivingReady } from './archiving-media-driver-thread.ts';
import { cloneable, launchThread } from './component-thread.ts';

/**
 * A media driver and an archive in one loop: in one worker thread, or, with the driver's `threadingMode` INVOKER, in
 * the caller's, who calls `doWork` in every round. Upstream: `io.aeron.archive.ArchivingMediaDriver`.
 *
 *     await using node = await ArchivingMediaDriver.launch(
 *       { aeronDirectoryName: '/dev/shm/aeron-mine' },
 *       { archiveDir: 'archive', controlChannel: 'aeron:udp?endpoint=localhost:8010', replicationChannel },
 *     );
 */
export class ArchivingMediaDriver {
  readonly aeronDirectoryName: string;
  readonly archiveDir: string;
  readonly archiveId: bigint;
  /** In `INVOKER` mode: one round of both. Returns how much there was to do. */
  readonly doWork: (() => number) | undefined;
  /** Resolves when both have ended: closed, or because one of them had to. */
  readonly ended: Promise<void>;
  readonly #close: () => Promise<void>;
  #closed: Promise<void> | undefined;

  private constructor(
    { aeronDirectoryName, archiveDir, archiveId }: ArchivingReady,
    doWork: (() => number) | undefined,
    ended: Promise<void>,
    close: () => Promise<void>,
  ) {
    this.aeronDirectoryName = aeronDirectoryName;
    this.archiveDir = archiveDir;
    this.archiveId = archiveId;
    this.doWork = doWork;
    this.ended = ended;
    this.#close = close;
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
      return launchInCallersThread(driverOptions, archiveOptions, (...made) => new ArchivingMediaDriver(...made));
    }
    const options = { driver: cloneable(driverOptions), archive: cloneable(archiveOptions) };
    const { logger = driverOptions.logger, errorHandler } = archiveOptions;
    const { terminationHook } = driverOptions;
    const thread = await launchThread<ArchivingOptions, ArchivingReady>('archiving-media-driver-thread', options, {
      terminationHook,
      logger,
      errorHandler,
    });
    return new ArchivingMediaDriver(thread.ready, undefined, thread.ended, thread.close);
  }

  /** Ends the archive, then the driver. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function launchInCallersThread(
  driverOptions: GivenDriverOptions,
  archiveOptions: GivenArchiveOptions,
  make: (
    ready: ArchivingReady,
    doWork: () => number,
    ended: Promise<void>,
    close: () => Promise<void>,
  ) => ArchivingMediaDriver,
): ArchivingMediaDriver {
  const { driver, archive, loop } = newArchivingLoop(nativePlatform(), driverOptions, archiveOptions);
  let resolve = () => {};
  const ended = new Promise<void>((done) => {
    resolve = done;
  });
  const close = async () => {
    loop.close();
    resolve();
  };
  const { aeronDirectoryName } = driver;
  const { archiveDir, archiveId } = archive;
  return make({ aeronDirectoryName, archiveDir, archiveId }, () => loop.doWork(), ended, close);
}
