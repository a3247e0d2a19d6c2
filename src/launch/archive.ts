import type { AgentInvoker } from '../agrona/mod.ts';
import { Archive as ArchiveCore, type GivenArchiveOptions } from '../archive/server/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import type { ArchiveReady } from './archive-thread.ts';
import { cloneable, launchThread } from './component-thread.ts';

/**
 * An archive that this process runs, for a media driver that runs wherever it likes. In `SHARED` mode (the
 * default) it has one worker thread; in `INVOKER` mode the caller runs it with `invoker`.
 *
 *     await using archive = await Archive.launch({
 *       controlChannel: 'aeron:udp?endpoint=localhost:8010',
 *       replicationChannel: 'aeron:udp?endpoint=localhost:0',
 *     });
 */
export class Archive {
  readonly archiveDir: string;
  readonly archiveId: bigint;
  /** In `INVOKER` mode: invoke it in every round of your loop. */
  readonly invoker: AgentInvoker | undefined;
  /** Resolves when it has ended: closed, or in `SHARED` mode because its driver was lost. */
  readonly ended: Promise<void>;
  readonly #close: () => Promise<void>;
  #closed: Promise<void> | undefined;

  private constructor(
    { archiveDir, archiveId }: ArchiveReady,
    invoker: AgentInvoker | undefined,
    ended: Promise<void>,
    close: () => Promise<void>,
  ) {
    this.archiveDir = archiveDir;
    this.archiveId = archiveId;
    this.invoker = invoker;
    this.ended = ended;
    this.#close = close;
  }

  /**
   * Resolves once clients can connect.
   * @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE when another archive has the directory, CATALOG_CORRUPT,
   *   ACTIVE_ARCHIVE, DRIVER_TIMEOUT; RegistrationError; PlatformError
   */
  static async launch(options: GivenArchiveOptions = {}): Promise<Archive> {
    if (options.threadingMode === 'INVOKER') {
      const archive = ArchiveCore.launch({ platform: nativePlatform(), ...options });
      let resolve = () => {};
      const ended = new Promise<void>((done) => {
        resolve = done;
      });
      const close = async () => {
        archive.close();
        resolve();
      };
      return new Archive(archive, archive.invoker, ended, close);
    }
    const thread = await launchThread<GivenArchiveOptions, ArchiveReady>('archive-thread', cloneable(options), options);
    return new Archive(thread.ready, undefined, thread.ended, thread.close);
  }

  /** Stops all recordings and replays, and gives the directory back. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
