import { AeronError } from '../agrona/mod.ts';
import type { GivenArchiveOptions } from '../archive/server/mod.ts';
import type { ConsensusModuleOptions } from '../cluster/consensus/mod.ts';
import type { GivenServiceOptions } from '../cluster/service/mod.ts';
import type { GivenDriverOptions } from '../driver/mod.ts';
import type { LaunchSettings } from './launch-settings.ts';
import { LaunchedNode, launchNode } from './launched-node.ts';
import type { ServiceModule } from './service-module.ts';

/** Options of the components, which use each other. */
export interface ClusterNodeOptions {
  readonly driver?: GivenDriverOptions;
  readonly archive: GivenArchiveOptions;
  readonly consensusModule: ConsensusModuleOptions;
  /** One, or one for each service id. Modules are loaded into the node's thread; objects keep the node in this one. */
  readonly services: readonly (ServiceModule | GivenServiceOptions)[];
}

/**
 * A whole member of a cluster in one loop: media driver, archive, consensus module and services.
 *
 *     await using node = await ClusterNode.launch({
 *       driver: { aeronDirectoryName: '/dev/shm/aeron-member-0' },
 *       archive: { archiveDir: 'member-0/archive', controlChannel, replicationChannel },
 *       consensusModule: { clusterDir: 'member-0/cluster', clusterMemberId: 0, clusterMembers, ingressChannel, ... },
 *       services: [{ serviceModule: new URL('./auction-service.js', import.meta.url) }],
 *     });
 *     await node.ended;
 *
 * The loop has a worker thread of its own, and sleeps on the driver's sockets when there is nothing to do.
 */
export class ClusterNode extends LaunchedNode {
  /** Resolves when all components have started. @throws as the components' `launch` */
  static async launch(options: ClusterNodeOptions, settings: LaunchSettings = {}): Promise<ClusterNode> {
    for (const part of ['archive', 'consensusModule', 'services'] as const) {
      if (options[part] === undefined) {
        throw new AeronError(
          'CONFIGURATION',
          `option ${part} must be given: a node has archive, consensusModule and services`,
        );
      }
    }
    const { driver = {}, archive, consensusModule, services } = options;
    const { clusterDir } = consensusModule;
    const here = clusterDir === undefined ? {} : { clusterDir };
    const modules: ServiceModule[] = [];
    const objects: GivenServiceOptions[] = [];
    for (const service of services) {
      if ('serviceModule' in service) {
        modules.push({ ...here, ...service });
      } else {
        objects.push({ ...here, ...service });
      }
    }
    const parts = { driver, archive, consensusModule, services: objects };
    const inThisThread = settings.inThisThread === true || objects.length > 0;
    return new ClusterNode(await launchNode('cluster-node', parts, modules, { ...settings, inThisThread }));
  }
}
