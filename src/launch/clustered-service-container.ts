import type { GivenServiceOptions } from '../cluster/service/mod.ts';
import { nativePlatform } from '../platform/native/mod.ts';
import { hooksOf, type LaunchHooks } from './launch-hooks.ts';
import { type RunningNode, runInThread } from './node-in-thread.ts';
import { runOnEventLoop } from './node-on-event-loop.ts';
import type { ServiceModule } from './service-module.ts';

/**
 * A container with one service, beside a driver, an archive and a consensus module that run elsewhere:
 *
 *     await using container = await ClusteredServiceContainer.launch({
 *       serviceModule: new URL('./auction-service.js', import.meta.url),     // in a thread of its own
 *       aeronDirectoryName, clusterDir,
 *     });
 *     await container.ended;                                                 // until the cluster ends it
 *
 * With `clusteredService`, an object, in place of `serviceModule` it lives on the event loop of this thread.
 */
export class ClusteredServiceContainer {
  /** Settles when the container has ended: closed, or terminated by the cluster. */
  readonly ended: Promise<void>;
  readonly #node: RunningNode;

  private constructor(node: RunningNode) {
    this.#node = node;
    this.ended = node.ended;
  }

  /**
   * Resolves when the service has started: when the consensus module is there, and what a snapshot had is loaded.
   * @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE when another container has the directory and service id;
   *   DriverTimeoutError
   */
  static async launch(
    options: ServiceModule | GivenServiceOptions,
    hooks: LaunchHooks = {},
  ): Promise<ClusteredServiceContainer> {
    const node =
      'serviceModule' in options
        ? await runInThread('clustered-service-container', {}, [options], hooksOf(hooks), hooks.signal)
        : runOnEventLoop({ services: [options] }, options.platform ?? nativePlatform(), hooksOf(hooks));
    return new ClusteredServiceContainer(node);
  }

  close(): Promise<void> {
    return this.#node.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
