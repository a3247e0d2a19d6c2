import type { ConsensusModuleOptions } from '../cluster/consensus/mod.ts';
import type { LaunchSettings } from './launch-settings.ts';
import { LaunchedNode, launchNode } from './launched-node.ts';

/**
 * A consensus module beside a media driver and an archive that run elsewhere, in a thread of its own.
 * Upstream: `io.aeron.cluster.ConsensusModule`.
 */
export class ConsensusModule extends LaunchedNode {
  /**
   * Resolves when it has started: the election begins when its services are there.
   * @throws AeronError CONFIGURATION, MARK_FILE_ACTIVE when another one has the directory; DriverTimeoutError
   */
  static async launch(options: ConsensusModuleOptions, settings: LaunchSettings = {}): Promise<ConsensusModule> {
    return new ConsensusModule(await launchNode('consensus-module', { consensusModule: options }, [], settings));
  }
}
