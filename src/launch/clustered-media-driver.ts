import type { GivenArchiveOptions } from '../archive/server/mod.ts';
import type { ConsensusModuleOptions } from '../cluster/consensus/mod.ts';
import type { GivenDriverOptions } from '../driver/mod.ts';
import type { LaunchSettings } from './launch-settings.ts';
import { LaunchedNode, launchNode } from './launched-node.ts';

/**
 * A member of a cluster without its services: media driver, archive and consensus module in one loop, in one thread
 * of their own. Services run beside it, in a `ClusteredServiceContainer`.
 * Upstream: `io.aeron.cluster.ClusteredMediaDriver`.
 */
export class ClusteredMediaDriver extends LaunchedNode {
  /**
   * Resolves when all three have started. Archive and consensus module use the driver beside them.
   * @throws as the components' `launch`
   */
  static async launch(
    driver: GivenDriverOptions,
    archive: GivenArchiveOptions,
    consensusModule: ConsensusModuleOptions,
    settings: LaunchSettings = {},
  ): Promise<ClusteredMediaDriver> {
    const parts = { driver, archive, consensusModule };
    return new ClusteredMediaDriver(await launchNode('clustered-media-driver', parts, [], settings));
  }
}
