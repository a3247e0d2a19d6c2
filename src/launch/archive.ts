import type { AgentInvoker } from '../agrona/mod.ts';
import { Archive as ArchiveCore, type GivenArchiveOptions } from '../archive/server/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import type { ArchiveReady } from './archive-thread.ts';
import { cloneable, launchComponent } from './launch-component.ts';
import { Launched, type Running, runningByCaller } from './launched.ts';

/**
 * An archive that this process runs, for a media driver that runs wherever it likes. In `SHARED` mode (the
 * default) it has one worker thread; in `INVOKER` mode the caller runs it with `invoker`.
 *
 *     await using archive = await Archive.launch({
 *       controlChannel: 'aeron:udp?endpoint=localhost:8010',
 *       replicationChannel: 'aeron:udp?endpoint=localhost:0',
 *     });
 */
export class Archive extends Launched {
  readonly archiveDir: string;
  readonly archiveId: bigint;
  /** In `INVOKER` mode: invoke it in every round of your loop. */
  readonly invoker: AgentInvoker | undefined;

  private constructor(running: Running, { archiveDir, archiveId }: ArchiveReady, invoker?: AgentInvoker) {
    super(running);
    this.archiveDir = archiveDir;
    this.archiveId = archiveId;
    this.invoker = invoker;
  }

  /**
   * Resolves once clients can connect. Its end stops all recordings and replays, and gives the directory back.
   * @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE when another archive has the directory, CATALOG_CORRUPT,
   *   ACTIVE_ARCHIVE, DRIVER_TIMEOUT; RegistrationError; PlatformError
   */
  static async launch(options: GivenArchiveOptions = {}): Promise<Archive> {
    if (options.threadingMode === 'INVOKER') {
      const archive = ArchiveCore.launch({ platform: nativePlatform(), ...options });
      return new Archive(
        runningByCaller(() => archive.close()),
        archive,
        archive.invoker,
      );
    }
    const thread = await launchComponent<GivenArchiveOptions, ArchiveReady>('archive', cloneable(options), options);
    return new Archive(thread, thread.ready);
  }
}
