import type { GivenServiceOptions } from '../cluster/service/mod.ts';
import type { LaunchSettings } from './launch-settings.ts';
import { LaunchedNode, launchNode } from './launched-node.ts';
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
 * Upstream: `io.aeron.cluster.service.ClusteredServiceContainer`.
 */
export class ClusteredServiceContainer extends LaunchedNode {
  /**
   * Resolves when the container has started; the service starts when the consensus module is there.
   * @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE when another container has the directory and service id;
   *   DriverTimeoutError
   */
  static async launch(
    options: ServiceModule | GivenServiceOptions,
    settings: LaunchSettings = {},
  ): Promise<ClusteredServiceContainer> {
    const node =
      'serviceModule' in options
        ? await launchNode('clustered-service-container', {}, [options], settings)
        : await launchNode('clustered-service-container', { services: [options] }, [], {
            ...settings,
            inThisThread: true,
          });
    return new ClusteredServiceContainer(node);
  }
}
