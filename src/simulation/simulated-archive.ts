import { ErrorLogReader } from '../agrona/mod.ts';
import { Archive, ArchiveMarkFile, type GivenArchiveOptions } from '../archive/server/mod.ts';
import type { SimulatedHost, SimulatedProcess } from '../platform/simulated/mod.ts';

const KIB = 1024;

/** Small files, because a simulated machine is part of this one; all else is as on a real machine. */
const DEFAULTS = {
  archiveDir: '/archive',
  controlChannel: 'aeron:udp?endpoint=localhost:8010',
  replicationChannel: 'aeron:udp?endpoint=localhost:0',
  segmentFileLength: 128 * KIB,
  lowStorageSpaceThreshold: 0,
  catalogCapacity: 64 * KIB,
} satisfies GivenArchiveOptions;

/**
 * An archive in a process of its own on a simulated host that has a media driver: the world gives it its turns.
 *
 *     const driver = SimulatedMediaDriver.launch(world.host('a', { addresses: ['10.0.0.1'] }));
 *     const archive = SimulatedArchive.launch(driver.host);
 *     const client = AeronArchive.connectBlocking({ aeron, ...archive.clientOptions });
 *     archive.kill();
 *
 * An archive that comes back is a new one on the same directory.
 */
export class SimulatedArchive {
  readonly host: SimulatedHost;
  readonly archive: Archive;
  readonly #archiveProcess: SimulatedProcess;

  private constructor(archiveProcess: SimulatedProcess, archive: Archive) {
    this.host = archiveProcess.host;
    this.archive = archive;
    this.#archiveProcess = archiveProcess;
  }

  /**
   * Starts an archive; `options` are those of `Archive.launch`, by default in `/archive`, taking requests on port
   * 8010 of the loopback address, with segments of 128 KiB.
   * @throws AeronError as `Archive.launch`
   */
  static launch(host: SimulatedHost, options: GivenArchiveOptions = {}): SimulatedArchive {
    const archiveProcess = host.process('archive');
    const archive = Archive.launch({
      ...DEFAULTS,
      ...options,
      platform: archiveProcess.platform,
      threadingMode: 'INVOKER',
    });
    const invoker = archive.invoker!;
    archiveProcess.run(() => invoker.invoke());
    return new SimulatedArchive(archiveProcess, archive);
  }

  get archiveDir(): string {
    return this.archive.archiveDir;
  }

  /** Of a process that has not been killed. */
  get isAlive(): boolean {
    return this.#archiveProcess.isAlive;
  }

  /** Whether its driver was lost, or it was closed. */
  get isClosed(): boolean {
    return this.archive.isClosed;
  }

  /** What stands in the log of distinct errors. */
  errors(): string[] {
    const observer = this.host.process('archive-observer');
    const markFile = ArchiveMarkFile.openExisting(observer.platform, this.archiveDir, 1000);
    const errors: string[] = [];
    ErrorLogReader.read(markFile.errorBuffer, (count, _firstMs, _lastMs, error) => {
      errors.push(`${count} times: ${error}`);
    });
    markFile.close();
    observer.kill();
    return errors;
  }

  /** SIGKILL. */
  kill(): void {
    this.#archiveProcess.kill();
  }

  /** Kills it in the middle of its code, at the file or network operation that is `operations` ahead. */
  killAfter(operations: number): void {
    this.#archiveProcess.killAfter(operations);
  }

  /** SIGSTOP: it does nothing until `resume`. */
  pause(): void {
    this.#archiveProcess.pause();
  }

  resume(): void {
    this.#archiveProcess.resume();
  }

  /** Ends the archive in an orderly way, unless it is dead. */
  close(): void {
    if (this.isAlive) {
      this.archive.close();
      this.#archiveProcess.kill();
    }
  }
}
