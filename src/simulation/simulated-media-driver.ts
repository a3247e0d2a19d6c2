import { CountersReader, ErrorLogReader } from '../agrona/mod.ts';
import { type GivenDriverOptions, MediaDriver } from '../driver/mod.ts';
import { AeronError } from '../platform/mod.ts';
import type { SimulatedHost, SimulatedProcess } from '../platform/simulated/mod.ts';
import { CncFile } from '../protocol/mod.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Small files, because a simulated machine is part of this one; all else is as on a real machine. */
const DEFAULTS: GivenDriverOptions = {
  publicationTermBufferLength: 64 * KIB,
  ipcTermBufferLength: 64 * KIB,
  counterValuesBufferLength: MIB,
  termBufferSparseFile: true,
};

/**
 * A media driver in a process of its own on a simulated host: the world gives it its turns. A client on the
 * same host finds it without any options but `platform`, when the driver was given no directory.
 *
 *     const driver = SimulatedMediaDriver.launch(world.host('a', { addresses: ['10.0.0.1'] }));
 *     const aeron = Aeron.connectBlocking({ platform: driver.host.process('mine').platform });
 *     driver.kill();
 *
 * A driver that comes back is a new one. It needs `dirDeleteOnStart`, or the time that the old one is still
 * taken for alive (`driverTimeoutMs`) must have passed.
 */
export class SimulatedMediaDriver {
  readonly host: SimulatedHost;
  readonly driver: MediaDriver;
  readonly #driverProcess: SimulatedProcess;
  /** Looks at the driver's files from outside, also when the driver is dead. */
  readonly #observer: SimulatedProcess;
  readonly #cnc: CncFile;
  readonly #counters: CountersReader;

  private constructor(driverProcess: SimulatedProcess, driver: MediaDriver, observer: SimulatedProcess, cnc: CncFile) {
    this.host = driverProcess.host;
    this.#driverProcess = driverProcess;
    this.driver = driver;
    this.#observer = observer;
    this.#cnc = cnc;
    this.#counters = new CountersReader(cnc.countersMetaDataBuffer, cnc.countersValuesBuffer);
  }

  /**
   * Starts a driver; `options` are those of `MediaDriver.launch`, with terms of 64 KiB by default.
   * @throws AeronError ACTIVE_DRIVER, CONFIGURATION; PlatformError ENOSPC, ...
   */
  static launch(host: SimulatedHost, options: GivenDriverOptions = {}): SimulatedMediaDriver {
    const driverProcess = host.process('driver');
    const { platform } = driverProcess;
    const driver = MediaDriver.launch({ ...DEFAULTS, ...options, platform, threadingMode: 'INVOKER' });
    const invoker = driver.sharedAgentInvoker!;
    driverProcess.run(() => invoker.invoke());
    const observer = host.process('driver-observer');
    const cnc = CncFile.tryMap(observer.platform, driver.aeronDirectoryName);
    if (!(cnc instanceof CncFile)) {
      throw new AeronError('ILLEGAL_STATE', `the driver is not ready after its launch: ${cnc}`);
    }
    return new SimulatedMediaDriver(driverProcess, driver, observer, cnc);
  }

  get aeronDirectoryName(): string {
    return this.driver.aeronDirectoryName;
  }

  get isAlive(): boolean {
    return this.#driverProcess.isAlive;
  }

  get isPaused(): boolean {
    return this.#driverProcess.isPaused;
  }

  /** Counters of the driver and its clients, seen from outside; also of a driver that is dead. */
  get counters(): CountersReader {
    return this.#counters;
  }

  /** What stands in the log of distinct errors. */
  errors(): string[] {
    const errors: string[] = [];
    ErrorLogReader.read(this.#cnc.errorLogBuffer, (count, _firstMs, _lastMs, error) => {
      errors.push(`${count} times: ${error}`);
    });
    return errors;
  }

  /** Names of the log buffer files that there are, of publications and images. */
  logFiles(): string[] {
    const { files } = this.#observer.platform;
    return ['publications', 'images'].flatMap((folder) =>
      files.list(`${this.aeronDirectoryName}/${folder}`).map((name) => `${folder}/${name}`),
    );
  }

  /** SIGKILL. Its counters and errors can still be read, until it is closed too. */
  kill(): void {
    this.#driverProcess.kill();
  }

  /** Kills it in the middle of its code, at the file or network operation that is `operations` ahead. */
  killAfter(operations: number): void {
    this.#driverProcess.killAfter(operations);
  }

  /** SIGSTOP: it does nothing until `resume`, and its sockets fill. */
  pause(): void {
    this.#driverProcess.pause();
  }

  resume(): void {
    this.#driverProcess.resume();
  }

  /** Ends the driver in an orderly way, unless it is dead; its counters and errors are gone afterwards. */
  close(): void {
    if (this.isAlive) {
      this.driver.close();
      this.#driverProcess.kill();
    }
    this.#cnc.close();
    this.#observer.kill();
  }
}
