import { join } from 'node:path';
import { ClusterNode } from '../../src/launch/mod.ts';
import { nativePlatform } from '../../src/platform/native/mod.ts';
import { CommonContext } from '../../src/protocol/mod.ts';
import { archiveControlChannel, clusterMembers } from './members.ts';

export interface AuctionNodeOptions {
  readonly nodeId: number;
  /** One for each node. */
  readonly hostnames: readonly string[];
  /** First port of node 0. */
  readonly portBase: number;
  /** The node's data goes to node<id> in it. */
  readonly baseDir: string;
  /** URL of the module with the service. */
  readonly serviceModule: URL;
}

/** Where the media driver of a node keeps its files: beside the default directory, which `AERON_DIR` can move. */
function aeronDirectoryOf(nodeId: number): string {
  const { environment } = nativePlatform();
  const base = environment.get('AERON_DIR') ?? CommonContext.defaultAeronDirectoryName(environment);
  return `${base}-${nodeId}-driver`;
}

/** Launches a node of the auction's cluster: driver, archive, consensus module and service in one loop. */
export function launchAuctionNode(options: AuctionNodeOptions): Promise<ClusterNode> {
  const { nodeId, hostnames, portBase, baseDir, serviceModule } = options;
  const hostname = hostnames[nodeId]!;
  const home = join(baseDir, `node${nodeId}`);
  return ClusterNode.launch(
    {
      driver: {
        aeronDirectoryName: aeronDirectoryOf(nodeId),
        termBufferSparseFile: true,
        multicastFlowControlStrategy: 'min',
      },
      archive: {
        archiveDir: join(home, 'archive'),
        controlChannel: archiveControlChannel(hostnames, nodeId, portBase),
        replicationChannel: `aeron:udp?endpoint=${hostname}:0`,
        recordingEventsEnabled: false,
      },
      consensusModule: {
        clusterMemberId: nodeId,
        clusterMembers: clusterMembers(hostnames, portBase),
        clusterDir: join(home, 'cluster'),
        ingressChannel: 'aeron:udp?term-length=64k',
        replicationChannel: `aeron:udp?endpoint=${hostname}:0`,
      },
      services: [{ serviceModule }],
    },
    { logger: (text) => console.error(text) },
  );
}
