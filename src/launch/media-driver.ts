import type { AgentInvoker } from '../agrona/mod.ts';
import { MediaDriver as DriverCore, type GivenDriverOptions } from '../driver/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import { cloneable, launchThread } from './component-thread.ts';
import type { DriverReady } from './media-driver-thread.ts';

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
    const thread = await launchThread<GivenDriverOptions, DriverReady>(
      'media-driver-thread',
      cloneable(options),
      options,
    );
    return new MediaDriver(thread.ready.aeronDirectoryName, undefined, thread.close);
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
