import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../scripts/run.ts';
import { AeronError } from '../../src/agrona/mod.ts';
import { Aeron, type AeronOptions } from '../../src/client/mod.ts';
import type { GivenDriverOptions } from '../../src/driver/mod.ts';
import { MediaDriver } from '../../src/launch/mod.ts';
import { Child } from '../interop/child.ts';

const MEMORY_DIRECTORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Small logs and short time-outs, for drivers that a test starts. */
export const SMALL_DRIVER = {
  publicationTermBufferLength: '64k',
  ipcTermBufferLength: '64k',
  termBufferSparseFile: true,
  lowStorageWarningThreshold: 0,
  timerIntervalNs: '100ms',
  dirDeleteOnShutdown: true,
} satisfies GivenDriverOptions;

/** The same for a driver in a process of its own. */
const SMALL_DRIVER_ENVIRONMENT = {
  AERON_TERM_BUFFER_LENGTH: '64k',
  AERON_IPC_TERM_BUFFER_LENGTH: '64k',
  AERON_TERM_BUFFER_SPARSE_FILE: 'true',
  AERON_LOW_FILE_STORE_WARNING_THRESHOLD: '0',
  AERON_TIMER_INTERVAL: '100ms',
  AERON_DIR_DELETE_ON_SHUTDOWN: 'true',
};

/** What is left to undo when this process ends without `Place.clear`, as after an error that nobody caught. */
const undone = new Set<() => void>();
process.on('exit', () => {
  for (const undo of [...undone].reverse()) {
    undo();
  }
});

/** Resolves when the condition holds, or what it returns is there. @throws Error that says what was waited for. */
export async function until<T>(what: string, condition: () => T, timeoutMs = 60_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const result = condition();
    if (result) {
      return result as NonNullable<T>;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What the promise is rejected with. @throws Error when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<AeronError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!AeronError.is(outcome)) {
    throw new Error(`expected a rejection with an AeronError, not ${outcome}`);
  }
  return outcome;
}

/** What the tests of one suite run: real drivers, clients, processes and directories, all gone after `clear`. */
export class Place {
  readonly #cleanups: (() => unknown)[] = [];

  /** Of a new Aeron directory, in memory; nothing is there yet. */
  directory(): string {
    const parent = mkdtempSync(join(MEMORY_DIRECTORY, 'aeron-robust-'));
    this.#undoWhateverHappens(() => rmSync(parent, { recursive: true, force: true }));
    return join(parent, 'aeron');
  }

  /** A file system in memory of its own; undefined where this process may not mount one. */
  mountTmpfs(length: number, mode: 'rw' | 'ro' = 'rw'): string | undefined {
    const mountPoint = mkdtempSync(join(tmpdir(), 'aeron-robust-fs-'));
    this.#undoWhateverHappens(() => rmSync(mountPoint, { recursive: true, force: true }));
    const options = ['-t', 'tmpfs', '-o', `size=${length},${mode}`, 'tmpfs', mountPoint];
    if (process.platform !== 'linux' || spawnSync('mount', options, { stdio: 'ignore' }).status !== 0) {
      return undefined;
    }
    this.#undoWhateverHappens(() => spawnSync('umount', ['-l', mountPoint], { stdio: 'ignore' }));
    return mountPoint;
  }

  /** A driver in a thread of this process, or without one in `INVOKER` mode. */
  async driver(options: GivenDriverOptions = {}): Promise<MediaDriver> {
    const aeronDirectoryName = options.aeronDirectoryName ?? this.directory();
    const driver = await MediaDriver.launch({ ...SMALL_DRIVER, ...options, aeronDirectoryName });
    this.onClear(() => driver.close());
    return driver;
  }

  /** `aeron media-driver` in a process of its own, to be stopped and killed. */
  async driverProcess(directory: string, environment: NodeJS.ProcessEnv = {}): Promise<Child> {
    const child = this.aeron(['media-driver'], { ...SMALL_DRIVER_ENVIRONMENT, AERON_DIR: directory, ...environment });
    await child.line(/^Started media driver/);
    return child;
  }

  /** The command line tool, whatever comes of it. */
  aeron(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Child {
    return this.node('src/cli/main.js', args, environment);
  }

  /** A built module in a process of its own. */
  node(module: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Child {
    const child = new Child(module, process.execPath, [join(ROOT, 'build', module), ...args], environment);
    this.onClear(() => (child.ended ? undefined : child.kill('SIGKILL')));
    return child;
  }

  /** A client on the event loop, and the errors that went to its handler. */
  async client(directory: string, options: AeronOptions = {}): Promise<{ aeron: Aeron; errors: unknown[] }> {
    const errors: unknown[] = [];
    const aeron = await Aeron.connect({
      aeronDirectoryName: directory,
      idleSleepDurationNs: 1_000_000,
      driverTimeoutMs: 60_000,
      errorHandler: (error) => errors.push(error),
      ...options,
    });
    this.onClear(() => aeron.close());
    return { aeron, errors };
  }

  makeDirectory(path: string): string {
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Called by `clear`, last one first. */
  onClear(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  #undoWhateverHappens(undo: () => void): void {
    undone.add(undo);
    this.onClear(() => {
      undone.delete(undo);
      undo();
    });
  }

  /** Ends and removes everything, also when some of it fails. */
  async clear(): Promise<void> {
    const errors: unknown[] = [];
    for (const cleanup of this.#cleanups.splice(0).reverse()) {
      try {
        await cleanup();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw new AggregateError(errors, 'could not clean up');
    }
  }
}
