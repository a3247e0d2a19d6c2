import { Worker } from 'node:worker_threads';
import { AeronError, type AgentInvoker } from '../agrona/mod.ts';
import { MediaDriver as DriverCore, type GivenDriverOptions } from '../driver/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import type { FromDriverThread, ToDriverThread } from './driver-thread.ts';

/** Options that are functions: they stay in the launching thread, and the driver's thread calls for them. */
const CALLED_HERE = ['terminationHook', 'logger'] as const;

/**
 * A media driver that this process runs. In `SHARED` mode (the default) all of it runs in one worker thread;
 * in `INVOKER` mode the caller runs it with `sharedAgentInvoker`.
 *
 *     await using driver = await MediaDriver.launch({ aeronDirectoryName: '/dev/shm/aeron-mine' });
 */
export class MediaDriver {
  readonly aeronDirectoryName: string;
  /** In `INVOKER` mode: invoke it in every round of your loop. */
  readonly sharedAgentInvoker: AgentInvoker | undefined;
  readonly #close: () => Promise<void>;
  #closed: Promise<void> | undefined;

  private constructor(
    aeronDirectoryName: string,
    sharedAgentInvoker: AgentInvoker | undefined,
    close: () => Promise<void>,
  ) {
    this.aeronDirectoryName = aeronDirectoryName;
    this.sharedAgentInvoker = sharedAgentInvoker;
    this.#close = close;
  }

  /**
   * Resolves once clients can connect.
   * @throws AeronError CONFIGURATION, ACTIVE_DRIVER when another driver uses the directory; PlatformError
   *   when the directory or its files cannot be made, ENOSPC among them.
   */
  static async launch(options: GivenDriverOptions = {}): Promise<MediaDriver> {
    if (options.threadingMode === 'INVOKER') {
      const driver = DriverCore.launch({ platform: nativePlatform(), ...options });
      return new MediaDriver(driver.aeronDirectoryName, driver.sharedAgentInvoker, async () => driver.close());
    }
    return launchInWorker(options, (name, close) => new MediaDriver(name, undefined, close));
  }

  /** Ends the driver after its current duty cycle. Clients of other processes see it go by its heartbeat. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function launchInWorker(
  options: GivenDriverOptions,
  make: (aeronDirectoryName: string, close: () => Promise<void>) => MediaDriver,
): Promise<MediaDriver> {
  const control = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./driver-thread.js', import.meta.url), {
    workerData: { options: cloneable(options), control } satisfies ToDriverThread,
    name: 'aeron-media-driver',
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const close = () => {
    Atomics.store(control, 0, 1);
    return ended;
  };
  return new Promise((resolve, reject) => {
    let isReady = false;
    /** Once it runs, nobody waits for an answer: its end must not go unnoticed. */
    const fail = (error: Error) => {
      if (isReady) {
        throw error;
      }
      reject(error);
    };
    worker.on('message', (message: FromDriverThread) => {
      switch (message.kind) {
        case 'ready':
          isReady = true;
          resolve(make(message.aeronDirectoryName, close));
          break;
        case 'failed':
          fail(new AeronError(message.code, message.message, { cause: message.stack }));
          break;
        case 'termination':
          options.terminationHook?.();
          break;
        case 'log':
          options.logger?.(message.text);
      }
    });
    worker.on('error', fail);
    ended.then(() => reject(new AeronError('DRIVER_ENDED', 'the driver ended before it was ready')));
  });
}

/** The options as they can cross into another thread. */
function cloneable(options: GivenDriverOptions): GivenDriverOptions {
  const rest: Record<string, unknown> = { ...options };
  for (const name of CALLED_HERE) {
    delete rest[name];
  }
  const stuck = Object.keys(rest).find((name) => typeof rest[name] === 'function' || name === 'platform');
  if (stuck !== undefined && rest[stuck] !== undefined) {
    throw new AeronError(
      'CONFIGURATION',
      `option ${stuck} cannot cross into the driver's own thread; leave it out or use threadingMode INVOKER`,
    );
  }
  return rest as GivenDriverOptions;
}
