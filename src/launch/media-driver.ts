import type { AgentInvoker } from '../agrona/mod.ts';
import { MediaDriver as DriverCore, type GivenDriverOptions } from '../driver/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import { cloneable, launchComponent } from './launch-component.ts';
import { Launched, type Running, runningByCaller } from './launched.ts';
import type { DriverReady } from './media-driver-thread.ts';

/**
 * A media driver that this process runs. In `SHARED` mode (the default) all of it runs in one worker thread;
 * in `INVOKER` mode the caller runs it with `sharedAgentInvoker`.
 *
 *     await using driver = await MediaDriver.launch({ aeronDirectoryName: '/dev/shm/aeron-mine' });
 */
export class MediaDriver extends Launched {
  readonly aeronDirectoryName: string;
  /** In `INVOKER` mode: invoke it in every round of your loop. */
  readonly sharedAgentInvoker: AgentInvoker | undefined;

  private constructor(running: Running, { aeronDirectoryName }: DriverReady, invoker?: AgentInvoker) {
    super(running);
    this.aeronDirectoryName = aeronDirectoryName;
    this.sharedAgentInvoker = invoker;
  }

  /**
   * Resolves once clients can connect. Clients of other processes see it go by its heartbeat.
   * @throws AeronError CONFIGURATION, ACTIVE_DRIVER when another driver uses the directory; PlatformError
   *   when the directory or its files cannot be made, ENOSPC among them.
   */
  static async launch(options: GivenDriverOptions = {}): Promise<MediaDriver> {
    if (options.threadingMode === 'INVOKER') {
      const driver = DriverCore.launch({ platform: nativePlatform(), ...options });
      return new MediaDriver(
        runningByCaller(() => driver.close()),
        driver,
        driver.sharedAgentInvoker,
      );
    }
    const thread = await launchComponent<GivenDriverOptions, DriverReady>('media-driver', cloneable(options), options);
    return new MediaDriver(thread, thread.ready);
  }
}
